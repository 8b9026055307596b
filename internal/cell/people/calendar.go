package people

import (
	"slices"

	"celld/internal/op"
)

// KindCalendar makes the one address at which a member's phone reads the
// calendar of the cell, and ends the one before.
const KindCalendar op.Kind = "person.calendar"

// Calendar is the hash of what stands in that address; of nothing but zeros when
// there shall be none any more.
type Calendar struct {
	Code [32]byte `cbor:"1,keyasint"`
}

// Subscribed is who reads the calendar without signing in.
type Subscribed struct {
	_      struct{} `cbor:",toarray"`
	Member op.Member
	Code   [32]byte
}

// Subscriber returns whose address has that hash.
func (p *People) Subscriber(code [32]byte) (op.Member, bool) {
	if p == nil {
		return op.Member{}, false
	}
	return whose(p.Calendars, code)
}

// Subscribes reports whether m has such an address.
func (p *People) Subscribes(m op.Member) bool { return p != nil && has(p.Calendars, m) }

func whose(list []Subscribed, code [32]byte) (op.Member, bool) {
	i := slices.IndexFunc(list, func(s Subscribed) bool { return s.Code == code })
	if i < 0 {
		return op.Member{}, false
	}
	return list[i].Member, true
}

func has(list []Subscribed, m op.Member) bool {
	return slices.ContainsFunc(list, func(s Subscribed) bool { return s.Member == m })
}

func judgeCalendar(_ *People, members roster, o op.Opened) error {
	var c Calendar
	if err := o.Decode(&c); err != nil {
		return err
	}
	if !members.IsActive(o.Member) {
		return op.Refuse("person.member-only")
	}
	return nil
}

func applyCalendar(p *People, o op.Opened) { p.Calendars = addressed(p.Calendars, o) }

// addressed is a list of addresses, which is the caller's own, once a member
// has made one or ended theirs.
func addressed(list []Subscribed, o op.Opened) []Subscribed {
	c := read[Calendar](o)
	list = slices.DeleteFunc(list, func(s Subscribed) bool { return s.Member == o.Member })
	if c.Code != [32]byte{} {
		list = append(list, Subscribed{Member: o.Member, Code: c.Code})
	}
	if len(list) == 0 {
		return nil
	}
	return list
}
