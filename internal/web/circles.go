package web

import (
	"bytes"
	"crypto/rand"
	"errors"
	"slices"
	"sort"

	"celld/internal/cell"
	"celld/internal/cell/circle"
	"celld/internal/cell/letter"
	"celld/internal/op"
)

// Letters is what the pages ask for what some seal for some.
type Letters interface {
	// Write seals what is said to opening keys.
	Write(to [][]byte, s op.Secret, clear []byte) ([]byte, error)
	// Read opens the letter at a place for a member whose keys are in memory.
	Read(m op.Member, at op.Ref) (s op.Secret, clear []byte, mine bool)
	// Drop takes what was burned off the disk at once.
	Drop() error
}

const daySeconds = 24 * 60 * 60

// own is a circle as one of its people can read it.
type own struct {
	*circle.Circle
	turn    uint64
	secret  op.Secret   // that new letters are sealed under
	secrets []op.Secret // all that its letters are sealed under
	oldest  uint64      // when the fact was last written that has not been for longest
}

// foundCircle is what the letters of one circle say.
type foundCircle struct {
	own
	facts  []circle.Fact
	latest map[[8]byte]uint64 // when each was last written
}

// circlesOf folds the circles that a member is in, for them alone. Who was asked
// to keep one and did not is in it no more.
func (s *Server) circlesOf(state *cell.State, m op.Member) (all []own) {
	if s.Letters == nil || m.IsZero() {
		return nil
	}
	by := map[circle.ID]*foundCircle{}
	for l := range state.Letters() {
		secret, clear, mine := s.Letters.Read(m, l.Ref)
		if !mine {
			continue
		}
		if p, ok := circle.ParsePage(clear); ok {
			if by[p.ID] == nil {
				by[p.ID] = &foundCircle{latest: map[[8]byte]uint64{}}
			}
			by[p.ID].take(p, secret, l.Time)
		}
	}
	for id, f := range by {
		f.Circle = circle.Fold(id, f.facts)
		if f.Circle != nil && f.Has(m) {
			f.oldest = f.age()
			all = append(all, f.own)
		}
	}
	sort.Slice(all, func(i, j int) bool { return bytes.Compare(all[i].ID[:], all[j].ID[:]) < 0 })
	return all
}

func (f *foundCircle) take(p circle.Page, s op.Secret, written uint64) {
	f.facts = append(f.facts, p.Facts...)
	if !slices.Contains(f.secrets, s) {
		f.secrets = append(f.secrets, s)
	}
	lower := bytes.Compare(s[:], f.secret[:]) < 0
	if len(f.secrets) == 1 || p.Turn > f.turn || p.Turn == f.turn && lower {
		f.turn, f.secret = p.Turn, s
	}
	for _, x := range p.Facts {
		mark := circle.MarkOf(x)
		f.latest[mark] = max(f.latest[mark], written)
	}
}

func (f *foundCircle) age() (oldest uint64) {
	for _, written := range f.latest {
		if oldest == 0 || written < oldest {
			oldest = written
		}
	}
	return oldest
}

// stale reports that the key has to be turned, since somebody knows it who is in
// the circle no more.
func (o own) stale() bool { return o.turn < uint64(len(o.Recused)) }

// tell writes a fact down. A refusal says why it may not be said.
func (s *Server) tell(state *cell.State, by op.Author, o own, f circle.Fact) error {
	if err := o.May(f); err != nil {
		return err
	}
	next := o
	next.Circle = circle.Fold(o.ID, append(slices.Clone(o.Facts), f))
	if next.Gone(0, false) {
		return s.burn(by, o.secrets) // all agreed
	}
	facts := []circle.Fact{f}
	joined := slices.ContainsFunc(next.People(), func(m op.Member) bool { return !o.Has(m) })
	if joined {
		facts = next.Facts
	}
	readers := next.People()
	if f.Verb == circle.Recuse {
		readers = append(readers, by.Member) // who goes sees that they went
	}
	return s.send(state, by, next, readers, facts)
}

// send writes letters with facts to the people of a circle: with all of them,
// under a new key, when somebody who knows the old one is in it no more.
func (s *Server) send(state *cell.State, by op.Author, o own, readers []op.Member, facts []circle.Fact) error {
	turned := o.stale() && o.IsParty(by.Member)
	old := o.secrets
	if turned {
		rand.Read(o.secret[:])
		o.turn, facts = uint64(len(o.Recused)), o.Facts
	}
	drafts, err := s.letters(state, o, readers, facts)
	if err != nil {
		return err
	}
	if !turned {
		_, err = s.Log.Submit(by, drafts...)
		return err
	}
	return s.burn(by, old, drafts...)
}

func (s *Server) letters(state *cell.State, o own, readers []op.Member, facts []circle.Fact) (drafts []op.Draft, err error) {
	var to [][]byte
	people := cell.PeopleOf(state)
	for _, m := range readers {
		if keys, _ := people.Trust.Member(m); people.IsActive(m) {
			to = append(to, keys.Opening)
		}
	}
	for _, p := range circle.Pages(o.ID, o.turn, facts) {
		sealed, err := s.Letters.Write(to, o.secret, p.Bytes())
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, op.Draft{Kind: letter.KindWrite, Content: sealed, Keep: letter.Stays})
	}
	return drafts, nil
}

// burn has every router drop the letters under some secrets, after others were
// written. What does that is a letter like any other to who cannot read it.
func (s *Server) burn(by op.Author, secrets []op.Secret, drafts ...op.Draft) error {
	for _, secret := range secrets {
		ember := secret.Ember()
		content := make([]byte, op.LetterSize)
		rand.Read(content)
		copy(content, ember[:])
		drafts = append(drafts, op.Draft{Kind: letter.KindWrite, Content: content, Keep: letter.Stays})
	}
	if _, err := s.Log.Submit(by, drafts...); err != nil {
		return err
	}
	return s.Letters.Drop()
}

// renewAfter is how old the letters of a circle grow before they are written
// anew: half of what they live.
const renewAfter = letter.Stays / 2

// Tend does what circles need and nobody presses a button for, in the names of
// those who are signed in: it expunges what has had its time, turns keys, and
// writes letters anew while a circle goes on (K5). Without a trusted clock
// nothing has had its time.
func (s *Server) Tend() error {
	if s.Letters == nil || !s.Keys.Awake() {
		return nil
	}
	var errs error
	for _, by := range s.sessions.authors() {
		state := s.Log.State()
		for _, o := range s.circlesOf(state, by.Member) {
			errs = errors.Join(errs, s.tend(state, by, o))
		}
	}
	return errs
}

func (s *Server) tend(state *cell.State, by op.Author, o own) error {
	now, trusted := s.today()
	switch {
	case o.Gone(now/daySeconds, trusted):
		return s.burn(by, o.secrets)
	case o.stale() && o.IsParty(by.Member), trusted && !o.Stage.Over() && now > o.oldest+renewAfter:
		return s.send(state, by, o, o.People(), o.Facts)
	}
	return nil
}

// today is what this router knows of the time.
func (s *Server) today() (uint64, bool) {
	now, quality := s.Clock.Now()
	return uint64(max(now.Unix(), 0)), quality.Trusted()
}

// authors are those who are signed in, each once.
func (s *sessions) authors() (all []op.Author) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.all {
		if !slices.ContainsFunc(all, func(a op.Author) bool { return a.Member == x.author.Member }) {
			all = append(all, x.author)
		}
	}
	return all
}
