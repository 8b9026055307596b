package rota

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"celld/internal/op"
	"pgregory.net/rapid"
)

func member(i int) op.Member { return op.Member{byte(i + 1)} }

func table(n int) []op.Member {
	var all []op.Member
	for i := range n {
		all = append(all, member(i))
	}
	return all
}

type people struct {
	active, away []op.Member
}

func (p people) Active() []op.Member       { return p.active }
func (p people) IsActive(m op.Member) bool { return slices.Contains(p.active, m) }
func (p people) Away(m op.Member) bool     { return slices.Contains(p.away, m) }

// cell is a rota among people, told one operation after the other.
type cell struct {
	people
	rota any
	seq  uint64
	time uint64
	told op.Clock
}

func (c *cell) At(key string) any {
	switch key {
	case "people":
		return c.people
	case Key:
		return c.rota
	}
	return nil
}

func (c *cell) op(m op.Member, kind op.Kind, content any) op.Opened {
	c.seq++
	return op.Opened{Place: op.Place{Rank: c.seq, Ref: op.Ref{Device: op.Device{9}, Seq: c.seq}},
		Member: m, Kind: kind, Content: op.MustMarshal(content), Time: c.time, Clock: c.told}
}

func (c *cell) do(m op.Member, kind op.Kind, content any) error {
	o := c.op(m, kind, content)
	if err := Judge(o, c); err != nil {
		return err
	}
	c.rota = Apply(Key, c.rota, o)
	return nil
}

func (c *cell) value() *Rota {
	r, _ := c.rota.(*Rota)
	return r
}

func (c *cell) next() op.Member { return c.value().Next(Facilitator, Here(c)) }

func (c *cell) number() uint64 { return c.value().Post(Facilitator).Term.Number + 1 }

func (c *cell) begin(m op.Member) error {
	return c.do(m, KindBegin, Begin{Role: Facilitator, Number: c.number(), Length: Facilitator.Length()})
}

func (c *cell) end(m op.Member) error {
	return c.do(m, KindEnd, End{Facilitator, c.number() - 1})
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	if !errors.Is(err, op.Refuse(code)) {
		t.Errorf("got %v, want %s", err, code)
	}
	if Refusals[code] == "" {
		t.Errorf("%s is not in the list of refusals", code)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheOrderOfTheTableComesBeforeTheFirstTerm(t *testing.T) {
	c := &cell{people: people{active: table(5)}}
	if got := c.next(); got != member(0) {
		t.Errorf("%v is first", got)
	}
	if got := c.value().Facilitator(Here(c), member(0)); got != member(1) {
		t.Errorf("%v looks after the first one's round", got)
	}
	c.away = table(2)
	if got := c.next(); got != member(2) {
		t.Errorf("%v is first while two are away", got)
	}
}

func TestTurnsAreEvenOverTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		c := &cell{people: people{active: table(n)}}
		for range rapid.IntRange(1, 60).Draw(t, "terms") {
			holder := c.next()
			if err := c.begin(holder); err != nil {
				t.Fatal(err)
			}
			if err := c.end(holder); err != nil {
				t.Fatal(err)
			}
		}
		low, high := ^uint64(0), uint64(0)
		for _, in := range c.value().Order(Facilitator, c.active) {
			low, high = min(low, in.Terms), max(high, in.Terms)
		}
		if high-low > 1 {
			t.Fatalf("some served %d terms and some %d", low, high)
		}
	})
}

func TestNobodyRepeatsAtOnceUnlessAlone(t *testing.T) {
	c := &cell{people: people{active: table(3)}}
	must(t, c.begin(member(0)))
	must(t, c.end(member(0)))
	// A newcomer's low count would make them next again and again.
	c.active = append(c.active, member(7))
	must(t, c.begin(c.next()))
	last := c.value().Holder(Facilitator)
	must(t, c.end(last))
	if c.next() == last {
		t.Errorf("%v comes twice in a row", last)
	}
	c.active = []op.Member{last}
	if c.next() != last {
		t.Error("alone, nobody is next")
	}
}

func TestWhoDeclinesHasNotServedAndIsNotAskedAgainForThatTerm(t *testing.T) {
	c := &cell{people: people{active: table(3)}}
	decline := func(m op.Member) error { return c.do(m, KindDecline, Decline{Facilitator, c.number()}) }
	must(t, decline(member(0)))
	if c.next() != member(1) {
		t.Errorf("after a decline %v is next", c.next())
	}
	refused(t, decline(member(0)), "rota.not-next")
	refused(t, c.begin(member(0)), "rota.not-next")
	must(t, c.begin(member(1)))
	must(t, c.end(member(1)))
	for _, in := range c.value().Order(Facilitator, c.active) {
		if in.Member == member(0) && (in.Terms != 0 || in.Declined) {
			t.Errorf("the decline still counts: %+v", in)
		}
	}
}

func TestARoleThatEverybodyDeclinesIsVoid(t *testing.T) {
	c := &cell{people: people{active: table(2)}}
	for i := range 2 {
		must(t, c.do(member(i), KindDecline, Decline{NoteKeeper, 1}))
	}
	if got := c.value().Next(NoteKeeper, Here(c)); !got.IsZero() {
		t.Errorf("%v is next", got)
	}
	if c.value().Holder(NoteKeeper) != (op.Member{}) {
		t.Error("somebody holds it")
	}
	if got := c.value().Facilitator(Here(c), member(0)); got != member(1) {
		t.Errorf("a round found %v", got)
	}
}

func TestNobodyHoldsTwoWeightyRolesInACellOfFive(t *testing.T) {
	for n, want := range map[int]op.Member{4: member(0), 5: member(1)} {
		c := &cell{people: people{active: table(n)}}
		must(t, c.begin(member(0)))
		if got := c.value().Next(Treasurer, Here(c)); got != want {
			t.Errorf("of %d members %v is next for the tin, want %v", n, got, want)
		}
		if got := c.value().Next(NoteKeeper, Here(c)); got != member(0) {
			t.Errorf("of %d members %v is next to take notes", n, got)
		}
	}
}

func TestTheHolderLooksAfterOthersRoundsOnly(t *testing.T) {
	c := &cell{people: people{active: table(4)}}
	must(t, c.begin(member(0)))
	if got := c.value().Facilitator(Here(c), member(2)); got != member(0) {
		t.Errorf("%v, want the holder", got)
	}
	got := c.value().Facilitator(Here(c), member(0))
	if got == member(0) || got != c.next() {
		t.Errorf("%v, want the next one %v", got, c.next())
	}
	c.away = []op.Member{member(0)}
	if c.value().Facilitator(Here(c), member(2)) == member(0) {
		t.Error("the holder is away")
	}
}

func TestATermRunsUntilItsDateByATrustedClock(t *testing.T) {
	c := &cell{people: people{active: table(3)}, time: 1_800_000_000, told: op.ClockNTP}
	must(t, c.begin(member(0)))
	refused(t, c.begin(c.next()), "rota.running")
	refused(t, c.end(member(1)), "rota.holder")
	c.time += Facilitator.Length()
	c.told = op.ClockTold
	refused(t, c.begin(c.next()), "rota.running")
	c.told = op.ClockMembers
	must(t, c.begin(c.next()))
}

func TestATermBegunWithoutAClockEndsByHand(t *testing.T) {
	c := &cell{people: people{active: table(3)}}
	must(t, c.begin(member(0)))
	c.time, c.told = 1<<39, op.ClockNTP
	refused(t, c.begin(c.next()), "rota.running")
	must(t, c.end(member(0)))
	refused(t, c.do(member(0), KindEnd, End{Facilitator, 1}), "rota.void")
	must(t, c.begin(c.next()))
	// Who left the cell holds nothing back.
	c.active = slices.DeleteFunc(c.active, func(m op.Member) bool { return m == c.value().Holder(Facilitator) })
	must(t, c.begin(c.next()))
}

func TestUnlawfulTurnsAreRefused(t *testing.T) {
	c := &cell{people: people{active: table(3)}}
	refused(t, c.do(member(8), KindBegin, Begin{Role: Facilitator, Number: 1, Length: Facilitator.Length()}), "actor.unknown")
	refused(t, c.do(member(0), "rota.swap", Begin{}), "rota.kind")
	refused(t, c.do(member(0), KindBegin, "x"), "rota.content")
	refused(t, c.do(member(0), KindBegin, Begin{Role: CircleKeeper, Number: 1, Length: CircleKeeper.Length()}), "rota.role")
	refused(t, c.do(member(0), KindBegin, Begin{Role: Facilitator, Number: 1, Length: 5}), "rota.length")
	refused(t, c.do(member(0), KindBegin, Begin{Role: Facilitator, Number: 2, Length: Facilitator.Length()}), "rota.number")
	refused(t, c.do(member(1), KindBegin, Begin{Role: Facilitator, Number: 1, Length: Facilitator.Length()}), "rota.not-next")
	must(t, c.begin(member(0)))
	refused(t, c.do(member(0), KindEnd, End{Facilitator, 4}), "rota.number")
}

func TestOfTwoTermsWithOneNumberTheFirstStands(t *testing.T) {
	c := &cell{people: people{active: table(3)}}
	a := c.op(member(0), KindBegin, Begin{Role: Facilitator, Number: 1, Length: Facilitator.Length()})
	b := c.op(member(1), KindBegin, Begin{Role: Facilitator, Number: 1, Length: Facilitator.Length()})
	r := Apply(Key, Apply(Key, nil, a), b).(*Rota)
	if r.Holder(Facilitator) != member(0) || len(r.Post(Facilitator).Served) != 1 {
		t.Errorf("%+v", r.Post(Facilitator))
	}
}

// history draws operations that may or may not be lawful.
func history(t *rapid.T) []op.Opened {
	c := &cell{}
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) op.Opened {
		c.told = op.Clock(rapid.IntRange(0, 4).Draw(t, "clock"))
		role, number := Role(rapid.IntRange(0, 8).Draw(t, "role")), rapid.Uint64Range(0, 4).Draw(t, "number")
		m := member(rapid.IntRange(0, 3).Draw(t, "member"))
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			return c.op(m, KindBegin, Begin{Role: role, Number: number, Length: 9})
		case 1:
			return c.op(m, KindDecline, Decline{role, number})
		case 2:
			return c.op(m, KindTick, Tick{role, number, rapid.Uint64Range(0, 20).Draw(t, "things")})
		}
		return c.op(m, KindEnd, End{role, number})
	}), 0, 30).Draw(t, "history")
}

func TestValuesAreImmutableAndRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var value any
		for _, o := range history(t) {
			before, _ := value.(*Rota)
			spelled := before.MarshalState()
			value = Apply(Key, value, o)
			if !bytes.Equal(before.MarshalState(), spelled) {
				t.Fatal("Apply changed the value it was given")
			}
		}
		r, _ := value.(*Rota)
		again, err := UnmarshalRota(r.MarshalState())
		if err != nil || !bytes.Equal(again.MarshalState(), r.MarshalState()) {
			t.Fatalf("%v: %x became %x", err, r.MarshalState(), again.MarshalState())
		}
	})
}

func FuzzUnmarshalRota(f *testing.F) {
	c := &cell{people: people{active: table(3)}}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := UnmarshalRota(b)
		if err != nil {
			return
		}
		if !bytes.Equal(r.MarshalState(), b) {
			t.Fatalf("%x is spelled %x", b, r.MarshalState())
		}
		Apply(Key, r, c.op(member(2), KindBegin, Begin{Role: Facilitator, Number: r.Post(Facilitator).Term.Number + 1, Length: 9}))
		r.Order(Treasurer, table(12))
	})
}

// A moved folder would empty the fuzz seeds in silence.
func TestFuzzSeedsAreThere(t *testing.T) {
	seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", "FuzzUnmarshalRota", "*"))
	if err != nil || len(seeds) < 3 {
		t.Errorf("%d seeds: %v", len(seeds), err)
	}
}

// held returns a rota whose facilitators so far are told by hand.
func held(number uint64, last op.Member, served ...Served) *Rota {
	return &Rota{Posts: []Post{{Role: Facilitator, Term: Term{Number: number, Member: last, Ended: true}, Served: served}}}
}

func TestFewestTermsComeBeforeLongestSince(t *testing.T) {
	r := held(6, member(2), Served{member(0), 3, 4}, Served{member(1), 1, 5}, Served{member(2), 2, 6})
	if got := r.Next(Facilitator, table(3)); got != member(1) {
		t.Errorf("%v is next, want who served once", got)
	}
	r = held(6, member(2), Served{member(0), 2, 5}, Served{member(1), 2, 4}, Served{member(2), 2, 6})
	if got := r.Next(Facilitator, table(3)); got != member(1) {
		t.Errorf("%v is next, want who served longest since", got)
	}
}

func TestANewcomerDoesNotServeTwiceInARow(t *testing.T) {
	r := held(7, member(2), Served{member(0), 3, 5}, Served{member(1), 3, 6}, Served{member(2), 1, 7})
	if got := r.Next(Facilitator, table(3)); got != member(0) {
		t.Errorf("%v is next, want another than the last", got)
	}
}

func TestAnOlderValueKeepsItsCounts(t *testing.T) {
	c := &cell{people: people{active: table(1)}}
	must(t, c.begin(member(0)))
	must(t, c.end(member(0)))
	before := c.value()
	spelled := before.MarshalState()
	must(t, c.begin(member(0)))
	if !bytes.Equal(before.MarshalState(), spelled) {
		t.Error("a later term changed an older value")
	}
}

func TestTheShuffleChangesWithTheTerm(t *testing.T) {
	firsts := map[op.Member]bool{}
	for number := range uint64(40) {
		r := held(number+1, op.Member{})
		firsts[r.Next(Facilitator, table(4))] = true
		if r.Next(Facilitator, table(4)) != r.Next(Facilitator, []op.Member{member(3), member(1), member(0), member(2)}) {
			t.Fatal("the shuffle depends on the order of the table")
		}
	}
	if len(firsts) != 4 {
		t.Errorf("only %d members ever come first", len(firsts))
	}
}

func TestTheNoteKeeperStandsInThenWhoseTurnComesNext(t *testing.T) {
	here := []op.Member{{1}, {2}, {3}, {4}}
	r := &Rota{Posts: []Post{{Role: NoteKeeper, Term: Term{Number: 1, Member: here[2]}}}}
	if got := r.Surrogate(here, here[0]); got != here[2] {
		t.Errorf("%v stands in, want the note-keeper", got)
	}
	if got := r.Surrogate(here, here[0], here[2]); got != here[1] {
		t.Errorf("%v stands in, want whose turn comes next", got)
	}
	if got := r.Surrogate(here[:2], here[0]); got != here[1] {
		t.Errorf("%v stands in for a note-keeper who is away", got)
	}
	if got := (*Rota)(nil).Surrogate(here[:1], here[0]); !got.IsZero() {
		t.Errorf("%v stands in, and there is nobody", got)
	}
}

// R3 knows no exception: where only the treasurer is left to ask, nobody
// facilitates, and everybody sees it.
func TestNobodyTakesASecondWeightyRoleThoughAllOthersDeclined(t *testing.T) {
	here := []op.Member{{1}, {2}, {3}, {4}, {5}}
	r := &Rota{Posts: []Post{{Role: Facilitator, Declined: here[1:]}, {Role: Treasurer, Term: Term{Number: 1, Member: here[0]}}}}
	if got := r.Next(Facilitator, here); !got.IsZero() {
		t.Errorf("%v would hold two weighty roles", got)
	}
	if got := r.Facilitator(here); got.IsZero() {
		t.Error("nobody looks after a round")
	}
	if got := r.Next(Facilitator, here[:4]); got != here[0] {
		t.Errorf("in a cell of four the turn is %v's", got)
	}
}
