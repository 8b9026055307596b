package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"celld/internal/cell/trust"
	"celld/internal/dnssd"
	"celld/internal/netstate"
	"celld/internal/op"
	"celld/internal/oplog"
	"celld/internal/replication"
	"celld/internal/web"
)

const (
	meshProtocol = 1
	pagesType    = "_http._tcp"
	greetTime    = 5 * time.Second
)

// mesh joins the rooms that know other routers: links, announcing, talking.
type mesh struct {
	house    *house
	socket   net.PacketConn
	links    *netstate.Watcher
	station  *dnssd.Station
	room     *replication.Room
	endpoint *replication.Endpoint
	seek     *seeking
	let      []op.Device // who was let in when everybody was last dialled anew; Run's own
	ears     ears

	mu      sync.Mutex // guards what follows
	stirred chan struct{}
	pointed map[netip.AddrPort]op.Device // what the endpoint was told to dial
	since   map[op.Device]time.Time      // strangers, and when they came in sight
	decides bool                         // it will decide anew who is where
}

// openMesh takes the port on which this router talks with others.
func openMesh(h *house) (*mesh, error) {
	socket, err := net.ListenPacket("udp", h.config.mesh)
	if err != nil {
		return nil, fmt.Errorf("-mesh: %w", err)
	}
	m := &mesh{house: h, socket: socket, links: netstate.New(h.logger), stirred: make(chan struct{}),
		pointed: map[netip.AddrPort]op.Device{}, since: map[op.Device]time.Time{}}
	if m.seek, err = newSeeking(h.vault, h.config.dir, m.stir); err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	m.room = replication.NewRoom(replication.Config{Cell: m.expect(), Adopt: m.adopt, Self: h.vault.Router(),
		House: h.door(), Pins: m, Clock: h.clock.unix})
	if m.endpoint, err = replication.NewEndpoint(socket, h.vault.RouterSigner(), m.room); err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	m.retry()
	own := h.vault.Router()
	m.station, err = dnssd.New(dnssd.Config{Host: "cell-" + hex.EncodeToString(own[:3]), Log: h.logger,
		Links: usable{m.links, h.config.wide, h.config.skip}, Prefer: m.prefers})
	if err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	for _, at := range h.config.peers {
		m.endpoint.Know(at, op.Device{})
	}
	return m, m.station.Browse(dnssd.CellType, pagesType)
}

// meet opens what knows other routers, if it is wanted, and shows it to the pages.
func (h *house) meet(pages *web.House) ([]task, error) {
	if h.config.mesh == "" {
		return nil, nil
	}
	m, err := openMesh(h)
	if err != nil {
		return nil, err
	}
	h.mesh, pages.Mesh, pages.Seeking = m, m, m.seek
	return m.tasks(), nil
}

// tasks are what runs of it.
func (m *mesh) tasks() []task {
	return []task{m.links, m.station, m.endpoint, m, m.addressTask(), watchTask{m.room, m.house.log}, timeTask{m.room, m.house.clock}}
}

// watchTask tells every conversation when the log has grown.
type watchTask struct {
	room *replication.Room
	log  *oplog.Log
}

// Run implements task.
func (t watchTask) Run(ctx context.Context) error { return t.room.Watch(ctx, t.log.Changed) }

// timeTask asks those who are talked to what time it is, for a router that has
// no clock of its own.
type timeTask struct {
	room  *replication.Room
	clock *clock
}

// Run asks once in a while until ctx ends. At the start nobody is talked to.
func (t timeTask) Run(ctx context.Context) error { return regularly(ctx, lookAgain, t.ask) }

func (t timeTask) ask() {
	for _, n := range t.room.Status().Neighbours {
		if n.Here() {
			t.clock.Hear(time.Unix(int64(n.Talk.Time), 0), n.Talk.Clock)
		}
	}
}

// lookPause is between two looks: anybody on a link may change who is in sight a
// thousand times a second.
const lookPause = 100 * time.Millisecond

// Run follows who is in sight and what this router is: both change what is
// announced and whom it dials.
func (m *mesh) Run(ctx context.Context) error { return upon(ctx, lookPause, m.look) }

func (m *mesh) look() [3]<-chan struct{} {
	found, seen := m.station.Found()
	grown, stirred := m.house.log.Changed(), m.stirs()
	if id := m.house.log.Cell(); id != (op.ID{}) {
		m.room.Adopt(id)
		m.settle()
	}
	m.point(found)
	m.retry()
	if err := m.announce(); err != nil {
		m.house.logger.Warn("this router cannot be announced", "err", err)
	}
	return [3]<-chan struct{}{seen, grown, stirred}
}

// retry dials everybody again when others are let in than before: nobody should
// stand at the page of a new router until a pause is over. A router that belongs
// to nobody, and does not look for its cell, keeps to itself.
func (m *mesh) retry() {
	var now []op.Device
	if t := m.house.desk.trust(); t != nil {
		for _, r := range t.Routers {
			if r.Status == trust.Active {
				now = append(now, r.Name)
			}
		}
	}
	d, joins := m.seek.chosen()
	if joins || m.seek.Sought() {
		now = append(now, d)
	}
	has := m.house.log.Cell() != op.ID{}
	m.endpoint.Keep(has || joins, has || len(now) > 0)
	if !slices.Equal(now, m.let) {
		m.let = now
		m.endpoint.Again()
	}
}

// again decides anew who is where several are said to be.
func (m *mesh) again() {
	m.mu.Lock()
	m.decides = false
	m.mu.Unlock()
	m.stir()
}

func (m *mesh) stir() {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.stirred)
	m.stirred = make(chan struct{})
}

func (m *mesh) stirs() <-chan struct{} {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stirred
}

// expect returns the cell that this router is of: that of its log or, while
// that is empty, the one that it was told before the program was stopped.
func (m *mesh) expect() op.ID {
	id, told := m.house.log.Cell(), m.seek.expected()
	if id != (op.ID{}) || told == (op.ID{}) {
		return id
	}
	m.house.vault.Bind(told)
	m.house.log.Expect(told)
	m.house.logger.Info("this router goes on joining a cell", "cell", told)
	return told
}

// settle ends the joining once the log itself names the router that took this
// one in.
func (m *mesh) settle() {
	d, ok := m.seek.chosen()
	if !ok || !m.house.desk.trust().HasRouter(d) {
		return
	}
	if err := m.seek.settle(); err != nil {
		m.house.logger.Warn("that this router has joined could not be noted", "err", err)
	}
}

// adopt learns of which cell this router is, from the router that a person said
// yes to.
func (m *mesh) adopt(id op.ID) {
	if m.house.log.Cell() != (op.ID{}) {
		return
	}
	m.house.vault.Bind(id)
	m.house.log.Expect(id)
	if err := m.seek.told(id); err != nil {
		m.house.logger.Warn("which cell this router joins could not be noted", "err", err)
	}
	m.house.logger.Info("this router joins a cell", "cell", id)
}

// Pinned implements replication.Pins. Until the log names it, the router that
// somebody said yes to is one of the cell: a history begins with the founding,
// and may tell only at its end who takes this router in.
func (m *mesh) Pinned(key ed25519.PublicKey) bool {
	t, d := m.house.desk.trust(), op.DeviceOf(key)
	if r, known := t.Router(d); known {
		return r.Status == trust.Active && bytes.Equal(r.Key, key)
	}
	if m.house.log.Cell() == (op.ID{}) || t == nil {
		return m.seek.admits(key)
	}
	chosen, ok := m.seek.chosen()
	return ok && chosen == d
}

// tag stands for the cell in what is announced; zero for a router without one.
func (m *mesh) tag() (t dnssd.CellTag) {
	if id := m.house.log.Cell(); id != (op.ID{}) {
		sum := sha256.Sum256(append([]byte("celld tag v1\x00"), id[:]...))
		copy(t[:], sum[:])
	}
	return t
}

// announce says who is here: a router of a cell, or one that looks for its own.
func (m *mesh) announce() error {
	own, tag, reach := m.house.vault.Router(), m.tag(), m.house.config.reach
	if _, joins := m.seek.chosen(); tag == (dnssd.CellTag{}) && !joins && !m.seek.Sought() {
		reach = dnssd.Off
	}
	text := dnssd.CellText{Protocol: meshProtocol, ID: own, Cell: tag}
	label := "cell-" + hex.EncodeToString(own[:3])
	return m.station.Announce(reach,
		dnssd.Service{Label: label, Type: dnssd.CellType, Port: m.port(), Text: text.Text(), Subtypes: []string{tag.Subtype()}},
		dnssd.Service{Label: label, Type: pagesType, Port: m.pages(), Text: []string{"path=/"}})
}

// pages is the port of the pages, or 80 where that cannot be told.
func (m *mesh) pages() uint16 {
	for _, a := range m.house.addresses {
		if at, err := netip.ParseAddrPort(a.Addr); err == nil && a.Scheme == "http" {
			return at.Port()
		}
	}
	return 80
}

func (m *mesh) port() uint16 {
	at, err := netip.ParseAddrPort(m.socket.LocalAddr().String())
	if err != nil {
		panic("celld: a port that is none: " + err.Error())
	}
	return at.Port()
}

// ours reports whether a router that is in sight says it is one to talk to: one
// of the cell or, for a router without one, the one that somebody said yes to.
func (m *mesh) ours(d op.Device) bool {
	if chosen, ok := m.seek.chosen(); ok && d == chosen {
		return true
	}
	r, known := m.house.desk.trust().Router(d)
	return known && r.Status == trust.Active && d != m.house.vault.Router()
}

// prefers keeps routers of the cell in sight when there is no more room.
func (m *mesh) prefers(text []string) bool {
	c, err := dnssd.ParseCellText(text)
	return err == nil && m.ours(c.ID)
}

// point tells the endpoint where routers of the cell are said to be, on a link
// or in the log, and takes back what is said no more.
func (m *mesh) point(found []dnssd.Instance) {
	all := m.recorded()
	for _, i := range found {
		if c, err := dnssd.ParseCellText(i.Text); err == nil && i.Type == dnssd.CellType && m.ours(c.ID) {
			for _, at := range i.AddrPorts() {
				all.add(at, c.ID)
			}
		}
	}
	want, disputed := all.decide(m.room.Talks)
	m.mu.Lock()
	defer m.mu.Unlock()
	if disputed && !m.decides { // whom one talks to changes, and nothing tells of it
		m.decides = true
		time.AfterFunc(lookAgain, m.again)
	}
	for at := range m.pointed {
		if _, still := want[at]; !still {
			m.endpoint.Forget(at)
		}
	}
	for at, d := range want {
		m.endpoint.Know(at, d)
	}
	m.pointed = want
}

// usable are the links on which a router may be met: those that are up, and not
// the ports of a bridge, which speaks for them.
type usable struct {
	state      *netstate.Watcher
	wide, skip []string
}

func (u usable) Links() (out []dnssd.Link, changed <-chan struct{}) {
	now, changed := u.state.Now()
	for _, l := range now.Links {
		if l.Up && l.Multicast && !l.Loopback && l.Master == 0 && !slices.Contains(u.skip, l.Name) {
			out = append(out, dnssd.Link{Index: l.Index, Name: l.Name, Addrs: l.Addrs, Wide: slices.Contains(u.wide, l.Name)})
		}
	}
	return out, changed
}
