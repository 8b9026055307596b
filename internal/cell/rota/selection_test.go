package rota

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

// decided is a round about a turn, as the room of rounds would tell of it.
type decided struct {
	turn    Turn
	over    bool
	inForce bool
	yes     []op.Member
}

func (d decided) Finished() bool             { return d.over }
func (d decided) Proposes() (string, []byte) { return EffectTurn, op.MustMarshal(d.turn) }
func (d decided) SaidYes(m op.Member) bool   { return slices.Contains(d.yes, m) }

func (d decided) Mandate() (string, []byte) {
	if d.inForce {
		return d.Proposes()
	}
	return "", nil
}

// choosing is a cell that gives a role by reasons.
type choosing struct {
	*cell
	selections any
	rounds     map[op.Ref]decided
}

func (c *choosing) At(key string) any {
	if key == KeySelections {
		return c.selections
	}
	for ref, d := range c.rounds {
		if key == "round/"+ref.String() {
			return d
		}
	}
	return c.cell.At(key)
}

func (c *choosing) on(m op.Member, kind op.Kind, subject op.Ref, content any) error {
	o := c.op(m, kind, content)
	o.Subject = subject
	if err := Judge(o, c); err != nil {
		return err
	}
	c.rota, c.selections = Apply(Key, c.rota, o), Apply(KeySelections, c.selections, o)
	return nil
}

func (c *choosing) step(m op.Member, kind op.Kind, content any) error {
	return c.on(m, kind, op.Ref{}, content)
}

func (c *choosing) name(m, who op.Member, why string) error {
	return c.step(m, KindNominate, Nominate{Role: Treasurer, Number: 1, Who: who, Why: why})
}

func (c *choosing) now() Selection {
	s, _ := c.selections.(*Selections)
	x, _ := s.For(Treasurer, 1)
	return x
}

// chooses begins to choose who keeps the tin; member 0 facilitates.
func chooses(t *testing.T, n int) *choosing {
	c := &choosing{cell: &cell{people: people{active: table(n)}}, rounds: map[op.Ref]decided{}}
	must(t, c.begin(member(0)))
	must(t, c.step(member(1), KindSelect, Select{Role: Treasurer, Number: 1, Words: "It was empty for a year.", Roster: table(n)}))
	return c
}

// From private names to a turn: all at once, reasons, changes, a round, and its
// adoption gives the turn.
func TestARoleIsGivenByReasons(t *testing.T) {
	c := chooses(t, 4)
	a, b, d, e := member(0), member(1), member(2), member(3)
	must(t, c.name(a, b, "Counts well"))
	must(t, c.name(b, d, "Has time"))
	must(t, c.name(d, b, ""))
	must(t, c.name(d, e, "Asked me once"))
	if x := c.now(); x.Shown || len(x.Named) != 3 || x.Named[2] != (Nomination{By: d, Who: e, Why: "Asked me once"}) {
		t.Fatalf("before all have named somebody: %+v", x)
	}
	refused(t, c.on(a, KindPropose, op.Ref{Seq: 5}, Propose{Treasurer, 1, b}), "rota.hidden")
	must(t, c.name(e, b, "Knows the shops"))
	if !c.now().Shown {
		t.Fatal("all have named somebody, and nobody sees it")
	}
	must(t, c.name(d, b, "The shops, yes"))
	if got := c.now().Named[2]; got != (Nomination{By: d, Who: b, Why: "The shops, yes", Before: e}) {
		t.Errorf("a change is told as %+v", got)
	}
	ref := op.Ref{Device: op.Device{9}, Seq: 900}
	propose := func(m op.Member) error { return c.on(m, KindPropose, ref, Propose{Treasurer, 1, b}) }
	refused(t, propose(a), "rota.round")
	c.rounds[ref] = decided{turn: Turn{Treasurer, 1, d}}
	refused(t, propose(a), "rota.round")
	c.rounds[ref] = decided{turn: Turn{Treasurer, 1, b}}
	refused(t, propose(d), "rota.lead")
	must(t, propose(a))
	refused(t, propose(a), "rota.proposed")
	refused(t, c.name(e, d, ""), "rota.proposed")

	begin := Begin{Role: Treasurer, Number: 1, Length: Treasurer.Length(), Round: ref, Member: b}
	refused(t, c.step(e, KindBegin, begin), "rota.round")
	c.rounds[ref] = decided{turn: Turn{Treasurer, 1, b}, over: true, inForce: true}
	refused(t, c.step(e, KindBegin, begin), "rota.own-yes")
	c.rounds[ref] = decided{turn: Turn{Treasurer, 1, b}, over: true, inForce: true, yes: []op.Member{b}}
	wrong := begin
	wrong.Member = d
	refused(t, c.step(e, KindBegin, wrong), "rota.round")
	wrong = begin
	wrong.Round = op.Ref{}
	refused(t, c.step(a, KindBegin, wrong), "rota.round")
	must(t, c.step(e, KindBegin, begin))
	if p := c.value().Post(Treasurer); p.Term.Member != b || len(p.Served) != 1 || p.Served[0].Member != b {
		t.Errorf("the turn is %+v", p)
	}
	refused(t, c.step(e, KindBegin, begin), "rota.number")
	if s, _ := c.selections.(*Selections); len(s.List) != 1 || c.value().Post(Treasurer).Term.Number != 1 {
		t.Error("it is chosen still")
	}
}

// Who facilitates shows the names when somebody is missing, and does not lead on
// when they are named themselves (I10).
func TestWhoIsNamedDoesNotLeadTheSelection(t *testing.T) {
	c := chooses(t, 4)
	a, b, d := member(0), member(1), member(2)
	refused(t, c.step(a, KindReveal, Reveal{Treasurer, 1}), "rota.shown")
	must(t, c.name(b, d, ""))
	must(t, c.name(d, b, ""))
	refused(t, c.step(b, KindReveal, Reveal{Treasurer, 1}), "rota.lead")
	must(t, c.step(a, KindReveal, Reveal{Treasurer, 1}))
	if !c.now().Leads(c, a) || c.now().Leads(c, b) {
		t.Error("who facilitates and is not named leads it")
	}
	must(t, c.name(member(3), member(3), "I would like to"))
	if c.now().Leads(c, member(3)) || !c.now().Leads(c, a) {
		t.Error("who is named leads it")
	}
	must(t, c.name(a, a, "So would I"))
	for i := range 4 {
		if c.now().Leads(c, member(i)) != true {
			t.Errorf("all are named, and %d may not go on", i)
		}
	}
	refused(t, c.step(member(7), KindClose, Close{Treasurer, 1}), "actor.unknown")
	must(t, c.step(b, KindClose, Close{Treasurer, 1}))
	if _, under := c.selections.(*Selections).For(Treasurer, 1); under {
		t.Error("it is given up, and goes on")
	}
	must(t, c.step(b, KindSelect, Select{Role: Treasurer, Number: 1, Roster: table(4)}))
}

func TestASelectionThatMeansNothingIsRefused(t *testing.T) {
	c := chooses(t, 5)
	refused(t, c.step(member(1), KindSelect, Select{Role: Treasurer, Number: 1, Roster: table(5)}), "rota.selecting")
	refused(t, c.step(member(1), KindSelect, Select{Role: Liaison, Number: 1, Roster: table(4)}), "rota.roster")
	refused(t, c.step(member(1), KindSelect, Select{Role: Liaison, Number: 2, Roster: table(5)}), "rota.number")
	refused(t, c.step(member(1), KindSelect, Select{Role: CircleKeeper, Number: 1, Roster: table(5)}), "rota.role")
	refused(t, c.step(member(1), KindNominate, Nominate{Role: Liaison, Number: 1, Who: member(1)}), "rota.no-selection")
	refused(t, c.name(member(1), member(8), ""), "rota.barred")
	refused(t, c.name(member(1), member(0), ""), "rota.barred") // facilitates, in a cell of five (R3)
	c.active = append(c.active, member(6))
	refused(t, c.name(member(6), member(1), ""), "rota.outside")
	refused(t, c.step(member(1), KindNominate, "x"), "rota.content")
}

// Spells are what served for how long, by trusted clocks; the one that runs
// counts until now, and what lies before the time that is asked for is cut off.
func TestHowLongEachServedIsKeptForAWhile(t *testing.T) {
	c := &cell{people: people{active: table(3)}, time: 1_800_000_000, told: op.ClockNTP}
	day := uint64(24 * 60 * 60)
	start := c.time
	for range 2*maxSpells + 1 {
		must(t, c.begin(c.next()))
		c.time += Facilitator.Length() + day // it goes on until the next begins
	}
	p := c.value().Post(Facilitator)
	if len(p.Spells) != maxSpells {
		t.Errorf("%d are kept", len(p.Spells))
	}
	spells := p.Since(c.time-91*day, c.time)
	sum := map[op.Member]uint64{}
	for _, s := range spells {
		sum[s.Member] += s.To - s.From
	}
	if len(spells) != 7 || sum[member(0)]+sum[member(1)]+sum[member(2)] != 91*day || spells[0].To-spells[0].From != day {
		t.Errorf("%d turns, %v", len(spells), sum)
	}
	// A turn that is handed back ends there, and nothing is served until the next.
	must(t, c.end(c.value().Holder(Facilitator)))
	c.time += 10 * day
	if s := c.value().Post(Facilitator).Since(c.time-10*day, c.time); len(s) != 0 {
		t.Errorf("nobody had the turn, and %+v served", s)
	}
	must(t, c.begin(c.next()))
	c.time += 3 * day
	if s := c.value().Post(Facilitator).Since(c.time-13*day, c.time); len(s) != 1 || s[0].To-s[0].From != 3*day {
		t.Errorf("%+v", s)
	}
	must(t, c.end(c.value().Holder(Facilitator)))
	c.time += 4 * day
	if s := c.value().Post(Facilitator).Since(c.time-13*day, c.time); len(s) != 1 || s[0].To-s[0].From != 3*day {
		t.Errorf("a turn that was handed back early goes on: %+v", s)
	}
	if s := c.value().Post(Facilitator).Since(start, c.time); s[0].From < start {
		t.Error("it reaches beyond what was asked for")
	}
}

func TestSelectionsAreImmutableAndRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &cell{}
		var value any
		for range rapid.IntRange(0, 30).Draw(t, "many") {
			role, number := Role(rapid.IntRange(1, 3).Draw(t, "role")), rapid.Uint64Range(1, 2).Draw(t, "number")
			m, who := member(rapid.IntRange(0, 3).Draw(t, "member")), member(rapid.IntRange(0, 3).Draw(t, "who"))
			o := rapid.SampledFrom([]op.Opened{
				c.op(m, KindSelect, Select{Role: role, Number: number, Roster: table(3)}), c.op(m, KindNominate, Nominate{Role: role, Number: number, Who: who, Why: "x"}),
				c.op(m, KindNominate, Nominate{Role: role, Number: number, Who: who}), c.op(m, KindReveal, Reveal{role, number}),
				c.op(m, KindPropose, Propose{role, number, who}), c.op(m, KindClose, Close{role, number}),
			}).Draw(t, "act")
			before, _ := value.(*Selections)
			spelled := before.MarshalState()
			value = Apply(KeySelections, value, o)
			if !bytes.Equal(before.MarshalState(), spelled) {
				t.Fatal("Apply changed the value it was given")
			}
			if Apply(Key, nil, o) != nil {
				t.Fatal("a selection changes the rota")
			}
		}
		s, _ := value.(*Selections)
		again, err := UnmarshalSelections(s.MarshalState())
		if err != nil || !bytes.Equal(again.MarshalState(), s.MarshalState()) {
			t.Fatalf("%v", err)
		}
	})
}

func FuzzUnmarshalSelections(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := UnmarshalSelections(b)
		if err != nil {
			return
		}
		if !bytes.Equal(s.MarshalState(), b) {
			t.Fatalf("%x is spelled %x", b, s.MarshalState())
		}
		c := &cell{people: people{active: table(3)}}
		for _, x := range s.List {
			x.Leads(c, member(0))
			Apply(KeySelections, s, c.op(member(1), KindNominate, Nominate{Role: x.Role, Number: x.Number, Who: member(2)}))
		}
	})
}

func TestSelectionSeedsAreThere(t *testing.T) {
	seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", "FuzzUnmarshalSelections", "*"))
	if err != nil || len(seeds) < 2 {
		t.Errorf("%d seeds: %v", len(seeds), err)
	}
}
