package ledger

import "celld/internal/op"

// Counted is the content of tin.count and of tin.agree: two people count, each
// writes down what they found. A difference changes no balance; a decision
// posts it.
type Counted struct {
	Unit    Unit    `cbor:"1,keyasint"`
	Account Account `cbor:"2,keyasint"`
	Counted Amount  `cbor:"3,keyasint,omitempty"`
	Booked  Amount  `cbor:"4,keyasint,omitempty"` // what the book said to who counted first
}

// Count is the value of a count.
type Count struct {
	Counted
	By     op.Member `cbor:"5,keyasint"`
	Agreed op.Member `cbor:"6,keyasint,omitzero"`
}

// Difference returns what was found beyond the book, or with a minus missed.
func (c Count) Difference() Amount { return c.Counted.Counted - c.Booked }

func applyCount(ref op.Ref, c Count, o op.Opened) Count {
	if o.Ref == ref {
		content, _ := read[Counted](o)
		return Count{Counted: content, By: o.Member}
	}
	if o.Kind == KindAgree && c.Agreed.IsZero() {
		c.Agreed = o.Member
	}
	return c
}

func touchCount(o op.Opened, at past) ([]string, error) {
	c, ok := read[Counted](o)
	if !ok {
		return nil, op.Refuse(codeContent)
	}
	keys := []string{CountKey(o.Thing())}
	if o.Kind == KindAgree {
		keys = append(keys, at.accounts(c.Unit, c.Account)...)
	}
	return keys, nil
}

func judgeCount(o op.Opened, at past) error {
	c, _ := read[Counted](o)
	booked := at.holding(c.Unit, c.Account).Balance
	return must(
		refuseIf(!floored(c.Unit, c.Account), codeAccount, c.Account, c.Unit),
		at.open(c.Unit, c.Account),
		refuseIf(c.Counted < 0 || c.Counted > unbounded, codeAmount, c.Counted, unbounded),
		refuseIf(c.Booked != booked, codeBooked, booked),
	)
}

// judgeAgree asks for the same sum from a second pair of eyes.
func judgeAgree(o op.Opened, at past) error {
	content, _ := read[Counted](o)
	c, ok := value[Count](at, CountKey(o.Subject))
	return must(
		refuseIf(!ok, codeUnknown, o.Subject),
		refuseIf(!c.Agreed.IsZero(), codeNotPending, "agreed"),
		refuseIf(c.By == o.Member, codeNotAwaited),
		refuseIf(content != c.Counted, codeMismatch))
}
