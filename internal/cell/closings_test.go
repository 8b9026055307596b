package cell_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// twin signs another operation for the place of one that stands, as a device
// does whose backup was put back.
func (x *replica) twin(t testing.TB, m *member, o op.Operation) op.Operation {
	t.Helper()
	h := o.Header
	h.Time++
	twin, err := op.Sign(h, o.Payload, op.Key(x.devices[m.id]))
	if err != nil {
		t.Fatal(err)
	}
	return twin
}

func (x *replica) prove(by *member, a, b op.Operation) op.Opened {
	return x.write(by.id, op.Draft{Kind: trust.KindFork, Content: trust.Fork{A: half(a), B: half(b)}})
}

func TestAForkIsJudgedByWhatItsJudgeHadSeen(t *testing.T) {
	w := newWorld(t, 3, 2)
	x, y := w.replica[0], w.replica[1]
	a, b, c := w.members[0], w.members[1], w.members[2]
	y.must(c.id, op.Draft{Kind: people.KindBack})
	x.hear(y)
	first := x.must(b.id, op.Draft{Kind: people.KindAway})
	x.must(a.id, op.Draft{Kind: people.KindAway}) // covers the first
	x.must(b.id, op.Draft{Kind: people.KindName, Content: people.Name{Member: b.id, Name: "Zed"}})
	y.hear(x)
	y.must(c.id, op.Draft{Kind: people.KindAway}) // covers the name, elsewhere
	x.prove(a, w.all[first.Ref], x.twin(t, b, w.all[first.Ref]))
	x.write(a.id, op.Draft{Kind: people.KindName, Content: people.Name{Member: a.id, Name: "Zed"}})
	w.settle()
	if x.state.Digest() != y.state.Digest() {
		t.Error("two routers that heard the same differ")
	}
}

func TestARefusedWordStillCoversAForkedLog(t *testing.T) {
	w := newWorld(t, 3, 2)
	x, y := w.replica[0], w.replica[1]
	a, b, c := w.members[0], w.members[1], w.members[2]
	y.must(c.id, op.Draft{Kind: people.KindBack})
	forked := x.must(b.id, op.Draft{Kind: people.KindAway})
	y.hear(x)
	x.prove(a, w.all[forked.Ref], x.twin(t, b, w.all[forked.Ref]))
	word := y.write(c.id, op.Draft{Kind: people.KindName, Content: people.Name{Member: c.id}})
	if y.state.Refused(word.Ref) == nil {
		t.Fatal("an empty name was taken")
	}
	y.hear(x)
	x.hear(y)
	if x.state.Digest() != y.state.Digest() {
		t.Error("who heard a refused word last thinks otherwise of the log that it had seen")
	}
}

func TestKeepingARouterRevivesNoRevokedKey(t *testing.T) {
	w := newWorld(t, 3, 2)
	x, y := w.replica[0], w.replica[1]
	a, c := w.members[0], w.members[2]
	y.must(c.id, op.Draft{Kind: people.KindAway})
	x.hear(y)
	old := public(y.devices[c.id])
	word := op.Statement{Verb: op.VerbRevoke, Cell: w.id, Member: c.id, Key: old}
	x.must(a.id, op.Draft{Kind: trust.KindRevoke, Content: trust.Revoke{Member: c.id, Key: old, Sig: ed25519.Sign(c.identity, word.Bytes())}})
	x.must(a.id, op.Draft{Kind: trust.KindDismiss, Content: trust.Router{Router: deviceOf(y.key)}})
	x.must(a.id, op.Draft{Kind: trust.KindKeep, Content: trust.Router{Router: deviceOf(y.key)}})
	y.hear(x)
	if err := y.state.Refused(y.write(c.id, op.Draft{Kind: people.KindBack}).Ref); !errors.Is(err, op.Refuse("trust.closed")) {
		t.Errorf("a revoked key writes again: %v", err)
	}
}

// TestALeavingThatWasNoneFindsTheSlotAgain: who has a stolen device key can write
// that its member leaves. The member had revoked that key on another router before,
// which comes here later: the leaving is void, and their words have to open their
// slot on every router. So none destroys the slot of who left.
func TestALeavingThatWasNoneFindsTheSlotAgain(t *testing.T) {
	w := newWorld(t, 3, 2)
	x, y := w.replica[0], w.replica[1]
	c, sealed := w.members[2], bytes.Repeat([]byte{7}, 200)
	x.must(c.id, op.Draft{Kind: trust.KindSlot, Content: trust.Slot{Member: c.id, Slot: sealed}})
	y.must(c.id, op.Draft{Kind: people.KindBack})
	w.settle()
	for range 3 { // what stands later in the one order
		x.must(c.id, op.Draft{Kind: people.KindAway})
		x.must(c.id, op.Draft{Kind: people.KindBack})
	}
	x.must(c.id, op.Draft{Kind: trust.KindLeave})
	stolen := public(x.devices[c.id])
	word := op.Statement{Verb: op.VerbRevoke, Cell: w.id, Member: c.id, Key: stolen}
	for _, stage := range []struct {
		name   string
		active bool
	}{{"who left", false}, {"who never left", true}} {
		if stage.active {
			y.must(c.id, op.Draft{Kind: trust.KindRevoke, Content: trust.Revoke{Member: c.id, Key: stolen, Sig: ed25519.Sign(c.identity, word.Bytes())}})
			w.settle()
		}
		m, _ := cell.PeopleOf(x.state).Trust.Member(c.id)
		if active := m.Status == trust.Active; active != stage.active || !bytes.Equal(m.Slot, sealed) {
			t.Errorf("%s: active %v, a slot of %d bytes", stage.name, active, len(m.Slot))
		}
	}
	if x.state.Digest() != y.state.Digest() {
		t.Error("two routers that heard the same differ")
	}
}

// fork lets a device sign twice, and somebody prove it.
func fork(t *rapid.T, x *replica, m *member) {
	other := rapid.SampledFrom(x.world.members).Draw(t, "forker")
	o := x.write(other.id, op.Draft{Kind: people.KindAway})
	speak(t, x, m)
	x.prove(m, x.world.all[o.Ref], x.twin(x.world.t, other, x.world.all[o.Ref]))
}

// TestALockedRouterKnowsWhatIsClosed: a router that is locked at any moment, and
// hears the rest with nobody signed in, knows of every log whether and where it
// was closed, and refuses what a public operation from behind there wants.
func TestALockedRouterKnowsWhatIsClosed(t *testing.T) {
	moves := append(append([]step{}, grave...), grave...)
	moves = append(moves, everyday...)
	runs, told := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := quickWorld(t, rapid.IntRange(3, 5).Draw(rt, "members"), rapid.IntRange(2, 3).Draw(rt, "routers"))
		w.live(rt, moves, rapid.IntRange(8, 32).Draw(rt, "length"))
		w.settle()
		x := w.replica[0]
		locked, closed := w.listener(), 0
		at := rapid.IntRange(0, len(x.held)-1).Draw(rt, "locked")
		for i, o := range x.held {
			if i == at {
				locked.state = locked.state.Public()
				closed = locked.closed()
			}
			if i < at {
				locked.take(o)
			} else {
				locked.overhear(o)
			}
		}
		locked.sameState(t, locked.state.Settle(), x.state.Public())
		if runs++; closed > 0 {
			told++
		}
	})
	t.Logf("%d histories, %d of routers that were locked with something closed", runs, told)
	if runs >= telling && told*5 < runs {
		t.Errorf("only %d of %d routers knew of anything closed when they were locked", told, runs)
	}
}

// closed counts the logs that are closed here.
func (x *replica) closed() (n int) {
	for _, d := range x.graph.Devices() {
		if _, closed := x.state.Closed(d); closed {
			n++
		}
	}
	return n
}

// overhear takes in what a locked router hears: it reads what is public, and of
// all else the headers.
func (x *replica) overhear(o op.Operation) {
	x.world.t.Helper()
	before := x.state
	if !x.take(o) {
		x.world.t.Fatalf("%v has no place", o.Ref())
	}
	if x.state = before.Settle(); x.ops[o.Ref()].Kind.Public() {
		x.state, _ = before.Apply(x.ops[o.Ref()])
	}
}
