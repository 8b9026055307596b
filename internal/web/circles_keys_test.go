package web

import (
	"net/http"
	"testing"
	"time"

	"celld/internal/cell/circle"
	"celld/internal/cell/letter"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// circleOf is the one circle that somebody is in.
func (p *phone) circleOf() own {
	p.T.Helper()
	all := p.server.circlesOf(p.log.State(), p.by.Member)
	if len(all) != 1 {
		p.T.Fatalf("they are in %d circles", len(all))
	}
	return all[0]
}

// learned are the secrets that a changed program of somebody's would keep.
func (e *evening) learned(m op.Member) (all []op.Secret) {
	for l := range e.log.State().Letters() {
		if s, _, mine := e.server.Letters.Read(m, l.Ref); mine {
			all = append(all, s)
		}
	}
	return all
}

// opens is how many letters that are held those secrets, or somebody's key, open.
func (e *evening) opens(m op.Member, secrets []op.Secret) (n int) {
	for l := range e.log.State().Letters() {
		_, _, mine := e.server.Letters.Read(m, l.Ref)
		o, err := e.log.Read(l.Ref)
		if err != nil {
			e.Fatal(err)
		}
		for _, s := range secrets {
			_, ok := s.ReadLetter(o.Content)
			mine = mine || ok
		}
		if mine {
			n++
		}
	}
	return n
}

// TestWhoSaidNoReadsOnNothing: with the next word of a party, or with the next
// look after circles, its key is another one, all of it is written under that,
// and what the old one opened is gone, also to a program that kept the old one.
func TestWhoSaidNoReadsOnNothing(t *testing.T) {
	for name, next := range map[string]func(e *evening, moss *phone){
		"a party speaks":       func(_ *evening, moss *phone) { moss.does("pause") },
		"it is looked after":   func(e *evening, _ *phone) { e.Helper(); _ = e.server.Tend() },
		"no date is known":     func(e *evening, _ *phone) { e.now = time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC); _ = e.server.Tend() },
		"another one is asked": func(e *evening, moss *phone) { moss.does("ask", "whom", e.all["Kite"].id()) },
	} {
		t.Run(name, func(t *testing.T) {
			e := gather(t, "Moss", "Heron", "Tide", "Kite")
			moss, heron, tide := e.all["Moss"], e.all["Heron"], e.all["Tide"]
			moss.post("/circles/call", "whom", heron.id())
			heron.does("come")
			moss.does("ask", "whom", tide.id())
			knew := e.learned(tide.by.Member)
			url := tide.circle()
			tide.says(tide.post(url+"/recuse"), http.StatusOK)
			knew = append(knew, e.learned(tide.by.Member)...)
			if len(knew) == 0 {
				t.Fatal("who was asked reads nothing")
			}
			facts := len(heron.circleOf().Facts)
			next(e, moss)
			if n := e.opens(tide.by.Member, knew); n != 0 {
				t.Errorf("who said no reads %d letters on", n)
			}
			if len(e.log.State().Burned()) > 0 {
				t.Error("what is to go at once is still there")
			}
			for _, p := range []*phone{moss, heron} {
				if c := p.circleOf(); len(c.Facts) < facts || c.stale() || c.turn != 1 {
					t.Errorf("%d of %d facts are left, at turn %d", len(c.Facts), facts, c.turn)
				}
			}
		})
	}
}

// TestWhoLeftTheCellGetsNoLetters, though they are still one of the circle.
func TestWhoLeftTheCellGetsNoLetters(t *testing.T) {
	e := gather(t, "Moss", "Heron", "Tide")
	moss, heron := e.all["Moss"], e.all["Heron"]
	moss.post("/circles/call", "whom", heron.id())
	if _, err := e.log.Submit(heron.by, op.Draft{Kind: trust.KindLeave}); err != nil {
		t.Fatal(err)
	}
	before := e.opens(heron.by.Member, nil)
	c := moss.circleOf()
	if err := e.server.tell(e.log.State(), moss.by, c, c.Next(moss.by.Member, 0, circle.Pause)); err != nil {
		t.Fatal(err)
	}
	if now := e.opens(heron.by.Member, nil); now != before || before == 0 {
		t.Errorf("who left opens %d letters, and opened %d", now, before)
	}
	if moss.circleOf().Stage != circle.Paused {
		t.Error("who is here does not read it")
	}
}

// doubted is a clock that nobody trusts.
type doubted struct{ *evening }

func (d doubted) Now() (time.Time, op.Clock) { return d.now, op.ClockNone }

// TestLettersAreWrittenAnewWhenTheOldestIsHalfGone: one fact that is fresh does
// not carry the others, and what was just written anew is left alone; without a
// date nobody writes, and what is over is not written again.
func TestLettersAreWrittenAnewWhenTheOldestIsHalfGone(t *testing.T) {
	e := gather(t, "Moss", "Heron")
	moss, heron := e.all["Moss"], e.all["Heron"]
	moss.post("/circles/call", "whom", heron.id())
	heron.does("come")
	written := func() (n int) {
		t.Helper()
		before := e.applied()
		if err := e.server.Tend(); err != nil {
			t.Fatal(err)
		}
		return int(e.applied() - before)
	}
	days := func(n int) { e.now = e.now.Add(time.Duration(n) * 24 * time.Hour) }
	days(14)
	moss.does("pause") // a fresh fact
	if n := written(); n != 0 {
		t.Errorf("after 14 days %d letters are written", n)
	}
	now := e.now
	e.now = time.Date(1970, 1, 5, 0, 0, 0, 0, time.UTC)
	if n := written(); n != 0 {
		t.Errorf("without a date %d letters are written", n)
	}
	e.now = now
	days(2)
	e.server.Clock = doubted{e}
	if n := written(); n != 0 {
		t.Errorf("by a clock that nobody trusts %d letters are written", n)
	}
	e.server.Clock = e
	if written() == 0 {
		t.Error("after 16 days nothing is written anew")
	}
	if n := written(); n != 0 {
		t.Errorf("at once after that %d letters more", n)
	}
	days(15)
	if _, err := e.log.Expire(); err != nil {
		t.Fatal(err)
	}
	e.stage("Heron", circle.Paused)
	moss.does("decline")
	written()
	days(16)
	if n := written(); n != 0 {
		t.Errorf("of what is over %d letters are written anew", n)
	}
}

// TestOnItsDayNothingIsLeftOfIt, though a letter of it was written later than the
// others and would stay longer.
func TestOnItsDayNothingIsLeftOfIt(t *testing.T) {
	e := gather(t, "Moss", "Heron")
	moss, heron := e.all["Moss"], e.all["Heron"]
	moss.post("/circles/call", "whom", heron.id())
	moss.does("decline")
	e.now = e.now.Add(20 * 24 * time.Hour)
	heron.does("forget")
	knew := e.learned(moss.by.Member)
	e.now = e.now.Add(10 * 24 * time.Hour)
	if e.opens(moss.by.Member, knew) == 0 {
		t.Fatal("the last letter is gone already")
	}
	e.server.Clock = doubted{e}
	if err := e.server.Tend(); err != nil {
		t.Fatal(err)
	}
	if e.opens(moss.by.Member, knew) == 0 {
		t.Fatal("a clock that nobody trusts expunges it")
	}
	e.server.Clock = e
	if err := e.server.Tend(); err != nil {
		t.Fatal(err)
	}
	if n := e.opens(moss.by.Member, knew); n != 0 || len(e.log.State().Burned()) > 0 {
		t.Errorf("%d letters of it are left, %d burn still", n, len(e.log.State().Burned()))
	}
}

// TestTheLatestKeyIsEverybodysKey: two parties turned the key apart; all go on
// with the same one, whichever letter they read first, and both burn.
func TestTheLatestKeyIsEverybodysKey(t *testing.T) {
	a, b, old := op.Secret{1}, op.Secret{2}, op.Secret{0}
	turns := map[op.Secret]uint64{old: 0, a: 1, b: 1}
	for _, order := range [][]op.Secret{{old, a, b}, {b, a, old}, {a, old, b}, {b, old, a}, {a, b, old}, {old, b, a}} {
		f := &foundCircle{latest: map[[8]byte]uint64{}}
		for _, s := range order {
			f.take(circle.Page{ID: circle.ID{1}, Turn: turns[s]}, s, 1)
		}
		if f.secret != a || f.turn != 1 || len(f.secrets) != 3 {
			t.Errorf("read as %v they go on with %v at turn %d", order, f.secret[0], f.turn)
		}
	}
	e := gather(t, "Moss", "Heron")
	moss := e.all["Moss"]
	for _, s := range []op.Secret{a, b} {
		sealed, err := e.server.Letters.Write(nil, s, []byte("said"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.log.Submit(moss.by, op.Draft{Kind: letter.KindWrite, Content: sealed, Keep: letter.Stays}); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.server.burn(moss.by, []op.Secret{a, b}); err != nil {
		t.Fatal(err)
	}
	if n := e.opens(moss.by.Member, []op.Secret{a, b}); n != 0 {
		t.Errorf("%d letters are left", n)
	}
}
