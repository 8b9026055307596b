package consent

import (
	"fmt"
	"slices"

	"celld/internal/op"
	"pgregory.net/rapid"
)

// drawn is a random history: several routers that write, meet and lose track
// of time, and every operation that was made, lawful or not.
type drawn struct {
	*town
	t       *rapid.T
	routers []*router
	rounds  []op.Ref
}

func drawHistory(t *rapid.T) *drawn {
	d := &drawn{town: newTown(rapid.IntRange(1, 6).Draw(t, "members")), t: t}
	d.silence = rapid.Bool().Draw(t, "silence")
	for i := range rapid.IntRange(2, 3).Draw(t, "routers") {
		d.routers = append(d.routers, d.router(i))
	}
	for range rapid.IntRange(10, 40).Draw(t, "steps") {
		d.step(pick(d, "router", d.routers))
	}
	return d
}

func (d *drawn) step(r *router) {
	switch n := d.upTo("what", 20); {
	case n < 3:
		r.meet(pick(d, "peer", d.routers))
	case n < 5:
		r.time += pick(d, "passes", []uint64{3600, day, 3 * day, 100 * day})
		r.clock = pick(d, "clock", []op.Clock{op.ClockNone, op.ClockTold, op.ClockNTP, op.ClockNTP})
	case n == 5:
		kind := pick(d, "folk", []op.Kind{"folk.leave", "folk.away", "folk.join"})
		r.folk(kind, d.member())
	case n < 8 && len(d.rounds) < 4, len(d.rounds) == 0:
		d.open(r)
	case n < 10:
		d.rush(r, nil)
	case n < 14:
		d.rush(r, pick(d, "peer", d.routers))
	default:
		d.act(r)
	}
}

func (d *drawn) upTo(label string, n int) int { return rapid.IntRange(0, n-1).Draw(d.t, label) }

// pick draws one of several by its position, so that a report stays short.
func pick[T any](d *drawn, label string, from []T) T { return from[d.upTo(label, len(from))] }

func (d *drawn) member() op.Member { return member(d.upTo("member", len(d.people.active)+1)) }

// round draws one of the rounds that r knows.
func (d *drawn) round(r *router) *Round {
	var known []*Round
	for _, ref := range d.rounds {
		if x := r.round(ref); x != nil {
			known = append(known, x)
		}
	}
	if len(known) == 0 {
		return nil
	}
	return pick(d, "round", known)
}

func (d *drawn) open(r *router) {
	draft := Opening{Class: Class(1 + d.upTo("class", 4)), Text: hall}
	if x := d.round(r); x != nil && x.InForce() && d.upTo("amends", 2) == 0 {
		draft.Amends, draft.Class = x.Ref, max(x.Class, draft.Class)
	}
	if draft.Class == Membership && d.upTo("about", 2) == 0 {
		draft.Concerns = d.member()
	}
	if d.upTo("affects", 3) == 0 {
		draft.Affects = d.member()
	}
	m := d.member()
	full, _ := Open(r, m, draft)
	if ref, err := r.write(m, Write(op.Ref{}, &full)); err == nil {
		d.rounds = append(d.rounds, ref)
	}
}

// rush lets the circle go straight for an adoption. At a peer, which knows all
// but the adoption, somebody objects.
func (d *drawn) rush(r, peer *router) {
	x := d.round(r)
	if x == nil {
		return
	}
	for range 3 {
		if to := moves[x.State]; len(to) > 0 && x.State < Checking {
			_, _ = r.write(x.FacilitatorNow(r), Write(x.Ref, &Move{To: to[len(to)-1]}))
			x = r.round(x.Ref)
		}
	}
	for _, o := range x.OpenObjections() {
		by := o.Owner
		if d.upTo("whose", 4) == 0 { // nobody but its owner may
			by = d.member()
		}
		_, _ = r.write(by, Write(x.Ref, &Resolve{Objection: o.Ref, As: FateConcern}))
	}
	missing := x.Tally(r).Missing
	if d.upTo("hurried", 3) == 0 { // the time passes, and not everybody has spoken
		r.time, r.clock = r.time+8*day, op.ClockNTP
		missing = missing[d.upTo("silent", len(missing)+1):]
	}
	for _, m := range missing {
		_, _ = r.write(m, Write(x.Ref, &Speak{Text: x.Current, Stance: Consent}))
	}
	if peer != nil && peer != r {
		peer.meet(r)
		_, _ = peer.write(d.member(), Write(x.Ref, &Speak{Text: x.Current, Stance: Object, Reason: "harm", Lenses: Harmful}))
	}
	_, _ = r.write(d.member(), Write(x.Ref, &Adopt{Text: x.Current}))
}

func (d *drawn) act(r *router) {
	x := d.round(r)
	if x == nil {
		return
	}
	a := d.drawAct(x)
	m := d.member()
	switch a.(type) {
	case *Await, *Lapse, *Expire:
		m = op.Member{}
	case *Move, *Table:
		m = x.FacilitatorNow(r)
	case *Withdraw:
		m = x.Proposer
	}
	_, _ = r.write(m, Write(x.Ref, a))
}

func (d *drawn) drawAct(x *Round) Act {
	text := pick(d, "text", x.Versions).Hash
	if d.upTo("old", 4) > 0 {
		text = x.Current
	}
	under, _ := x.UnderTest()
	if len(x.Objections) > 0 && d.upTo("objection", 4) == 0 {
		under = pick(d, "which", x.Objections)
	}
	switch d.upTo("act", 18) {
	case 0, 1, 2, 3, 4:
		return d.drawStance(text)
	case 5, 6:
		return &Adopt{Text: text}
	case 7:
		return &Resolve{Objection: under.Ref, As: FateConcern + Fate(d.upTo("fate", 2))}
	case 8:
		return &Confirm{Objection: under.Ref, Text: under.Candidate, Yes: d.upTo("yes", 4) > 0}
	case 9, 10:
		return &Revise{Base: text, Text: revised(fmt.Sprint(d.upTo("words", 5))), Resolves: under.Ref}
	case 11:
		return &Move{To: State(1 + d.upTo("to", 7))}
	case 12:
		return pick(d, "timer", []Act{&Await{}, &Lapse{}, &Expire{}})
	case 13:
		return pick(d, "end", []Act{&Withdraw{}, &Table{}, &Meet{}})
	case 14:
		return pick(d, "review", []Act{&Review{Drop: true}, &Review{Next: monday + 60*day}})
	case 15:
		return &Test{Objection: under.Ref, Words: "why?"}
	case 16:
		return &Phases{}
	}
	return pick(d, "talk", []Act{&Ask{Words: "?"}, &React{Words: "!"}, &Pass{}})
}

func (d *drawn) drawStance(text Hash) *Speak {
	a := &Speak{Text: text, Stance: Stance(1 + d.upTo("stance", 8)), Reason: "so"}
	if a.Stance > NeedTime {
		a.Stance = Object
	}
	if a.Stance == Object {
		a.Lenses = Harmful
	}
	if d.upTo("relayed", 4) == 0 {
		a.For = d.member()
	}
	return a
}

// all returns a router that heard of everything, router by router.
func (d *drawn) all() *router {
	r := d.router(50)
	for _, other := range d.routers {
		r.meet(other)
	}
	return r
}

// shuffled returns a router that heard of everything in another order.
func (d *drawn) shuffled(ops []op.Opened) *router {
	r := d.router(51)
	for rest := slices.Clone(ops); len(rest) > 0; {
		var ripe []int
		for i, o := range rest {
			if ready(r, o) {
				ripe = append(ripe, i)
			}
		}
		i := pick(d, "next", ripe)
		r.arrive(rest[i])
		rest = slices.Delete(rest, i, i+1)
	}
	return r
}
