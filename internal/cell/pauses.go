package cell

import (
	"celld/internal/cell/ledger"
	"celld/internal/cell/pause"
	"celld/internal/op"
)

var pauseRoom = &room{
	owns:    pause.Owns,
	holds:   func(key string) bool { return key == pause.Key },
	touches: func(o op.Opened, at *reader) ([]string, error) { return pause.Touches(o, at) },
	judge:   func(o op.Opened, at *reader) error { return pause.Judge(o, at, holderOf) },
	apply:   pause.Apply,
	read:    func(_ string, b []byte) (any, error) { return pause.Unmarshal(b) },
}

// holderOf tells whose an account is: nobody's where it is shared.
func holderOf(account string) (op.Member, bool) {
	a := ledger.Account(account)
	m, _ := a.Holder()
	switch a.Place() {
	case ledger.OfMember, ledger.OfPool, ledger.OfProject:
		return m, true
	}
	return op.Member{}, false
}

// judgeLedger lets nothing go from an account that is paused (K7).
func judgeLedger(o op.Opened, at *reader) error {
	if err := ledger.Judge(o, at); err != nil {
		return err
	}
	b, _ := at.At(pause.Key).(*pause.Book)
	if len(b.All()) == 0 {
		return nil
	}
	if from, gives := ledger.Giver(o, at); gives {
		if p, paused := b.Of(string(from), o.Time, o.Clock.Trusted()); paused {
			return op.Refuse("pause.stands", from, p.Until())
		}
	}
	return nil
}

// Pauses are what members have done at once against a danger; nil for nothing.
func Pauses(s *State) *pause.Book {
	b, _ := s.Value(pause.Key).(*pause.Book)
	return b
}
