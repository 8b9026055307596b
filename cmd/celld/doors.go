package main

import (
	"errors"
	"net/http"
	"sync/atomic"

	"celld/internal/web"
)

// porch is where people stand who come while the log is still being read: a
// page tells them how far that is.
type porch struct {
	house  *house
	inside atomic.Pointer[web.Server]
	before http.Handler
}

func (p *porch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s := p.house.signs; s != nil && s.asked(r) {
		s.ServeHTTP(w, r)
		return
	}
	if s := p.inside.Load(); s != nil {
		s.ServeHTTP(w, r)
		return
	}
	p.before.ServeHTTP(w, r)
}

// open lets people in.
func (p *porch) open(s *web.Server) {
	p.inside.Store(s)
	if p.house.signs != nil {
		p.house.signs.host() // is written down, while it can be read
	}
	for _, a := range p.house.addresses {
		p.house.logger.Info("serving", "url", a.Scheme+"://"+a.Addr)
	}
}

// doors takes the ports, so that one that is not free is told at once.
func (h *house) doors() ([]task, error) {
	h.porch = &porch{house: h, before: web.Starting(web.House{Name: h.config.name, Hosts: h.config.hosts, Known: h.known,
		Logger: h.logger, Work: h.work.doing})}
	plain, err := listen("http", h.config.http, nil, h.porch, h.logger)
	if err != nil {
		return nil, err
	}
	h.addresses = []address{plain.address()}
	doors := []task{plain}
	if h.config.https != "" {
		secure, err := h.secureDoor()
		if err != nil {
			return nil, errors.Join(err, plain.close())
		}
		h.addresses, doors = append(h.addresses, secure.address()), append(doors, secure)
	}
	signpost, err := h.signpost()
	if err != nil {
		for _, d := range doors {
			err = errors.Join(err, d.(*server).close())
		}
	}
	return append(doors, signpost...), err
}

func (h *house) secureDoor() (_ *server, err error) {
	if h.certificate, err = loadCertificate(h.config.dir); err != nil {
		return nil, err
	}
	return listen("https", h.config.https, &h.certificate, h.porch, h.logger)
}
