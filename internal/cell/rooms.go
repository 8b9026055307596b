package cell

import (
	"slices"
	"strings"

	"celld/internal/cell/commons"
	"celld/internal/cell/consent"
	"celld/internal/cell/directory"
	"celld/internal/cell/ledger"
	"celld/internal/cell/meeting"
	"celld/internal/cell/people"
	"celld/internal/cell/projects"
	"celld/internal/cell/rota"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// room is what the engine asks of every room: which kinds and subjects are
// its own, and pure functions.
type room struct {
	owns    func(op.Kind) bool
	holds   func(key string) bool
	touches func(op.Opened, *reader) ([]string, error)
	judge   func(op.Opened, *reader) error
	apply   func(key string, value any, o op.Opened) any
	remains func(key string, value any, o op.Opened) any // what is left of a void o; nil: nothing
	read    func(key string, b []byte) (any, error)      // what a value's MarshalState wrote
}

// applied returns what an operation does to a value by how it stands; nil if
// it does nothing.
func (r *room) applied(f footing) func(key string, value any, o op.Opened) any {
	switch f {
	case stands:
		return r.apply
	case void:
		return r.remains
	}
	return nil
}

// rooms are all there are. They are set in init because some of them judge on
// values that the engine folds, with the rooms.
var rooms []*room

func init() {
	rooms = []*room{
		{
			owns:    func(k op.Kind) bool { return slices.Contains(trust.Kinds, k) },
			holds:   func(key string) bool { return slices.Contains(publicKeys, key) },
			touches: func(o op.Opened, at *reader) ([]string, error) { return trust.Touches(o, at) },
			judge:   func(o op.Opened, at *reader) error { return trust.Judge(o, at) },
			apply:   trust.Apply,
			remains: trust.Remains,
			read:    readPublic,
		},
		{
			owns:    func(k op.Kind) bool { return slices.Contains(people.Kinds, k) },
			holds:   func(key string) bool { return key == people.Key },
			touches: func(o op.Opened, at *reader) ([]string, error) { return people.Touches(o, at) },
			judge:   func(o op.Opened, at *reader) error { return people.Judge(o, at) },
			apply:   people.Apply,
			read:    func(_ string, b []byte) (any, error) { return people.Unmarshal(b) },
		},
		{
			owns:    consent.Owns,
			holds:   func(key string) bool { return key == consent.KeyRounds || strings.HasPrefix(key, "round/") },
			touches: func(o op.Opened, at *reader) ([]string, error) { return consent.Touches(o, at) },
			judge:   judgeRound,
			apply:   consent.Apply,
			read:    readRound,
		},
		{
			owns:    rota.Owns,
			holds:   rota.OwnsKey,
			touches: func(o op.Opened, at *reader) ([]string, error) { return rota.Touches(o, at) },
			judge:   func(o op.Opened, at *reader) error { return rota.Judge(o, at) },
			apply:   rota.Apply,
			read:    rota.Read,
		},
		{
			owns:    ledger.Owns,
			holds:   ledger.OwnsKey,
			touches: func(o op.Opened, at *reader) ([]string, error) { return ledger.Touches(o, at) },
			judge:   judgeLedger,
			apply:   ledger.Apply,
			read:    ledger.UnmarshalState,
		},
		{
			owns:    projects.Owns,
			holds:   projects.OwnsKey,
			touches: func(o op.Opened, at *reader) ([]string, error) { return projects.Touches(o, at) },
			judge:   func(o op.Opened, at *reader) error { return projects.Judge(o, at) },
			apply:   projects.Apply,
			read:    projects.Unmarshal,
		},
		{
			owns:    directory.Owns,
			holds:   func(key string) bool { return key == directory.Key },
			touches: func(o op.Opened, at *reader) ([]string, error) { return directory.Touches(o, at) },
			judge:   func(o op.Opened, at *reader) error { return directory.Judge(o, at) },
			apply:   directory.Apply,
			read:    func(_ string, b []byte) (any, error) { return directory.Unmarshal(b) },
		},
		{
			owns:    commons.Owns,
			holds:   commons.OwnsKey,
			touches: func(o op.Opened, at *reader) ([]string, error) { return commons.Touches(o, at) },
			judge:   func(o op.Opened, at *reader) error { return commons.Judge(o, at) },
			apply:   commons.Apply,
			read:    commons.UnmarshalState,
		},
		{
			owns:    meeting.Owns,
			holds:   meeting.OwnsKey,
			touches: func(o op.Opened, at *reader) ([]string, error) { return meeting.Touches(o, at) },
			judge:   func(o op.Opened, at *reader) error { return meeting.Judge(o, at) },
			apply:   meeting.Apply,
			read:    meeting.Read,
		},
		pauseRoom, noteRoom,
		packetRoom,
		letterRoom,
	}
}

// agreed is the room of one subject that the engine itself folds.
var agreed = &room{apply: applyAgreements, read: unpackAgreements}

// publicKeys are the subjects that a locked router knows as well as any other.
var publicKeys = []string{trust.Key, trust.AddressKey}

func readPublic(key string, b []byte) (any, error) {
	if key == trust.AddressKey {
		return trust.UnmarshalAddresses(b)
	}
	return trust.Unmarshal(b)
}

func readRound(key string, b []byte) (any, error) {
	if key == consent.KeyRounds {
		return consent.UnmarshalRounds(b)
	}
	return consent.UnmarshalRound(b)
}

func judgeRound(o op.Opened, at *reader) error {
	if err := judgeEffect(o, at); err != nil {
		return err
	}
	if err := judgeFounding(o, at); err != nil {
		return err
	}
	if err := consent.Judge(o, at); err != nil {
		return err
	}
	if err := judgeYeses(o, at); err != nil {
		return err
	}
	return judgeRelay(o, at)
}

func roomOf(k op.Kind) *room {
	i := slices.IndexFunc(rooms, func(r *room) bool { return r.owns(k) })
	if i < 0 {
		return nil
	}
	return rooms[i]
}

// roomAt returns the room of a subject. There is no subject without one.
func roomAt(key string) *room {
	r := findRoom(key)
	if r == nil {
		panic("cell: nobody owns the subject " + key)
	}
	return r
}

func findRoom(key string) *room {
	if key == agreementsKey {
		return agreed
	}
	i := slices.IndexFunc(rooms, func(r *room) bool { return r.holds(key) })
	if i < 0 {
		return nil
	}
	return rooms[i]
}

// byRouter lists the sealed kinds that a router may write for itself: timers
// that ran out, and what it takes down for somebody who has no seat yet.
var byRouter = []op.Kind{
	people.KindRequest, people.KindLost,
	consent.KindMark, consent.KindAdopt, consent.KindAwait, consent.KindLapse, consent.KindExpire,
	ledger.KindMark, ledger.KindExpire, ledger.KindLapse, ledger.KindClose,
	commons.KindOver, commons.KindThin,
}

func routerSpeaks(k op.Kind) bool { return slices.Contains(byRouter, k) }
