package ledger

import (
	"slices"
	"strings"

	"celld/internal/op"
)

// Unit names a book: minutes of time, mutual credit, a currency or a good.
// There is no rate between two units.
type Unit string

// The units that every cell has.
const (
	Minutes Unit = "min"
	Credit  Unit = "crd"
)

// Class is what sort of unit a Unit is.
type Class uint8

// The classes of unit. ClassNone is that of a string that is no unit.
const (
	ClassNone Class = iota
	ClassTime
	ClassCredit
	ClassCash
	ClassGood
)

const (
	cashPrefix = "cash:"
	goodPrefix = "good:"
	maxSKU     = 16 // so that a beancount commodity (24 characters) can hold it
	maxName    = 32
)

// Cash returns the unit of a currency, by its three capital letters.
func Cash(currency string) Unit { return Unit(cashPrefix + currency) }

// Good returns the unit of one sort of good.
func Good(sku string) Unit { return Unit(goodPrefix + sku) }

// Class returns what sort of unit u is.
func (u Unit) Class() Class {
	s := string(u)
	switch {
	case u == Minutes:
		return ClassTime
	case u == Credit:
		return ClassCredit
	case strings.HasPrefix(s, cashPrefix) && currency(s[len(cashPrefix):]):
		return ClassCash
	case strings.HasPrefix(s, goodPrefix) && slug(s[len(goodPrefix):], maxSKU):
		return ClassGood
	}
	return ClassNone
}

// Mutual reports whether u is a unit that members owe one another.
func (u Unit) Mutual() bool { return u == Minutes || u == Credit }

// Code returns the currency or the good without its prefix.
func (u Unit) Code() string {
	_, code, ok := strings.Cut(string(u), ":")
	if !ok {
		return string(u)
	}
	return code
}

// ISO 4217: currencies whose minor unit is not a hundredth.
var (
	wholeCurrencies    = []string{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
	thousandCurrencies = []string{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
)

// Decimals returns how many digits of an amount in u stand behind the point.
func (u Unit) Decimals() int {
	switch {
	case u.Class() != ClassCash, slices.Contains(wholeCurrencies, u.Code()):
		return 0
	case slices.Contains(thousandCurrencies, u.Code()):
		return 3
	}
	return 2
}

// Account names one side of a book: "member:<id>", "pool:<name>",
// "project:<ref>", "world:<name>" (outside) or, reserved for links between
// cells, "peer:<cell>".
type Account string

// Place is which sort of account an Account is.
type Place uint8

// The sorts of account. NoPlace is that of a string that is no account.
const (
	NoPlace Place = iota
	OfMember
	OfPool
	OfProject
	OfWorld
	OfPeer
)

var places = []struct {
	prefix string
	place  Place
}{{"member:", OfMember}, {"pool:", OfPool}, {"project:", OfProject}, {"world:", OfWorld}, {"peer:", OfPeer}}

// Accounts that rules speak of by name.
const (
	Common     Account = "pool:common"      // what belongs to all
	Tin        Account = "pool:tin"         // the cell's cash
	Difference Account = "world:difference" // what a count found or missed
)

// MemberAccount returns the account of a member.
func MemberAccount(m op.Member) Account { return Account("member:" + m.String()) }

// ProjectAccount returns the account of what began at ref.
func ProjectAccount(ref op.Ref) Account { return Account("project:" + ref.String()) }

// Place returns the sort of a, and NoPlace when a is misspelt.
func (a Account) Place() Place {
	for _, p := range places {
		name, ok := strings.CutPrefix(string(a), p.prefix)
		if ok && nameFits(p.place, name) {
			return p.place
		}
	}
	return NoPlace
}

func nameFits(p Place, name string) bool {
	var err error
	switch p {
	case OfMember:
		_, err = op.ParseMember(name)
	case OfProject:
		_, err = op.ParseRef(name)
	default:
		return slug(name, maxName)
	}
	return err == nil
}

// Holder returns the member whose account a is; false for all other accounts.
func (a Account) Holder() (op.Member, bool) {
	name, ok := strings.CutPrefix(string(a), "member:")
	if !ok {
		return op.Member{}, false
	}
	m, err := op.ParseMember(name)
	return m, err == nil
}

// Project returns the thing that a project account belongs to.
func (a Account) Project() (op.Ref, bool) {
	name, ok := strings.CutPrefix(string(a), "project:")
	if !ok {
		return op.Ref{}, false
	}
	ref, err := op.ParseRef(name)
	return ref, err == nil
}

// shared reports whether a belongs to the whole cell.
func (a Account) shared() bool {
	p := a.Place()
	return p == OfPool || p == OfProject
}

// Fits reports whether account a may exist in unit u: members hold only what
// they owe one another, and only cash and goods come from outside.
func (u Unit) Fits(a Account) bool {
	switch a.Place() {
	case OfPool, OfProject:
		return u.Class() != ClassNone
	case OfMember:
		return u.Mutual()
	case OfWorld:
		return u.Class() == ClassCash || u.Class() == ClassGood
	}
	return false
}

// floored reports whether a in u is a real thing that cannot be less than
// nothing: a tin, a shelf.
func floored(u Unit, a Account) bool {
	return a.shared() && (u.Class() == ClassCash || u.Class() == ClassGood)
}

func currency(s string) bool {
	return len(s) == 3 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// slug allows small Latin letters, digits and, inside, hyphens, so that names
// of accounts survive every ledger program and every keyboard.
func slug(s string, most int) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	return len(s) > 0 && len(s) <= most &&
		strings.Trim(s, letters+"-") == "" &&
		strings.ContainsRune(letters, rune(s[0])) &&
		strings.ContainsRune(letters, rune(s[len(s)-1]))
}
