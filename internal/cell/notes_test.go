package cell_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell/board"
	"celld/internal/op"
)

// TestNotesAreSeenAlikeAndLeaveTheStateAlone: whatever happens besides, every
// router shows the same notes, and comes to the digest of a history in which
// they lost their payload before anybody read them.
func TestNotesAreSeenAlikeAndLeaveTheStateAlone(t *testing.T) {
	runs, seen := 0, 0
	moves := append(append([]step{note, note, note, note}, everyday...), grave...)
	rapid.Check(t, func(rt *rapid.T) {
		w := quickWorld(t, rapid.IntRange(2, 4).Draw(rt, "members"), 2)
		w.prepare(rt)
		w.live(rt, moves, rapid.IntRange(8, 30).Draw(rt, "length"))
		w.converge(rt)
		runs++
		first := w.replica[0]
		first.anew(t)
		notes := first.state.Notes()
		seen += len(notes)
		again := w.retold(first.held, func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "next") })
		for _, x := range []*replica{w.replica[1], again} {
			if got := x.state.Notes(); !reflect.DeepEqual(got, notes) {
				rt.Fatalf("%v, and elsewhere %v", notes, got)
			}
		}
		bare := w.listener()
		bare.drops = true
		for _, o := range first.held {
			bare.take(o)
		}
		bare.state = bare.state.Settle()
		if bare.state.Digest() != first.state.Digest() || bare.state.Applied() != first.state.Applied() {
			rt.Fatalf("notes leave a trace in the state")
		}
		if len(bare.state.Notes()) != 0 {
			rt.Fatalf("notes without payload are seen")
		}
	})
	if runs >= telling && seen == 0 {
		t.Error("no history had a note in it")
	}
}

// A board that is made again from what is still there is the one that grew, and
// a state read back from a snapshot has none until then.
func TestABoardIsRecalledFromWhatIsStillThere(t *testing.T) {
	w := newWorld(t, 2, 1)
	x, m := w.replica[0], w.members[0].id
	w.keep = board.Usual
	var refs []op.Ref
	for range board.Each + 5 {
		refs = append([]op.Ref{x.must(m, op.Draft{Kind: board.KindWrite, Content: board.Write{Text: "Bread"}}).Ref}, refs...)
	}
	last := x.must(m, op.Draft{Kind: board.KindRemove, Subject: refs[0]}).Ref
	refs = append([]op.Ref{last}, refs...)
	loads := 0
	load := func(r op.Ref, onlyLetters bool) (op.Opened, bool) {
		if onlyLetters {
			return op.Opened{}, false
		}
		loads++
		o, err := x.Load(r)
		return o, err == nil
	}
	if got, want := x.state.Recall(refs, load).Notes(), x.state.Notes(); !reflect.DeepEqual(got, want) || len(want) != board.Each-1 {
		t.Errorf("%d notes are recalled, %d were there", len(got), len(want))
	}
	if loads > board.Each+1 {
		t.Errorf("%d were read back for %d", loads, board.Each)
	}
	gone := refs[2:4]
	left := append(append([]op.Ref{}, refs[:2]...), refs[4:]...)
	for _, n := range x.state.Recall(left, load).Notes() {
		if n.Ref == gone[0] || n.Ref == gone[1] {
			t.Error("a note is seen whose time is over")
		}
	}
}
