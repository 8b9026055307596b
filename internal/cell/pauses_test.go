package cell_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/cell/pause"
	"celld/internal/op"
)

// pauses somebody's account or the pool's, tells why, confirms or ends it.
func pauses(t *rapid.T, x *replica, m *member) {
	all := cell.Pauses(x.state).All()
	if len(all) == 0 || rapid.IntRange(0, 2).Draw(t, "new") == 0 {
		account := rapid.SampledFrom([]ledger.Account{"pool:cell", ledger.MemberAccount(m.id), ledger.MemberAccount(x.world.members[0].id)}).Draw(t, "account")
		x.write(m.id, op.Draft{Kind: pause.KindBegin, Content: pause.Begin{Account: string(account)}})
		return
	}
	p := rapid.SampledFrom(all).Draw(t, "pause")
	d := op.Draft{Subject: p.Ref, Kind: rapid.SampledFrom([]op.Kind{pause.KindTell, pause.KindConfirm, pause.KindEnd}).Draw(t, "kind")}
	if d.Kind == pause.KindTell {
		d.Content = pause.Tell{Why: "Danger"}
	}
	x.write(m.id, d)
}

// TestPausesAreAlikeEverywhere: whatever happens besides.
func TestPausesAreAlikeEverywhere(t *testing.T) {
	runs, begun, confirmed := 0, 0, 0
	moves := append(append([]step{pauses, pauses, pauses, pauses}, everyday...), grave...)
	rapid.Check(t, func(rt *rapid.T) {
		w := quickWorld(t, rapid.IntRange(2, 4).Draw(rt, "members"), 2)
		w.prepare(rt)
		w.live(rt, moves, rapid.IntRange(8, 40).Draw(rt, "length"))
		w.converge(rt)
		runs++
		for _, p := range cell.Pauses(w.replica[0].state).All() {
			begun++
			if !p.Confirmed.IsZero() {
				confirmed++
				if holder, _ := ledger.Account(p.Account).Holder(); p.Confirmed == p.By || p.Confirmed == holder {
					rt.Fatalf("%v is confirmed by who did it or whose it is", p)
				}
			}
		}
		before := w.replica[0].state
		w.replica[0].restart(t)
		w.replica[0].sameState(t, w.replica[0].state, before)
	})
	if runs >= telling && (begun == 0 || confirmed == 0) {
		t.Errorf("%d pauses, %d confirmed: too quiet", begun, confirmed)
	}
}

// TestNothingGoesFromAnAccountThatIsPaused (K7), not even what waits for a yes.
func TestNothingGoesFromAnAccountThatIsPaused(t *testing.T) {
	w := newWorld(t, 3, 1)
	x, a, b, c := w.replica[0], w.members[0].id, w.members[1].id, w.members[2].id
	pay := func(by, from, to op.Member) op.Draft {
		return op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{Unit: ledger.Minutes, From: ledger.MemberAccount(from), To: ledger.MemberAccount(to), Amount: 30}}
	}
	bill := x.must(a, pay(a, b, a))
	p := x.must(c, op.Draft{Kind: pause.KindBegin, Content: pause.Begin{Account: string(ledger.MemberAccount(b)), Why: "Danger"}})
	refused := func(want string, by op.Member, d op.Draft) {
		t.Helper()
		o := x.write(by, d)
		if r, ok := x.state.Refused(o.Ref).(op.Refusal); !ok || r.Code != want {
			t.Errorf("%s: %v, want %s", d.Kind, x.state.Refused(o.Ref), want)
		}
	}
	refused("pause.stands", b, op.Draft{Kind: ledger.KindSign, Subject: bill.Ref})
	refused("pause.stands", b, pay(b, b, a))
	refused("pause.stands", a, pay(a, b, a))
	x.must(a, pay(a, a, b)) // what comes, comes
	x.must(b, op.Draft{Kind: ledger.KindRefuse, Subject: bill.Ref})
	x.must(c, op.Draft{Kind: pause.KindEnd, Subject: p.Ref})
	x.must(b, pay(b, b, a))
}

// TestNothingGoesBackFromABucketThatIsPaused (K7): neither to who put it in, nor to all.
func TestNothingGoesBackFromABucketThatIsPaused(t *testing.T) {
	w := newWorld(t, 3, 1)
	x, a, b, c := w.replica[0], w.members[0].id, w.members[1].id, w.members[2].id
	oven := x.must(a, op.Draft{Kind: ledger.KindBucket, Content: ledger.Purpose{Name: "An oven", Unit: ledger.Minutes, Target: 60, Cap: 60}}).Ref
	put := ledger.Posting{Unit: ledger.Minutes, From: ledger.MemberAccount(b), To: ledger.ProjectAccount(oven), Amount: 30}
	x.must(b, op.Draft{Kind: ledger.KindFund, Subject: oven, Content: put})
	p := x.must(c, op.Draft{Kind: pause.KindBegin, Content: pause.Begin{Account: string(ledger.ProjectAccount(oven)), Why: "Danger"}})
	put.From, put.To = put.To, put.From
	all, err := ledger.ReturnsOf(x.state.Now(), oven)
	if err != nil {
		t.Fatal(err)
	}
	back := map[op.Member]op.Draft{
		b: {Kind: ledger.KindRetract, Subject: oven, Content: put},
		a: {Kind: ledger.KindCancel, Subject: oven, Content: all},
	}
	for m, d := range back {
		if err := x.state.Refused(x.write(m, d).Ref); !errors.Is(err, op.Refuse("pause.stands")) {
			t.Errorf("%s: %v", d.Kind, err)
		}
	}
	x.must(c, op.Draft{Kind: pause.KindEnd, Subject: p.Ref})
	x.must(a, back[a])
}
