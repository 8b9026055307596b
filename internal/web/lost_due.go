package web

import (
	"errors"
	"slices"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/ui"
)

// lastRounds is how far back an agreed act is looked for.
const lastRounds = 10

// carryOut writes down what the circle has decided about its members and only
// a member's hand can do: the act of a round that a timer wrote down as agreed,
// new words whose three days are over. Whoever comes by next does it.
func (v *visit) carryOut() {
	now := *v
	now.state = v.Log.State()
	for _, drafts := range slices.Concat(now.claimsDue(), now.actsDue(), now.turnsGiven()) {
		_, err := v.Log.Submit(v.session.author, drafts...)
		var refused op.Refusal
		if err != nil && !errors.As(err, &refused) {
			v.Logger.Error("what was decided could not be written down", "err", err)
			return
		}
	}
}

func (v *visit) claimsDue() (out [][]op.Draft) {
	p := cell.PeopleOf(v.state)
	for _, m := range p.Active() {
		for _, x := range v.claims(m) {
			c := &claim{visit: v, people: p, member: m, loss: x}
			switch r, announced := p.Trust.Rebinding(c.act()); {
			case m == v.me() || !announced:
			case c.due():
				out = append(out, c.drafts())
			case r.Since == 0:
				if _, quality := v.Clock.Now(); quality.Trusted() {
					out = append(out, []op.Draft{{Kind: trust.KindAnnounce, Content: c.act()}})
				}
			}
		}
	}
	return out
}

func (v *visit) actsDue() (out [][]op.Draft) {
	facts := cell.PeopleOf(v.state).Trust
	for _, s := range roundList(v.state).Settled(0, lastRounds) {
		if s.Class != consent.Membership || s.State != consent.InForce {
			continue
		}
		r, _ := v.state.Value(consent.Key(s.Ref)).(*consent.Round)
		if r == nil {
			continue
		}
		t := v.table(r)
		if act, ok := t.publicAct(); ok && facts.Enough(act) && !done(facts, act) {
			out = append(out, t.after(0))
		}
	}
	return out
}

// done reports whether an act about a member has had its effect.
func done(facts *trust.Trust, a trust.Act) bool {
	m, known := facts.Member(a.Member)
	switch a.Verb {
	case trust.Join:
		return known
	case trust.Remove:
		return m.Status != trust.Active
	}
	return string(m.Identity) == string(a.Identity)
}

// waitingPeople is what waits for this person about who belongs: somebody they
// invited asks for a seat, somebody asks for new words.
func (v *visit) waitingPeople() (out []ui.Waiting) {
	p := cell.PeopleOf(v.state)
	if p.Names() == nil {
		return nil
	}
	for _, a := range p.Names().Requests {
		if a.Sponsor == v.me() && !v.decided(a.Request.Member) {
			out = append(out, ui.Waiting{URL: "/invite/" + a.At.String(), Seats: v.asker(a.Request.Name), Title: a.Request.Name,
				Text: v.lang.T("They ask for a seat. Open the round."), Verb: v.lang.T("Open the round")})
		}
	}
	for _, m := range p.Active() {
		if w, waits := v.waitingWords(p, m); waits {
			out = append(out, w)
		}
	}
	return out
}

// asker draws a table for two: the viewer, and who stands beside it.
func (v *visit) asker(name string) []ui.Place {
	return []ui.Place{{Name: cell.PeopleOf(v.state).Name(v.me()), Seat: ui.Unheard, You: true}, {Name: name, Seat: ui.Free}}
}

// decided reports whether somebody sits, or a round is or was about that.
func (v *visit) decided(m op.Member) bool {
	if _, seated := cell.PeopleOf(v.state).Trust.Member(m); seated {
		return true
	}
	if _, open := v.roundAbout(trust.Join, m); open {
		return true
	}
	for _, s := range roundList(v.state).Settled(0, lastRounds) {
		if s.Class != consent.Membership {
			continue
		}
		if r, _ := v.state.Value(consent.Key(s.Ref)).(*consent.Round); r != nil {
			if act, ok := v.table(r).publicAct(); ok && act.Member == m {
				return true
			}
		}
	}
	return false
}

// freshClaim is how long a claim is shown to people who did not ask for it, in
// seconds as the router tells them.
const freshClaim = 14 * 24 * 3600

func (v *visit) waitingWords(p cell.People, m op.Member) (ui.Waiting, bool) {
	all := slices.DeleteFunc(v.claims(m), func(x people.Loss) bool { return x.Time+freshClaim < uint64(v.date.Unix()) })
	if len(all) == 0 || p.Trust.Vetoed(m) {
		return ui.Waiting{}, false
	}
	c := &claim{visit: v, people: p, member: m, loss: all[len(all)-1]}
	w := ui.Waiting{URL: c.url(""), Seats: v.asker(p.Name(m)), Title: p.Name(m), Verb: v.lang.T("Look at it")}
	if m == v.me() {
		w.Text = v.lang.T("Somebody asks for new words in your name.")
		return w, true
	}
	w.Text = v.lang.T("They ask for new words. Have you met them?")
	said := slices.Contains(p.Trust.AssentsTo(c.act().Hash()), v.me())
	return w, !said || c.due()
}
