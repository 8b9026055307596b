// Package people is the room of names: what the cell and its members are
// called, who is away, and who asks for a seat.
//
// Who belongs to the cell is a public fact (room trust); what they are called
// is sealed.
package people

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"celld/internal/op"
)

// Key is the one subject of this room.
const Key = "names"

// The kinds of operation that this room owns.
const (
	KindCell    op.Kind = "cell.name"      // what the cell is called
	KindName    op.Kind = "person.name"    // what I am called, or whom I seat
	KindAway    op.Kind = "person.away"    // I am away for a while
	KindBack    op.Kind = "person.back"    // I am here again
	KindInvite  op.Kind = "person.invite"  // I invite somebody, and speak for them
	KindRequest op.Kind = "person.request" // somebody with that invitation asks for a seat
	KindLost    op.Kind = "person.lost"    // somebody says that a member lost their words
	KindRouter  op.Kind = "router.name"    // what a router is called
)

// Bounds of what people may write here, in characters.
const (
	MaxName     = 24
	MaxCellName = 40
	MaxRouter   = 32
)

// Name gives a pseudonym to a member.
type Name struct {
	Member op.Member `cbor:"1,keyasint"`
	Name   string    `cbor:"2,keyasint"`
}

// CellName names the cell.
type CellName struct {
	Name string `cbor:"1,keyasint"`
}

// Invite makes an invitation. Only the hash of its code is written.
type Invite struct {
	Code  [32]byte `cbor:"1,keyasint"`
	Until uint64   `cbor:"2,keyasint,omitempty"` // Unix seconds; 0: until it is used
}

// Request asks for a seat: the keys of the newcomer, made on this router.
type Request struct {
	Code     [32]byte  `cbor:"1,keyasint"`
	Name     string    `cbor:"2,keyasint"`
	Member   op.Member `cbor:"3,keyasint"`
	Identity []byte    `cbor:"4,keyasint"`
	Opening  []byte    `cbor:"5,keyasint"`
	Slot     []byte    `cbor:"6,keyasint"`
}

// People is the value of this room.
type People struct {
	Cell      string
	Persons   []Person
	Invites   []Invitation
	Requests  []Asked
	Lost      []Loss       `cbor:",omitempty"`
	Routers   []Called     `cbor:",omitempty"`
	Calendars []Subscribed `cbor:",omitempty"`
	Pages     []Subscribed `cbor:",omitempty"`
}

// Person is a member's sealed side.
type Person struct {
	_      struct{} `cbor:",toarray"`
	Member op.Member
	Name   string
	Away   bool
}

// Invitation is an open or used invitation.
type Invitation struct {
	_       struct{} `cbor:",toarray"`
	At      op.Ref
	Sponsor op.Member
	Code    [32]byte
	Until   uint64
	Used    bool
}

// Asked is a request for a seat, with who speaks for it.
type Asked struct {
	_       struct{} `cbor:",toarray"`
	At      op.Ref
	Sponsor op.Member
	Request Request
}

// Reader gives the value of a subject at the frontier of the operation judged.
type Reader interface{ At(key string) any }

// roster is what this room asks of the public facts.
type roster interface {
	IsActive(op.Member) bool
	HasRouter(op.Device) bool
}

// Name returns what m is called, or the empty string.
func (p *People) Name(m op.Member) string {
	if i := p.index(m); i >= 0 {
		return p.Persons[i].Name
	}
	return ""
}

// Away reports whether m said so.
func (p *People) Away(m op.Member) bool {
	i := p.index(m)
	return i >= 0 && p.Persons[i].Away
}

func (p *People) index(m op.Member) int {
	if p == nil {
		return -1
	}
	return slices.IndexFunc(p.Persons, func(x Person) bool { return x.Member == m })
}

// Named finds a member by pseudonym, as it looks: capitals, what takes no room and how
// many blanks stand in a row tell no two names apart.
func (p *People) Named(name string) (op.Member, bool) {
	if p == nil {
		return op.Member{}, false
	}
	i := slices.IndexFunc(p.Persons, func(x Person) bool { return strings.EqualFold(bare(x.Name), bare(name)) })
	if i < 0 {
		return op.Member{}, false
	}
	return p.Persons[i].Member, true
}

// bare is a name without what nobody sees in it.
func bare(name string) string {
	seen := strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) {
			return -1
		}
		return r
	}, name)
	return strings.Join(strings.Fields(seen), " ")
}

// Invitation finds an invitation by the hash of its code.
func (p *People) Invitation(code [32]byte) (Invitation, bool) {
	if p == nil {
		return Invitation{}, false
	}
	i := slices.IndexFunc(p.Invites, func(v Invitation) bool { return v.Code == code })
	if i < 0 {
		return Invitation{}, false
	}
	return p.Invites[i], true
}

// Asked finds a request by the operation that made it.
func (p *People) Asked(at op.Ref) (Asked, bool) {
	if p == nil {
		return Asked{}, false
	}
	i := slices.IndexFunc(p.Requests, func(a Asked) bool { return a.At == at })
	if i < 0 {
		return Asked{}, false
	}
	return p.Requests[i], true
}

// MarshalState is the canonical encoding of the value.
func (p *People) MarshalState() []byte { return op.MustMarshal(*p) }

// CheckName refuses what cannot be a pseudonym.
func CheckName(name string) error {
	if bare(name) == "" {
		return op.Refuse("name.empty")
	}
	return op.CheckText(name, MaxName, false)
}

// Touches names the subject that o changes.
func Touches(op.Opened, Reader) ([]string, error) { return []string{Key}, nil }

// Judge says whether o is lawful at its own frontier.
func Judge(o op.Opened, at Reader) error {
	p, _ := at.At(Key).(*People)
	members, _ := at.At("trust").(roster)
	judge := judges[o.Kind]
	if judge == nil || members == nil {
		return op.Refuse("person.kind", string(o.Kind))
	}
	return judge(p, members, o)
}

var judges = map[op.Kind]func(*People, roster, op.Opened) error{
	KindCell:     judgeCell,
	KindName:     judgeName,
	KindAway:     judgeSelf,
	KindBack:     judgeSelf,
	KindInvite:   judgeInvite,
	KindRequest:  judgeRequest,
	KindLost:     judgeLost,
	KindRouter:   judgeRouter,
	KindCalendar: judgeCalendar,
	KindPages:    judgeCalendar,
}

func judgeSelf(_ *People, _ roster, o op.Opened) error {
	if o.Member.IsZero() {
		return op.Refuse("person.member-only")
	}
	if len(o.Content) > 0 {
		return op.Refuse("person.content")
	}
	return nil
}

// judgeCell lets the name be given once; a new name is for a round to find.
func judgeCell(p *People, _ roster, o op.Opened) error {
	var c CellName
	if err := o.Decode(&c); err != nil {
		return err
	}
	if p != nil && p.Cell != "" {
		return op.Refuse("cell.named")
	}
	if c.Name == "" {
		return op.Refuse("name.empty")
	}
	return op.CheckText(c.Name, MaxCellName, false)
}

// judgeName lets everybody name themselves, and whoever seats a newcomer give
// the first name.
func judgeName(p *People, members roster, o op.Opened) error {
	var n Name
	if err := o.Decode(&n); err != nil {
		return err
	}
	if n.Member != o.Member && p.Name(n.Member) != "" || !members.IsActive(n.Member) {
		return op.Refuse("person.other")
	}
	if taken, ok := p.Named(n.Name); ok && taken != n.Member {
		return op.Refuse("name.taken", n.Name)
	}
	return CheckName(n.Name)
}

func judgeInvite(p *People, _ roster, o op.Opened) error {
	var v Invite
	if err := o.Decode(&v); err != nil {
		return err
	}
	if o.Member.IsZero() {
		return op.Refuse("person.member-only")
	}
	if _, twice := p.Invitation(v.Code); twice {
		return op.Refuse("invite.twice")
	}
	return nil
}

func judgeRequest(p *People, _ roster, o op.Opened) error {
	var r Request
	if err := o.Decode(&r); err != nil {
		return err
	}
	v, ok := p.Invitation(r.Code)
	switch {
	case !ok:
		return op.Refuse("invite.unknown")
	case v.Used:
		return op.Refuse("invite.used")
	case v.Until != 0 && o.Clock.Trusted() && o.Time > v.Until:
		return op.Refuse("invite.over")
	}
	if _, taken := p.Named(r.Name); taken {
		return op.Refuse("name.taken", r.Name)
	}
	if !wellFormed(r.Identity, r.Opening, r.Slot) || r.Member.IsZero() {
		return op.Refuse("trust.key")
	}
	return CheckName(r.Name)
}

// wellFormed reports whether these can be somebody's keys and their slot.
func wellFormed(identity, opening, slot []byte) bool {
	return len(identity) == 32 && len(opening) == 32 && len(slot) > 0 && len(slot) <= 400
}

// Apply folds o into the value.
func Apply(_ string, value any, o op.Opened) any {
	p := &People{}
	if old, ok := value.(*People); ok {
		c := *old
		c.Persons, c.Invites, c.Requests = slices.Clone(old.Persons), slices.Clone(old.Invites), slices.Clone(old.Requests)
		c.Lost, c.Routers, c.Calendars, c.Pages = slices.Clone(old.Lost), slices.Clone(old.Routers), slices.Clone(old.Calendars), slices.Clone(old.Pages)
		p = &c
	}
	if apply := applies[o.Kind]; apply != nil {
		apply(p, o)
	}
	return p
}

var applies = map[op.Kind]func(*People, op.Opened){
	KindCell:     applyCell,
	KindName:     func(p *People, o op.Opened) { n := read[Name](o); p.call(n.Member, n.Name) },
	KindAway:     func(p *People, o op.Opened) { p.setAway(o.Member, true) },
	KindBack:     func(p *People, o op.Opened) { p.setAway(o.Member, false) },
	KindInvite:   applyInvite,
	KindRequest:  applyRequest,
	KindLost:     applyLost,
	KindRouter:   applyRouter,
	KindCalendar: applyCalendar,
	KindPages:    applyPages,
}

func read[T any](o op.Opened) (v T) {
	if err := o.Decode(&v); err != nil {
		panic("people: judged and yet unreadable: " + err.Error())
	}
	return v
}

// applyCell keeps the first name in the order.
func applyCell(p *People, o op.Opened) {
	if p.Cell == "" {
		p.Cell = read[CellName](o).Name
	}
}

// call names a member. Two who took one name while apart both keep it; the
// pages tell them apart by their place in the circle until one changes it.
func (p *People) call(m op.Member, name string) {
	if i := p.index(m); i >= 0 {
		p.Persons[i].Name = name
		return
	}
	p.Persons = append(p.Persons, Person{Member: m, Name: name})
}

func (p *People) setAway(m op.Member, away bool) {
	if i := p.index(m); i >= 0 {
		p.Persons[i].Away = away
	}
}

func applyInvite(p *People, o op.Opened) {
	v := read[Invite](o)
	p.Invites = append(p.Invites, Invitation{At: o.Ref, Sponsor: o.Member, Code: v.Code, Until: v.Until})
}

// applyRequest uses the invitation up: it works once.
func applyRequest(p *People, o op.Opened) {
	r := read[Request](o)
	for i := range p.Invites {
		if p.Invites[i].Code == r.Code && !p.Invites[i].Used {
			p.Invites[i].Used = true
			p.Requests = append(p.Requests, Asked{At: o.Ref, Sponsor: p.Invites[i].Sponsor, Request: r})
			return
		}
	}
}

// Kinds lists the kinds of this room.
var Kinds = []op.Kind{KindCell, KindName, KindAway, KindBack, KindInvite, KindRequest, KindLost, KindRouter, KindCalendar, KindPages}

// Unmarshal reads what MarshalState wrote.
func Unmarshal(b []byte) (*People, error) {
	p := new(People)
	if err := op.Unmarshal(b, p); err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	return p, nil
}
