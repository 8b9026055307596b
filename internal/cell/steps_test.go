package cell_test

import (
	"pgregory.net/rapid"

	"celld/internal/cell/board"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// step is something a person might do, drawn at random. What it writes need
// not be lawful.
type step func(*rapid.T, *replica, *member)

// everyday are the steps of a common day; grave ones change who belongs.
var (
	everyday = []step{bring, speak, speak, speak, endObjection, give, give, answer, answer, rename}
	grave    = []step{remove, dismiss, leave, fork, move}
)

func rename(t *rapid.T, x *replica, m *member) {
	name := rapid.StringMatching(`[A-Z][a-z]{2,5}`).Draw(t, "name")
	x.write(m.id, op.Draft{Kind: people.KindName, Content: people.Name{Member: m.id, Name: name}})
}

func bring(t *rapid.T, x *replica, m *member) {
	class := rapid.SampledFrom([]consent.Class{consent.Routine, consent.Standard}).Draw(t, "class")
	a, err := consent.Open(x.state.Now(), m.id, consent.Opening{Class: class, Text: consent.Text{What: "A bench", Why: "To rest"}})
	if err == nil {
		x.write(m.id, op.Draft{Kind: consent.KindOpen, Content: &a})
	}
}

// anyRound draws a round that is open here, or nil.
func anyRound(t *rapid.T, x *replica) *consent.Round {
	list, _ := x.state.Value(consent.KeyRounds).(*consent.Rounds)
	live := append(list.Live(), list.Settled(0, 3)...)
	if len(live) == 0 {
		return nil
	}
	ref := rapid.SampledFrom(live).Draw(t, "round").Ref
	r, _ := x.state.Value(consent.Key(ref)).(*consent.Round)
	return r
}

// speak gives a voice and, as the pages do, tries to adopt.
func speak(t *rapid.T, x *replica, m *member) {
	r := anyRound(t, x)
	if r == nil {
		return
	}
	s := rapid.SampledFrom([]consent.Stance{consent.Consent, consent.Consent, consent.Consent, consent.Object, consent.NeedTime}).Draw(t, "stance")
	a := &consent.Speak{Text: r.Current, Stance: s}
	if s == consent.Object {
		a.Reason, a.Lenses = "It would do harm.", consent.Harmful
	}
	x.write(m.id, op.Draft{Kind: consent.KindSpeak, Subject: r.Ref, Content: a})
	x.write(m.id, op.Draft{Kind: consent.KindAdopt, Subject: r.Ref, Content: &consent.Adopt{Text: r.Current}})
}

func endObjection(t *rapid.T, x *replica, m *member) {
	r := anyRound(t, x)
	if r == nil || len(r.Objections) == 0 {
		return
	}
	o := rapid.SampledFrom(r.Objections).Draw(t, "objection")
	x.write(o.Owner, op.Draft{Kind: consent.KindResolve, Subject: r.Ref, Content: &consent.Resolve{Objection: o.Ref, As: consent.FateWithdrawn}})
	x.write(m.id, op.Draft{Kind: consent.KindAdopt, Subject: r.Ref, Content: &consent.Adopt{Text: r.Current}})
}

// give writes down hours, large ones too, so that limits are met.
func give(t *rapid.T, x *replica, m *member) {
	other := rapid.SampledFrom(x.world.members).Draw(t, "other")
	amount := rapid.SampledFrom([]ledger.Amount{30, 300, 500}).Draw(t, "minutes")
	x.write(m.id, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{
		Unit: ledger.Minutes, From: ledger.MemberAccount(other.id), To: ledger.MemberAccount(m.id), Amount: amount, Note: "Help"}})
}

// answer says yes or no to what waits for this member.
func answer(t *rapid.T, x *replica, m *member) {
	h, _ := x.state.Value(ledger.AcctKey(ledger.Minutes, ledger.MemberAccount(m.id))).(ledger.Holding)
	if len(h.Pending) == 0 {
		return
	}
	p := rapid.SampledFrom(h.Pending).Draw(t, "pending")
	kind := rapid.SampledFrom([]op.Kind{ledger.KindSign, ledger.KindSign, ledger.KindRefuse, ledger.KindErase}).Draw(t, "answer")
	x.write(m.id, op.Draft{Kind: kind, Subject: p.Ref})
}

func remove(t *rapid.T, x *replica, m *member) {
	act := trust.Act{Verb: trust.Remove, Member: rapid.SampledFrom(x.world.members).Draw(t, "about").id}
	x.write(m.id, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}})
	x.write(m.id, op.Draft{Kind: trust.KindAct, Content: act})
}

func dismiss(t *rapid.T, x *replica, m *member) {
	router := rapid.SampledFrom(x.world.replica).Draw(t, "router")
	kind := rapid.SampledFrom([]op.Kind{trust.KindDismiss, trust.KindKeep}).Draw(t, "kind")
	x.write(m.id, op.Draft{Kind: kind, Content: trust.Router{Router: deviceOf(router.key)}})
}

// move lets the router itself say where it is now.
func move(t *rapid.T, x *replica, _ *member) {
	x.isAt(rapid.SampledFrom([]string{"10.13.0.11", "10.13.0.12", "fd0d::13"}).Draw(t, "at"))
}

func leave(_ *rapid.T, x *replica, m *member) { x.write(m.id, op.Draft{Kind: trust.KindLeave}) }

// note leaves a note that goes in a while, and sometimes takes one down.
func note(t *rapid.T, x *replica, m *member) {
	x.world.keep = rapid.SampledFrom([]uint64{board.Usual, board.Usual, board.Longest + 1}).Draw(t, "stays")
	defer func() { x.world.keep = 0 }()
	d := op.Draft{Kind: board.KindWrite, Content: board.Write{Text: "Bread at six"}}
	if list := x.state.Notes(); len(list) > 0 && rapid.Bool().Draw(t, "down") {
		d = op.Draft{Kind: board.KindRemove, Subject: rapid.SampledFrom(list).Draw(t, "note").Ref}
	}
	x.write(m.id, d)
}
