package consent

import (
	"slices"
	"strings"

	"celld/internal/op"
)

// The keys of this room's subjects.
const (
	roundPrefix = "round/"
	KeyRounds   = "rounds"
)

// Key returns the key of a round.
func Key(ref op.Ref) string { return roundPrefix + ref.String() }

// Reader gives the values of subjects at the frontier that is judged.
type Reader interface {
	At(key string) any
}

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool { return kinds[k] != nil }

// Touches returns the keys of the subjects that o changes: its round, the list
// of rounds and, when the round is there to amend another, that one.
func Touches(o op.Opened, at Reader) ([]string, error) {
	keys := []string{Key(o.Thing()), KeyRounds}
	if o.Kind == KindOpen {
		a, err := decode(o)
		if err != nil {
			return nil, err
		}
		if amends := a.(*Opening).Amends; !amends.IsZero() {
			keys = append(keys, Key(amends))
		}
		return keys, nil
	}
	r := roundAt(at, o.Subject)
	if r == nil {
		return nil, op.Refuse("round.unknown")
	}
	if !r.Amends.IsZero() {
		keys = append(keys, Key(r.Amends))
	}
	return keys, nil
}

// Apply returns the value of a subject after o. It is total: an act that finds
// nothing to act on leaves the value as it was.
func Apply(key string, value any, o op.Opened) any {
	act, err := decode(o)
	if err != nil {
		return value
	}
	if key == KeyRounds {
		list, _ := value.(*Rounds)
		if next := list.after(act, o); next != nil {
			return next
		}
		return value
	}
	r, _ := value.(*Round)
	if !strings.HasPrefix(key, roundPrefix) {
		return value
	}
	if key != Key(o.Thing()) {
		if r == nil {
			return value
		}
		return r.afterAmendment(act, o)
	}
	if next := r.after(act, o); next != nil {
		return next
	}
	return value
}

// after returns the round after an act on it; nil stays nil until an opening.
func (r *Round) after(act Act, o op.Opened) *Round {
	_, opening := act.(*Opening)
	if opening != (r == nil) || opening != o.Subject.IsZero() {
		return r
	}
	next := new(Round)
	if r != nil {
		*next = *r
	}
	act.apply(next, o)
	next.date(clockOf(o))
	next.record(o, r)
	return next
}

// date takes what only a trusted clock can tell, as soon as an act brings one:
// from when the time of an open round counts, and when an agreement that names
// no day itself is looked at again (C11), also one that was adopted without a clock.
func (r *Round) date(c clock) {
	switch {
	case !c.trusted:
	case r.State.Open() && r.Started == 0:
		r.Started = c.time
	case r.State == InForce && r.ReviewOn == 0:
		r.ReviewOn = c.time + quarter
	}
}

// maxEvents bounds the history that Apply keeps, so that what it returns can
// always be read again. Judge stops long before (round.full).
const maxEvents = 4000

// record writes the line of history of o and, where o decided something, when.
func (r *Round) record(o op.Opened, before *Round) {
	e := Event{Ref: o.Ref, Kind: o.Kind, Member: o.Member, Router: o.Router, Time: o.Time, Clock: o.Clock, To: r.State}
	if before != nil {
		e.From = before.State
		e.Contested = r.Contested && !before.Contested
	}
	if e.From != e.To && !e.To.Open() {
		r.Decided = o.Time
	}
	if len(r.Events) < maxEvents {
		r.Events = appended(r.Events, e)
	}
}

// appended appends to a slice that older values share.
func appended[T any](s []T, v T) []T { return append(slices.Clip(s), v) }

// replaced returns a copy of s with v at i.
func replaced[T any](s []T, i int, v T) []T {
	s = slices.Clone(s)
	s[i] = v
	return s
}

// afterAmendment folds an act on a round that is there to amend r. While that
// round stands, r is amended; when it is contested, r is in force again.
func (r *Round) afterAmendment(act Act, o op.Opened) *Round {
	next := *r
	thing := o.Thing()
	i := slices.IndexFunc(r.Amendments, func(b *Round) bool { return b.Ref == thing })
	switch {
	case i >= 0:
		next.Amendments = replaced(r.Amendments, i, r.Amendments[i].after(act, o).slim())
	case o.Kind == KindOpen:
		first := (*Round)(nil).after(act, o)
		if first == nil {
			return r
		}
		i, next.Amendments = len(r.Amendments), appended(r.Amendments, first.slim())
	default:
		return r
	}
	next.amended(thing, next.Amendments[i].stands())
	if next.State != r.State {
		next.record(o, r)
	}
	return &next
}

// stands reports whether the round came into force and was not contested
// since; one that was dropped later, or amended in turn, did take its place.
func (r *Round) stands() bool {
	return r.State == InForce || r.State == Amended || r.State == Dropped || r.State == Expired
}

// amended notes whether another round stands in r's place.
func (r *Round) amended(by op.Ref, stands bool) {
	i := slices.Index(r.AmendedBy, by)
	switch {
	case stands && i < 0:
		r.AmendedBy = appended(r.AmendedBy, by)
	case !stands && i >= 0:
		r.AmendedBy = slices.Delete(slices.Clone(r.AmendedBy), i, i+1)
	}
	adopted := r.State == InForce || r.Contested && r.State.Open()
	switch {
	case adopted && len(r.AmendedBy) > 0:
		r.State, r.Contested = Amended, false
	case r.State == Amended && len(r.AmendedBy) == 0 && r.Adopted.Text == r.Current:
		r.comeIntoForce()
	case r.State == Amended && len(r.AmendedBy) == 0:
		r.contest()
	}
}

// slim returns r without prose and history, with all that decides its further
// course. It is what the list of rounds and an amended round keep of a round.
func (r *Round) slim() *Round {
	s := *r
	s.Talks, s.Events, s.Amendments = nil, nil, nil
	s.Versions = make([]Version, len(r.Versions))
	for i, v := range r.Versions {
		s.Versions[i] = Version{Hash: v.Hash, Taken: v.Taken, Text: Text{
			Title: v.Text.Heading(), ReviewOn: v.Text.ReviewOn, ExpiresOn: v.Text.ExpiresOn}}
	}
	s.Voices = slices.Clone(r.Voices)
	for i := range s.Voices {
		s.Voices[i].Reason = ""
	}
	s.Objections = slices.Clone(r.Objections)
	for i := range s.Objections {
		s.Objections[i].Argument, s.Objections[i].Notes = "", nil
	}
	return &s
}
