package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"celld/internal/cell/trust"
	"celld/internal/dnssd"
	"celld/internal/op"
	"celld/internal/replication"
	"celld/internal/web"
)

// Seen implements web.Mesh.
func (m *mesh) Seen() (out []web.Seen) {
	found, _ := m.station.Found()
	m.mu.Lock()
	defer m.mu.Unlock()
	since := map[op.Device]time.Time{}
	for _, i := range found {
		c, err := dnssd.ParseCellText(i.Text)
		d := op.Device(c.ID)
		if err != nil || i.Type != dnssd.CellType || d == m.house.vault.Router() || m.house.desk.trust().HasRouter(d) {
			continue
		}
		if _, twice := since[d]; twice {
			continue
		}
		if since[d] = m.since[d]; since[d].IsZero() {
			since[d] = time.Now()
		}
		at := i.Host
		if len(i.Addrs) > 0 {
			at = i.Addrs[0].String()
		}
		out = append(out, web.Seen{Router: d, At: at, Looking: c.Cell == dnssd.CellTag{}, Since: since[d]})
	}
	m.since = since
	return out
}

// Peers implements web.Mesh.
func (m *mesh) Peers() (out []web.Peer) {
	t := m.house.desk.trust()
	for _, n := range m.room.Status().Neighbours {
		if !t.HasRouter(n.Device) {
			continue
		}
		p := web.Peer{Router: n.Device, Met: n.Talk.Heard, Here: n.Here(), Lacks: int(n.Talk.Lacks), Ahead: int(n.Talk.Behind)}
		if p.Here {
			h := m.hears(n.Device, n.Address)
			p.Signal, p.Arrives, p.Trip = h.Signal, h.Arrives, milliseconds(n.Talk.Air.RoundTrip)
		}
		if time.Now().Before(n.Until) {
			p.Fault = "conduct"
		}
		out = append(out, p)
	}
	return out
}

// milliseconds counts those that have begun: what takes less than one is not unknown.
func milliseconds(d time.Duration) int { return int((d + time.Millisecond - 1) / time.Millisecond) }

// Carried implements web.Mesh: a router holds what it has told that it has on
// its disk. What was told before this one started is forgotten.
func (m *mesh) Carried() func(op.Ref) bool {
	t, all := m.house.desk.trust(), m.room.Status().Neighbours
	return func(r op.Ref) bool {
		return slices.ContainsFunc(all, func(n replication.Neighbour) bool {
			router, known := t.Router(n.Device)
			return known && router.Status == trust.Active && n.Talk.Holds[r.Device] >= r.Seq
		})
	}
}

// Greet implements web.Mesh: it asks the pages of a router in sight for its
// code. Whoever else answered would show other words.
func (m *mesh) Greet(ctx context.Context, router op.Device) (web.Greeted, error) {
	ctx, cancel := context.WithTimeout(ctx, greetTime)
	defer cancel()
	err := errors.New("it is not in sight any more")
	for _, at := range m.pagesOf(router) {
		var g web.Greeted
		if g, err = askCode(ctx, at); err == nil && op.DeviceOf(g.Key) == router {
			return g, nil
		}
	}
	return web.Greeted{}, fmt.Errorf("greet %v: %w", router, err)
}

// pagesOf returns where the pages of a router in sight may be had.
func (m *mesh) pagesOf(router op.Device) (out []netip.AddrPort) {
	found, _ := m.station.Found()
	hosts := map[string]bool{}
	for _, i := range found {
		if c, err := dnssd.ParseCellText(i.Text); err == nil && i.Type == dnssd.CellType && c.ID == router {
			hosts[i.Host] = true
		}
	}
	for _, i := range found {
		if i.Type == pagesType && hosts[i.Host] {
			out = append(out, i.AddrPorts()...)
		}
	}
	return out
}

// askCode fetches the code from one address. A client of its own would cost the
// binary more than these lines.
func askCode(ctx context.Context, at netip.AddrPort) (web.Greeted, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", at.String())
	if err != nil {
		return web.Greeted{}, err
	}
	defer conn.Close()
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end) // a closed connection says so below
	}
	host := netip.AddrPortFrom(at.Addr().WithZone(""), at.Port()).String()
	if _, err := fmt.Fprintf(conn, "GET /taken/code HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host); err != nil {
		return web.Greeted{}, err
	}
	answer, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, 8<<10)), nil)
	if err != nil {
		return web.Greeted{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return web.Greeted{}, err
	}
	g, ok := web.ParseGreeted(string(body))
	if answer.StatusCode != http.StatusOK || !ok {
		return web.Greeted{}, fmt.Errorf("%s shows no code: %s", at, answer.Status)
	}
	return g, nil
}
