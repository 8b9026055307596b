package meeting

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

func member(i int) op.Member { return op.Member{byte(i + 1)} }

// cell is a few people and their meetings, told one operation after the other.
type cell struct {
	active, away []op.Member
	values       map[string]any
	seq          uint64
	rounds       []op.Ref
}

func newCell(n int) *cell {
	c := &cell{values: map[string]any{}}
	for i := range n {
		c.active = append(c.active, member(i))
	}
	return c
}

func (c *cell) Active() []op.Member       { return c.active }
func (c *cell) IsActive(m op.Member) bool { return slices.Contains(c.active, m) }
func (c *cell) Away(m op.Member) bool     { return slices.Contains(c.away, m) }

func (c *cell) At(key string) any {
	if key == "people" {
		return c
	}
	for _, r := range c.rounds {
		if key == "round/"+r.String() {
			return r
		}
	}
	return c.values[key]
}

// turns is a rota in which one looks after it and one takes the notes.
type turns struct{ lead, pen op.Member }

func (r turns) Facilitator(here []op.Member, except ...op.Member) op.Member {
	return r.first(r.lead, here, except)
}

func (r turns) NoteKeeper(here []op.Member, except ...op.Member) op.Member {
	return r.first(r.pen, here, except)
}

func (turns) first(m op.Member, here, except []op.Member) op.Member {
	for _, x := range append([]op.Member{m}, here...) {
		if slices.Contains(here, x) && !slices.Contains(except, x) {
			return x
		}
	}
	return op.Member{}
}

func (c *cell) op(m op.Member, kind op.Kind, subject op.Ref, content any) op.Opened {
	c.seq++
	return op.Opened{Place: op.Place{Rank: c.seq, Ref: op.Ref{Device: op.Device{m[0]}, Seq: c.seq}}, Subject: subject,
		Member: m, Kind: kind, Content: op.MustMarshal(content), Time: 1000 + c.seq, Clock: op.ClockNTP}
}

func (c *cell) take(o op.Opened) {
	keys, _ := Touches(o, c)
	for _, key := range keys {
		c.values[key] = Apply(key, c.values[key], o)
	}
}

func (c *cell) do(m op.Member, kind op.Kind, subject op.Ref, content any) (op.Ref, error) {
	o := c.op(m, kind, subject, content)
	if err := Judge(o, c); err != nil {
		return op.Ref{}, err
	}
	c.take(o)
	return o.Ref, nil
}

func (c *cell) plan(t *testing.T, m op.Member, day uint64) op.Ref {
	t.Helper()
	r, err := c.do(m, KindPlan, op.Ref{}, Plan{Number: uint64(c.list().Len()) + 1, When: When{Day: day, Time: "after supper"}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c *cell) list() *List { l, _ := c.values[KeyList].(*List); return l }

func (l *List) lines() []Line { return slices.Collect(l.from(0)) }

func (c *cell) meeting(r op.Ref) *Meeting { m, _ := c.values[Key(r)].(*Meeting); return m }

func (c *cell) must(t *testing.T, m op.Member, kind op.Kind, subject op.Ref, content any) op.Ref {
	t.Helper()
	r, err := c.do(m, kind, subject, content)
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return r
}

func (c *cell) refused(t *testing.T, code string, m op.Member, kind op.Kind, subject op.Ref, content any) {
	t.Helper()
	if _, err := c.do(m, kind, subject, content); !errors.Is(err, op.Refusal{Code: code}) {
		t.Errorf("%s: %v, want %s", kind, err, code)
	}
}

func TestAMeetingIsCalledMovedHeldAndWrittenDown(t *testing.T) {
	c := newCell(4)
	a, b, d := member(0), member(1), member(3)
	c.values["rota"] = turns{lead: a, pen: b}
	r := c.plan(t, d, 20_000)
	c.must(t, d, KindItem, r, AddItem{"The gate"})
	c.must(t, a, KindMove, r, Move{When{Day: 20_007, Time: "19:30", Place: "Fern’s kitchen"}})
	c.refused(t, "meeting.pen", d, KindMinutes, r, WriteMinutes{Words: "We met."})
	c.must(t, b, KindMinutes, r, WriteMinutes{Words: "We met.", There: []op.Member{a, b}})
	c.must(t, b, KindMinutes, r, WriteMinutes{Words: "We met in the kitchen."})
	m := c.meeting(r)
	if m.State() != Held || m.When.Day != 20_007 || len(m.Items) != 1 || m.Minutes.Times != 2 || m.Minutes.Words != "We met in the kitchen." {
		t.Errorf("%+v, %+v", m, m.Minutes)
	}
	c.refused(t, "meeting.held", d, KindMove, r, Move{When{Day: 1}})
	c.refused(t, "meeting.held", d, KindCancel, r, Cancel{})
	c.refused(t, "meeting.held", d, KindItem, r, AddItem{"x"})
	if got := c.list().lines(); len(got) != 1 || got[0] != (Line{r, 20_007, Held}) {
		t.Errorf("the list says %+v", got)
	}
}

func TestTheRotaSaysWhoLeadsAndWritesAndTheyMayDecline(t *testing.T) {
	c := newCell(3)
	a, b, d := member(0), member(1), member(2)
	r := c.plan(t, a, 20_000)
	who := func() [2]op.Member { m := c.meeting(r); return [2]op.Member{m.Who(c, Lead), m.Who(c, Pen)} }
	if who() != [2]op.Member{a, b} {
		t.Fatalf("before there is a rota: %v", who())
	}
	c.values["rota"] = turns{lead: b, pen: b}
	if who() != [2]op.Member{b, a} {
		t.Fatalf("nobody does both: %v", who())
	}
	c.refused(t, "meeting.duty", d, KindDuty, r, Take{Duty: Lead})
	c.must(t, b, KindDuty, r, Take{Duty: Lead})
	if who() != [2]op.Member{a, b} {
		t.Fatalf("after a no: %v", who())
	}
	c.must(t, d, KindDuty, r, Take{Duty: Pen, Yes: true})
	c.refused(t, "meeting.duty", b, KindDuty, r, Take{Duty: Pen, Yes: true})
	if who() != [2]op.Member{a, d} {
		t.Fatalf("after a yes: %v", who())
	}
	c.must(t, a, KindDuty, r, Take{Duty: Lead})
	if who()[0] != (op.Member{}) {
		t.Errorf("who said no, or takes the notes, looks after it: %v", who())
	}
	c.must(t, a, KindDuty, r, Take{Duty: Lead, Yes: true})
	c.away = []op.Member{b}
	c.active = []op.Member{a, b}
	if who() != [2]op.Member{a, a} {
		t.Errorf("of two who are left one is away: %v", who())
	}
}

// Who wrote the minutes goes on writing them whoever takes notes next week; when
// they leave, another takes that on.
func TestTheMinutesStayWithWhoWroteThem(t *testing.T) {
	c := newCell(3)
	a, b, d := member(0), member(1), member(2)
	c.values["rota"] = turns{lead: a, pen: b}
	r := c.plan(t, a, 20_000)
	c.must(t, b, KindMinutes, r, WriteMinutes{Words: "One"})
	c.values["rota"] = turns{lead: a, pen: d}
	c.refused(t, "meeting.pen", d, KindMinutes, r, WriteMinutes{Words: "Two"})
	c.refused(t, "meeting.duty", d, KindDuty, r, Take{Duty: Pen, Yes: true})
	c.must(t, b, KindMinutes, r, WriteMinutes{Words: "Two"})
	c.active = []op.Member{a, d}
	c.must(t, d, KindDuty, r, Take{Duty: Pen, Yes: true})
	c.must(t, d, KindMinutes, r, WriteMinutes{Words: "Three"})
}

func TestAnotherSpeaksFirstAtEveryMeeting(t *testing.T) {
	for n := 1; n <= 5; n++ {
		c := newCell(n)
		var before []op.Member
		for i := range uint64(2 * n) {
			order := c.meeting(c.plan(t, member(0), 20_000+i)).Speaking(c)
			sorted := slices.Clone(order)
			slices.SortFunc(sorted, func(a, b op.Member) int { return bytes.Compare(a[:], b[:]) })
			if !slices.Equal(sorted, c.active) {
				t.Fatalf("of %d: %v", n, order)
			}
			if before != nil && n > 1 && before[0] == order[0] {
				t.Errorf("of %d, %v begins twice", n, order[0])
			}
			if forth := n < 3 || order[1] == member(int(order[0][0])%n); n > 2 && forth != (i%2 == 1) {
				t.Errorf("of %d, meeting %d does not turn the other way: %v", n, i+1, order)
			}
			before = order
		}
	}
}

func TestWhatMeansNothingIsRefused(t *testing.T) {
	c := newCell(3)
	a, b := member(0), member(1)
	r := c.plan(t, a, 20_000)
	plan := func(n, day uint64, what string) Plan { return Plan{Number: n, When: When{Day: day}, What: what} }
	c.refused(t, "meeting.number", a, KindPlan, op.Ref{}, plan(1, 20_000, ""))
	c.refused(t, "meeting.day", a, KindPlan, op.Ref{}, plan(2, 0, ""))
	c.refused(t, "meeting.day", a, KindPlan, op.Ref{}, plan(2, maxDay, ""))
	c.refused(t, "text.long", a, KindPlan, op.Ref{}, plan(2, 20_000, strings.Repeat("ب", MaxLine+1)))
	c.refused(t, "meeting.content", a, KindPlan, r, plan(2, 20_000, ""))
	c.refused(t, "actor.unknown", member(7), KindPlan, op.Ref{}, plan(2, 20_000, ""))
	c.refused(t, "meeting.unknown", a, KindMove, op.Ref{Seq: 99}, Move{When{Day: 1}})
	c.refused(t, "meeting.kind", a, "meeting.postpone", r, Move{})
	c.refused(t, "meeting.content", a, KindMove, r, "x")
	c.refused(t, "meeting.other", member(2), KindMove, r, Move{When{Day: 5}})
	c.refused(t, "meeting.empty", b, KindItem, r, AddItem{})
	c.refused(t, "text.hidden", b, KindItem, r, AddItem{"a\u202eb"})
	i := c.must(t, b, KindItem, r, AddItem{"The gate"})
	c.refused(t, "meeting.item", a, KindDrop, r, DropItem{i})
	c.refused(t, "meeting.item", b, KindDrop, r, DropItem{r})
	c.refused(t, "meeting.content", a, KindDuty, r, Take{Duty: 3, Yes: true})
	c.refused(t, "meeting.empty", b, KindMinutes, r, WriteMinutes{})
	c.refused(t, "meeting.links", b, KindMinutes, r, WriteMinutes{Words: "x", There: []op.Member{a, a}})
	c.refused(t, "meeting.links", b, KindMinutes, r, WriteMinutes{Words: "x", Rounds: []op.Ref{{Seq: 4}}})
	c.rounds = []op.Ref{{Seq: 4}}
	c.must(t, b, KindDrop, r, DropItem{i})
	for range MaxItems {
		c.must(t, b, KindItem, r, AddItem{"The gate"})
	}
	c.refused(t, "meeting.full", b, KindItem, r, AddItem{"One more"})
	c.must(t, a, KindCancel, r, Cancel{"Snow"})
	c.refused(t, "meeting.off", b, KindMinutes, r, WriteMinutes{Words: "x", Rounds: c.rounds})
}

// Of what was done apart, minutes stand: the meeting has taken place.
func TestMinutesWinOverACancellation(t *testing.T) {
	c := newCell(3)
	r := c.plan(t, member(0), 20_000)
	off, held := c.op(member(0), KindCancel, r, Cancel{}), c.op(member(1), KindMinutes, r, WriteMinutes{Words: "We met."})
	for _, order := range [][]op.Opened{{off, held}, {held, off}} {
		d := newCell(3)
		d.values = map[string]any{Key(r): c.values[Key(r)], KeyList: c.values[KeyList]}
		for _, o := range order {
			d.take(o)
		}
		if d.meeting(r).State() != Held || d.meeting(r).Off || d.list().lines()[0].State != Held {
			t.Errorf("%v, and in the list %v", d.meeting(r).State(), d.list().lines()[0].State)
		}
	}
}

func TestTheListFindsWhatIsToComeAndWhatWas(t *testing.T) {
	c := newCell(3)
	for _, day := range []uint64{30, 10, 20, 40, 20} {
		c.plan(t, member(0), day)
	}
	days := func(lines []Line) string {
		var out []uint64
		for _, x := range lines {
			out = append(out, x.Day)
		}
		return fmt.Sprint(out)
	}
	l := c.list()
	c.must(t, member(1), KindMinutes, l.lines()[1].Ref, WriteMinutes{Words: "x"})
	c.must(t, member(0), KindCancel, l.lines()[3].Ref, Cancel{})
	if l = c.list(); days(l.Coming(20, 9)) != "[20 40]" || days(l.Coming(0, 1)) != "[10]" || l.LastHeld() != 20 {
		t.Errorf("to come: %s, %s; the last was %d", days(l.Coming(20, 9)), days(l.Coming(0, 1)), l.LastHeld())
	}
	if got := days(l.Past(30, 0, 9)); got != "[30 20 20 10]" {
		t.Errorf("what was: %s", got)
	}
	if got := days(l.Past(30, 1, 2)); got != "[20 20]" {
		t.Errorf("the page of it: %s", got)
	}
	if len((*List)(nil).Past(1, 0, 9)) != 0 || (*List)(nil).Len() != 0 {
		t.Error("there is something where nothing is")
	}
}

func spelled(v any) []byte { return v.(interface{ MarshalState() []byte }).MarshalState() }

// history draws operations that may or may not be lawful.
func history(t *rapid.T, c *cell) (out []op.Opened) {
	var refs, items []op.Ref
	for range rapid.IntRange(1, 25).Draw(t, "many") {
		m, r := member(rapid.IntRange(0, 3).Draw(t, "who")), op.Ref{Seq: 77}
		if len(refs) > 0 {
			r = rapid.SampledFrom(refs).Draw(t, "on")
		}
		item := op.Ref{Seq: 78}
		if len(items) > 0 {
			item = rapid.SampledFrom(items).Draw(t, "item")
		}
		day, duty := rapid.Uint64Range(1, 9).Draw(t, "day"), Duty(rapid.IntRange(0, 3).Draw(t, "duty"))
		o := rapid.SampledFrom([]op.Opened{
			c.op(m, KindPlan, op.Ref{}, Plan{Number: day, When: When{Day: day}}), c.op(m, KindMove, r, Move{When{Day: day}}),
			c.op(m, KindCancel, r, Cancel{"x"}), c.op(m, KindItem, r, AddItem{"x"}), c.op(m, KindDrop, r, DropItem{item}),
			c.op(m, KindDuty, r, Take{duty, day%2 == 0}), c.op(m, KindMinutes, r, WriteMinutes{Words: "x"}),
		}).Draw(t, "act")
		if o.Kind == KindPlan {
			refs = append(refs, o.Ref)
		}
		if o.Kind == KindItem {
			items = append(items, o.Ref)
		}
		out = append(out, o)
	}
	return out
}

// The list and the meetings are folded apart, and always say the same; values
// never change, and read back.
func TestListAndMeetingsAgreeAndRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCell(4)
		for _, o := range history(t, c) {
			before := map[string][]byte{}
			old := map[string]any{}
			for k, v := range c.values {
				if v == nil {
					continue
				}
				before[k], old[k] = spelled(v), v
			}
			c.take(o)
			for k, v := range old {
				if !bytes.Equal(before[k], spelled(v)) {
					t.Fatalf("%s changed %s in place", o.Kind, k)
				}
			}
		}
		for _, x := range c.list().Past(1<<30, 0, 99) {
			if m := c.meeting(x.Ref); m.State() != x.State || m.When.Day != x.Day {
				t.Fatalf("the list says %+v of %+v", x, m)
			}
		}
		for k, v := range c.values {
			if v == nil {
				continue
			}
			again, err := Read(k, spelled(v))
			if err != nil || !bytes.Equal(spelled(again), spelled(v)) {
				t.Fatalf("%s: %v", k, err)
			}
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Fuzz(func(t *testing.T, list bool, b []byte) {
		key := map[bool]string{true: KeyList, false: prefix + "x"}[list]
		v, err := Read(key, b)
		if err != nil {
			return
		}
		if got := spelled(v); !bytes.Equal(got, b) {
			t.Fatalf("%x is spelled %x", b, got)
		}
		c := newCell(3)
		c.values[key] = v
		for _, kind := range Kinds {
			c.values[key] = Apply(key, c.values[key], c.op(member(0), kind, op.Ref{Seq: 1}, map[int]string{}))
		}
		if m, ok := v.(*Meeting); ok {
			m.Speaking(c)
			m.Who(c, Pen)
		}
	})
}

// A moved folder would empty the fuzz seeds in silence. WRITE_SEEDS=1 writes them.
func TestFuzzSeedsAreThere(t *testing.T) {
	folder := filepath.Join("testdata", "fuzz", "FuzzRead")
	if os.Getenv("WRITE_SEEDS") != "" {
		c := newCell(3)
		r := c.plan(t, member(0), 20_000)
		c.must(t, member(1), KindItem, r, AddItem{"The gate"})
		c.must(t, member(1), KindMinutes, r, WriteMinutes{Words: "We met.", There: c.active})
		c.plan(t, member(1), 20_007)
		for name, v := range map[string]struct {
			list bool
			b    []byte
		}{"list": {true, c.list().MarshalState()}, "held": {false, c.meeting(r).MarshalState()}, "empty": {true, nil}} {
			_ = os.MkdirAll(folder, 0o755)
			if err := os.WriteFile(filepath.Join(folder, name), fmt.Appendf(nil, "go test fuzz v1\nbool(%v)\n[]byte(%q)\n", v.list, v.b), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	seeds, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(seeds) < 3 {
		t.Errorf("%d seeds: %v", len(seeds), err)
	}
}
