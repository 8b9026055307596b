package ui

import "celld/ui/locale"

// Measure is what a book counts, and so how its amounts are written.
type Measure struct {
	Kind   MeasureKind
	Name   string // a currency's three letters, or what the cell calls its credit or a good
	Places int    // digits behind the point
}

// MeasureKind is the sort of a measure. There is no rate between two measures.
type MeasureKind uint8

// The sorts of measure.
const (
	InHours  MeasureKind = iota // counted in minutes
	InCredit                    // what members owe one another, in a unit of their own
	InMoney                     // a currency, which lies in a real tin
	InGoods                     // pieces of one sort of thing
)

// moves tells whether the thing itself goes from hand to hand. What is owed
// goes up for who gave; money and things go up where they arrive.
func (k MeasureKind) moves() bool { return k == InMoney || k == InGoods }

// HoursMeasure is that of the book that every cell has.
var HoursMeasure = Measure{Kind: InHours}

// Sum is an amount of something. Signed and Figures say a balance, Words an
// amount that has no side.
type Sum struct {
	N  int64 // minutes, credits, cents or pieces; three large postings are past 32 bits
	In Measure
}

// Hours makes a Sum of minutes.
func Hours(minutes int) Sum { return Sum{N: int64(minutes), In: HoursMeasure} }

// Of makes a Sum in the same measure.
func (s Sum) Of(n int64) Sum { return Sum{N: n, In: s.In} }

// Size is the sum without its side.
func (s Sum) Size() Sum { return s.Of(max(s.N, -s.N)) }

// Words writes the sum as a sentence has it: "2 h 15 min", "84.20 €", "3 × honey".
func (s Sum) Words(l locale.Lang) string {
	switch s.In.Kind {
	case InHours:
		return bind(l.Minutes(int(s.N)))
	case InMoney:
		return l.Money(s.N, s.In.Name, s.In.Places)
	case InCredit:
		return l.Decimal(s.N, s.In.Places) + "\u00a0" + s.credit(l)
	}
	return l.Decimal(s.N, s.In.Places) + "\u00a0×\u00a0" + l.Isolate(s.In.Name)
}

// bind keeps a figure and its unit on one line.
func bind(s string) string {
	b := []byte(s)
	var out []byte
	for i, c := range b {
		if c == ' ' && i > 0 && b[i-1] >= '0' && b[i-1] <= '9' {
			out = append(out, "\u00a0"...)
		} else {
			out = append(out, c)
		}
	}
	return string(out)
}

func (s Sum) credit(l locale.Lang) string {
	if s.In.Name != "" {
		return l.Isolate(s.In.Name)
	}
	return l.Plural("credit", "credits", int(s.N))
}

// Signed is Words with a plus before what was given: "+3 h 20 min".
func (s Sum) Signed(l locale.Lang) string {
	if s.N <= 0 {
		return s.Words(l)
	}
	if s.In.Kind == InHours {
		return bind(l.Plus(int(s.N)))
	}
	return plus(l, s.Words(l))
}

// plus puts a plus before an amount where the minus of a negative one stands.
func plus(l locale.Lang, amount string) string {
	const open = "\u2066"
	switch {
	case l != locale.Arabic:
		return "+" + amount
	case len(amount) > len(open) && amount[:len(open)] == open:
		return open + "+" + amount[len(open):]
	}
	return "\u200e+" + amount
}

// Figures writes the sum as a column of figures likes it, the unit being named
// above it: "+5:00", "−8:45", "84.20".
func (s Sum) Figures(l locale.Lang) string {
	if s.In.Kind == InHours {
		return l.Clockwise(int(s.N))
	}
	return l.Decimal(s.N, s.In.Places)
}

// Balance is Figures with a plus before what was given.
func (s Sum) Balance(l locale.Lang) string {
	if s.In.Kind == InHours || s.N <= 0 {
		return s.Figures(l)
	}
	return plus(l, s.Figures(l))
}

// moneyWord is what people call a currency that we know by name; empty for another.
func moneyWord(name string) string {
	switch name {
	case "EUR":
		return locale.M("euros")
	case "USD":
		return locale.M("US dollars")
	case "BRL":
		return locale.M("reais")
	}
	return ""
}

// Unit is unit for whoever makes choices of measures.
func (m Measure) Unit(l locale.Lang) string { return m.unit(l) }

// unit names the measure above a column: "in hours", "in euros", "in CHF".
func (m Measure) unit(l locale.Lang) string {
	switch {
	case m.Kind == InHours:
		return l.T("hours")
	case m.Kind == InCredit && m.Name == "":
		return l.T("credits")
	case m.Kind == InMoney && moneyWord(m.Name) != "":
		return l.T(moneyWord(m.Name))
	}
	return m.Name
}

// Side is one end of what was given: a person, or something that all share.
type Side struct {
	Kind SideKind
	Name string // of a person, a bucket, a good's place or another cell
	You  bool
}

// SideKind is who or what stands on one side.
type SideKind uint8

// The sorts of side.
const (
	OfPerson SideKind = iota
	OfCell            // what belongs to all of us
	OfTin
	OfBucket
	OfOutside // shops, landlords, the world
	OfOtherCell
)

// Word names the side in a table or on a seat: "Tide", "you", "the tin".
func (s Side) Word(l locale.Lang) string {
	switch {
	case s.You:
		return l.T("you")
	case s.Kind == OfCell:
		return l.T("the cell")
	case s.Kind == OfTin:
		return l.T("the tin")
	case s.Kind == OfOutside:
		return l.T("outside")
	}
	return s.Name
}

// For names the side as who received: "for Tide". Languages bend the words for
// shared things, so each stands whole.
func (s Side) For(l locale.Lang) string {
	switch {
	case s.You:
		return l.T("for you")
	case s.Kind == OfCell:
		return l.T("for the cell")
	case s.Kind == OfTin:
		return l.T("for the tin")
	case s.Kind == OfOutside:
		return l.T("paid outside")
	}
	return l.T("for {1}", s.Name)
}

// From names the side as who gave: "from Ember".
func (s Side) From(l locale.Lang) string {
	switch {
	case s.You:
		return l.T("from you")
	case s.Kind == OfCell:
		return l.T("from the cell")
	case s.Kind == OfTin:
		return l.T("from the tin")
	case s.Kind == OfOutside:
		return l.T("from outside")
	}
	return l.T("from {1}", s.Name)
}
