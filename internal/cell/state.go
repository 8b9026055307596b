package cell

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"celld/internal/cell/board"
	"celld/internal/cell/commons"
	"celld/internal/cell/ledger"
	"celld/internal/cell/letter"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// History is what the state asks of the log below it.
type History interface {
	// Load reads back an operation that was applied, opened and placed.
	Load(op.Ref) (op.Opened, error)
	// Covered tells how far a device's log was seen by other devices'
	// operations that lie in a past and had not seen the one at proof.
	Covered(d op.Device, proof op.Ref, within op.Past) uint64
	// Now is the past that holds every operation known.
	Now() op.Past
}

// expirable lists the leaf kinds whose payload may be dropped at a time that
// its author set: what nothing else leans on, and no subject holds. Alerts
// and positions will follow.
var expirable = slices.Concat(board.Kinds, letter.Kinds, []op.Kind{commons.KindText, commons.KindImage})

// State is what the operations applied so far add up to. It is immutable:
// readers keep theirs while others are made.
type State struct {
	history History
	shelf   shelf
	devices devices
	closed  map[op.Device]uint64 // logs that were closed, and where
	refused refusals             // operations without effect, and why
	books   []string             // keys of every account that was ever used, sorted
	forked  bool                 // some device signed two histories: what stands of it may still grow
	applied int
	passing int             // how many of them had a time to go
	public  int             // how many of them every router could judge
	unseen  int             // how many of them nobody sees by it; counted since this program began
	late    map[string]mark // subjects that what came late has yet to be folded into, and the last of it; while a State is made
	sights  []sight         // what was folded lately, for whoever comes next
	looked  bool            // whether any of that was of use while this State was made
	quiet   bool            // nothing ever closed a log; a State that was read back does not know
	board   *board.Board    // no subject: it may forget
	letters *letter.Letters // nor these
}

// New returns the state of a cell in which nothing has happened.
func New(history History) *State {
	return &State{history: history, devices: newDevices(), quiet: true}
}

// Applied counts the operations that were judged, lawful or not.
func (s *State) Applied() int { return s.applied }

// Lasting counts those of them that stay. What goes again is told nobody by its
// number (K4).
func (s *State) Lasting() int { return s.applied - s.passing }

// Seen tells whether anything came that all may see: it stays as it was where
// nothing but letters came, or what had had its time before it was read (K4).
// It is to be compared with what an older state of the same program said.
func (s *State) Seen() int { return s.applied - s.unseen }

// Refused returns why the operation at r has no effect; nil if it has one.
func (s *State) Refused(r op.Ref) error {
	if head, closed := s.closed[r.Device]; closed && r.Seq > head {
		return op.Refuse("trust.closed")
	}
	return s.refused.of(r)
}

// Refusals returns every operation without effect.
func (s *State) Refusals() map[op.Ref]error {
	all := map[op.Ref]error{}
	for r, v := range s.refused.all {
		all[r] = v.why
	}
	return all
}

// Closed tells where a device's log was closed.
func (s *State) Closed(d op.Device) (uint64, bool) {
	head, ok := s.closed[d]
	return head, ok
}

// Judge says whether o would be lawful, and changes nothing.
func (s *State) Judge(o op.Opened) error {
	_, err := s.judge(o)
	return err
}

// Apply judges each operation and folds the lawful ones. It returns the new
// state and, in step with ops, each verdict.
func (s *State) Apply(ops ...op.Opened) (*State, []error) {
	next := s.edit()
	verdicts := make([]error, len(ops))
	for i, o := range ops {
		verdicts[i] = next.apply(o)
	}
	next.settle()
	return next, verdicts
}

// edit returns a copy that may be changed until it is handed out.
func (s *State) edit() *State {
	next := *s
	next.shelf = s.shelf.edit()
	next.refused = s.refused.edit()
	next.devices = s.devices.edit()
	next.late = map[string]mark{}
	next.sights = append([]sight(nil), s.sights...)
	return &next
}

// settle makes of a copy what may be handed out.
func (s *State) settle() {
	for key := range s.late { // in any order: none looks at another
		s.catchUp(key)
	}
	if !s.looked && len(s.sights) > 0 {
		s.sights = s.sights[1:]
	}
	s.late, s.looked = nil, false
	s.shelf.seal()
}

func (s *State) apply(o op.Opened) error {
	public := o.Kind.Public() || o.Kind == op.PublicUnread
	if s.applied++; public {
		s.public++
	}
	if o.Expires != 0 {
		s.passing++
	}
	if letter.Owns(o.Kind) {
		s.unseen++
	}
	keys, err := s.judge(o)
	if err != nil {
		s.refused.add(o.Ref, refused{err, public})
		if s.forked {
			s.reach() // it has no effect, and yet it may cover some of a forked log
		}
		return err
	}
	s.forked = s.forked || o.Kind == trust.KindFork
	if board.Owns(o.Kind) {
		s.board = s.board.With(o)
	}
	if letter.Owns(o.Kind) {
		s.letters = s.letters.With(o)
	}
	if len(keys) > 0 {
		m := s.devices.mark(o.Place)
		s.quiet = s.quiet && !trust.Closes(o)
		for _, key := range keys {
			s.fold(key, m, o)
		}
	}
	if trust.Reaches(o) || s.forked {
		s.reach()
	}
	return nil
}

// judge returns the subjects that a lawful o changes.
func (s *State) judge(o op.Opened) ([]string, error) {
	at := s.at(o.Past)
	r := roomOf(o.Kind)
	if r == nil {
		return nil, op.Refuse("kind.unknown", string(o.Kind))
	}
	if o.Expires != 0 && !slices.Contains(expirable, o.Kind) {
		return nil, op.Refuse("kind.expires", string(o.Kind))
	}
	if err := s.mayWrite(o, at); err != nil {
		return nil, err
	}
	if err := r.judge(o, at); err != nil {
		return nil, refusal(err)
	}
	keys, err := r.touches(o, at)
	if err != nil {
		return nil, refusal(err)
	}
	return append(keys, effects(o, at)...), nil
}

// refusal gives content that cannot be read a code like any other reason.
func refusal(err error) error {
	var r op.Refusal
	if errors.As(err, &r) {
		return r
	}
	return op.Refuse("content.unreadable", err.Error())
}

// mayWrite asks the public facts whether the author may write at all.
func (s *State) mayWrite(o op.Opened, at *reader) error {
	if o.Kind == trust.KindFound || o.Kind == trust.KindOpen {
		return nil
	}
	if o.Member.IsZero() && !o.Kind.Public() && !routerSpeaks(o.Kind) {
		return op.Refuse("kind.member-only")
	}
	if head, closed := at.closed[o.Device]; closed && o.Seq > head {
		return op.Refuse("trust.closed")
	}
	if !at.trust().May(o.Device) {
		return op.Refuse("trust.not-a-member")
	}
	return nil
}

// note keeps the list of accounts. It is not a subject: what first used an
// account may turn out void, and the account still be there.
func (s *State) note(key string) {
	if strings.HasPrefix(key, ledger.AccountPrefix) {
		i, _ := slices.BinarySearch(s.books, key)
		s.books = op.Insert(slices.Clone(s.books), i, key)
	}
}

// footing is how a lawful operation stands in somebody's sight.
type footing uint8

const (
	unseen footing = iota
	void           // behind the end of a closed log
	stands
)

func (s *State) footing(m mark) footing { return footingUnder(s.closed, s.devices.ref(m)) }

func footingUnder(closed map[op.Device]uint64, r op.Ref) footing {
	if head, is := closed[r.Device]; is && r.Seq > head {
		return void
	}
	return stands
}

// loaded reads operations back. One that was applied and cannot be read is a
// damaged log, which the engine below has told of; there is no state then.
func (s *State) loaded(steps []step) []op.Opened {
	out := make([]op.Opened, len(steps))
	for i, st := range steps {
		out[i] = s.loadMark(st.mark)
	}
	return out
}

func (s *State) loadMark(m mark) op.Opened {
	o, err := s.history.Load(s.devices.ref(m))
	if err != nil {
		panic(fmt.Errorf("cell: an applied operation cannot be read back: %w", err))
	}
	return o
}

// Value returns the present value of a subject; nil if nothing touched it.
func (s *State) Value(key string) any { return s.valueOf(key, s.shelf.get(key)) }

// Touched counts the operations that made a subject what it is.
func (s *State) Touched(key string) int { return s.shelf.get(key).list().len() }

// Placed returns one of them by its number in the order, from 0; false where there
// is none.
func (s *State) Placed(key string, i int) (op.Place, bool) {
	list := s.shelf.get(key).list()
	if i < 0 || i >= list.len() {
		return op.Place{}, false
	}
	var m mark
	for _, m = range list.all(i) {
		break
	}
	return op.Place{Rank: uint64(m.rank), Ref: s.devices.ref(m)}, true
}

// Operations returns the operations that made a subject what it is, in order.
func (s *State) Operations(key string) []op.Ref {
	list := s.shelf.get(key).list()
	out := make([]op.Ref, 0, list.len())
	for _, m := range list.all(0) {
		out = append(out, s.devices.ref(m))
	}
	return out
}
