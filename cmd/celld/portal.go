package main

import (
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"celld/internal/cell"
	"celld/internal/op"
	"celld/internal/portal"
	"celld/internal/system"
	"celld/internal/web"
	"celld/ui/locale"
)

const (
	nameFile = "portal-name"
	// ownZone is for names that no one else may ever have.
	ownZone = ".internal"
)

// signs joins what shows devices the way that have just joined the Wi-Fi.
type signs struct {
	*portal.Handler
	house *house
	port  string // of the pages

	mu     sync.Mutex
	called string // the cell's name, as last written down; guarded by mu
}

// signpost takes the port on which devices ask. Before there is one, they learn
// nothing from us.
func (h *house) signpost() ([]task, error) {
	if h.config.portal == "" {
		return nil, nil
	}
	s := &signs{house: h}
	_, s.port, _ = net.SplitHostPort(h.addresses[0].Addr)
	b, err := os.ReadFile(filepath.Join(h.config.dir, nameFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s.called = strings.TrimSpace(string(b))
	s.Handler = portal.New(portal.Config{
		Pages: &web.Signpost{Cell: s.cell, Host: s.host, Port: s.port},
		Alone: alone, Lease: h.lease,
		Pretend: h.config.portalPretend, Public: h.public(),
	})
	door, err := listenToCrowd("portal", h.config.portal, s, h.logger)
	if err != nil {
		return nil, err
	}
	h.signs = s
	pulse := pulseTask{s, filepath.Join(h.config.dir, pulseName)}
	if err := pulse.prepare(); err != nil {
		return nil, errors.Join(err, door.close())
	}
	h.logger.Info("showing phones the way", "addr", door.address().Addr)
	return []task{door, pulse}, nil
}

// public is the name that phones are told of by DHCP, if its certificate is one
// that they may know: without, they would ask there and nowhere else, in vain.
func (h *house) public() string {
	host := h.config.portalPublic
	if host == "" {
		return ""
	}
	if err := vouchedFor(&h.certificate, host); err != nil {
		h.logger.Warn("phones are not told of the public name", "name", host, "err", err)
		return ""
	}
	return host
}

// known are the hosts by which the pages may be asked for, besides those of the
// configuration.
func (h *house) known(host string) bool {
	return h.signs != nil && (host == h.signs.host() || host == h.config.portalPublic && host != "")
}

// asked reports whether a request to the pages is the signpost's: it is there,
// too, under the name of a certificate that phones know.
func (s *signs) asked(r *http.Request) bool {
	return s.Public != "" && r.TLS != nil && strings.EqualFold(hostName(r.Host), s.Public) &&
		(r.URL.Path == portal.Path || r.URL.Path == portal.APIPath)
}

func hostName(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		return h
	}
	return host
}

// cell is what the cell is called. What a router reads when it wakes it writes
// down in plain: the address has to be the same while it is asleep.
func (s *signs) cell() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.house.porch.inside.Load() == nil {
		return s.called
	}
	name := cell.PeopleOf(s.house.log.State()).Cell()
	if name != "" && name != s.called {
		s.called = name
		if err := os.WriteFile(filepath.Join(s.house.config.dir, nameFile), []byte(name+"\n"), 0o600); err != nil {
			s.house.logger.Warn("the cell's name was not written down for its address", "err", err)
		}
	}
	if s.called == "" && s.house.log.Cell() != (op.ID{}) {
		return s.house.config.name // asleep since before anybody wanted a signpost
	}
	return s.called
}

// host is where the pages are.
func (s *signs) host() string {
	if name := s.house.config.portalName; name != "" {
		return name + ownZone
	}
	return locale.Label(s.cell(), "celld") + ownZone
}

// alone reports whether this machine has no way to the internet.
func alone() bool { return !machine.WayOut() }

// lease is the portal's word for what the router gave a device.
func (h *house) lease(at netip.Addr) (portal.Lease, bool) {
	l, ok := system.FindLease(h.config.portalLeases, at, time.Now())
	return portal.Lease(l), ok
}
