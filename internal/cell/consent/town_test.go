package consent

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"celld/internal/op"
)

// A town is a small engine for tests: routers that write, meet and fold, with
// verdicts on the past of each operation and values folded in the one order.
type town struct {
	people   folk
	silence  bool
	rota     any
	verdicts map[op.Ref]verdict
}

type verdict struct {
	err     error
	touches []string
}

func newTown(n int) *town {
	w := &town{verdicts: map[op.Ref]verdict{}}
	for i := range n {
		w.people.active = append(w.people.active, member(i))
	}
	return w
}

func member(i int) op.Member { return op.Member{'m', byte(i)} }

// folk is the value of "people". It changes by the kinds folk.*, whose content
// is a member.
type folk struct{ active, away []op.Member }

func (p folk) Active() []op.Member       { return p.active }
func (p folk) IsActive(m op.Member) bool { return slices.Contains(p.active, m) }
func (p folk) Away(m op.Member) bool     { return slices.Contains(p.away, m) }

func (p folk) after(o op.Opened) folk {
	var m op.Member
	if o.Decode(&m) != nil {
		return p
	}
	switch o.Kind {
	case "folk.leave":
		p.active = without(p.active, m)
	case "folk.join":
		p.active = append(slices.Clip(without(p.active, m)), m)
	case "folk.away":
		p.away = append(slices.Clip(p.away), m)
	}
	return p
}

type rules struct{ silence bool }

func (r rules) SilenceConsents() bool { return r.silence }

// state is every value at one frontier.
type state struct {
	town   *town
	values map[string]any
}

func (s state) At(key string) any {
	switch key {
	case "people":
		if p, ok := s.values[key]; ok {
			return p
		}
		return s.town.people
	case "rules":
		return rules{s.town.silence}
	case "rota":
		return s.town.rota
	}
	return s.values[key]
}

func (s state) after(o op.Opened, v verdict) state {
	if v.err != nil {
		return s
	}
	values := maps.Clone(s.values)
	for _, key := range v.touches {
		if key == "people" {
			values[key] = s.At(key).(folk).after(o)
		} else {
			values[key] = Apply(key, values[key], o)
		}
	}
	return state{s.town, values}
}

// judge computes the verdict of o on the state of its own past.
func (w *town) judge(o op.Opened, past state) verdict {
	if Owns(o.Kind) {
		if err := Judge(o, past); err != nil {
			return verdict{err: err}
		}
		keys, err := Touches(o, past)
		return verdict{err, keys}
	}
	return verdict{nil, []string{"people"}}
}

// router holds operations in the one order, with the state after each.
type router struct {
	town   *town
	device op.Device
	past   op.Past
	ops    []op.Opened
	states []state
	time   uint64
	clock  op.Clock
}

// monday is when the stories begin.
const monday = 1_800_000_000

func (w *town) router(i int) *router {
	return &router{town: w, device: op.Device{'r', byte(i)}, past: op.Past{}, time: monday, clock: op.ClockNTP}
}

func (r *router) state() state {
	if len(r.states) == 0 {
		return state{r.town, map[string]any{}}
	}
	return r.states[len(r.states)-1]
}

func (r *router) At(key string) any { return r.state().At(key) }

func (r *router) round(ref op.Ref) *Round { return roundAt(r, ref) }

func (r *router) list() *Rounds {
	l, _ := r.At(KeyRounds).(*Rounds)
	return l
}

// arrive takes an operation in and folds again what comes after it.
func (r *router) arrive(o op.Opened) {
	if r.past.Has(o.Ref) {
		return
	}
	at, _ := slices.BinarySearchFunc(r.ops, o, func(a, b op.Opened) int {
		if a.Before(b.Place) {
			return -1
		}
		return 1
	})
	r.ops = slices.Insert(r.ops, at, o)
	r.states = r.states[:at]
	r.past[o.Device] = o.Seq
	for _, o := range r.ops[at:] {
		r.states = append(r.states, r.state().after(o, r.verdict(o)))
	}
}

func (r *router) verdict(o op.Opened) verdict {
	v, ok := r.town.verdicts[o.Ref]
	if !ok {
		v = r.town.judge(o, r.pastOf(o))
		r.town.verdicts[o.Ref] = v
	}
	return v
}

// pastOf folds the operations that o had seen.
func (r *router) pastOf(o op.Opened) state {
	s, alone := state{r.town, map[string]any{}}, true
	for i, x := range r.ops {
		if x.Ref == o.Ref {
			break
		}
		switch {
		case o.Saw(x.Ref) && alone:
			s = r.states[i]
		case o.Saw(x.Ref):
			s = s.after(x, r.verdict(x))
		default:
			alone = false
		}
	}
	return s
}

// meet brings everything to r that another router holds.
func (r *router) meet(other *router) {
	for _, o := range slices.Clone(other.ops) {
		r.arrive(o)
	}
}

// write makes an operation here and now and returns its name and verdict.
func (r *router) write(m op.Member, body op.Body) (op.Ref, error) {
	rank := uint64(0)
	for _, o := range r.ops {
		rank = max(rank, o.Rank)
	}
	o := op.Opened{
		Place:  op.Place{Rank: rank + 1, Ref: op.Ref{Device: r.device, Seq: r.past[r.device] + 1}},
		Member: m, Router: r.device, Time: r.time, Clock: r.clock, Level: op.LevelRouter,
		Kind: body.Kind, Subject: body.Subject, Content: body.Content, Past: r.past.Clone(),
	}
	r.arrive(o)
	return o.Ref, r.town.verdicts[o.Ref].err
}

func (r *router) folk(kind op.Kind, m op.Member) {
	_, _ = r.write(m, op.Body{Kind: kind, Content: op.MustMarshal(m)})
}

// digest spells everything this room's values hold.
func (r *router) digest() string {
	s := r.state()
	out := ""
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		if v, ok := s.values[key].(interface{ MarshalState() []byte }); ok {
			out += fmt.Sprintf("%s %x\n", key, v.MarshalState())
		}
	}
	return out
}

// scene is a test in one or more routers that fails on what it did not expect.
type scene struct {
	*router
	t *testing.T
}

func newScene(t *testing.T, n int) scene { return scene{newTown(n).router(1), t} }

// other is a second router that has seen nothing yet.
func (s scene) other(i int) scene { return scene{s.town.router(i), s.t} }

func (s scene) do(m op.Member, ref op.Ref, a Act) op.Ref {
	s.t.Helper()
	made, err := s.write(m, Write(ref, a))
	if err != nil {
		s.t.Fatalf("%s by %v: %v", a.Kind(), m, err)
	}
	return made
}

func (s scene) refused(code string, m op.Member, ref op.Ref, a Act) {
	s.t.Helper()
	_, err := s.write(m, Write(ref, a))
	if !errors.Is(err, op.Refuse(code)) {
		s.t.Errorf("%s by %v: %v, want %s", a.Kind(), m, err, code)
	}
	if Refusals[code] == "" && op.TextRefusals[code] == "" {
		s.t.Errorf("%s is not in the list of refusals", code)
	}
}

var hall = Text{Title: "Borrow the church hall", What: "We use the hall every Thursday.", Why: "The kitchen is too small."}

// open opens a round of the class about the hall.
func (s scene) open(m op.Member, c Class, change ...func(*Opening)) op.Ref {
	s.t.Helper()
	return s.do(m, op.Ref{}, s.opening(m, c, change...))
}

func (s scene) opening(m op.Member, c Class, change ...func(*Opening)) *Opening {
	s.t.Helper()
	draft := Opening{Class: c, Text: hall}
	for _, f := range change {
		f(&draft)
	}
	full, err := Open(s, m, draft)
	if err != nil {
		s.t.Fatalf("open: %v", err)
	}
	return &full
}

func (s scene) text(ref op.Ref) Hash { return s.round(ref).Current }

func (s scene) speak(m op.Member, ref op.Ref, stance Stance) op.Ref {
	s.t.Helper()
	return s.do(m, ref, s.stance(ref, stance))
}

func (s scene) stance(ref op.Ref, stance Stance) *Speak {
	a := &Speak{Text: s.text(ref), Stance: stance}
	if stance == Object {
		a.Lenses = Harmful
	}
	if stance == Object || stance == Concern || stance == StandAside {
		a.Reason = "because"
	}
	return a
}

// consent lets members lo to hi-1 consent.
func (s scene) consent(ref op.Ref, lo, hi int) {
	s.t.Helper()
	for i := lo; i < hi; i++ {
		s.speak(member(i), ref, Consent)
	}
}

func (s scene) adopt(m op.Member, ref op.Ref) {
	s.t.Helper()
	s.do(m, ref, &Adopt{Text: s.text(ref)})
}

func (s scene) is(ref op.Ref, want State) {
	s.t.Helper()
	if got := s.round(ref).State; got != want {
		s.t.Fatalf("the round is %v, want %v", got, want)
	}
}

// revised is the hall's text with another what.
func revised(what string) Text {
	t := hall
	t.What = what
	return t
}
