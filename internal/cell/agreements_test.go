package cell_test

import (
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// agree plays a round of class agreement to its end.
func (x *replica) agree(t *testing.T, draft consent.Opening) op.Ref {
	t.Helper()
	m := x.world.members
	a, err := consent.Open(x.state.Now(), m[0].id, draft)
	if err != nil {
		t.Fatal(err)
	}
	ref := x.must(m[0].id, op.Draft{Kind: consent.KindOpen, Content: &a}).Ref
	care := x.round(ref).FacilitatorNow(x.state.Now())
	for _, to := range []consent.State{consent.Clarifying, consent.Reacting, consent.Checking} {
		x.must(care, op.Draft{Kind: consent.KindMove, Subject: ref, Content: &consent.Move{To: to}})
	}
	for _, y := range m {
		x.must(y.id, op.Draft{Kind: consent.KindSpeak, Subject: ref, Content: &consent.Speak{Text: x.round(ref).Current, Stance: consent.Consent}})
	}
	x.must(m[0].id, op.Draft{Kind: consent.KindAdopt, Subject: ref, Content: &consent.Adopt{Text: x.round(ref).Current}})
	return ref
}

func limits(least ledger.Amount) *consent.Effect {
	return &consent.Effect{Kind: ledger.EffectLimits, Content: op.MustMarshal(ledger.LimitsEffect{Unit: ledger.Minutes, Min: least, Max: 1200, Cap: 12000})}
}

func least(x *replica) ledger.Amount {
	return cell.RulesOf(x.state).Ledger().Limits(ledger.Minutes).Min
}

func TestAContestedAgreementStopsWorking(t *testing.T) {
	w := newWorld(t, 3, 1)
	x := w.replica[0]
	ref := x.agree(t, consent.Opening{Class: consent.Agreement, Text: consent.Text{What: "A lower limit", Why: "More room", Effect: limits(-900)}})
	if least(x) != -900 {
		t.Fatalf("the limit is %d", least(x))
	}
	x.must(w.members[2].id, op.Draft{Kind: consent.KindSpeak, Subject: ref,
		Content: &consent.Speak{Text: x.round(ref).Current, Stance: consent.Object, Reason: "Some owe too much", Lenses: consent.Harmful}})
	if least(x) != -600 {
		t.Errorf("a contested limit of %d still works", least(x))
	}
}

func TestAnAmendmentEndsTheRuleThatItReplaces(t *testing.T) {
	w := newWorld(t, 3, 1)
	x := w.replica[0]
	ref := x.agree(t, consent.Opening{Class: consent.Agreement, Text: consent.Text{What: "A lower limit", Why: "More room", Effect: limits(-900)}})
	x.agree(t, consent.Opening{Class: consent.Agreement, Amends: ref, Text: consent.Text{What: "The old limit again", Why: "It was too much"}})
	if least(x) != -600 {
		t.Errorf("the limit of %d outlived its agreement", least(x))
	}
}

func TestARuleTakesAnAgreement(t *testing.T) {
	w := newWorld(t, 3, 1)
	x := w.replica[0]
	a, err := consent.Open(x.state.Now(), w.members[0].id, consent.Opening{Class: consent.Routine,
		Text: consent.Text{What: "A lower limit", Why: "More room", Effect: limits(-900)}})
	if err != nil {
		t.Fatal(err)
	}
	o := x.write(w.members[0].id, op.Draft{Kind: consent.KindOpen, Content: &a})
	if x.state.Refused(o.Ref) == nil {
		t.Error("a routine round may change a limit")
	}
}

// L4, L8: what the pool pays or bears is nobody's routine. In a cell of two,
// half of all voices are the asker's own.
func TestThePoolPaysByNoRoutineRound(t *testing.T) {
	w := newWorld(t, 2, 1)
	x := w.replica[0]
	grant := consent.Effect{Kind: ledger.EffectExpense, Content: op.MustMarshal(ledger.Grant{Expense: op.Ref{Device: op.Device{1}, Seq: 1}, Unit: ledger.Minutes, Amount: 60})}
	bear := consent.Effect{Kind: ledger.EffectWriteOff, Content: op.MustMarshal(ledger.WriteOff{Unit: ledger.Minutes, From: ledger.Common, To: ledger.MemberAccount(w.members[0].id), Amount: 60})}
	for _, e := range []consent.Effect{grant, bear} {
		for class, want := range map[consent.Class]bool{consent.Routine: false, consent.Standard: true, consent.Agreement: true} {
			a, err := consent.Open(x.state.Now(), w.members[0].id, consent.Opening{Class: class, Text: consent.Text{What: "The bus", Why: "We went", Effect: &e}})
			if err != nil {
				t.Fatal(err)
			}
			o := x.write(w.members[0].id, op.Draft{Kind: consent.KindOpen, Content: &a})
			if got := x.state.Refused(o.Ref) == nil; got != want {
				t.Errorf("%s by a %v round: %v", e.Kind, class, x.state.Refused(o.Ref))
			}
			if want {
				x.must(w.members[0].id, op.Draft{Kind: consent.KindWithdraw, Subject: o.Ref, Content: &consent.Withdraw{}})
			}
		}
	}
}
