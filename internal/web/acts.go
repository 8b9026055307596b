package web

import (
	"net/http"

	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

// do submits one act and leads back to the round with a word of what was done.
// A no from the law comes back beside the field, if the act had one.
func (t *table) do(field, said string, a consent.Act) error {
	_, err := t.submit(t.act(a))
	if field != "" {
		f := t.form("")
		fields := byCode{{"words.missing", field}, {"text.long", field}, {"text.hidden", field}, {"text.spelling", field}}
		if wrong, ok := t.refused(&f, err, fields); ok && wrong.Field != "" {
			return t.showWith(http.StatusUnprocessableEntity, f)
		}
	}
	if err != nil {
		return err
	}
	return t.done(t.url(), said, t.recorded())
}

func (t *table) ask() error {
	return t.do("question", t.lang.T("You have asked."), &consent.Ask{Words: t.value("question")})
}

func (t *table) react() error {
	return t.do("reaction", t.lang.T("Said."), &consent.React{Words: t.value("reaction")})
}

func (t *table) pass() error {
	said := t.lang.T("Heard. You have nothing to add.")
	if t.round.State == consent.Reacting {
		said = t.lang.T("Heard. The others go on, and you can still say your thought.")
	}
	return t.do("", said, &consent.Pass{})
}

func (t *table) steps() error {
	return t.do("", t.lang.T("From here on we go step by step."), &consent.Phases{})
}

func (t *table) withdraw() error {
	return t.do("", t.lang.T("You took it back."), &consent.Withdraw{Reason: t.value("reason")})
}

func (t *table) setAside() error {
	return t.do("", t.lang.T("Set aside. Anyone can bring it again."), &consent.Table{Reason: t.value("reason")})
}

func (t *table) meet() error {
	return t.do("", t.lang.T("You asked to go on in one room."), &consent.Meet{})
}

// move leads to the phase that the address names.
func (t *table) move() error {
	for i := range onward {
		s := consent.State(i)
		if (onward[s] != "" || s == consent.Amending) && s.String() == t.r.PathValue("phase") {
			return t.do("", t.lang.T("We go on."), &consent.Move{To: s})
		}
	}
	return errNotFound
}

// adopt writes down as agreed what nothing stands against any more.
func (t *table) adopt() error {
	drafts := append([]op.Draft{t.act(&consent.Adopt{Text: t.round.Current})}, t.after(1)...)
	if _, err := t.submit(drafts...); err != nil {
		return err
	}
	return t.done(t.url(), t.lang.T("It is agreed."), t.recorded())
}

func (t *table) answer() error {
	to, err := op.ParseRef(t.r.PathValue("question"))
	if err != nil {
		return errNotFound
	}
	field := "answer-" + to.String()
	return t.do(field, t.lang.T("You have answered."), &consent.Answer{To: to, Words: t.value(field)})
}

// onObjection finds the objection that an address names.
func onObjection(f func(*table, consent.Objection) error) func(*visit) error {
	return onRound(func(t *table) error {
		for _, x := range t.round.Objections {
			if x.Ref.String() == t.r.PathValue("objection") {
				return f(t, x)
			}
		}
		return errNotFound
	})
}

// askHarm asks about an objection; from its owner it is an answer.
func (t *table) askHarm(x consent.Objection) error {
	field := "harm-" + x.Ref.String()
	asks, said := x.Owner != t.me(), t.lang.T("You have asked.")
	if !asks {
		said = t.lang.T("You have answered.")
	}
	return t.do(field, said, &consent.Test{Objection: x.Ref, Words: t.value(field), Ask: asks})
}

func (t *table) takeBack(x consent.Objection) error {
	return t.resolve(x, consent.FateWithdrawn, t.lang.T("You took your objection back."))
}

func (t *table) soften(x consent.Objection) error {
	return t.resolve(x, consent.FateConcern, t.lang.T("It stands as a concern now, beside the text."))
}

// resolve ends an objection. Its owner goes on to say what they think of the
// text as it stands; where a concern is the last voice, it is agreed.
func (t *table) resolve(x consent.Objection, as consent.Fate, said string) error {
	refs, err := t.submit(t.adopting(&consent.Resolve{Objection: x.Ref, As: as})...)
	if err != nil {
		return err
	}
	if !refs[1].IsZero() {
		return t.done(t.url(), said, t.lang.T("With that it is agreed.")+" "+t.recorded())
	}
	return t.done(t.url(), said, t.lang.T("What do you think of the text now?"))
}

// confirm says whether a candidate text answers the objection.
func (t *table) confirm(x consent.Objection) error {
	yes := t.value("yes") == "1"
	_, err := t.submit(t.act(&consent.Confirm{Objection: x.Ref, Text: x.Candidate, Yes: yes}))
	if err != nil {
		return err
	}
	if !yes {
		return t.done(t.url("o", x.Ref.String(), "way"), t.lang.T("Not yet, then."), t.lang.T("The text stays as it was. Try another."))
	}
	return t.done(t.url(), t.lang.T("You said yes to the new text."), t.recorded())
}

// way helps to find a text that answers an objection.
func (t *table) way(x consent.Objection) error {
	v := ui.WayView{Title: t.round.Title(), RoundURL: t.url(), Objection: t.objection(x), Proposer: t.people.Name(t.round.Proposer),
		Mine: t.round.Proposer == t.me(), Failed: int(x.Failed), Form: ui.Form{Values: map[string]string{}}}
	id := x.Ref.String()
	if t.answers(x) {
		v.ChangeURL = t.url("o", id, "text")
	}
	if t.may(consent.KindMeet) && !t.round.MeetingAsked() {
		v.MeetURL = t.url("meet")
	}
	if t.may(consent.KindTable) {
		v.AsideURL = t.url("aside")
	}
	if t.may(consent.KindTest) {
		v.AskURL = t.url("o", id, "harm")
	}
	if t.maySoften(x) {
		v.SoftenURL = t.url("o", id, "concern")
	}
	if x.Owner == t.me() && x.Fate == consent.FateOpen && t.may(consent.KindResolve) {
		v.BackURL = t.url("o", id, "back")
	}
	v.Candidate = t.candidate(x)
	p := t.page(t.lang.T("Find a way together"))
	p.Back = ui.Link{URL: t.url(), Text: t.lang.T("Back to the round")}
	return t.visit.show(http.StatusOK, ui.WayPage(p, v))
}

// candidate is the text that is meant to answer an objection, and who still
// has to say yes to it.
func (t *table) candidate(x consent.Objection) *ui.Candidate {
	if x.Candidate.IsZero() {
		return nil
	}
	asks := t.round.Proposer
	if !t.people.IsActive(asks) {
		asks = t.round.FacilitatorNow(t.at) // who answers for one who has left
	}
	c := &ui.Candidate{
		Answers: ui.Confirmed{Name: t.people.Name(x.Owner), You: x.Owner == t.me(), Yes: x.OwnerYes},
		Serves:  ui.Confirmed{Name: t.people.Name(asks), You: asks == t.me(), Yes: x.BringsYes},
	}
	for _, ver := range t.round.Versions {
		if ver.Hash == x.Candidate {
			c.By, c.Note, c.Parts = t.people.Name(ver.Author), ver.Note, t.parts(t.round.Text(), ver.Text)
		}
	}
	if t.may(consent.KindConfirm) {
		c.Confirm = t.url("o", x.Ref.String(), "confirm")
		if x.Owner != t.me() {
			c.AskedFor = ui.DoesItServe
		}
	}
	return c
}
