package cell

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

// someDevices are numbered in another order than that of their names.
func someDevices() *devices {
	d := newDevices()
	for i := range 5 {
		d.mark(op.Place{Rank: 1, Ref: op.Ref{Device: op.Device{byte(i * 7 % 5)}, Seq: 1}})
	}
	return &d
}

func drawMark(t *rapid.T) mark {
	return mark{rapid.Uint32Range(1, 400).Draw(t, "rank"), rapid.Uint32Range(1, 1<<20).Draw(t, "seq"), rapid.Uint16Range(0, 4).Draw(t, "device")}
}

// TestMarksAreAListInOrder holds them against a plain list, wherever the next
// one belongs, and older lists against what they were.
func TestMarksAreAListInOrder(t *testing.T) {
	defer SmallSizes()()
	d := someDevices()
	rapid.Check(t, func(t *rapid.T) {
		var list marks
		var plain []mark
		for range rapid.IntRange(0, 40).Draw(t, "length") {
			m, older, was := drawMark(t), list, slices.Clone(plain)
			i, twice := slices.BinarySearchFunc(plain, m, d.compare)
			if twice {
				continue
			}
			if plain = slices.Insert(plain, i, m); i == len(plain)-1 {
				list = list.append(m)
			} else if next, at := list.insert(d, m); at == i {
				list = next
			} else {
				t.Fatalf("%v was put at %d, not %d", m, at, i)
			}
			sameMarks(t, older, was)
		}
		sameMarks(t, list, plain)
		in := op.NewReader(list.bytes())
		sameMarks(t, readMarks(in, list.len(), d), plain)
		if err := in.End(); err != nil {
			t.Fatal(err)
		}
	})
}

func sameMarks(t *rapid.T, list marks, plain []mark) {
	t.Helper()
	for from := range len(plain) + 1 {
		got := []mark{}
		for i, m := range list.all(from) {
			if i != from+len(got) {
				t.Fatalf("position %d is told as %d", from+len(got), i)
			}
			got = append(got, m)
		}
		if !slices.Equal(got, plain[from:]) {
			t.Fatalf("from %d: %v, want %v", from, got, plain[from:])
		}
	}
	if n := len(plain); list.len() != n || n > 0 && list.last() != plain[n-1] {
		t.Fatalf("%d marks, the last %v", list.len(), list.last())
	}
}

// TestTheShelfIsAMap holds it against one, whatever was put away and comes to
// the table again, and older shelves against what they held.
func TestTheShelfIsAMap(t *testing.T) {
	defer SmallSizes()()
	rapid.Check(t, func(t *rapid.T) {
		shelves, maps_ := []shelf{{}}, []map[string]*subject{{}}
		for range rapid.IntRange(1, 12).Draw(t, "edits") {
			next, want := shelves[len(shelves)-1].edit(), maps.Clone(maps_[len(maps_)-1])
			for range rapid.IntRange(0, 8).Draw(t, "puts") {
				key := fmt.Sprintf("tx/%d", rapid.IntRange(0, 120).Draw(t, "key"))
				sub := &subject{marks: marks{}.append(drawMark(t)), value: "at work"}
				if rapid.Bool().Draw(t, "finished") {
					sub.value = digest{byte(rapid.IntRange(0, 255).Draw(t, "digest"))}
				}
				next.put(key, sub)
				want[key] = sub
			}
			next.seal()
			shelves, maps_ = append(shelves, next), append(maps_, want)
		}
		for i := range shelves {
			sameShelf(t, &shelves[i], maps_[i])
		}
	})
}

func sameShelf(t *rapid.T, s *shelf, want map[string]*subject) {
	t.Helper()
	same := func(key string, got *subject) {
		w := want[key]
		if w == nil || got == nil || got.value != w.value || !slices.Equal(got.marks.bytes(), w.marks.bytes()) {
			t.Fatalf("%s: %v, want %v", key, got, w)
		}
	}
	var keys []string
	s.each(func(key string, sub *subject) {
		keys = append(keys, key)
		same(key, sub)
	})
	if !slices.Equal(keys, slices.Sorted(maps.Keys(want))) {
		t.Fatalf("%v, want %v", keys, slices.Sorted(maps.Keys(want)))
	}
	for i := range 121 {
		if key := fmt.Sprintf("tx/%d", i); want[key] != nil {
			same(key, s.get(key))
		} else if s.get(key) != nil {
			t.Fatalf("%s was never put", key)
		}
	}
}

func TestFewRunsHoldManySubjects(t *testing.T) {
	s := shelf{}
	for i := range 20_000 {
		next := s.edit()
		next.put(fmt.Sprintf("tx/%d", i*7919%20_000), &subject{marks: marks{}.append(mark{1, 1, 0}), value: digest{}})
		next.seal()
		s = next
	}
	if len(s.cold.runs) == 0 || len(s.cold.runs) > 12 || len(s.keys()) >= roomFor {
		t.Errorf("%d runs, %d subjects on the boards", len(s.cold.runs), len(s.keys()))
	}
}

// TestValuesOnTheWayThinOut: a few near, fewer far, so that their number grows
// with the logarithm of the list.
func TestValuesOnTheWayThinOut(t *testing.T) {
	sub := &subject{}
	d := someDevices()
	for i := range uint32(100_000) {
		next := &subject{marks: marks{}.append(mark{i + 1, i + 1, 0})}
		if i > 0 {
			next = sub.insert(d, mark{i + 1, i + 1, 0})
		}
		next.set(counted(i + 1))
		sub = next
	}
	if n := len(sub.long.checks); n < checksNear || n > 12*checksNear {
		t.Errorf("%d values on the way", n)
	}
	for _, back := range []int{1, 100, 1000, 10_000, 60_000} {
		at := 100_000 - back
		after := sub.checkpoint(func(m mark) bool { return int(m.seq) <= at }).after
		if at-after > max(2*checkEvery, back/2) {
			t.Errorf("what comes %d too late is folded again from %d before it", back, at-after)
		}
	}
}

type counted uint32

func (counted) MarshalState() []byte { return nil }

// TestPlacedCountsFromTheOldest: one operation of a subject is found by its number
// as in the list of all, packed or not.
func TestPlacedCountsFromTheOldest(t *testing.T) {
	s := New(nil)
	s.shelf = s.shelf.edit()
	var sub *subject
	const n = 3*64 + 5
	for i := range uint64(n) {
		sub = sub.insert(&s.devices, s.devices.mark(op.Place{Rank: 2*i + 1, Ref: op.Ref{Device: op.Device{byte(i % 3)}, Seq: i + 1}}))
	}
	s.shelf.put("book", sub)
	s.shelf.seal()
	refs := s.Operations("book")
	if s.Touched("book") != n || s.Touched("nothing") != 0 {
		t.Errorf("%d operations", s.Touched("book"))
	}
	for i, r := range refs {
		if p, ok := s.Placed("book", i); !ok || p.Ref != r || p.Rank != uint64(2*i+1) {
			t.Fatalf("number %d is %+v, not %v", i, p, r)
		}
	}
	for _, i := range []int{-1, n} {
		if _, ok := s.Placed("book", i); ok {
			t.Errorf("there is a number %d", i)
		}
	}
	if _, ok := s.Placed("nothing", 0); ok {
		t.Error("nothing has an operation")
	}
}
