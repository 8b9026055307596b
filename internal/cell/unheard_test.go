package cell_test

import (
	"crypto/ed25519"
	"errors"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// TestNobodyLeavesADebtThatTheBookDoesNotList: the first use of an account was by a
// key that its owner had taken back elsewhere, so it is void, and the book does not
// list the account. What others wrote on it stands, and has to be settled (L8).
func TestNobodyLeavesADebtThatTheBookDoesNotList(t *testing.T) {
	w := newWorld(t, 3, 2)
	x, y := w.replica[0], w.replica[1]
	a, b, c := w.members[0], w.members[1], w.members[2]
	mine := ledger.MemberAccount(a.id)
	pays := func(by op.Member) op.Opened {
		return y.must(by, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{Unit: ledger.Credit, From: mine, To: ledger.Common, Amount: 5}})
	}
	y.must(c.id, op.Draft{Kind: ledger.KindDeclare, Content: ledger.UnitInfo{Unit: ledger.Good("rye"), Label: "Rye"}})
	x.hear(y)
	pays(c.id)
	paid := pays(a.id)
	y.must(b.id, op.Draft{Kind: ledger.KindSign, Subject: paid.Ref})
	stolen := public(y.devices[c.id])
	word := op.Statement{Verb: op.VerbRevoke, Cell: w.id, Member: c.id, Key: stolen}
	x.must(c.id, op.Draft{Kind: trust.KindRevoke, Content: trust.Revoke{Member: c.id, Key: stolen, Sig: ed25519.Sign(c.identity, word.Bytes())}})
	w.settle()
	h, _ := x.state.Value(ledger.AcctKey(ledger.Credit, mine)).(ledger.Holding)
	if h.Balance != -5 {
		t.Fatalf("the account holds %d", h.Balance)
	}
	o := x.write(a.id, op.Draft{Kind: ledger.KindShut, Content: ledger.Shut{Account: mine}})
	if err := x.state.Refused(o.Ref); !errors.Is(err, op.Refuse("ledger.not-empty")) {
		t.Errorf("an account that owes five is closed: %v", err)
	}
}
