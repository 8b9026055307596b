package ledger_test

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/ledgertest"
	"celld/internal/op"

	"pgregory.net/rapid"
)

// history draws a random history of a small cell.
func history(t *rapid.T) *ledgertest.Cell {
	throw := dice(t)
	c := ledgertest.Found(3+throw(3), throw)
	c.Run(20 + throw(120))
	return c
}

// laws hold in every history, whoever had seen what of whom.
var laws = []func(*rapid.T, *ledgertest.Cell){
	everyUnitSumsToZero,
	pendingSumsToZeroToo,
	cashIsNeverLessThanNothingInAnyPast,
	limitsHoldInEveryPast,
	whatWaitsIsCountedAgainstLimits,
	nothingCompletesWithoutBothSignatures,
	nobodyApprovesTheirOwnExpense,
	whatIsUnderWayIsListed,
	pledgesNeverChangeBalances,
	arrivalOrderDoesNotMatter,
	flowsAgree,
	oldValuesStayAsTheyWere,
	func(t *rapid.T, c *ledgertest.Cell) { journalAgrees(t, c.World) },
}

// telling is how many histories say something about what they hold together: an
// emulated processor is given five, and what half of all hold, one run in thirty
// would miss.
const telling = 20

// TestLawsHoldInEveryHistory tries them all on each history, and counts what
// the histories held: at least three in ten must hold things done by people who
// had not seen each other.
func TestLawsHoldInEveryHistory(t *testing.T) {
	var h held
	rapid.Check(t, func(t *rapid.T) {
		c := history(t)
		h.count(c)
		for _, law := range laws {
			law(t, c)
		}
	})
	t.Logf("%d of %d histories hold concurrent conflicts; %d lawful operations; refused: %v", h.conflicting, h.histories, h.lawful, h.refused)
	if h.histories >= telling && 10*h.conflicting < 3*h.histories {
		t.Fatalf("only %d of %d histories hold conflicts", h.conflicting, h.histories)
	}
}

// held is what random histories were made of.
type held struct {
	histories, conflicting, lawful int
	refused                        map[string]int
}

func (h *held) count(c *ledgertest.Cell) {
	h.histories++
	if c.Conflicts() > 0 {
		h.conflicting++
	}
	h.lawful += len(c.Ops)
	if h.refused == nil {
		h.refused = map[string]int{}
	}
	for code, n := range c.Refused {
		h.refused[code] += n
	}
}

// dice throws evenly. Drawn numbers are mostly small, which is good for finding
// edges and bad for choosing what to do next, so each is stirred with its turn.
func dice(t *rapid.T) ledgertest.Dice {
	turn := uint64(0)
	draw := rapid.Uint16()
	return func(n int) int {
		turn++
		x := (turn<<16 | uint64(draw.Draw(t, "dice"))) * 0x9e3779b97f4a7c15
		x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
		return int((x ^ x>>31) >> 16 % uint64(n))
	}
}

// atEvery calls f with every lawful operation, the state its author saw and
// the state that it made of that.
func atEvery(c *ledgertest.Cell, f func(o op.Opened, before, after ledgertest.State)) {
	for _, o := range c.Ops {
		f(o, c.Before[o.Ref], c.After[o.Ref])
	}
}

func everyUnitSumsToZero(t *rapid.T, c *ledgertest.Cell) {
	pasts := []op.Past{c.All()}
	for _, d := range c.Devices {
		pasts = append(pasts, d.Past)
	}
	for _, past := range pasts {
		for _, u := range ledger.Totals(c.Fold(past)) {
			if u.Sum != 0 {
				t.Fatalf("%s sums to %d", u.Unit, u.Sum)
			}
		}
	}
}

func pendingSumsToZeroToo(t *rapid.T, c *ledgertest.Cell) {
	sums := map[op.Ref]ledger.Amount{}
	for _, h := range ledger.Accounts(c.Fold(c.All())) {
		for _, p := range h.Pending {
			sums[p.Ref] += p.Amount
		}
	}
	for ref, sum := range sums {
		// An import may hold several units; its whole still sums to zero.
		if sum != 0 {
			t.Fatalf("what waits at %v sums to %d", ref, sum)
		}
	}
}

// cashIsNeverLessThanNothingInAnyPast is I6: what an author saw before and
// made is never a debit of a tin that was empty or overdrawn.
func cashIsNeverLessThanNothingInAnyPast(t *rapid.T, c *ledgertest.Cell) {
	atEvery(c, func(o op.Opened, before, after ledgertest.State) {
		for k, h := range ledger.Accounts(after) {
			was, _ := before.At(ledger.AcctKey(k.Unit, k.Account)).(ledger.Holding)
			cash := k.Unit.Class() == ledger.ClassCash || k.Unit.Class() == ledger.ClassGood
			if cash && k.Account.Place() != ledger.OfWorld && h.Balance < 0 && h.Balance < was.Balance {
				t.Fatalf("%s took %s in %s from %d to %d", o.Kind, k.Account, k.Unit, was.Balance, h.Balance)
			}
		}
	})
}

// limitsHoldInEveryPast is L2: nothing but what the rules exempt brings a
// member past a limit.
func limitsHoldInEveryPast(t *rapid.T, c *ledgertest.Cell) {
	exempt := []op.Kind{ledger.KindConfirm, ledger.KindWrite, ledger.KindRetract, ledger.KindCancel}
	atEvery(c, func(o op.Opened, before, after ledgertest.State) {
		tx, _ := after.At(ledger.TxKey(o.Subject)).(ledger.Tx)
		if slices.Contains(exempt, o.Kind) || !tx.Of().IsZero() {
			return
		}
		var rules ledger.Rules
		for k, h := range ledger.Accounts(after) {
			was, _ := before.At(ledger.AcctKey(k.Unit, k.Account)).(ledger.Holding)
			if h.Balance != was.Balance && rules.Past(k.Unit, k.Account, h.Balance) && !toward(was.Balance, h.Balance) {
				t.Fatalf("%s brought %s from %d to %d %s", o.Kind, k.Account, was.Balance, h.Balance, k.Unit)
			}
		}
	})
}

// whatWaitsIsCountedAgainstLimits is the other half of L2: nothing is proposed that
// would bring an end of it past a limit if all that waits completed against that.
// Random histories come to the limit of giving; that of receiving lies further off,
// and TestBothEndsNeedRoom goes there.
func whatWaitsIsCountedAgainstLimits(t *rapid.T, c *ledgertest.Cell) {
	var rules ledger.Rules
	atEvery(c, func(o op.Opened, _, after ledgertest.State) {
		tx, _ := after.At(ledger.TxKey(o.Ref)).(ledger.Tx)
		if o.Kind != ledger.KindPropose {
			return
		}
		for _, a := range []ledger.Account{tx.From, tx.To} {
			h := after.At(ledger.AcctKey(tx.Unit, a)).(ledger.Holding)
			worst := h.Balance
			for _, p := range h.Pending {
				if !p.Soft && (p.Amount < 0) == (a == tx.From) {
					worst += p.Amount
				}
			}
			if rules.Past(tx.Unit, a, worst) && (worst < 0) == (a == tx.From) {
				t.Fatalf("%s could come to %d %s by what waits", a, worst, tx.Unit)
			}
		}
	})
}

// toward reports whether a balance moved back towards zero.
func toward(was, is ledger.Amount) bool { return was < is && is <= 0 || was > is && is >= 0 }

// nothingCompletesWithoutBothSignatures is I7.
func nothingCompletesWithoutBothSignatures(t *rapid.T, c *ledgertest.Cell) {
	s := c.Fold(c.All())
	for _, key := range s.Keys("tx/") {
		tx := s[key].(ledger.Tx)
		if tx.State != ledger.TxDone || tx.More != nil && tx.More.Kind != "" {
			continue
		}
		ref, _ := op.ParseRef(key[len("tx/"):])
		if signer := firstSigner(c, ref); signer == tx.Maker || !bothSides(tx, tx.Maker, signer) {
			t.Fatalf("%v between %s and %s was made by %v and signed by %v", ref, tx.From, tx.To, tx.Maker, signer)
		}
	}
}

func firstSigner(c *ledgertest.Cell, ref op.Ref) op.Member {
	for _, o := range c.Ordered(c.All()) {
		if o.Kind == ledger.KindSign && o.Subject == ref {
			return o.Member
		}
	}
	return op.Member{}
}

func bothSides(tx ledger.Tx, members ...op.Member) bool {
	for _, a := range []ledger.Account{tx.From, tx.To} {
		if m, ok := a.Holder(); ok && !slices.Contains(members, m) {
			return false
		}
	}
	return !slices.ContainsFunc(members, op.Member.IsZero)
}

// nobodyApprovesTheirOwnExpense is I8, and the rest of L4.
func nobodyApprovesTheirOwnExpense(t *rapid.T, c *ledgertest.Cell) {
	s := c.Fold(c.All())
	for _, key := range s.Keys("expense/") {
		e := s[key].(ledger.Expense)
		if slices.Contains(e.Approvers, e.Requester) || slices.Contains(e.Approvers, e.Payee) && !e.Payee.IsZero() {
			t.Fatal("who asks or receives approved")
		}
		for _, p := range e.Paid {
			if p.By == e.Requester || p.By == e.Reconciler && e.Reconciled != 0 && len(e.Paid) == 1 {
				t.Fatal("who asked paid, or who paid reconciled")
			}
			if p.Round.IsZero() && (e.ByRound || len(e.Approvers) < int(e.Need)) {
				t.Fatalf("paid with %d of %d approvals", len(e.Approvers), e.Need)
			}
		}
	}
}

// whatIsUnderWayIsListed finds in the list all that has not ended.
func whatIsUnderWayIsListed(t *rapid.T, c *ledgertest.Cell) {
	s := c.Fold(c.All())
	open, _ := s.At(ledger.KeyOpen).(ledger.Open)
	listed := map[string]bool{}
	for _, thing := range open.Things {
		if s.At(thing.Key()) == nil || listed[thing.Key()] {
			t.Fatalf("%s is listed twice, or does not exist", thing.Key())
		}
		listed[thing.Key()] = true
	}
	for _, prefix := range []string{"pledge/", "expense/", "import/"} {
		for _, key := range s.Keys(prefix) {
			if !s[key].(interface{ Finished() bool }).Finished() && !listed[key] && !stopped(s[key]) {
				t.Fatalf("%s is under way and not listed: %+v", key, s[key])
			}
		}
	}
}

// stopped is an expense that was paid, reconciled and disputed: it is over,
// and stays in sight.
func stopped(v any) bool {
	e, ok := v.(ledger.Expense)
	return ok && e.State >= ledger.ExpenseReconciled
}

// pledgesNeverChangeBalances compares each history with the same one
// without its pledges.
func pledgesNeverChangeBalances(t *rapid.T, c *ledgertest.Cell) {
	all, without := c.Fold(c.All()), c.Fold(nil)
	for _, o := range c.Ordered(c.All()) {
		for _, k := range c.Touched[o.Ref] {
			if len(o.Kind) < 7 || o.Kind[:7] != "pledge." {
				without[k] = ledger.Apply(k, without[k], o)
			}
		}
	}
	for k, h := range ledger.Accounts(all) {
		if got := without.At(ledger.AcctKey(k.Unit, k.Account)).(ledger.Holding); got.Balance != h.Balance {
			t.Fatalf("pledges moved %s by %d", k.Account, h.Balance-got.Balance)
		}
	}
}

// arrivalOrderDoesNotMatter folds each subject as a router does that gets
// operations in any order and folds again from where a late one belongs.
func arrivalOrderDoesNotMatter(t *rapid.T, c *ledgertest.Cell) {
	want := encoded(t, c.Fold(c.All()))
	r := router{}
	arrivals := rapid.Permutation(c.Ops).Draw(t, "arrivals")
	for _, o := range append(arrivals, arrivals[:len(arrivals)/2]...) {
		r.receive(o, c.Touched[o.Ref])
	}
	got := map[string][]byte{}
	for k, s := range r {
		got[k] = encode(t, k, s.values[len(s.values)-1])
	}
	if !maps.EqualFunc(got, want, bytes.Equal) {
		t.Fatal("another order of arrival made another state")
	}
}

// journalAgrees: what exports and statements read from the log adds up to the
// balances and counts of the state.
func journalAgrees(t interface{ Fatalf(string, ...any) }, w *ledgertest.World) {
	sums, counts := map[ledger.Known]ledger.Amount{}, map[ledger.Unit]uint64{}
	for txn := range ledger.Txns(slices.Values(w.Ordered(w.All()))) {
		u := txn.Entries.Unit()
		counts[u]++
		for l := range txn.Entries.Legs() {
			sums[ledger.Known{Unit: u, Account: l.Account}] += l.Amount
		}
	}
	s := w.Fold(w.All())
	for k, h := range ledger.Accounts(s) {
		if sums[k] != h.Balance {
			t.Fatalf("the journal gives %s %d %s, the state %d", k.Account, sums[k], k.Unit, h.Balance)
		}
	}
	for _, u := range ledger.Totals(s) {
		if counts[u.Unit] != u.Transactions {
			t.Fatalf("the journal has %d transactions in %s, the state %d", counts[u.Unit], u.Unit, u.Transactions)
		}
	}
}

// TestOldValuesStayAsTheyWere: Apply makes new values and changes none, nor
// anything that an old one points to.
func oldValuesStayAsTheyWere(t *rapid.T, c *ledgertest.Cell) {
	s := c.Fold(nil)
	var values []ledger.Value
	var written [][]byte
	for _, o := range c.Ordered(c.All()) {
		for _, k := range c.Touched[o.Ref] {
			s[k] = ledger.Apply(k, s[k], o)
			v := s[k].(ledger.Value)
			values, written = append(values, v), append(written, v.MarshalState())
		}
	}
	for i, v := range values {
		if !bytes.Equal(v.MarshalState(), written[i]) {
			t.Fatalf("a value became %+v", v)
		}
	}
}

// router keeps, for every subject, each value on the way, as a snapshot would:
// a value that Apply changes in place shows.
type router map[string]*subject

type subject struct {
	ops    []op.Opened
	values []any
}

func (r router) receive(o op.Opened, keys []string) {
	for _, k := range keys {
		if r[k] == nil {
			r[k] = &subject{}
		}
		r[k].insert(k, o)
	}
}

func (s *subject) insert(key string, o op.Opened) {
	i, known := slices.BinarySearchFunc(s.ops, o, func(a, b op.Opened) int {
		switch {
		case a.Ref == b.Ref:
			return 0
		case a.Place.Before(b.Place):
			return -1
		}
		return 1
	})
	if known {
		return
	}
	s.ops = slices.Insert(s.ops, i, o)
	s.values = s.values[:i]
	for _, o := range s.ops[i:] {
		var before any
		if n := len(s.values); n > 0 {
			before = s.values[n-1]
		}
		s.values = append(s.values, ledger.Apply(key, before, o))
	}
}

func encoded(t *rapid.T, s ledgertest.State) map[string][]byte {
	out := map[string][]byte{}
	for k, v := range s {
		if ledger.OwnsKey(k) {
			out[k] = encode(t, k, v)
		}
	}
	return out
}

// encode writes a value and checks that it comes back as it was.
func encode(t *rapid.T, key string, v any) []byte {
	if v == nil {
		return nil
	}
	b := v.(ledger.Value).MarshalState()
	again, err := ledger.UnmarshalState(key, b)
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	if !reflect.DeepEqual(again, v) || !bytes.Equal(b, again.(ledger.Value).MarshalState()) {
		t.Fatalf("%s was %+v and comes back as %+v", key, v, again)
	}
	return b
}
