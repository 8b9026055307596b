package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"celld/internal/cell"
	"celld/internal/op"
	"celld/internal/words"
)

// status is what celld tells of itself.
type status struct {
	Version    string    `json:"version"`
	Router     string    `json:"router"`
	Cell       *string   `json:"cell"` // nil before the founding
	Name       string    `json:"name,omitempty"`
	Mode       string    `json:"mode"` // sealed, unattended
	Awake      bool      `json:"awake"`
	Members    []seat    `json:"members"`
	Operations uint32    `json:"operations"`
	Waiting    int       `json:"waiting"`
	Logs       []logHead `json:"logs"`
	Digest     *string   `json:"digest"` // nil while something waits to be opened
	Ledger     *books    `json:"ledger"` // nil then, too
	Store      string    `json:"store"`
	Size       int64     `json:"size"`
	Disk       *disk     `json:"disk"`
	Machine    hardware  `json:"machine"`
	Held       held      `json:"held"`
	Clock      clockFace `json:"clock"`
	Addresses  []address `json:"addresses"`
	HTTPS      string    `json:"https_words,omitempty"`
	Peers      *others   `json:"peers"`            // nil without -mesh
	Config     *uciNews  `json:"config,omitempty"` // nil without -uci
}

type seat struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

type logHead struct {
	Device string `json:"device"`
	Member string `json:"member,omitempty"`
	Router string `json:"router,omitempty"`
	Seq    uint64 `json:"seq"`
}

type disk struct {
	Free  uint64 `json:"free"`
	Total uint64 `json:"total"`
}

type held struct {
	Members int `json:"members"`
	Devices int `json:"devices"`
	Epochs  int `json:"epochs"`
}

type clockFace struct {
	Time    string `json:"time"`
	Quality string `json:"quality"`
}

var qualities = [...]string{
	op.ClockNone: "none", op.ClockTold: "told", op.ClockMembers: "members",
	op.ClockNeighbour: "neighbour", op.ClockNTP: "ntp",
}

func (h *house) tellStatus(_ context.Context, _ request, send func(event) error) error {
	s, err := h.status()
	if err != nil {
		return err
	}
	return send(event{Status: &s})
}

func (h *house) status() (status, error) {
	size, err := h.store.Size()
	if err != nil {
		return status{}, err
	}
	state, keys := h.log.State(), h.vault.Held()
	now, quality := h.clock.Now()
	s := status{
		Version: version, Router: h.vault.Router().String(),
		Mode: "sealed", Awake: h.desk.Awake(), Members: seats(state), Logs: h.heads(),
		Operations: h.store.Len(), Waiting: h.log.Waiting(),
		Store: h.store.name, Size: size,
		Held:    held{keys.Members, keys.Devices, keys.Epochs},
		Clock:   clockFace{now.UTC().Format(time.RFC3339), qualities[quality]},
		Machine: hardwareOf(machine), Addresses: h.addresses, Config: h.news.Load(),
	}
	if free, total, err := h.room(); err == nil {
		s.Disk = &disk{free, total}
	}
	if len(h.certificate.Certificate) > 0 {
		s.HTTPS = fingerprint(h.certificate.Certificate[0])
	}
	h.describe(&s, state)
	if h.mesh != nil {
		s.Peers = h.mesh.others()
	}
	return s, nil
}

// describe fills in what only a cell has.
func (h *house) describe(s *status, state *cell.State) {
	id := h.log.Cell()
	if id == (op.ID{}) {
		return
	}
	text := id.String()
	s.Cell, s.Name = &text, cell.PeopleOf(state).Cell()
	if cell.RulesOf(state).Unattended {
		s.Mode = "unattended"
	}
	if s.Waiting == 0 {
		sum := state.Digest()
		text := hex.EncodeToString(sum[:])
		s.Digest, s.Ledger = &text, booksOf(state)
	}
}

func seats(state *cell.State) []seat {
	who := cell.PeopleOf(state)
	out := []seat{}
	for _, m := range who.Active() {
		out = append(out, seat{ID: m.String(), Name: who.Name(m)})
	}
	return out
}

// heads lists every log with whom it speaks for, by the devices' names.
func (h *house) heads() []logHead {
	out := []logHead{}
	t := h.desk.trust()
	for d, seq := range h.log.Heads() {
		head := logHead{Device: d.String(), Seq: seq}
		if dev, ok := t.Device(d); ok {
			head.Router = dev.Router.String()
			if !dev.Member.IsZero() {
				head.Member = dev.Member.String()
			}
		}
		out = append(out, head)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Device < out[j].Device })
	return out
}

// member finds who is meant: by number in the circle, by id, or by name while
// names can be read.
func (h *house) member(who string) (op.Member, error) {
	p := cell.PeopleOf(h.log.State())
	circle := p.Active()
	switch n, err := strconv.Atoi(who); {
	case len(circle) == 0:
		return op.Member{}, errors.New("no cell lives here yet")
	case err == nil && n >= 1 && n <= len(circle):
		return circle[n-1], nil
	}
	if m, err := op.ParseMember(who); err == nil && slices.Contains(circle, m) {
		return m, nil
	}
	if m, ok := p.Names().Named(who); ok {
		return m, nil
	}
	if p.Names() == nil {
		return op.Member{}, errors.New("names are sealed while this router is locked: give none, or the number that cellctl status has")
	}
	return op.Member{}, fmt.Errorf("no member is called %q here; cellctl status lists them", who)
}

// fingerprint is the SHA-256 of a certificate as six words, to be read out and
// compared: 66 bits.
func fingerprint(certificate []byte) string {
	sum := sha256.Sum256(certificate)
	five, err := words.Generate("en", bytes.NewReader(sum[:10]))
	one, err2 := words.Generate("en", bytes.NewReader(sum[10:20]))
	if err := errors.Join(err, err2); err != nil {
		panic("celld: fingerprint: " + err.Error()) // only for too few bytes
	}
	return strings.Join(append(five, one[0]), " ")
}
