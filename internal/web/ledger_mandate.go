package web

import (
	"net/http"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

// roundsLookedThrough is how far back a page looks for the round about a
// thing: further than any that is still waited for.
const roundsLookedThrough = 60

// effectRound finds the newest round with an effect that fits, open or in force.
func (b *books) effectRound(kind string, fits func(*consent.Round) bool) (*consent.Round, bool) {
	list := roundList(b.state)
	for _, s := range append(list.Live(), list.Settled(0, roundsLookedThrough)...) {
		r, _ := b.state.Value(consent.Key(s.Ref)).(*consent.Round)
		if r == nil || !r.State.Open() && !r.InForce() {
			continue
		}
		if e := r.Text().Effect; e != nil && e.Kind == kind && fits(r) {
			return r, true
		}
	}
	return nil, false
}

// writeOffRound finds the round about a posting that takes a decision. One that was
// carried out was about another time: who owes as much again needs another.
func (b *books) writeOffRound(w ledger.WriteOff) (*consent.Round, bool) {
	return b.effectRound(ledger.EffectWriteOff, func(r *consent.Round) bool {
		var x ledger.WriteOff
		return op.Unmarshal(r.Text().Effect.Content, &x) == nil && x == w && b.state.Value(ledger.MandateKey(r.Ref)) == nil
	})
}

// mandate leads on with a posting that takes a decision: to the form of the
// round, to the round, or, once that is agreed, to where it is carried out.
func (b *books) mandate(w ledger.WriteOff, begin string) (to, words string) {
	switch r, ok := b.writeOffRound(w); {
	case !ok:
		return begin, b.lang.T("All of us decide what becomes of it.")
	case r.State.Open():
		return roundURL(r.Ref), b.lang.T("The round is open.")
	default:
		return "/ledger/carry/" + r.Ref.String(), b.lang.T("It is agreed. It only has to be written into the book.")
	}
}

// decided is what a round in force lets somebody write into the books.
func (b *books) decided() (*consent.Round, ledger.WriteOff, error) {
	var w ledger.WriteOff
	ref, err := op.ParseRef(b.r.PathValue("ref"))
	if err != nil {
		return nil, w, errNotFound
	}
	r, _ := b.state.Value(consent.Key(ref)).(*consent.Round)
	if r == nil || r.Effect() == nil || r.Effect().Kind != ledger.EffectWriteOff || op.Unmarshal(r.Effect().Content, &w) != nil {
		return nil, w, errNotFound
	}
	return r, w, nil
}

// carryPage asks before a decision is written into the books.
func (b *books) carryPage() error {
	r, _, err := b.decided()
	if err != nil {
		return err
	}
	p := b.leaf(r.Title())
	return b.show(http.StatusOK, ui.Around(ui.Layout(p), ui.Within("h1", "", ui.Words(r.Title())),
		ui.Within("p", "lead", ui.Words(b.effectWords(*r.Effect()))),
		ui.Around(ui.Post(p, b.r.URL.Path), ui.Send(b.lang.T("Write it into the book"))),
		ui.Within("p", "small soft", ui.Words(b.lang.T("This router writes it down for {1}.", b.people.Name(b.me()))))))
}

// carry writes into the books what a round decided.
func (b *books) carry() error {
	r, w, err := b.decided()
	if err != nil {
		return err
	}
	p := ledger.Posting{Unit: w.Unit, From: w.From, To: w.To, Amount: w.Amount, Count: w.Count, Round: r.Ref, Note: cutTo(r.Title(), 200)}
	refs, err := b.submit(op.Draft{Kind: ledger.KindWrite, Content: p})
	if err != nil {
		return err
	}
	return b.done(ledgerURL("t", refs[0]), b.lang.T("It stands in the book."), b.recorded())
}
