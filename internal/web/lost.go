package web

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
)

// Who has lost the five words has no session. Their side is a visitor's: a
// name, five new words, six check words to say aloud. What the neighbours do
// with these is in lost_rebind.go.

// How often somebody may ask for new words in one name: whoever asks leaves
// something on the router's flash, and need prove nothing.
const (
	asksMost = 3
	asksTime = 24 * time.Hour
)

// asks counts who was asked for, since the program began.
type asks struct {
	mu    sync.Mutex
	times map[op.Member][]time.Time
}

// another notes a request about m, and reports whether it is one too many.
func (a *asks) another(m op.Member, now time.Time) (tooMany bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var fresh []time.Time
	for _, t := range a.times[m] {
		if now.Sub(t) < asksTime {
			fresh = append(fresh, t)
		}
	}
	if len(fresh) >= asksMost {
		return true
	}
	if a.times == nil {
		a.times = map[op.Member][]time.Time{}
	}
	a.times[m] = append(fresh, now)
	return false
}

// failed takes back what another noted last about m: nothing was left on flash.
func (a *asks) failed(m op.Member) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := len(a.times[m]); n > 0 {
		a.times[m] = a.times[m][:n-1]
	}
}

// assentsNeeded is how many of the others have to say that it is them.
func (v *visit) assentsNeeded() int { return (len(cell.PeopleOf(v.state).Active())-1)/2 + 1 }

// lost is for who can no longer sign in.
func (v *visit) lost() error { return v.showLost(http.StatusOK, ui.Form{Action: "/lost"}, ui.Wrong{}) }

func (v *visit) showLost(status int, f ui.Form, wrong ui.Wrong) error {
	switch {
	case !v.Keys.Awake():
		return problem(http.StatusServiceUnavailable, "lost.asleep")
	case len(cell.PeopleOf(v.state).Active()) < 2:
		return problem(http.StatusConflict, "lost.alone")
	}
	p := v.page(v.lang.T("The five words are lost"))
	p.Back = ui.Link{URL: "/in", Text: v.lang.T("Sit down at the table")}
	p.Wrong = wrong
	return v.show(status, ui.LostPage(p, ui.LostView{Form: f, Others: v.assentsNeeded()}))
}

// lostBy takes the name, and deals five new words.
func (v *visit) lostBy() error {
	f := v.form("/lost")
	m, known := cell.PeopleOf(v.state).Named(f.Values[ui.FieldName])
	switch {
	case !v.Keys.Awake():
		return v.showLost(http.StatusOK, f, ui.Wrong{})
	case !known:
		f.Errors[ui.FieldName] = v.lang.T("Nobody at this table is called that.")
		return v.showLost(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[ui.FieldName], Field: ui.FieldName})
	}
	g := v.door.greet(v.w, v.r, v.now)
	v.door.with(g, func(g *guest) { g.name, g.lost = cell.PeopleOf(v.state).Name(m), m })
	return away("/lost/words")
}

// loser is the guest who asks for new words.
func (v *visit) loser() (*guest, error) {
	g := v.door.find(v.r, v.now)
	if g == nil || g.lost.IsZero() || !v.Keys.Awake() {
		return nil, away("/lost")
	}
	return g, nil
}

func (v *visit) lostWords() error {
	g, err := v.loser()
	if err != nil {
		return err
	}
	if g.renewed != nil {
		return away("/lost/asked")
	}
	return v.showWords(http.StatusOK, g, ui.Form{Action: "/lost/words"}, ui.Wrong{})
}

// renewed makes new keys, once the words are on paper, and writes the claim
// down: it has to outlast a power cut.
func (v *visit) renewed() error {
	g, err := v.loser()
	if err != nil {
		return err
	}
	f := v.form("/lost/words")
	wrong, ok := v.onPaper(f, g.words)
	switch {
	case g.renewed != nil:
		return away("/lost/asked")
	case !ok:
		return v.showWords(http.StatusUnprocessableEntity, g, f, wrong)
	case v.asks.another(g.lost, v.now):
		return problem(http.StatusTooManyRequests, "lost.often")
	}
	identity, err := v.claimAnew(g)
	if err != nil {
		v.asks.failed(g.lost)
		return err
	}
	v.door.with(g, func(g *guest) { g.renewed, g.words = identity, nil })
	return away("/lost/asked")
}

// claimAnew makes the keys that a guest's words open, and writes down that somebody asks
// for them. It returns the new identity key.
func (v *visit) claimAnew(g *guest) ([]byte, error) {
	five, err := words.Normalize(strings.Join(g.words, " "))
	if err != nil {
		return nil, err
	}
	keys, err := v.Keys.Renew(v.r.Context(), g.lost, five)
	if err != nil {
		return nil, err
	}
	defer keys.Forget()
	claim := people.Lost{Member: g.lost, Identity: keys.Identity(), Opening: keys.Opening(), Slot: keys.Slot()}
	_, err = v.Log.Submit(v.Keys.Router(), op.Draft{Kind: people.KindLost, Content: claim})
	return claim.Identity, err
}

// lostAsked shows what to say to the neighbours.
func (v *visit) lostAsked() error {
	g, err := v.loser()
	if err != nil {
		return err
	}
	p := cell.PeopleOf(v.state)
	loss, ok := p.Names().LostWith(g.lost, g.renewed)
	if !ok {
		return away("/lost/words")
	}
	if m, _ := p.Trust.Member(g.lost); string(m.Identity) == string(g.renewed) {
		v.door.leave(g)
		return away("/in") // the new words work by now
	}
	view := ui.LostView{Done: true, Others: v.assentsNeeded(), Words: checkWords(loss)}
	if r, ok := p.Trust.Rebinding(rebinding(loss, false)); ok && r.Until() != 0 {
		view.Until = v.lang.Moment(at(r.Until()), v.date)
	}
	return v.show(http.StatusOK, ui.LostPage(v.page(v.lang.T("The five words are lost")), view))
}

// checkWords are what two people read to each other, to know that they mean
// the same key.
func checkWords(x people.Loss) string {
	return strings.Join(words.Fingerprint(x.Lost.Identity), " · ")
}

// rebinding is the public act that makes a claim true.
func rebinding(x people.Loss, vetoed bool) trust.Act {
	return trust.Act{Verb: trust.Rebind, Member: x.Lost.Member, Identity: x.Lost.Identity, Opening: x.Lost.Opening, Vetoed: vetoed}
}
