package cell_test

import (
	"errors"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// opens brings a round that has to be lawful.
func (x *replica) opens(t *testing.T, by op.Member, draft consent.Opening) op.Ref {
	t.Helper()
	a, err := consent.Open(x.state.Now(), by, draft)
	if err != nil {
		t.Fatal(err)
	}
	return x.must(by, op.Draft{Kind: consent.KindOpen, Content: &a}).Ref
}

// TestNobodyLetsThePoolBearAlone: who owes something brings a standard round about it
// and passes on the yes of all others, who know of nothing. What was posted then is
// not taken back by their objections.
func TestNobodyLetsThePoolBearAlone(t *testing.T) {
	w := newWorld(t, 4, 1)
	x, m := w.replica[0], w.members
	grant := consent.Effect{Kind: ledger.EffectExpense, Content: op.MustMarshal(ledger.Grant{Expense: op.Ref{Device: op.Device{1}, Seq: 1}, Unit: ledger.Minutes, Amount: 60})}
	bear := consent.Effect{Kind: ledger.EffectWriteOff, Content: op.MustMarshal(ledger.WriteOff{Unit: ledger.Minutes, From: ledger.Common, To: ledger.MemberAccount(m[0].id), Amount: 60})}
	for _, e := range []consent.Effect{grant, bear} {
		ref := x.opens(t, m[0].id, consent.Opening{Class: consent.Standard, Text: consent.Text{What: "What I owe", Why: "It was a hard year", Effect: &e}})
		says := func(by, whose op.Member, s consent.Stance) error {
			a := &consent.Speak{Text: x.round(ref).Current, Stance: s, For: whose}
			if s != consent.Consent && s != consent.NeedTime {
				a.Reason = "So they told me"
			}
			if s == consent.Object {
				a.Lenses = consent.Harmful
			}
			return x.state.Refused(x.write(by, op.Draft{Kind: consent.KindSpeak, Subject: ref, Content: a}).Ref)
		}
		for _, s := range []consent.Stance{consent.Consent, consent.Concern, consent.StandAside, consent.Recused} {
			if err := says(m[0].id, m[1].id, s); !errors.Is(err, op.Refuse("relay.class")) {
				t.Errorf("%s: %v of another is passed on: %v", e.Kind, s, err)
			}
		}
		if err := says(m[0].id, op.Member{}, consent.Consent); err != nil {
			t.Fatal(err)
		}
		if err := says(m[3].id, m[2].id, consent.Object); err != nil {
			t.Errorf("%s: a no cannot be passed on: %v", e.Kind, err)
		}
	}
}

// TestAMembershipRoundStaysAboutThePersonItBeganWith: whoever is concerned has no
// voice. So nobody opens one about somebody, and then writes another's name into it.
func TestAMembershipRoundStaysAboutThePersonItBeganWith(t *testing.T) {
	w := newWorld(t, 4, 1)
	x, m := w.replica[0], w.members
	text := func(a trust.Act) consent.Text {
		return consent.Text{What: "Who belongs", Why: "We said so", Effect: &consent.Effect{Kind: cell.EffectAct, Content: op.MustMarshal(a)}}
	}
	gone := trust.Act{Verb: trust.Remove, Member: m[3].id}
	ref := x.opens(t, m[0].id, consent.Opening{Class: consent.Membership, Concerns: m[3].id, Text: text(gone)})
	newcomer := trust.Act{Verb: trust.Join, Member: op.Member{9}, Identity: public(keyOf("new")), Opening: public(keyOf("new"))}
	for _, a := range []trust.Act{newcomer, {Verb: trust.Remove, Member: m[2].id}, {Verb: trust.Rebind, Member: m[3].id}} {
		next := &consent.Revise{Base: x.round(ref).Current, Text: text(a)}
		if err := x.state.Refused(x.write(m[0].id, op.Draft{Kind: consent.KindRevise, Subject: ref, Content: next}).Ref); !errors.Is(err, op.Refuse("text.effect")) {
			t.Errorf("a round about somebody turned into one to %s another: %v", a.Verb, err)
		}
	}
	words := text(gone)
	words.What = "In other words"
	x.must(m[0].id, op.Draft{Kind: consent.KindRevise, Subject: ref, Content: &consent.Revise{Base: x.round(ref).Current, Text: words}})
}

// TestOfTwoWhoRemoveEachOtherOneStays: a third said yes to both, and they act apart. On
// every router the same one is gone, and what that one wrote elsewhere is void.
func TestOfTwoWhoRemoveEachOtherOneStays(t *testing.T) {
	for _, ahead := range []int{0, 1} { // who stands later in the one order
		w := newWorld(t, 3, 2)
		x, y, m := w.replica[0], w.replica[1], w.members
		out := func(m *member) trust.Act { return trust.Act{Verb: trust.Remove, Member: m.id} }
		for _, about := range m[:2] {
			x.must(m[2].id, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: out(about).Hash()}})
		}
		y.must(m[1].id, op.Draft{Kind: people.KindBack})
		w.settle()
		for range 3 {
			w.replica[ahead].must(m[ahead].id, op.Draft{Kind: people.KindBack})
		}
		for i, at := range []*replica{x, y} {
			act := out(m[1-i])
			at.must(m[i].id, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}})
			at.must(m[i].id, op.Draft{Kind: trust.KindAct, Content: act})
			at.must(m[i].id, op.Draft{Kind: people.KindName, Content: people.Name{Member: m[i].id, Name: "Only me"}})
		}
		w.settle()
		for _, at := range []*replica{x, y} {
			p := cell.PeopleOf(at.state)
			if got := p.Active(); len(got) != 2 || !p.IsActive(m[1-ahead].id) {
				t.Errorf("%v belong to the cell", got)
			}
			if who, ok := p.Names().Named("Only me"); !ok || who != m[1-ahead].id {
				t.Errorf("the name is that of %v", who)
			}
		}
		if x.state.Digest() != y.state.Digest() {
			t.Error("two routers that heard the same differ")
		}
	}
}

// TestNobodyIsSaidToFoundTheCell: the door closes when everybody has signed for
// themselves. With a yes that was passed on the founding was agreed, and the door
// stayed open for good.
func TestNobodyIsSaidToFoundTheCell(t *testing.T) {
	w := newWorld(t, 3, 1)
	x, m := w.replica[0], w.members
	founding := consent.Effect{Kind: cell.EffectFounding, Content: op.MustMarshal(cell.Founding{})}
	ref := x.opens(t, m[0].id, consent.Opening{Class: consent.Standard, Text: consent.Text{What: "We begin", Why: "To help each other", Effect: &founding}})
	says := func(by, whose op.Member, s consent.Stance) error {
		a := &consent.Speak{Text: x.round(ref).Current, Stance: s, For: whose}
		if s == consent.Object {
			a.Reason, a.Lenses = "So they told me", consent.Harmful
		}
		return x.state.Refused(x.write(by, op.Draft{Kind: consent.KindSpeak, Subject: ref, Content: a}).Ref)
	}
	if err := says(m[0].id, m[2].id, consent.Consent); !errors.Is(err, op.Refuse("relay.class")) {
		t.Errorf("a yes to the founding is passed on: %v", err)
	}
	for _, by := range m {
		if err := says(by.id, op.Member{}, consent.Consent); err != nil {
			t.Fatal(err)
		}
	}
	if err := says(m[0].id, m[2].id, consent.Object); !errors.Is(err, op.Refuse("relay.own-word")) {
		t.Errorf("over an own word: %v", err)
	}
}

// TestWhoBelongsIsAgreedWithTheYesesThatItTakes (C7): one yes, and all others with a
// stake, was agreed in words, and nobody was seated.
func TestWhoBelongsIsAgreedWithTheYesesThatItTakes(t *testing.T) {
	w := newWorld(t, 4, 1)
	x, m := w.replica[0], w.members
	act := trust.Act{Verb: trust.Join, Member: op.Member{9}, Identity: public(keyOf("new")), Opening: public(keyOf("new"))}
	text := consent.Text{What: "Robin joins us", Why: "We know them", Effect: &consent.Effect{Kind: cell.EffectAct, Content: op.MustMarshal(act)}}
	ref := x.opens(t, m[0].id, consent.Opening{Class: consent.Membership, Text: text})
	for _, s := range []consent.State{consent.Clarifying, consent.Reacting, consent.Checking} {
		x.must(x.round(ref).Facilitator, op.Draft{Kind: consent.KindMove, Subject: ref, Content: &consent.Move{To: s}})
	}
	says := func(i int, s consent.Stance) {
		x.must(m[i].id, op.Draft{Kind: consent.KindSpeak, Subject: ref, Content: &consent.Speak{Text: x.round(ref).Current, Stance: s}})
	}
	adopt := op.Draft{Kind: consent.KindAdopt, Subject: ref, Content: &consent.Adopt{Text: x.round(ref).Current}}
	says(0, consent.Consent)
	for i := 1; i < 4; i++ {
		says(i, consent.Recused)
	}
	for yes := 1; yes < 3; yes++ {
		err := x.state.Refused(x.write(m[0].id, adopt).Ref)
		if want := op.Refuse("adopt.quorum", 3-yes); !errors.Is(err, want) || err.Error() != want.Error() {
			t.Errorf("with %d of 4 yeses: %v, want %v", yes, err, want)
		}
		says(yes, consent.Consent)
	}
	x.must(m[0].id, adopt)
}
