package ledger

import "celld/internal/op"

// Reader yields the value of a subject at the frontier of the operation being
// judged, nil when nothing touched it there.
type Reader interface{ At(key string) any }

// Keys of foreign subjects that this room reads, and what it asks of them.
const (
	keyRules    = "rules"
	keyPeople   = "people"
	prefixRound = "round/"
)

type ruled interface{ Ledger() Rules }

// people answers for who is in the cell; those who left are not active.
type people interface {
	IsActive(op.Member) bool
	Active() []op.Member
}

// mandate is what a round says of its effect, for those who carry it out.
type mandate interface {
	InForce() bool
	Mandate() (kind string, content []byte)
}

// past is the state that the author of an operation saw.
type past struct{ Reader }

// value reads a subject of ours.
func value[T any](at Reader, key string) (T, bool) {
	v, ok := at.At(key).(T)
	return v, ok
}

func (p past) rules() Rules {
	if r, ok := value[ruled](p, keyRules); ok {
		return r.Ledger()
	}
	return Rules{}
}

func (p past) active(m op.Member) bool {
	all, ok := value[people](p, keyPeople)
	return ok && !m.IsZero() && all.IsActive(m)
}

func (p past) everyone() []op.Member {
	if all, ok := value[people](p, keyPeople); ok {
		return all.Active()
	}
	return nil
}

func (p past) holding(u Unit, a Account) Holding {
	h, _ := value[Holding](p, AcctKey(u, a))
	return h
}

func (p past) book() Book {
	b, _ := value[Book](p, KeyBook)
	return b
}

func (p past) closed(a Account) bool { return p.At(ClosedKey(a)) != nil }

// uses reports whether the cell uses unit u.
func (p past) uses(u Unit) bool {
	if u.Class() == ClassNone {
		return false
	}
	return p.rules().Uses(u) || u.Class() == ClassGood && p.book().declares(u)
}

// must returns the first error, so that a judgement reads as a list.
func must(checks ...error) error {
	for _, err := range checks {
		if err != nil {
			return err
		}
	}
	return nil
}

// refuseIf refuses where wrong holds.
func refuseIf(wrong bool, code string, args ...any) error {
	if wrong {
		return op.Refuse(code, args...)
	}
	return nil
}

// checkMove refuses a movement that no state could make lawful.
func checkMove(u Unit, from, to Account, amount Amount) error {
	switch {
	case u.Class() == ClassNone:
		return op.Refuse(codeUnit, u)
	case !u.Fits(from):
		return op.Refuse(codeAccount, from, u)
	case !u.Fits(to):
		return op.Refuse(codeAccount, to, u)
	case from == to:
		return op.Refuse(codeSame)
	case amount <= 0 || amount > MaxAmount:
		return op.Refuse(codeAmount, amount, MaxAmount)
	}
	return nil
}

// CheckNote refuses a note that is longer than one short line.
func CheckNote(s string) error { return op.CheckText(s, maxNote, false) }

// checkWords refuses a text that has to say something and does not.
func checkWords(s string) error {
	if s == "" {
		return op.Refuse(codeText)
	}
	return CheckNote(s)
}

// open refuses accounts that are closed, members that left, and units that
// the cell does not use.
func (p past) open(u Unit, accounts ...Account) error {
	if !p.uses(u) {
		return op.Refuse(codeUnit, u)
	}
	for _, a := range accounts {
		if p.closed(a) {
			return op.Refuse(codeClosed, a)
		}
		if m, ok := a.Holder(); ok && !p.active(m) {
			return op.Refuse(codeOther, a)
		}
	}
	return nil
}

// Room is how much more an account can give and receive, with all that waits
// counted as if it had completed against it.
type Room struct {
	Give, Receive Amount
	Min, Max      Amount
}

// RoomOf returns the room of account a, holding h, under rules r.
func RoomOf(r Rules, u Unit, a Account, h Holding) Room {
	least, most := r.bounds(u, a)
	return Room{
		Give:    max(0, h.Balance-h.Out()-least),
		Receive: max(0, most-h.Balance-h.In()),
		Min:     least, Max: most,
	}
}

// canGive refuses amount where a has less room than that.
func (p past) canGive(u Unit, a Account, amount Amount) error {
	h := p.holding(u, a)
	if Overdrawn(u, a, h) {
		return op.Refuse(codeOverdrawn, a, u, h.Balance)
	}
	r := RoomOf(p.rules(), u, a, h)
	if amount > r.Give {
		return op.Refuse(codeGive, a, u, r.Give, amount, r.Min)
	}
	return nil
}

func (p past) canReceive(u Unit, a Account, amount Amount) error {
	r := RoomOf(p.rules(), u, a, p.holding(u, a))
	return refuseIf(amount > r.Receive, codeReceive, a, u, r.Receive, amount, r.Max)
}

// room refuses a movement that either end has no room for.
func (p past) room(u Unit, from, to Account, amount Amount) error {
	return must(p.canGive(u, from, amount), p.canReceive(u, to, amount))
}
