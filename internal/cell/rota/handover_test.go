package rota

import (
	"slices"
	"testing"

	"celld/internal/op"
)

// handing is a cell in which one has just taken a role from another.
type handing struct {
	*cell
	giver, taker, other op.Member
}

func handsOver(t *testing.T, role Role) handing {
	h := handing{cell: &cell{people: people{active: table(3)}}}
	for n, who := range []*op.Member{&h.giver, &h.taker, &h.other} {
		*who = h.value().Next(role, Here(h))
		if who == &h.other {
			break
		}
		must(t, h.do(*who, KindBegin, Begin{Role: role, Number: uint64(n + 1), Length: role.Length()}))
		if who == &h.giver {
			must(t, h.do(*who, KindEnd, End{role, 1}))
		}
	}
	return h
}

func (c *cell) tick(m op.Member, role Role, things uint64) error {
	return c.do(m, KindTick, Tick{role, c.value().Post(role).Term.Number, things})
}

func TestAHandoverIsDoneWhenBothHaveTickedAll(t *testing.T) {
	for _, role := range Roles {
		c := handsOver(t, role)
		done := func() bool { return c.value().Post(role).HandedOver(c.people) }
		if done() {
			t.Fatalf("%v: handed over before anything was", role)
		}
		all := uint64(1)<<role.Things() - 1
		must(t, c.tick(c.giver, role, all))
		must(t, c.tick(c.taker, role, 1))
		if got := c.value().Post(role).Ticked(); done() || got != (Handover{all, 1}) {
			t.Errorf("%v: %+v is told to be all", role, got)
		}
		must(t, c.tick(c.taker, role, all&^1))
		if !done() {
			t.Errorf("%v: both ticked all, and it is not handed over", role)
		}
	}
}

func TestWhoIsGoneTicksNothing(t *testing.T) {
	c := handsOver(t, Treasurer)
	must(t, c.tick(c.taker, Treasurer, 7))
	if c.value().Post(Treasurer).HandedOver(c.people) {
		t.Error("one of both is enough")
	}
	c.active = []op.Member{c.taker, c.other}
	if !c.value().Post(Treasurer).HandedOver(c.people) {
		t.Error("who left the cell is waited for")
	}
	refused(t, c.tick(c.giver, Treasurer, 1), "actor.unknown")
}

func TestTicksThatMeanNothingAreRefused(t *testing.T) {
	c := handsOver(t, Liaison)
	before := c.value()
	refused(t, c.tick(c.other, Liaison, 1), "rota.others")
	refused(t, c.tick(c.giver, Liaison, 0), "rota.things")
	refused(t, c.tick(c.giver, Liaison, 8), "rota.things")
	refused(t, c.do(c.giver, KindTick, Tick{Liaison, 1, 1}), "rota.number")
	refused(t, c.do(c.giver, KindTick, Tick{NoteKeeper, 0, 1}), "rota.number")
	refused(t, c.do(c.giver, KindTick, Tick{CircleKeeper, 1, 1}), "rota.role")
	refused(t, c.do(c.giver, KindTick, "x"), "rota.content")
	if c.value() != before {
		t.Error("a refused tick changed something")
	}
	// The first holder of a role takes it from nobody, and who goes on from oneself.
	alone := &cell{people: people{active: table(1)}}
	for n := range uint64(2) {
		must(t, alone.do(member(0), KindBegin, Begin{Role: Liaison, Number: n + 1, Length: Liaison.Length()}))
		refused(t, alone.tick(member(0), Liaison, 1), "rota.others")
		if !alone.value().Post(Liaison).HandedOver(alone.people) {
			t.Error("somebody has to hand over to themselves")
		}
		must(t, alone.do(member(0), KindEnd, End{Liaison, n + 1}))
	}
}

// Ticks that were made apart add up in every order, and the next term has a new
// list.
func TestTicksMadeApartAddUp(t *testing.T) {
	c := handsOver(t, TechCustodian)
	ticks := []op.Opened{
		c.op(c.giver, KindTick, Tick{TechCustodian, 2, 3}), c.op(c.taker, KindTick, Tick{TechCustodian, 2, 8}),
		c.op(c.giver, KindTick, Tick{TechCustodian, 2, 4}),
	}
	var ends [2]Handover
	for i := range ends {
		value := c.rota
		for _, o := range ticks {
			value = Apply(Key, value, o)
		}
		ends[i] = value.(*Rota).Post(TechCustodian).Ticked()
		slices.Reverse(ticks)
	}
	if ends[0] != ends[1] || ends[0] != (Handover{7, 8}) {
		t.Errorf("they add up to %+v and %+v", ends[0], ends[1])
	}
	must(t, c.tick(c.giver, TechCustodian, 1))
	must(t, c.do(c.taker, KindEnd, End{TechCustodian, 2}))
	must(t, c.do(c.other, KindBegin, Begin{Role: TechCustodian, Number: 3, Length: TechCustodian.Length()}))
	if got := c.value().Post(TechCustodian).Ticked(); got != (Handover{}) {
		t.Errorf("the new term begins with %+v", got)
	}
}
