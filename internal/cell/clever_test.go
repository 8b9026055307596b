package cell_test

import (
	"errors"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/consent"
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
