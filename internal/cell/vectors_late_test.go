package cell_test

import (
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/meeting"
	"celld/internal/cell/people"
	"celld/internal/cell/projects"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// tellRebound gives a member new keys. What the new identity key lets in was introduced
// by who had seen the re-binding, and stands; what the old device writes elsewhere does
// not.
func tellRebound(t *testing.T) *world {
	w := newWorld(t, 3, 2)
	here, there, c := w.replica[0], w.replica[1], w.members[2]
	there.must(c.id, op.Draft{Kind: people.KindAway})
	w.settle()
	anew := keyOf("identity anew")
	act := trust.Act{Verb: trust.Rebind, Member: c.id, Identity: public(anew), Opening: public(keyOf("opening anew"))}
	for _, m := range w.members[:2] {
		here.must(m.id, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}})
	}
	here.must(w.members[0].id, op.Draft{Kind: trust.KindAnnounce, Content: act})
	here.write(w.members[0].id, op.Draft{Kind: trust.KindAct, Content: act}) // too early
	w.made += 72 * 60
	here.must(w.members[0].id, op.Draft{Kind: trust.KindAct, Content: act})
	there.must(c.id, op.Draft{Kind: people.KindBack})
	c.identity = anew
	here.must(c.id, op.Draft{Kind: people.KindName, Content: people.Name{Member: c.id, Name: "C again"}})
	return w
}

// tellCalledOff holds what nobody would guess of values that hold little.
func tellCalledOff(t *testing.T) *world {
	w := newWorld(t, 3, 1)
	x, a, b := w.replica[0], w.members[0].id, w.members[1].id
	off := x.must(a, op.Draft{Kind: meeting.KindPlan, Content: meeting.Plan{Number: 1, When: meeting.When{Day: 19700}}})
	x.must(a, op.Draft{Kind: meeting.KindCancel, Subject: off.Ref, Content: meeting.Cancel{Why: "Rain"}})
	x.must(b, op.Draft{Kind: meeting.KindPlan, Content: meeting.Plan{Number: 2, When: meeting.When{Day: 19690, Time: "at six"}}})
	done := x.must(a, op.Draft{Kind: projects.KindOpen, Content: projects.Plan{Title: "A shed", Why: "For the tools"}})
	x.must(a, op.Draft{Kind: projects.KindClose, Subject: done.Ref, Content: projects.Words{}})
	x.write(b, op.Draft{Kind: projects.KindJoin, Subject: done.Ref})
	x.must(b, op.Draft{Kind: projects.KindAgain, Subject: done.Ref}) // and its block is empty
	empty := x.must(a, op.Draft{Kind: ledger.KindBucket, Content: ledger.Purpose{Name: "A pump", Unit: ledger.Minutes, Target: 10, Cap: 20}})
	x.must(a, op.Draft{Kind: ledger.KindCancel, Subject: empty.Ref, Content: ledger.Returns{Unit: ledger.Minutes}})
	promise := x.must(a, op.Draft{Kind: ledger.KindOffer, Content: ledger.Offer{From: ledger.MemberAccount(a), To: ledger.MemberAccount(b),
		What: "To dig", Unit: ledger.Minutes, Amount: 10}})
	x.must(b, op.Draft{Kind: ledger.KindAccept, Subject: promise.Ref})
	part := x.must(a, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{Unit: ledger.Minutes, From: ledger.MemberAccount(a), To: ledger.MemberAccount(b),
		Amount: 4, Pledge: promise.Ref}})
	x.must(b, op.Draft{Kind: ledger.KindSign, Subject: part.Ref})
	x.must(a, op.Draft{Kind: ledger.KindFulfil, Subject: promise.Ref, Content: ledger.Fulfil{Tx: part.Ref, Amount: 4, Part: true}})
	x.must(b, op.Draft{Kind: ledger.KindSchedule, Subject: promise.Ref, Content: ledger.Schedule{Day: 20231201}})
	return w
}
