package ledger_test

import (
	"reflect"
	"slices"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/ledgertest"
	"celld/internal/op"

	"pgregory.net/rapid"
)

// The flow of a tin is what a walk through all that touched it tells, cut to the
// newest; in whatever a device has seen, and read back from a snapshot.
func flowsAgree(t *rapid.T, c *ledgertest.Cell) {
	pasts := []op.Past{c.All()}
	for _, d := range c.Devices {
		pasts = append(pasts, d.Past)
	}
	for _, past := range pasts {
		f := c.Fold(past).At(ledger.FlowKey(ledgertest.EUR)).(ledger.Flow)
		flowAgrees(t, f, c.Ordered(past))
		again, err := ledger.UnmarshalState(ledger.FlowKey(ledgertest.EUR), f.MarshalState())
		if err != nil || !reflect.DeepEqual(again, f) {
			t.Fatalf("%+v reads back as %+v: %v", f, again, err)
		}
	}
}

func flowAgrees(t *rapid.T, f ledger.Flow, ops []op.Opened) {
	months, most := ledger.FlowKept()
	want := ledger.Months(ledgertest.EUR, ledger.Tin, slices.Values(ops))
	want = slices.Clone(want[max(0, len(want)-months):])
	for i := range want {
		want[i].Left = 0
	}
	if !slices.Equal(f.Months, want) {
		t.Fatalf("the months are %+v, and the walk says %+v", f.Months, want)
	}
	asked := map[op.Ref]string{}
	for _, o := range ops {
		var r ledger.Request
		if o.Kind == ledger.KindRequest && o.Decode(&r) == nil {
			asked[o.Ref] = r.Purpose
		}
	}
	moves := walked(ops)
	if f.Count != uint64(len(moves)) {
		t.Fatalf("%d movements, and the walk found %d", f.Count, len(moves))
	}
	moves = moves[max(0, len(moves)-most):]
	got := slices.Clone(f.Moves)
	for i, m := range got {
		if !m.Asked.IsZero() {
			got[i].Words, got[i].Asked = asked[m.Asked], op.Ref{}
		}
	}
	if !slices.Equal(got, moves) {
		t.Fatalf("the newest are %+v, and the walk says %+v", got, moves)
	}
}

// walked are all movements of the tin, as the journal tells them.
func walked(ops []op.Opened) (out []ledger.Movement) {
	for x := range ledger.Txns(slices.Values(ops)) {
		sum, legs := x.Entries.For(ledger.Tin)
		if x.Entries.Unit() != ledgertest.EUR || legs == 0 {
			continue
		}
		m := ledger.Movement{Amount: sum, Words: x.Note, Pledged: sum > 0 && x.Kind == ledger.KindPropose && !x.Thing.IsZero()}
		for l := range x.Entries.Legs() {
			if l.Account.Place() == ledger.OfProject {
				m.Project, m.Words = l.Account, ""
			}
		}
		out = append(out, m)
	}
	return out
}

// TestFlowsAreCut tries the same where little is kept, so that months, movements
// and requests fall out.
func TestFlowsAreCut(t *testing.T) {
	defer ledger.KeepLess()()
	runs, cut := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		throw := dice(t)
		c := ledgertest.Found(4, throw)
		c.Run(150 + throw(150))
		flowsAgree(t, c)
		runs++
		f := c.Fold(c.All()).At(ledger.FlowKey(ledgertest.EUR)).(ledger.Flow)
		if f.Count > uint64(len(f.Moves)) {
			cut++
		}
	})
	if runs >= telling && cut == 0 {
		t.Fatalf("nothing was cut in any of %d histories", runs)
	}
}

// TestAPaymentFindsItsOldRequest: the words of a request that many came after are
// where they were written, and the flow says where.
func TestAPaymentFindsItsOldRequest(t *testing.T) {
	defer ledger.KeepLess()()
	c := sit(t, 4)
	c.fillTin(10000)
	var all []op.Ref
	var asked []ledger.Request
	for _, purpose := range []string{"Lamps", "Rope", "Nails"} {
		r := c.ask(0, ledger.Request{Amount: 1000})
		r.Purpose = purpose
		asked = append(asked, r)
		all = append(all, c.do(0, ledger.KindRequest, op.Ref{}, r))
	}
	for i, ref := range all {
		c.do(1, ledger.KindApprove, ref, nil)
		c.do(2, ledger.KindPay, ref, payment(asked[i]))
	}
	f := c.state().At(ledger.FlowKey(ledgertest.EUR)).(ledger.Flow)
	want := []ledger.Movement{{Amount: -1000, Asked: all[0]}, {Amount: -1000, Words: "Rope"}, {Amount: -1000, Words: "Nails"}}
	if !slices.Equal(f.Moves, want) {
		t.Fatalf("%+v", f.Moves)
	}
}
