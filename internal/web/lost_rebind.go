package web

import (
	"errors"
	"net/http"
	"slices"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
	"celld/ui/locale"
)

// claim is somebody's new words, as the neighbours see them.
type claim struct {
	*visit
	people cell.People
	member op.Member
	all    []people.Loss // what was asked in this name, the newest last
	loss   people.Loss
}

// onClaim finds the claim that an address names: the newest, or that of "of".
func onClaim(f func(*claim) error) func(*visit) error {
	return func(v *visit) error {
		m, err := v.memberNamed()
		if err != nil {
			return err
		}
		c := &claim{visit: v, people: cell.PeopleOf(v.state), member: m}
		if c.all = v.claims(m); len(c.all) == 0 {
			return errNotFound
		}
		c.loss = c.all[len(c.all)-1]
		if of := v.r.URL.Query().Get("of"); of != "" {
			i := slices.IndexFunc(c.all, func(x people.Loss) bool { return x.At.String() == of })
			if i < 0 {
				return errNotFound
			}
			c.loss = c.all[i]
		}
		return f(c)
	}
}

// claims are what is asked in a member's name and not decided.
func (v *visit) claims(m op.Member) []people.Loss {
	p := cell.PeopleOf(v.state)
	member, ok := p.Trust.Member(m)
	if !ok || member.Status != trust.Active {
		return nil
	}
	return p.Names().LostBy(m, member.Identity)
}

func (c *claim) url(more string) string {
	return "/people/" + c.member.String() + "/rebind" + more + "?of=" + c.loss.At.String()
}

func (c *claim) act() trust.Act { return rebinding(c.loss, false) }

func (c *claim) vetoed() bool { return c.people.Trust.Vetoed(c.member) }

func (c *claim) show() error { return c.showWith(http.StatusOK, ui.Form{}, ui.Wrong{}) }

func (c *claim) showWith(status int, f ui.Form, wrong ui.Wrong) error {
	said := c.people.Trust.AssentsTo(c.act().Hash())
	view := ui.RebindView{
		Form: f, Name: c.people.Name(c.member), Words: checkWords(c.loss), Needed: c.assentsNeeded(),
		Mine: c.member == c.me(), Vetoed: c.vetoed(), Others: c.others(),
	}
	for _, m := range said {
		view.Assents = append(view.Assents, c.people.Name(m))
	}
	if r, ok := c.people.Trust.Rebinding(c.act()); ok && r.Until() != 0 {
		view.Until = c.lang.Moment(at(r.Until()), c.date)
	}
	switch {
	case view.Mine && !view.Vetoed:
		view.VetoURL = c.url("/veto")
	case !view.Mine && view.Vetoed:
		view.RoundURL = c.roundURL()
	case !view.Mine && !slices.Contains(said, c.me()):
		view.AssentURL = c.url("")
	case !view.Mine && c.due():
		view.HandURL = c.url("")
	}
	p := c.page(c.lang.T("New words for {1}", view.Name))
	p.Back = ui.Link{URL: "/people/" + c.member.String(), Text: view.Name}
	p.Wrong = wrong
	return c.visit.show(status, ui.RebindPage(p, view))
}

// others are further claims in the same name: whoever made them, the check
// words tell them apart.
func (c *claim) others() []ui.Row {
	var out []ui.Row
	for _, x := range c.all {
		if x.At != c.loss.At {
			other := &claim{visit: c.visit, member: c.member, loss: x}
			out = append(out, ui.Row{URL: other.url(""), Title: checkWords(x), Text: c.lang.On(at(x.Time), c.date)})
		}
	}
	return out
}

// due reports whether the claim waits for nothing but a hand.
func (c *claim) due() bool {
	now, quality := c.Clock.Now()
	return c.people.Trust.MayRebind(c.act(), uint64(now.Unix()), quality.Trusted()) == nil
}

// drafts carry the claim out. Each is dropped where it is too early for it.
func (c *claim) drafts(first ...op.Draft) []op.Draft {
	drafts := append(first, op.Draft{Kind: trust.KindAct, Content: c.act(), Try: true})
	slot := trust.Slot{Member: c.member, Slot: c.loss.Lost.Slot}
	return append(drafts, op.Draft{Kind: trust.KindSlot, Content: slot, If: len(drafts), Try: true})
}

// assent is a neighbour's word that they met the person. The first one begins
// the wait, and the last one may end it.
func (c *claim) assent() error {
	drafts := c.drafts(
		op.Draft{Kind: trust.KindAnnounce, Content: c.act()},
		op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: c.act().Hash()}})
	refs, err := c.submit(drafts...)
	if err != nil {
		return err
	}
	if refs[2].IsZero() {
		return c.done(c.url(""), c.lang.T("Written down: you met {1}.", c.people.Name(c.member)), "")
	}
	return c.done("/people/"+c.member.String(), c.lang.T("The new words of {1} work from now on.", c.people.Name(c.member)), "")
}

// veto is the word of who still has the old words, signed by the key that
// they open.
func (c *claim) veto() error {
	if c.member != c.me() {
		return errNotFound
	}
	f := c.form(c.url("/veto"))
	five, err := words.Normalize(f.Values[ui.FieldSecret])
	f.Values[ui.FieldSecret] = ""
	if err != nil {
		f.Errors[ui.FieldSecret] = c.wordFault(err)
		return c.showWith(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[ui.FieldSecret], Field: ui.FieldSecret})
	}
	sig, err := c.Keys.Veto(c.r.Context(), c.member, five)
	if errors.Is(err, ErrWords) {
		f.Errors[ui.FieldSecret] = c.lang.T("These are not your words. Look at your paper once more.")
		return c.showWith(http.StatusUnauthorized, f, ui.Wrong{Title: f.Errors[ui.FieldSecret], Field: ui.FieldSecret})
	}
	if err != nil {
		return err
	}
	if _, err := c.submit(op.Draft{Kind: trust.KindVeto, Content: trust.Veto{Member: c.member, Sig: sig}}); err != nil {
		return err
	}
	return c.done(c.url(""), c.lang.T("Your no is written down. Your words go on working."), "")
}

// roundURL leads to the round that decides after a veto.
func (c *claim) roundURL() string {
	if ref, open := c.roundAbout(trust.Rebind, c.member); open {
		return roundURL(ref)
	}
	return c.url("/round")
}

func (c *claim) newRound() error {
	f := ui.Form{Action: c.url("/round"), Values: map[string]string{
		ui.FieldWhat: locale.Plain(c.lang.T("{1} gets five new words. The old ones no longer open anything.", c.people.Name(c.member))) + "\n" + checkWords(c.loss),
	}}
	return c.showLeave(http.StatusOK, c.member, f, ui.Wrong{})
}

func (c *claim) openRound() error {
	if c.member == c.me() || !c.vetoed() {
		return away(c.url(""))
	}
	f := c.form(c.url("/round"))
	text, wrong := c.readText(f)
	if wrong != nil {
		return c.showLeave(http.StatusUnprocessableEntity, c.member, f, *wrong)
	}
	ref, err := c.openMembership(text, rebinding(c.loss, true), c.member)
	if again, ok := c.refused(&f, err, textFields); ok {
		return c.showLeave(http.StatusUnprocessableEntity, c.member, f, again)
	}
	if err != nil {
		return err
	}
	return c.done(roundURL(ref), c.lang.T("The round is open."), c.lang.T("The person it is about is heard, and not counted."))
}
