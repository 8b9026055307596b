package cell

import (
	"bytes"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/rota"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// judgeEffect refuses an effect that would mean nothing, and a new text that
// changes what kind of thing the round does: its subjects are fixed at the
// opening.
func judgeEffect(o op.Opened, at *reader) error {
	e := consent.Proposed(o)
	if o.Kind == consent.KindRevise {
		r, _ := at.At(consent.Key(o.Subject)).(*consent.Round)
		if r == nil || kindOf(e) != kindOf(r.Versions[0].Text.Effect) {
			return op.Refuse("text.effect")
		}
		if aboutSomebody(kindOf(e)) && !bytes.Equal(e.Content, r.Versions[0].Text.Effect.Content) {
			return op.Refuse("text.effect")
		}
	}
	if e == nil {
		return refuseIf(o.Kind == consent.KindOpen && !opened(o).Affects.IsZero(), "open.concerns")
	}
	if _, err := (Rules{}).with(e.Kind, e.Content); err != nil {
		return err
	}
	if o.Kind == consent.KindOpen {
		return judgeWeight(opened(o), *e)
	}
	return nil
}

// aboutSomebody reports effects whose opening says what part a person has in the
// round: who is concerned has no voice, whom a turn goes to speaks first and looks
// after nothing in it. Another person is for another round.
func aboutSomebody(kind string) bool { return kind == EffectAct || kind == rota.EffectTurn }

// judgeRelay: what the pool pays or bears takes everybody's own yes. With words that
// were passed on, one member alone could adopt what they are given, and no objection
// takes back what was posted (L4, L8). The founding closes the door by what each one
// signs in public: with a yes that was passed on it would be agreed, and never done.
func judgeRelay(o op.Opened, at *reader) error {
	var a consent.Speak
	if o.Kind != consent.KindSpeak || o.Decode(&a) != nil || a.For.IsZero() {
		return nil
	}
	r, _ := at.At(consent.Key(o.Subject)).(*consent.Round)
	if r == nil || !OwnYes(r) || a.Stance == consent.Object || a.Stance == consent.NeedTime {
		return nil
	}
	return op.Refuse("relay.class", r.Class.String())
}

// OwnYes reports whether a yes in the round cannot be passed on (C9).
func OwnYes(r *consent.Round) bool {
	kind := kindOf(r.Text().Effect)
	return r.Class > consent.Standard || kind == ledger.EffectWriteOff || kind == ledger.EffectExpense || kind == EffectFounding
}

// judgeWeight wants the class that an effect is worth: rules are agreements,
// who belongs is membership, and whom it is about is heard and not counted.
// The founding alone is plain: everybody consents to it.
func judgeWeight(a consent.Opening, e consent.Effect) error {
	var act trust.Act
	switch {
	case e.Kind == EffectAct:
		_ = op.Unmarshal(e.Content, &act) // read already, when the effect was judged
		about := act.Member
		if act.Verb == trust.Join {
			about = op.Member{}
		}
		return refuseIf(a.Class != consent.Membership || a.Concerns != about || !a.Affects.IsZero(), "open.class")
	case e.Kind == rota.EffectTurn:
		t, _ := rota.ReadTurn(e.Content) // read already
		if a.Affects != t.Member {
			return op.Refuse("open.concerns")
		}
		return refuseIf(a.Class == consent.Routine, "open.class")
	case !a.Affects.IsZero():
		return op.Refuse("open.concerns")
	case e.Kind == EffectFounding:
		return nil
	case mandate(e.Kind):
		// What the pool pays or bears is nobody's routine: half of a cell of two
		// is whoever asks (L4, L8).
		return refuseIf(a.Class == consent.Routine, "open.class")
	}
	return refuseIf(a.Class != consent.Agreement, "open.class")
}

func refuseIf(wrong bool, code string) error {
	if wrong {
		return op.Refuse(code)
	}
	return nil
}

// YesesFor is how many yeses of its people a round takes before it can be adopted,
// beside all that its class asks: so many as its public act takes (C7), or it would be
// agreed in words and never done. Who is concerned, and who comes, is none of them.
func YesesFor(r *consent.Round, active []op.Member) int {
	var act trust.Act
	e := r.Text().Effect
	if kindOf(e) != EffectAct || op.Unmarshal(e.Content, &act) != nil {
		return 0
	}
	others := 0
	for _, m := range active {
		if m != act.Member {
			others++
		}
	}
	return others/2 + 1
}

// judgeYeses holds an adoption to them.
func judgeYeses(o op.Opened, at *reader) error {
	r, _ := at.At(consent.Key(o.Subject)).(*consent.Round)
	if o.Kind != consent.KindAdopt || r == nil {
		return nil
	}
	lacks := YesesFor(r, at.trust().Active()) - r.Tally(at).Consents
	if lacks > 0 {
		return op.Refuse("adopt.quorum", lacks)
	}
	return nil
}

// judgeFounding: there is one founding, and it takes everybody's consent, by
// hand; no clock ends it.
func judgeFounding(o op.Opened, at *reader) error {
	e := consent.Proposed(o)
	if o.Kind == consent.KindOpen && kindOf(e) == EffectFounding && at.trust().Closed {
		return op.Refuse("trust.door-closed")
	}
	if o.Kind != consent.KindAdopt {
		return nil
	}
	r, _ := at.At(consent.Key(o.Subject)).(*consent.Round)
	if r == nil || kindOf(r.Text().Effect) != EffectFounding {
		return nil
	}
	if t := r.Tally(at); t.Consents < t.Eligible || len(at.trust().Active()) > t.Eligible {
		return op.Refuse("adopt.quorum", t.Eligible-t.Consents)
	}
	return nil
}

func kindOf(e *consent.Effect) string {
	if e == nil {
		return ""
	}
	return e.Kind
}
