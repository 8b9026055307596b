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
	i := slices.IndexFunc(p.Calendars, func(s Subscribed) bool { return s.Code == code })
	if i < 0 {
		return op.Member{}, false
	}
	return p.Calendars[i].Member, true
}

// Subscribes reports whether m has such an address.
func (p *People) Subscribes(m op.Member) bool {
	return p != nil && slices.ContainsFunc(p.Calendars, func(s Subscribed) bool { return s.Member == m })
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

func applyCalendar(p *People, o op.Opened) {
	c := read[Calendar](o)
	p.Calendars = slices.DeleteFunc(p.Calendars, func(s Subscribed) bool { return s.Member == o.Member })
	if c.Code != [32]byte{} {
		p.Calendars = append(p.Calendars, Subscribed{Member: o.Member, Code: c.Code})
	}
	if len(p.Calendars) == 0 {
		p.Calendars = nil
	}
}
