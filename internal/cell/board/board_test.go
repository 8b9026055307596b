package board

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

// said is a note as it comes out of a log: device d speaks for member d.
func said(d byte, seq, rank, time uint64, text string) op.Opened {
	return op.Opened{
		Place:  op.Place{Rank: rank, Ref: op.Ref{Device: op.Device{d}, Seq: seq}},
		Member: op.Member{d}, Router: op.Device{0xee, d}, Time: time, Clock: op.ClockNTP, Expires: time + Usual,
		Kind: KindWrite, Content: op.MustMarshal(Write{Text: text}), Past: op.Past{},
	}
}

func down(d byte, seq, rank uint64, of op.Opened) op.Opened {
	o := said(d, seq, rank, of.Time, "")
	o.Kind, o.Subject, o.Content, o.Expires = KindRemove, of.Ref, []byte{}, of.Time+Longest
	o.Past = op.Past{of.Device: of.Seq}
	return o
}

func owner(d op.Device) (op.Member, bool) { return op.Member{d[0]}, d[0] != 0 }

func stands(op.Ref) bool { return true }

func texts(b *Board, stands func(op.Ref) bool) (out []string) {
	for _, n := range b.Notes(stands) {
		out = append(out, n.Text)
	}
	return out
}

func TestOnlyANoteForAWhileInPlainWordsIsLawful(t *testing.T) {
	change := func(f func(*op.Opened)) op.Opened { o := said(1, 1, 1, 5000, "Bread at six"); f(&o); return o }
	content := func(w Write) []byte { return op.MustMarshal(w) }
	for code, o := range map[string]op.Opened{
		"":                    change(func(o *op.Opened) { o.Content = content(Write{strings.Repeat("ب", MaxText), op.Ref{Seq: 1}}) }),
		"note.expires":        change(func(o *op.Opened) { o.Expires = 0 }),
		"note.expires (now)":  change(func(o *op.Opened) { o.Expires = o.Time }),
		"note.expires (late)": change(func(o *op.Opened) { o.Expires = o.Time + Longest + 1 }),
		"note.empty":          change(func(o *op.Opened) { o.Content = content(Write{}) }),
		"note.content":        change(func(o *op.Opened) { o.Content = []byte{0xa0, 0} }),
		"note.content (of)":   change(func(o *op.Opened) { o.Subject = op.Ref{Seq: 1} }),
		"text.long":           change(func(o *op.Opened) { o.Content = content(Write{Text: strings.Repeat("ب", MaxText+1)}) }),
		"text.hidden":         change(func(o *op.Opened) { o.Content = content(Write{Text: "a\u202eb"}) }),
	} {
		err := Judge(o, owner)
		if want, _, _ := strings.Cut(code, " "); want == "" && err != nil || want != "" && !errors.Is(err, op.Refusal{Code: want}) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

func TestOnlyWhoWroteANoteTakesItDown(t *testing.T) {
	n := said(1, 1, 1, 5000, "Bread at six")
	if err := Judge(down(1, 2, 2, n), owner); err != nil {
		t.Error(err)
	}
	if err := Judge(down(2, 2, 2, n), owner); !errors.Is(err, op.Refusal{Code: "note.other"}) {
		t.Errorf("another may: %v", err)
	}
	unseen := down(1, 2, 2, n)
	unseen.Past = op.Past{}
	if err := Judge(unseen, owner); !errors.Is(err, op.Refusal{Code: "note.content"}) {
		t.Errorf("what was not seen is taken down: %v", err)
	}
}

// TestOrderAndEchoDoNotMatter: whatever comes first and however often, the same
// board is seen; only what takes a note down has to come after it, as it does.
func TestOrderAndEchoDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all []op.Opened
		many := rapid.SampledFrom([]int{3, 30, Each + 20}).Draw(t, "many")
		for i := range many {
			d := byte(rapid.IntRange(1, 2).Draw(t, "who"))
			o := said(d, uint64(i+1), uint64(rapid.IntRange(1, 9).Draw(t, "rank")), uint64(rapid.IntRange(1, 99).Draw(t, "time")), fmt.Sprint(i))
			if rapid.Bool().Draw(t, "undated") {
				o.Clock = op.ClockNone
			}
			if all = append(all, o); rapid.IntRange(0, 4).Draw(t, "down") == 0 {
				all = append(all, down(d, uint64(1000+i), o.Rank+1, o))
			}
		}
		var straight, mixed *Board
		for _, o := range all {
			straight = straight.With(o)
		}
		order := rapid.Permutation(append(all, all...)).Draw(t, "order")
		for _, o := range order {
			if o.Kind == KindWrite {
				mixed = mixed.With(o)
			}
		}
		for _, o := range order {
			mixed = mixed.With(o)
		}
		if a, b := texts(straight, stands), texts(mixed, stands); !reflect.DeepEqual(a, b) {
			t.Fatalf("%v, and in another order %v", a, b)
		}
	})
}

func TestTenThousandNotesAreNotHeldInMemory(t *testing.T) {
	var b *Board
	for i := range uint64(10_000) {
		b = b.With(said(byte(i%7)+1, i+1, i+1, i+1, "A note"))
	}
	if b.Len() != 7*Each {
		t.Errorf("%d are held", b.Len())
	}
	if n := b.Notes(stands)[0]; n.Time != 10_000 {
		t.Errorf("the newest is of %d", n.Time)
	}
}

func TestANoteComesBackWhenWhatTookItDownIsVoid(t *testing.T) {
	n := said(1, 1, 1, 5000, "Bread at six")
	r := down(1, 2, 2, n)
	b := (*Board)(nil).With(n).With(r)
	if got := texts(b, stands); len(got) != 0 {
		t.Errorf("%v still hangs there", got)
	}
	if got := texts(b, func(x op.Ref) bool { return x != r.Ref }); len(got) != 1 {
		t.Error("it does not come back")
	}
	if got := texts(b, func(op.Ref) bool { return false }); len(got) != 0 {
		t.Errorf("%v stands in a closed log", got)
	}
}

// TestWhatWasWrittenFarAwayTodayIsReadToday: a router that was alone for a week
// has low ranks, and its notes still stand at their day. One without a date
// stands behind what came before it.
func TestWhatWasWrittenFarAwayTodayIsReadToday(t *testing.T) {
	undated := said(3, 1, 8, 4, "no date")
	undated.Clock = op.ClockTold
	var b *Board
	for _, o := range []op.Opened{said(1, 1, 7, 700, "busy"), said(1, 2, 9, 900, "busier"), said(2, 1, 3, 1000, "far away"), undated} {
		b = b.With(o)
	}
	if got := fmt.Sprint(texts(b, stands)); got != "[far away busier no date busy]" {
		t.Error(got)
	}
	for _, n := range b.Notes(stands) {
		if n.Over(1<<40) != n.Dated || n.Over(n.Time) || n.Over(n.Expires-1) || n.Over(n.Expires) != n.Dated {
			t.Errorf("%s: over %v", n.Text, n.Over(1<<40))
		}
	}
}

// TestABoardThatWasHandedOutStaysAsItWas: readers hold theirs while others are
// made, which may put something new between what hung there, or take it down.
func TestABoardThatWasHandedOutStaysAsItWas(t *testing.T) {
	var boards []*Board
	var want []string
	b := (*Board)(nil)
	for _, rank := range []uint64{5, 9, 7, 3, 8, 4, 6} {
		b = b.With(said(1, rank, rank, 1000*rank, fmt.Sprint(rank)))
		boards, want = append(boards, b), append(want, fmt.Sprint(texts(b, stands)))
	}
	// on each of them another one is made twice: neither knows of the other
	for i, old := range boards {
		n := said(1, 2, 2, 2000, "two")
		old.With(said(1, 10, 10, 10_000, "ten"))
		old.With(n).With(down(1, 11, 11, n))
		old.With(down(1, 12, 12, said(1, 5, 5, 5000, "5")))
		for j := range boards {
			if got := fmt.Sprint(texts(boards[j], stands)); got != want[j] {
				t.Fatalf("after board %d grew, board %d reads %s, not %s", i, j, got, want[j])
			}
		}
	}
}

// FuzzNote reads foreign contents: what is lawful has one spelling and can be
// put on a board.
func FuzzNote(f *testing.F) {
	f.Fuzz(func(t *testing.T, content []byte) {
		o := said(1, 1, 1, 5000, "")
		o.Content = content
		if Judge(o, owner) != nil {
			return
		}
		n := (*Board)(nil).With(o).Notes(stands)
		if len(n) != 1 || n[0].Text == "" {
			t.Fatalf("%x becomes %v", content, n)
		}
		if !bytes.Equal(op.MustMarshal(Write{n[0].Text, n[0].About}), content) {
			t.Fatalf("%x has another spelling", content)
		}
	})
}

func TestFuzzSeedsAreThere(t *testing.T) {
	seeds, err := filepath.Glob("testdata/fuzz/FuzzNote/*")
	if err != nil || len(seeds) < 3 {
		t.Errorf("%d seeds: %v", len(seeds), err)
	}
}
