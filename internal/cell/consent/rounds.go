package consent

import (
	"slices"
	"sort"
	"strings"

	"celld/internal/op"
)

// Rounds is the list of all rounds: what list pages show and what limits a
// proposer. It folds the same acts by the same code as each round does.
//
// A round that is being decided is kept whole, but for its prose. One that is
// settled (in force, ended or lapsed) is kept packed in about a hundred bytes
// that hold its summary and whatever a late operation could still change; it
// is unpacked when one arrives. Rounds is a value like Round.
type Rounds struct {
	live    []*Round
	settled [][]string    // packed, the latest settled last, in blocks that share memory with older values
	rosters [][]op.Member // each roster once; packed rounds name it by position
}

// Summary is a line of a list of rounds.
type Summary struct {
	Ref       op.Ref
	Title     string
	Text      Hash // what is in force; zero where another text was taken since
	Class     Class
	State     State
	Contested bool
	Proposer  op.Member
	Amends    op.Ref
	Opened    uint64
	Decided   uint64
	ReviewOn  uint64
	ExpiresOn uint64
}

// Summary returns what lists show of r.
func (r *Round) Summary() Summary {
	s := Summary{Ref: r.Ref, Title: r.Title(), Class: r.Class, State: r.State, Contested: r.Contested, Proposer: r.Proposer,
		Amends: r.Amends, Opened: r.Opened, Decided: r.Decided, ReviewOn: r.ReviewOn, ExpiresOn: r.ExpiresOn}
	if r.InForce() && r.Adopted.Text == r.Current {
		s.Text = r.Current
	}
	return s
}

// Live returns the rounds that are being decided, oldest first.
func (l *Rounds) Live() []Summary {
	if l == nil {
		return nil
	}
	list := make([]Summary, len(l.live))
	for i, r := range l.live {
		list[i] = r.Summary()
	}
	return list
}

// Settled returns up to n of the rounds that are not being decided, the latest
// first, after skipping some.
func (l *Rounds) Settled(skip, n int) []Summary {
	return l.some(skip, n, func(string) bool { return true })
}

// InForce returns up to n of the rounds of a class that are in force, the latest
// first, after skipping some. Of the others it reads no more than what they are.
func (l *Rounds) InForce(class Class, skip, n int) []Summary {
	return l.some(skip, n, func(packed string) bool {
		c, state, _ := standingOf(packed)
		return c == class && state == InForce
	})
}

// some are up to n of the settled rounds that are meant, after skipping some.
func (l *Rounds) some(skip, n int, meant func(packed string) bool) (list []Summary) {
	for s := range l.packed {
		if !meant(s) {
			continue
		}
		if skip--; skip >= 0 {
			continue
		}
		if len(list) >= n {
			break
		}
		list = append(list, unpack(s, l.rosters).Summary())
	}
	return list
}

// Dated returns up to n of the rounds in force that are looked at again, or end,
// at a time or later: those that come first, the soonest first.
func (l *Rounds) Dated(from uint64, n int) (list []Summary) {
	type dated struct {
		day uint64
		s   string
	}
	var all []dated
	for s := range l.packed {
		if class, state, days := standingOf(s); state == InForce {
			if class == Membership {
				days = days[1:] // who belongs is not looked at again
			}
			days = slices.DeleteFunc(days, func(d uint64) bool { return d == 0 || d < from })
			if len(days) > 0 {
				all = append(all, dated{slices.Min(days), s})
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].day < all[j].day })
	for _, d := range all[:min(n, len(all))] {
		list = append(list, unpack(d.s, l.rosters).Summary())
	}
	return list
}

// Len returns how many rounds are live and how many settled.
func (l *Rounds) Len() (live, settled int) {
	if l == nil {
		return 0, 0
	}
	for _, block := range l.settled {
		settled += len(block)
	}
	return len(l.live), settled
}

// OpenBy counts the rounds that a member has open as proposer (C12). A
// contested round is not the proposer's doing and not counted.
func (l *Rounds) OpenBy(m op.Member) int {
	n := 0
	if l != nil {
		for _, r := range l.live {
			if r.Proposer == m && !r.Contested {
				n++
			}
		}
	}
	return n
}

// packed yields the packed rounds, the latest first.
func (l *Rounds) packed(yield func(string) bool) {
	if l == nil {
		return
	}
	for _, block := range slices.Backward(l.settled) {
		for _, s := range slices.Backward(block) {
			if !yield(s) {
				return
			}
		}
	}
}

// after returns the list after an act on one of its rounds.
func (l *Rounds) after(act Act, o op.Opened) *Rounds {
	var old *Round
	if o.Kind != KindOpen {
		old = l.find(o.Thing())
	}
	r := old.after(act, o)
	if r == nil || r == old {
		return l
	}
	next := new(Rounds)
	if l != nil {
		*next = *l
	}
	next.put(r, old)
	if amended := next.find(r.Amends); amended != nil && amended.Ref != r.Ref {
		next.amend(amended, r, o)
	}
	return next
}

// amend tells a round whether by, brought to amend it, stands.
func (l *Rounds) amend(r, by *Round, o op.Opened) {
	if slices.Contains(r.AmendedBy, by.Ref) == by.stands() {
		return
	}
	next := *r
	next.amended(by.Ref, by.stands())
	if next.State != r.State {
		next.record(o, r)
	}
	l.put(&next, r)
}

// find returns a round, unpacked, or nil.
func (l *Rounds) find(ref op.Ref) *Round {
	if l == nil || ref.IsZero() {
		return nil
	}
	for _, r := range l.live {
		if r.Ref == ref {
			return r
		}
	}
	if b, i := l.place(ref); i >= 0 {
		return unpack(l.settled[b][i], l.rosters)
	}
	return nil
}

// place returns where a packed round lies; i is -1 when it is not there. The
// search begins at the latest, which late operations mean nearly always.
func (l *Rounds) place(ref op.Ref) (b, i int) {
	prefix := packedRef(ref)
	for b, block := range slices.Backward(l.settled) {
		i := slices.IndexFunc(block, func(s string) bool { return strings.HasPrefix(s, prefix) })
		if i >= 0 {
			return b, i
		}
	}
	return 0, -1
}

// put stores a round where it belongs now. Among the live and among the
// settled it keeps its place. Only what was settled is looked for there: that
// a round settles, or a new one opens, must not cost a walk through the list.
func (l *Rounds) put(r, old *Round) {
	i := slices.IndexFunc(l.live, func(x *Round) bool { return x.Ref == r.Ref })
	was := old != nil && i < 0
	switch open := r.State.Open(); {
	case open && i >= 0:
		l.live = replaced(l.live, i, r.slim())
	case open:
		if was {
			l.drop(r.Ref)
		}
		l.live = appended(l.live, r.slim())
	case was:
		l.repack(r)
	default:
		if i >= 0 {
			l.live = slices.Delete(slices.Clone(l.live), i, i+1)
		}
		l.add(r.pack(l.intern(r.Roster)))
	}
}

// drop removes a packed round.
func (l *Rounds) drop(ref op.Ref) {
	b, i := l.place(ref)
	if i < 0 {
		return
	}
	l.settled = replaced(l.settled, b, slices.Delete(slices.Clone(l.settled[b]), i, i+1))
	if len(l.settled[b]) == 0 {
		l.settled = slices.Delete(l.settled, b, b+1)
	}
}

// perBlock is how many packed rounds are copied when one of them changes.
const perBlock = 64

// repack replaces a packed round.
func (l *Rounds) repack(r *Round) {
	if b, i := l.place(r.Ref); i >= 0 {
		l.settled = replaced(l.settled, b, replaced(l.settled[b], i, r.pack(l.intern(r.Roster))))
	}
}

// add appends a packed round as the latest. Now and then those of its block become
// one string, so that thousands of small ones do not hold up the memory that
// making them took.
func (l *Rounds) add(s string) {
	last := len(l.settled) - 1
	if last >= 0 && len(l.settled[last])%joinEvery == 0 {
		l.settled = replaced(l.settled, last, joined(l.settled[last]))
	}
	l.push(s)
}

// joinEvery is after how many packed rounds they become one string.
const joinEvery = perBlock / 8

// joined returns packed rounds that lie in one string.
func joined(block []string) []string {
	all, out := strings.Join(block, ""), make([]string, 0, len(block))
	for _, s := range block {
		out, all = append(out, all[:len(s)]), all[len(s):]
	}
	return out
}

func (l *Rounds) push(s string) {
	last := len(l.settled) - 1
	if last < 0 || len(l.settled[last]) >= perBlock {
		l.settled = appended(l.settled, []string{s})
		return
	}
	l.settled = replaced(l.settled, last, appended(l.settled[last], s))
}

// intern returns the position of a roster, adding it where it is new.
func (l *Rounds) intern(roster []op.Member) uint64 {
	for i, known := range slices.Backward(l.rosters) {
		if slices.Equal(known, roster) {
			return uint64(i)
		}
	}
	l.rosters = appended(l.rosters, roster)
	return uint64(len(l.rosters) - 1)
}
