package cell_test

import (
	"bytes"
	"testing"

	"celld/internal/cell/trust"
	"celld/internal/op"
)

// A router that has another opening key says so itself: what was sealed to the
// one before is sealed to nobody, and nothing more is written under it.
func TestARouterHasAnotherOpeningKey(t *testing.T) {
	w := newWorld(t, 2, 2)
	here, there := w.replica[0], w.replica[1]
	own, fresh := deviceOf(here.key), bytes.Repeat([]byte{7}, 32)
	here.isAt("10.13.0.11")
	epoch := op.Epoch{1}
	here.must(w.members[0].id, op.Draft{Kind: trust.KindEpoch, Content: trust.Epoch{Epoch: epoch, MAC: []byte{}}})
	here.must(w.members[0].id, op.Draft{Kind: trust.KindWrap, Content: trust.Wrap{Epoch: epoch, Wraps: []trust.Sealed{
		{For: trust.Recipient(own), Key: make([]byte, 80)}, {For: trust.Recipient(w.members[0].id), Key: make([]byte, 80)}}}})
	facts := func(x *replica) *trust.Trust { f, _ := x.state.Value(trust.Key).(*trust.Trust); return f }
	if !facts(here).OpensAlone(own) {
		t.Fatal("nothing is sealed to the router")
	}
	w.settle()
	here.sign(here.key, op.Draft{Kind: trust.KindOpening, Content: trust.Opening{Key: fresh}}, op.ClockNone)
	w.settle()
	for i, x := range w.replica {
		f := facts(x)
		r, _ := f.Router(own)
		e, _ := f.Epoch(epoch)
		if !bytes.Equal(r.Opening, fresh) || f.OpensAlone(own) || len(e.Wraps) != 2 || e.Wraps[1].For != trust.Recipient(w.members[0].id) {
			t.Errorf("router %d knows %x, %v", i, r.Opening[:2], e.Wraps)
		}
		for _, u := range f.Usable() {
			if u == epoch {
				t.Error("it serves for writing still")
			}
		}
	}
	if here.state.Digest() != there.state.Digest() {
		t.Error("they do not agree")
	}
}

func TestOnlyARouterItselfSaysWhichOpeningKeyItHas(t *testing.T) {
	w := newWorld(t, 2, 1)
	here := w.replica[0]
	facts := func() *trust.Trust { f, _ := here.state.Value(trust.Key).(*trust.Trust); return f }
	was := facts().Routers[0].Opening
	o := here.write(w.members[0].id, op.Draft{Kind: trust.KindOpening, Content: trust.Opening{Key: bytes.Repeat([]byte{7}, 32)}})
	if err := here.state.Refused(o.Ref); err == nil {
		t.Error("a member speaks for a router")
	}
	here.isAt("10.13.0.11")
	for _, key := range [][]byte{was, make([]byte, 31), {}} {
		here.sign(here.key, op.Draft{Kind: trust.KindOpening, Content: trust.Opening{Key: key}}, op.ClockNone)
		if !bytes.Equal(facts().Routers[0].Opening, was) {
			t.Errorf("a key of %d bytes was taken", len(key))
		}
	}
}
