package ledger

import (
	"slices"

	"celld/internal/op"
)

// KeyOpen is the subject that lists what is under way, so that pages find it
// without a walk through all that ever was. Transfers are not in it: they wait
// on their accounts.
const KeyOpen = "open"

// Open is the value of KeyOpen, in the order of beginning. Where people acted
// apart it may still list a thing that has ended; the thing itself knows.
type Open struct {
	Things []Thing `cbor:"1,keyasint,omitempty"`
}

// Thing is something under way, by its name and the kind that began it.
type Thing struct {
	_      struct{} `cbor:",toarray"`
	Ref    op.Ref
	Kind   op.Kind
	Recurs bool // a pledge that comes back
	Paid   bool // an expense that was paid, and waits to be reconciled
}

// Key returns the subject of t.
func (t Thing) Key() string {
	return map[op.Kind]string{
		KindOffer: prefixPledge, KindRequest: prefixExpense, KindBucket: prefixBucket,
		KindCount: prefixCount, KindImport: prefixImport,
	}[t.Kind] + t.Ref.String()
}

// listed reports whether an operation of kind k changes the list.
func listed(k op.Kind) bool { return begins(k) || endsThing(k) || k == KindPay || k == KindFulfil }

func begins(k op.Kind) bool {
	return slices.Contains([]op.Kind{KindOffer, KindRequest, KindBucket, KindCount, KindImport}, k)
}

func endsThing(k op.Kind) bool {
	return slices.Contains([]op.Kind{KindLapse, KindWithdraw, KindDecline, KindRecall, KindReconcile,
		KindCancel, KindAgree, KindConfirm, KindDrop}, k)
}

func (l Open) apply(o op.Opened) Open {
	i := slices.IndexFunc(l.Things, func(t Thing) bool { return t.Ref == o.Thing() })
	switch {
	case begins(o.Kind):
		offer, _ := read[Offer](o)
		return l.with(Thing{Ref: o.Ref, Kind: o.Kind, Recurs: o.Kind == KindOffer && offer.Every != Once})
	case o.Kind == KindPay && i < 0:
		// Withdrawn by one while another paid: it is under way again.
		return l.with(Thing{Ref: o.Subject, Kind: KindRequest, Paid: true})
	case i < 0:
		return l
	case o.Kind == KindPay:
		l.Things = slices.Clone(l.Things)
		l.Things[i].Paid = true
		return l
	case o.Kind == KindFulfil && (part(o) || l.Things[i].Recurs),
		(o.Kind == KindDecline || o.Kind == KindRecall) && l.Things[i].Paid:
		return l
	}
	l.Things = slices.Delete(slices.Clone(l.Things), i, i+1)
	if len(l.Things) == 0 {
		l.Things = nil
	}
	return l
}

func part(o op.Opened) bool {
	f, _ := read[Fulfil](o)
	return f.Part
}

func (l Open) with(t Thing) Open {
	l.Things = append(slices.Clone(l.Things), t)
	return l
}

// Await is something that waits for a member: to be signed, accepted,
// approved, paid, reconciled, counted again or confirmed.
type Await struct {
	Kind op.Kind // what the member can do
	Ref  op.Ref  // about what
}

// Awaits returns what waits for m, transfers first. What any member can do
// stands in the list of each.
func Awaits(at Reader, m op.Member) (all []Await) {
	for k, h := range Accounts(at) {
		if holder, personal := k.Account.Holder(); personal && holder != m {
			continue
		}
		for _, p := range h.Pending {
			t, ok := value[Tx](at, TxKey(p.Ref))
			a := Await{KindSign, p.Ref}
			if ok && t.State == TxPending && t.MaySign(m) && !slices.Contains(all, a) {
				all = append(all, a)
			}
		}
	}
	open, _ := value[Open](at, KeyOpen)
	for _, t := range open.Things {
		if kind := awaited(at.At(t.Key()), m); kind != "" {
			all = append(all, Await{kind, t.Ref})
		}
	}
	return all
}

// awaited returns what m can do about a thing that waits for it.
func awaited(v any, m op.Member) op.Kind {
	switch v := v.(type) {
	case Pledge:
		if v.State == PledgeOffered && v.MayReceive(m) {
			return KindAccept
		}
	case Expense:
		return v.awaited(m)
	case Count:
		if v.Agreed.IsZero() && v.By != m {
			return KindAgree
		}
	case Import:
		if v.State == TxPending && v.Maker != m {
			return KindConfirm
		}
	}
	return ""
}

// awaited asks only those who can act (L4).
func (e Expense) awaited(m op.Member) op.Kind {
	switch e.State {
	case ExpenseRequested:
		if !e.ByRound && slices.Contains(e.Eligible, m) && !slices.Contains(e.Approvers, m) {
			return KindApprove
		}
	case ExpenseApproved:
		if m != e.Requester {
			return KindPay
		}
	case ExpensePaid:
		if !slices.ContainsFunc(e.Paid, func(p Payment) bool { return p.By == m }) {
			return KindReconcile
		}
	}
	return ""
}
