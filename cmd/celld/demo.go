package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
	"celld/internal/web"
	"celld/internal/words"
)

// fillDemo writes the demo cell into an empty log: seven members and a year of
// their life, the same on every machine for a given day but for the keys, and
// whose turn it is, which is drawn from them. A folder that holds a cell already
// is served as it is.
func fillDemo(ctx context.Context, h *house) error {
	if h.log.Cell() != (op.ID{}) {
		return nil
	}
	d := &demo{house: h, disk: &scratch{}, chance: rand.New(rand.NewPCG(7, 2026))}
	if err := d.begin(ctx); err != nil {
		return err
	}
	d.year()
	if d.err != nil {
		return d.err
	}
	return d.keep()
}

// demo plays the year on a log in memory, under a clock of its own. Its steps
// stop at the first that fails.
type demo struct {
	house  *house
	disk   *scratch
	log    *oplog.Log
	chance *rand.Rand
	now    time.Time
	seats  []demoSeat
	err    error
}

// demoSeat is a demo member and the five words that open their seat.
type demoSeat struct {
	name  string
	words string
	by    op.Author
}

var demoNames = []string{"Moss", "Heron", "Lantern", "Tide", "Ember", "Fern", "Kite"}

// begin founds the cell a year ago and seats all seven.
func (d *demo) begin(ctx context.Context) error {
	d.at(365, 18)
	keys := &sealer{vault: d.house.vault, cell: func() op.ID { return d.log.Cell() }}
	var err error
	if d.log, err = oplog.Open(d.disk, keys, d.unix); err != nil {
		return err
	}
	desk := &desk{log: d.log, vault: d.house.vault, logger: slog.New(slog.DiscardHandler)}
	for i, name := range demoNames {
		s := demoSeat{name: name, words: demoWords(i)}
		if i == 0 {
			s.by, err = desk.Found(ctx, "Mill Lane", name, s.words)
		} else {
			s.by, err = d.welcome(ctx, desk, s)
		}
		if err != nil {
			return fmt.Errorf("seat %s: %w", name, err)
		}
		d.seats = append(d.seats, s)
	}
	return nil
}

// welcome lets one more in, by the hand of the first.
func (d *demo) welcome(ctx context.Context, desk *desk, s demoSeat) (op.Author, error) {
	n, err := desk.Newcomer(ctx, s.words)
	if err != nil {
		return op.Author{}, err
	}
	d.admit(n, s.name)
	if d.err != nil {
		return op.Author{}, d.err
	}
	return n.Seat()
}

func (d *demo) admit(n web.Newcomer, name string) {
	d.submit("Moss",
		op.Draft{Kind: trust.KindAdmit, Content: trust.Admit{Member: n.Member(), Identity: n.Identity(), Opening: n.Opening()}},
		op.Draft{Kind: trust.KindSlot, Content: trust.Slot{Member: n.Member(), Slot: n.Slot()}},
		op.Draft{Kind: people.KindName, Content: people.Name{Member: n.Member(), Name: name}})
}

// demoWords are five words that anybody can guess: a demo guards nothing.
func demoWords(seat int) string {
	drawn, err := words.Generate("en", &counter{n: uint16(seat) * 97})
	if err != nil {
		panic("celld: " + err.Error())
	}
	five, err := words.Normalize(strings.Join(drawn, " "))
	if err != nil {
		panic("celld: " + err.Error())
	}
	return five
}

// counter stands in for chance.
type counter struct{ n uint16 }

func (c *counter) Read(b []byte) (int, error) {
	for i := 0; i+1 < len(b); i += 2 {
		c.n += 211
		binary.BigEndian.PutUint16(b[i:], c.n)
	}
	return len(b), nil
}

// keep moves the year onto the disk in one batch and opens the log anew.
func (d *demo) keep() (err error) {
	h := d.house
	if _, err = h.store.Append(d.disk.operations, d.disk.chunks); err != nil {
		return err
	}
	keys := &sealer{vault: h.vault, cell: func() op.ID { return h.log.Cell() }}
	if h.log, err = oplog.Open(h.store, keys, h.clock.unix); err != nil {
		return err
	}
	h.desk.log = h.log
	h.logger.Info("the demo cell is filled; sit down with a name and its five words", "operations", len(d.disk.operations))
	for _, s := range d.seats {
		h.logger.Info("a seat", "name", s.name, "words", s.words)
	}
	return nil
}

// at sets the demo's clock to an hour of a day so many days ago. It never goes
// back.
func (d *demo) at(daysAgo, hour int) {
	y, m, day := time.Now().AddDate(0, 0, -daysAgo).Date()
	t := time.Date(y, m, day, hour, 0, 0, 0, time.Local)
	if t.After(d.now) {
		d.now = t
	}
}

func (d *demo) unix() (uint64, op.Clock) { return uint64(d.now.Unix()), op.ClockNTP }

func (d *demo) by(name string) op.Author {
	for i, s := range d.seats {
		if s.name == name {
			return d.seats[i].by
		}
	}
	panic("celld: nobody is called " + name)
}

// submit makes drafts in a member's voice, a minute after the last.
func (d *demo) submit(name string, drafts ...op.Draft) []op.Ref {
	if d.err != nil {
		return make([]op.Ref, len(drafts))
	}
	d.now = d.now.Add(time.Minute)
	refs, err := d.log.Submit(d.by(name), drafts...)
	if err != nil {
		d.err = fmt.Errorf("%s, %s, %s: %w", d.now.Format(time.DateOnly), name, drafts[0].Kind, err)
		return make([]op.Ref, len(drafts))
	}
	return refs
}

// open brings a proposal.
func (d *demo) open(name string, class consent.Class, text consent.Text, phases bool) op.Ref {
	if d.err != nil {
		return op.Ref{}
	}
	opening, err := consent.Open(d.log.State().Now(), d.by(name).Member, consent.Opening{Class: class, Text: text, Phases: phases})
	if err != nil {
		d.err = fmt.Errorf("%s brings %q: %w", name, text.What, err)
		return op.Ref{}
	}
	return d.submit(name, op.Draft{Kind: consent.KindOpen, Content: &opening})[0]
}

func (d *demo) round(r op.Ref) *consent.Round {
	round, _ := d.log.State().Value(consent.Key(r)).(*consent.Round)
	if round == nil {
		return &consent.Round{}
	}
	return round
}

// act does one thing in a round.
func (d *demo) act(name string, r op.Ref, a consent.Act) op.Ref {
	return d.submit(name, op.Draft{Kind: a.Kind(), Subject: r, Content: a})[0]
}

// say gives a voice; the last one adopts.
func (d *demo) say(name string, r op.Ref, s consent.Stance, reason string) op.Ref {
	a := &consent.Speak{Text: d.round(r).Current, Stance: s, Reason: reason}
	if s == consent.Object {
		a.Lenses = consent.Harmful
	}
	return d.submit(name,
		op.Draft{Kind: consent.KindSpeak, Subject: r, Content: a},
		op.Draft{Kind: consent.KindAdopt, Subject: r, Content: &consent.Adopt{Text: a.Text}, Try: true})[0]
}

// agree lets everybody consent who has not spoken, but some.
func (d *demo) agree(r op.Ref, but ...string) {
	spoken := d.round(r)
	for _, s := range d.seats {
		own, ok := spoken.VoiceOf(s.by.Member)
		if skipped(s.name, but) || ok && !spoken.Stale(own) || !spoken.Eligible(s.by.Member) {
			continue
		}
		d.say(s.name, r, consent.Consent, "")
	}
}

func skipped(name string, but []string) bool {
	for _, b := range but {
		if b == name {
			return true
		}
	}
	return false
}

// move leads a round on, by whoever looks after it.
func (d *demo) move(r op.Ref, to consent.State) {
	if d.err != nil {
		return
	}
	care := d.round(r).FacilitatorNow(d.log.State().Now())
	d.act(cell.PeopleOf(d.log.State()).Name(care), r, &consent.Move{To: to})
}

// scratch is storage in memory, for a year that is written in a second.
type scratch struct {
	operations [][]byte
	chunks     map[op.Chunk][]byte
}

func (s *scratch) Append(operations [][]byte, chunks map[op.Chunk][]byte) (uint32, error) {
	first := uint32(len(s.operations))
	s.operations = append(s.operations, operations...)
	for name, b := range chunks {
		if s.chunks == nil {
			s.chunks = map[op.Chunk][]byte{}
		}
		s.chunks[name] = b
	}
	return first, nil
}

func (s *scratch) Each(from uint32, f func(uint32, []byte) error) error {
	for i := int(from); i < len(s.operations); i++ {
		if err := f(uint32(i), s.operations[i]); err != nil {
			return err
		}
	}
	return nil
}

func (s *scratch) Read(pos uint32) ([]byte, error) {
	if int(pos) >= len(s.operations) {
		return nil, fs.ErrNotExist
	}
	return s.operations[pos], nil
}

func (s *scratch) Chunk(name op.Chunk) ([]byte, error) {
	if b, ok := s.chunks[name]; ok {
		return b, nil
	}
	return nil, errors.Join(fs.ErrNotExist)
}
