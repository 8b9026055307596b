package ledger

import (
	"slices"
	"strings"

	"celld/internal/op"
)

// kind is what the room knows of one kind of operation.
type kind struct {
	name    op.Kind
	begins  bool // it begins a thing, so it has no subject
	free    bool // it has no thing at all, and no subject
	timer   bool // only a router's timer writes it
	either  bool // a member or a timer; its judge tells them apart
	reads   func(op.Opened) bool
	touches func(op.Opened, past) ([]string, error)
	judge   func(op.Opened, past) error
}

// kinds is a list, which the linker fills: a map of them would be seven kilobytes of code
// on a router.
var kinds = []kind{
	{name: KindPropose, begins: true, reads: reads[Transfer], touches: touchPropose, judge: judgePropose},
	{name: KindContra, begins: true, reads: reads[Transfer], touches: touchPropose, judge: judgeContra},
	{name: KindMark, timer: true, reads: empty, touches: touchMark, judge: judgeMark},
	{name: KindSign, reads: empty, touches: touchTx, judge: judgeSign},
	{name: KindErase, reads: empty, touches: touchTx, judge: judgeErase},
	{name: KindRefuse, reads: empty, touches: touchTx, judge: judgeRefuse},
	{name: KindExpire, timer: true, reads: empty, touches: touchTx, judge: judgeExpire},
	{name: KindGift, free: true, reads: reads[GiftGiven], touches: touchGift, judge: judgeGift},
	{name: KindWrite, free: true, reads: reads[Posting], touches: touchWriteOff, judge: judgeWriteOff},
	{name: KindImport, begins: true, reads: reads[Notebook], touches: touchImport, judge: judgeImport},
	{name: KindConfirm, reads: empty, touches: touchImported, judge: judgeConfirm},
	{name: KindDrop, reads: empty, touches: touchImported, judge: judgeDrop},

	{name: KindOffer, begins: true, reads: reads[Offer], touches: touchPledge, judge: judgeOffer},
	{name: KindAccept, reads: empty, touches: touchPledge, judge: judgeAccept},
	{name: KindSchedule, reads: reads[Schedule], touches: touchPledge, judge: judgeSchedule},
	{name: KindFulfil, reads: reads[Fulfil], touches: touchPledge, judge: judgeFulfil},
	{name: KindLapse, either: true, reads: empty, touches: touchPledge, judge: judgeLapse},
	{name: KindWithdraw, reads: empty, touches: touchPledge, judge: judgeWithdraw},

	{name: KindRequest, begins: true, reads: reads[Request], touches: touchExpense, judge: judgeRequest},
	{name: KindApprove, reads: empty, touches: touchExpense, judge: judgeApprove},
	{name: KindDecline, reads: reads[Reason], touches: touchExpense, judge: judgeDecline},
	{name: KindRecall, reads: empty, touches: touchExpense, judge: judgeRecall},
	{name: KindPay, reads: reads[Posting], touches: touchPay, judge: judgePay},
	{name: KindReconcile, reads: empty, touches: touchExpense, judge: judgeReconcile},

	{name: KindBucket, begins: true, reads: reads[Purpose], touches: touchBucket, judge: judgeBucket},
	{name: KindFund, reads: reads[Posting], touches: touchFund, judge: judgeFund},
	{name: KindRetract, reads: reads[Posting], touches: touchFund, judge: judgeRetract},
	{name: KindCommit, reads: empty, touches: touchBucket, judge: judgeCommit},
	{name: KindCancel, reads: reads[Returns], touches: touchCancel, judge: judgeCancel},

	{name: KindCount, begins: true, reads: reads[Counted], touches: touchCount, judge: judgeCount},
	{name: KindAgree, reads: reads[Counted], touches: touchCount, judge: judgeAgree},

	{name: KindDeclare, free: true, reads: reads[UnitInfo], touches: touchBook, judge: judgeDeclare},
	{name: KindKeep, free: true, reads: reads[Keep], touches: touchBook, judge: judgeKeep},
	{name: KindShut, free: true, reads: reads[Shut], touches: touchShut, judge: judgeShut},
	{name: KindClose, free: true, either: true, reads: reads[Close], touches: touchBook, judge: judgeClose},
}

func kindOf(name op.Kind) (kind, bool) {
	for _, k := range kinds {
		if k.name == name {
			return k, true
		}
	}
	return kind{}, false
}

func reads[T any](o op.Opened) bool {
	_, ok := read[T](o)
	return ok
}

func empty(o op.Opened) bool { return len(o.Content) == 0 }

// Kinds returns every kind of operation that this room owns, sorted.
func Kinds() (all []op.Kind) {
	for _, k := range kinds {
		all = append(all, k.name)
	}
	slices.Sort(all)
	return all
}

// Owns reports whether k is a kind of this room.
func Owns(k op.Kind) bool {
	_, ok := kindOf(k)
	return ok
}

// Touches returns the keys of the subjects that o changes, or a refusal where
// o speaks of nothing that its author could have seen.
func Touches(o op.Opened, at Reader) ([]string, error) {
	k, ok := kindOf(o.Kind)
	if !ok {
		return nil, op.Refuse(codeKind, o.Kind)
	}
	keys, err := k.touches(o, past{at})
	if err != nil {
		return nil, err
	}
	keys = append(keys, flows(o, keys)...)
	if listed(o.Kind) {
		keys = append(keys, KeyOpen)
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

// Judge returns nil when o is lawful on the state that its author saw, and
// otherwise the reason.
func Judge(o op.Opened, at Reader) error {
	k, ok := kindOf(o.Kind)
	if !ok {
		return op.Refuse(codeKind, o.Kind)
	}
	p := past{at}
	if err := must(
		refuseIf((k.begins || k.free) != o.Subject.IsZero(), codeContent),
		refuseIf(!k.reads(o), codeContent),
		k.author(o, p),
	); err != nil {
		return err
	}
	return k.judge(o, p)
}

func (k kind) author(o op.Opened, at past) error {
	switch {
	case k.either:
		return nil
	case k.timer:
		return refuseIf(!o.Member.IsZero(), codeRouter)
	}
	return refuseIf(!at.active(o.Member), codeMember)
}

// Apply returns the value of the subject at key after o. It is total: what an
// operation has no more to say about, because something concurrent came first
// in the order, stays as it is.
func Apply(key string, v any, o op.Opened) any {
	room, name, _ := strings.Cut(key, "/")
	switch key {
	case KeyBook:
		return fold(v, o, applyBook)
	case KeyOpen:
		return fold(v, o, Open.apply)
	}
	switch room + "/" {
	case prefixAcct:
		unit, account, _ := strings.Cut(name, "/")
		return fold(v, o, func(h Holding, o op.Opened) Holding {
			return applyHolding(Unit(unit), Account(account), h, o)
		})
	case prefixGifts:
		return fold(v, o, func(g Gifts, o op.Opened) Gifts { return applyGifts(Account(name), g, o) })
	case prefixClosed:
		return fold(v, o, func(c Closed, o op.Opened) Closed { return c.apply(o) })
	case prefixMandate:
		return fold(v, o, Mandate.apply)
	case prefixFlow:
		return fold(v, o, func(f Flow, o op.Opened) Flow { return f.apply(Unit(name), o) })
	}
	ref, err := op.ParseRef(name)
	if err != nil {
		return v
	}
	return applyThing(room+"/", ref, v, o)
}

// applyThing folds o into a thing that began at ref.
func applyThing(room string, ref op.Ref, v any, o op.Opened) any {
	if v == nil && o.Ref != ref {
		return nil // nothing has begun here
	}
	switch room {
	case prefixTx:
		return fold(v, o, named(ref, applyTx))
	case prefixPledge:
		return fold(v, o, named(ref, applyPledge))
	case prefixExpense:
		return fold(v, o, named(ref, applyExpense))
	case prefixBucket:
		return fold(v, o, named(ref, applyBucket))
	case prefixCount:
		return fold(v, o, named(ref, applyCount))
	case prefixImport:
		return fold(v, o, named(ref, applyImport))
	}
	return v
}

func named[T any](ref op.Ref, apply func(op.Ref, T, op.Opened) T) func(T, op.Opened) T {
	return func(v T, o op.Opened) T { return apply(ref, v, o) }
}

// fold applies o to a value of one type; a value of another type, which only a
// mistake in this program could bring here, counts as none.
func fold[T any](v any, o op.Opened, apply func(T, op.Opened) T) any {
	t, _ := v.(T)
	return apply(t, o)
}
