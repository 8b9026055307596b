package meeting

import (
	"bytes"
	"slices"
	"testing"

	"celld/internal/op"
	"pgregory.net/rapid"
)

// TestTheListIsInOrderHoweverItCameAbout holds the list in blocks against one
// that is sorted anew each time.
func TestTheListIsInOrderHoweverItCameAbout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, plain := newCell(3), []Line{}
		for range rapid.IntRange(1, 150).Draw(t, "acts") {
			day := uint64(rapid.IntRange(1, 40).Draw(t, "day"))
			if len(plain) == 0 || rapid.IntRange(0, 3).Draw(t, "new") > 0 {
				r, _ := c.do(member(0), KindPlan, op.Ref{}, Plan{Number: uint64(len(plain)) + 1, When: When{Day: day}})
				plain = append(plain, Line{r, day, Planned})
			} else {
				x := &plain[rapid.IntRange(0, len(plain)-1).Draw(t, "which")]
				act := rapid.SampledFrom([]op.Opened{
					{Kind: KindMove, Content: op.MustMarshal(Move{When{Day: day}})}, {Kind: KindCancel, Content: op.MustMarshal(Cancel{})},
					{Kind: KindMinutes, Content: op.MustMarshal(WriteMinutes{Words: "x"})},
				}).Draw(t, "act")
				act.Subject = x.Ref
				before := c.list().lines()
				next := Apply(KeyList, c.list(), act).(*List)
				if !slices.Equal(before, c.list().lines()) {
					t.Fatal("the value of before has changed")
				}
				switch c.values[KeyList] = next; {
				case act.Kind == KindMinutes:
					x.State = Held
				case x.State != Planned:
				case act.Kind == KindMove:
					x.Day = day
				default:
					x.State = Off
				}
			}
			slices.SortFunc(plain, Line.compare)
		}
		if got := c.list(); !slices.Equal(got.lines(), plain) || got.Len() != len(plain) || slices.ContainsFunc(got.blocks, func(b []Line) bool { return len(b) == 0 || len(b) > perBlock }) {
			t.Fatalf("%v\nis to be\n%v", got.blocks, plain)
		}
		day := uint64(rapid.IntRange(0, 42).Draw(t, "from"))
		later := slices.DeleteFunc(slices.Clone(plain), func(x Line) bool { return x.Day < day })
		if got := slices.Collect(c.list().from(day)); !slices.Equal(got, later) {
			t.Fatalf("from %d on: %v", day, got)
		}
		again, err := UnmarshalList(c.list().MarshalState())
		if err != nil || !slices.Equal(again.lines(), plain) || !bytes.Equal(again.MarshalState(), c.list().MarshalState()) {
			t.Fatal(err, again)
		}
	})
}

// TestOlderListsShareTheirLines holds that a value on the way costs a block.
func TestOlderListsShareTheirLines(t *testing.T) {
	c := newCell(3)
	var refs []op.Ref
	for day := range uint64(10 * perBlock) {
		refs = append(refs, c.plan(t, member(0), day+1))
	}
	old := c.list()
	c.plan(t, member(1), 400)
	c.must(t, member(0), KindCancel, refs[len(refs)/2], Cancel{})
	own := 0
	for i, b := range c.list().blocks {
		if i >= len(old.blocks) || &b[0] != &old.blocks[i][0] {
			own++
		}
	}
	if own > 2 || len(old.blocks) != 10 {
		t.Errorf("%d of %d blocks are another’s", own, len(c.list().blocks))
	}
}
