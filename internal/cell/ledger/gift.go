package ledger

import "celld/internal/op"

// GiftGiven is the content of tx.gift: in gift mode people write down that
// something was given, and no amount (L9b).
type GiftGiven struct {
	From Account `cbor:"1,keyasint"`
	To   Account `cbor:"2,keyasint"`
	Note string  `cbor:"3,keyasint"`
}

// Gifts is how often an account gave and received. It lies outside all books.
type Gifts struct {
	Given    uint64 `cbor:"1,keyasint,omitempty"`
	Received uint64 `cbor:"2,keyasint,omitempty"`
}

func applyGifts(a Account, g Gifts, o op.Opened) Gifts {
	c, _ := read[GiftGiven](o)
	if c.From == a {
		g.Given++
	}
	if c.To == a {
		g.Received++
	}
	return g
}

func touchGift(o op.Opened, _ past) ([]string, error) {
	c, ok := read[GiftGiven](o)
	if !ok {
		return nil, op.Refuse(codeContent)
	}
	return []string{GiftsKey(c.From), GiftsKey(c.To)}, nil
}

// amounts refuses to count what members owe one another in gift mode: what waits
// or lies aside from before can still go on or back, and nothing begins.
func (p past) amounts(u Unit) error {
	return refuseIf(u.Mutual() && p.rules().GiftMode(), codeGift)
}

func judgeGift(o op.Opened, at past) error {
	c, _ := read[GiftGiven](o)
	mine := MemberAccount(o.Member)
	return must(
		refuseIf(!at.rules().GiftMode(), codeNoGift),
		refuseIf(!Minutes.Fits(c.From), codeAccount, c.From, Minutes),
		refuseIf(!Minutes.Fits(c.To), codeAccount, c.To, Minutes),
		refuseIf(c.From == c.To, codeSame),
		refuseIf(c.From != mine && c.To != mine, codeParty),
		checkWords(c.Note),
		at.open(Minutes, c.From, c.To),
	)
}
