package op

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A history is what several routers wrote while they met now and then.
type history struct {
	routers []*router
	all     []Operation // in an order in which it could have happened
}

type router struct {
	name  string
	graph *Graph
	prev  []byte
}

// histories lets up to five routers write and meet at random.
var histories = rapid.Custom(func(t *rapid.T) history {
	var h history
	for i := range rapid.IntRange(1, 5).Draw(t, "routers") {
		h.routers = append(h.routers, &router{name: fmt.Sprint("router ", i), graph: NewGraph()})
	}
	pick := rapid.IntRange(0, len(h.routers)-1)
	for range rapid.IntRange(1, 80).Draw(t, "steps") {
		r := h.routers[pick.Draw(t, "router")]
		if rapid.IntRange(0, 2).Draw(t, "meets") == 0 {
			h.meet(r, h.routers[pick.Draw(t, "other")])
		} else {
			h.write(r)
		}
	}
	return h
})

func (h *history) write(r *router) Operation {
	device := deviceNamed(r.name)
	n, _ := r.graph.Head(device)
	o := mustSign(Header{
		Version: Version, Device: device, Scope: filler(32), Seq: n + 1, Prev: r.prev,
		Seen: r.graph.Frontier(device), Level: LevelRouter,
	}, nil, r.name)
	if _, err := r.graph.Add(o); err != nil {
		panic(err)
	}
	r.prev = o.ID[:]
	h.all = append(h.all, o)
	return o
}

// meet gives r everything that the other has.
func (h *history) meet(r, other *router) {
	for _, o := range h.all {
		if _, known := other.graph.Place(o.Ref()); known {
			if _, err := r.graph.Add(o); err != nil && !errors.Is(err, ErrKnown) {
				panic(err)
			}
		}
	}
}

// naive computes ranks and pasts from their definitions, with sets.
func (h history) naive() (rank map[Ref]uint64, past map[Ref]map[Ref]bool) {
	rank, past = map[Ref]uint64{}, map[Ref]map[Ref]bool{}
	for _, o := range h.all {
		r := o.Ref()
		past[r] = map[Ref]bool{}
		behind := []Ref{}
		if r.Seq > 1 {
			behind = append(behind, Ref{r.Device, r.Seq - 1})
		}
		for _, s := range o.Header.Seen {
			behind = append(behind, Ref{s.Device, s.Seq})
		}
		for _, b := range behind {
			past[r][b] = true
			maps.Copy(past[r], past[b])
			rank[r] = max(rank[r], rank[b])
		}
		rank[r]++
	}
	return rank, past
}

// arrive adds everything to a new graph in the given order, again and again
// until nothing waits, as a network would.
func arrive(t *rapid.T, all []Operation) *Graph {
	g := NewGraph()
	for waiting := all; len(waiting) > 0; {
		var still []Operation
		for _, o := range waiting {
			_, err := g.Add(o)
			if missing := (MissingError{}); errors.As(err, &missing) {
				if _, known := g.Place(missing.Ref); known {
					t.Fatalf("%v waits for %v, which is there", o.Ref(), missing.Ref)
				}
				still = append(still, o)
			} else if err != nil {
				t.Fatalf("%v: %v", o.Ref(), err)
			}
		}
		if len(still) == len(waiting) {
			t.Fatalf("%d operations wait for ever", len(still))
		}
		waiting = still
	}
	return g
}

func TestRanksAndPastsAreThoseOfTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := histories.Draw(t, "history")
		rank, past := h.naive()
		g := arrive(t, rapid.Permutation(h.all).Draw(t, "arrival"))
		for _, o := range h.all {
			r := o.Ref()
			if place, ok := g.Place(r); !ok || place != (Place{rank[r], r}) {
				t.Fatalf("%v stands at %v, want rank %d", r, place, rank[r])
			}
			got := g.Past(r)
			for _, other := range h.all {
				if s := other.Ref(); got.Has(s) != past[r][s] {
					t.Fatalf("the past of %v has %v: %v", r, s, got.Has(s))
				}
			}
		}
	})
}

func TestTheOrderAgreesWithCausality(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := histories.Draw(t, "history")
		g := arrive(t, h.all)
		for _, o := range h.all {
			later, _ := g.Place(o.Ref())
			for d, seq := range g.Past(o.Ref()) {
				for s := uint64(1); s <= seq; s++ {
					if earlier, _ := g.Place(Ref{d, s}); !earlier.Before(later) {
						t.Fatalf("%v saw %v and stands before it", later, earlier)
					}
				}
			}
		}
	})
}

// TestAFrontierSaysEverythingInTheFewestWords: what it leaves out follows from
// what it says, and what it says follows from nothing else in it.
func TestAFrontierSaysEverythingInTheFewestWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := histories.Draw(t, "history")
		r := h.routers[rapid.IntRange(0, len(h.routers)-1).Draw(t, "router")]
		place, past := r.graph.Next(deviceNamed(r.name))
		if now := r.graph.Now(); !maps.Equal(past, now) {
			t.Fatalf("the next operation has seen %v, its author %v", past, now)
		}
		o := h.write(r)
		if got, _ := r.graph.Place(o.Ref()); got != place || !maps.Equal(seenBy(r.graph, o), past) {
			t.Fatalf("foretold %v after %v, stands at %v after %v", place, past, got, seenBy(r.graph, o))
		}
		for i, s := range o.Header.Seen {
			rest := slices.Delete(slices.Clone(o.Header.Seen), i, i+1)
			for _, q := range rest {
				if r.graph.Past(Ref{q.Device, q.Seq}).Has(Ref{s.Device, s.Seq}) {
					t.Fatalf("%v is said twice", s)
				}
			}
		}
	})
}

// TestALongFrontierIsSaidInParts: somebody who meets many at once has seen in
// each operation what it says, no less and no more.
func TestALongFrontierIsSaidInParts(t *testing.T) {
	var h history
	late := &router{name: "late", graph: NewGraph()}
	for i := range 2*MaxSeen + 1 {
		r := &router{name: fmt.Sprint("router ", i), graph: NewGraph()}
		h.write(r)
		h.meet(late, r)
	}
	for _, want := range []int{MaxSeen, MaxSeen, 1, 0} {
		place, past := late.graph.Next(deviceNamed("late"))
		o := h.write(late)
		if len(o.Header.Seen) != want {
			t.Errorf("operation %d says %d, want %d", o.Header.Seq, len(o.Header.Seen), want)
		}
		if got, _ := late.graph.Place(o.Ref()); got != place || !maps.Equal(seenBy(late.graph, o), past) {
			t.Errorf("foretold %v after %v, stands at %v after %v", place, past, got, seenBy(late.graph, o))
		}
	}
	if now, past := late.graph.Now(), seenBy(late.graph, h.all[len(h.all)-1]); len(now) != len(past) {
		t.Errorf("in the end %d logs were seen of %d", len(past), len(now))
	}
}

// seenBy is the past of o, without the entry that says nothing.
func seenBy(g *Graph, o Operation) Past {
	p := g.Past(o.Ref())
	if p[o.Header.Device] == 0 {
		delete(p, o.Header.Device)
	}
	return p
}

func TestTheGraphRefusesWhatCannotBe(t *testing.T) {
	var h history
	a, b := &router{name: "a", graph: NewGraph()}, &router{name: "b", graph: NewGraph()}
	first := h.write(a)
	second := h.write(a)
	h.meet(b, a)
	answer := h.write(b)
	base := answer.Header
	base.Seq, base.Prev, base.Seen = 2, answer.ID[:], nil
	again := func(change func(*Header)) Operation {
		hd := base
		change(&hd)
		return mustSign(hd, []byte("other"), "b")
	}
	stale := Seen{Device: first.Header.Device, Seq: 1, Hash: first.Seen8()}
	for name, c := range map[string]struct {
		o    Operation
		want error
	}{
		"known already":          {answer, ErrKnown},
		"another at its place":   {again(func(h *Header) { h.Seq, h.Prev, h.Seen = 1, nil, answer.Header.Seen }), ErrFork},
		"after another head":     {again(func(h *Header) { h.Prev = first.ID[:] }), ErrFork},
		"saw what never was":     {again(func(h *Header) { h.Seen = []Seen{{Device: stale.Device, Seq: 2, Hash: stale.Hash}} }), ErrFork},
		"saw it before already":  {again(func(h *Header) { h.Seen = []Seen{stale} }), ErrSeen},
		"a gap in its own log":   {again(func(h *Header) { h.Seq = 3 }), MissingError{Ref{base.Device, 2}}},
		"saw what is to come":    {again(func(h *Header) { h.Seen = []Seen{{Device: stale.Device, Seq: 3}} }), MissingError{Ref{stale.Device, 3}}},
		"saw an unknown device":  {again(func(h *Header) { h.Seen = []Seen{{Device: Device{7}, Seq: 1}} }), MissingError{Ref{Device{7}, 1}}},
		"saw the end of numbers": {again(func(h *Header) { h.Seen = []Seen{{Device: Device{7}, Seq: 1<<64 - 1}} }), MissingError{Ref{Device{7}, 1<<64 - 1}}},
	} {
		before := b.graph.Now()
		if _, err := b.graph.Add(c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if !maps.Equal(b.graph.Now(), before) {
			t.Errorf("%s: the graph grew", name)
		}
	}
	if _, err := b.graph.Add(again(func(*Header) {})); err != nil {
		t.Errorf("a good one: %v", err)
	}
	if n, id := b.graph.Head(second.Header.Device); n != 2 || id != second.ID {
		t.Errorf("head %d %v", n, id)
	}
	if n, id := b.graph.Head(Device{7}); n != 0 || id != (ID{}) {
		t.Errorf("head of nobody: %d %v", n, id)
	}
	for _, r := range []Ref{{Device{7}, 1}, {base.Device, 0}, {base.Device, 3}} {
		if p, ok := b.graph.Place(r); ok {
			t.Errorf("%v stands at %v", r, p)
		}
	}
}

// TestLongLogsAreRememberedExactly crosses the marks that shorten the search.
func TestLongLogsAreRememberedExactly(t *testing.T) {
	var h history
	a, b := &router{name: "a", graph: NewGraph()}, &router{name: "b", graph: NewGraph()}
	for i := range 5 * markEvery {
		h.write(a)
		if i%3 == 0 {
			h.meet(b, a)
			h.write(b)
		}
		if i%7 == 0 {
			h.meet(a, b)
		}
	}
	rank, past := h.naive()
	for _, g := range []*Graph{a.graph, b.graph} {
		for _, o := range h.all {
			r := o.Ref()
			place, known := g.Place(r)
			if !known {
				continue
			}
			if place.Rank != rank[r] {
				t.Errorf("%v has rank %d, want %d", r, place.Rank, rank[r])
			}
			got := g.Past(r)
			for _, other := range h.all {
				if s := other.Ref(); got.Has(s) != past[r][s] {
					t.Fatalf("the past of %v has %v: %v", r, s, got.Has(s))
				}
			}
		}
	}
}

// TestAForkStandsAsFarAsOthersCoveredIt compares Covered with its definition.
func TestAForkStandsAsFarAsOthersCoveredIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := histories.Filter(func(h history) bool { return len(h.all) > 0 }).Draw(t, "history")
		g := arrive(t, h.all)
		proof := rapid.SampledFrom(h.all).Draw(t, "proof").Ref()
		forked := rapid.SampledFrom(h.all).Draw(t, "forked").Header.Device
		within := g.Past(rapid.SampledFrom(h.all).Draw(t, "reader").Ref())
		if rapid.Bool().Draw(t, "everything") {
			within = g.Now()
		}
		want := uint64(0)
		for _, o := range h.all {
			past := g.Past(o.Ref())
			if o.Header.Device != forked && o.Ref() != proof && !past.Has(proof) && within.Has(o.Ref()) {
				want = max(want, past[forked])
			}
		}
		if got := g.Covered(forked, proof, within); got != want {
			t.Fatalf("the log of %v was covered up to %d, want %d", forked, got, want)
		}
	})
}

// TestAForkThatNobodyHasSeenCostsALookAtEachLog: once a fork is proven it is asked with
// every operation how far it was covered, also while a history is read from its beginning.
func TestAForkThatNobodyHasSeenCostsALookAtEachLog(t *testing.T) {
	var h history
	one := &router{name: "one", graph: NewGraph()}
	writers := make([]*router, 10)
	for i := range writers {
		writers[i] = &router{name: fmt.Sprint("writer ", i), graph: one.graph}
	}
	for i := range 1000 {
		h.write(writers[i*7%10])
	}
	g, d := one.graph, deviceNamed("writer 1")
	proof, now := Ref{deviceNamed("writer 2"), 101}, one.graph.Now()
	if got := g.Covered(d, proof, now); got != 100 {
		t.Fatalf("covered up to %d", got)
	}
	if n := testing.AllocsPerRun(10, func() { g.Covered(d, proof, now) }); n > 10 {
		t.Errorf("%v allocations for 10 logs", n)
	}
}
