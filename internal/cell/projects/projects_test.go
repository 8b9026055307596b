package projects

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

func member(i int) op.Member { return op.Member{byte(i + 1)} }

type crowd []op.Member

func (c crowd) IsActive(m op.Member) bool { return slices.Contains(c, m) }

type round bool

func (r round) InForce() bool { return bool(r) }

// cell is the projects of some people, told one operation after the other.
type cell struct {
	crowd
	values map[string]any
	seq    uint64
	told   op.Clock
}

func newCell(n int) *cell {
	c := &cell{values: map[string]any{}, told: op.ClockNTP}
	for i := range n {
		c.crowd = append(c.crowd, member(i))
	}
	return c
}

func (c *cell) At(key string) any {
	if key == "people" {
		return c.crowd
	}
	return c.values[key]
}

func (c *cell) op(m op.Member, kind op.Kind, subject op.Ref, content any) op.Opened {
	c.seq++
	o := op.Opened{Place: op.Place{Rank: c.seq, Ref: op.Ref{Device: op.Device{9}, Seq: c.seq}}, Member: m, Kind: kind,
		Subject: subject, Time: 1000 + c.seq, Clock: c.told, Past: op.Past{op.Device{9}: c.seq - 1}}
	if content != nil {
		o.Content = op.MustMarshal(content)
	}
	return o
}

func (c *cell) do(m op.Member, kind op.Kind, subject op.Ref, content any) (op.Ref, error) {
	o := c.op(m, kind, subject, content)
	if err := Judge(o, c); err != nil {
		return o.Ref, err
	}
	c.apply(o)
	return o.Ref, nil
}

func (c *cell) apply(o op.Opened) {
	keys, _ := Touches(o, c)
	for _, key := range keys {
		c.values[key] = Apply(key, c.values[key], o)
	}
}

func (c *cell) project(r op.Ref) *Project {
	p, _ := c.values[Key(r)].(*Project)
	return p
}

func (c *cell) list() *List {
	l, _ := c.values[KeyList].(*List)
	return l
}

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
	if _, err := c.do(m, kind, subject, content); !errors.Is(err, op.Refuse(code)) {
		t.Errorf("%s: got %v, want %s", kind, err, code)
	}
	if Refusals[code] == "" && op.TextRefusals[code] == "" {
		t.Errorf("%s is not in the list of refusals", code)
	}
}

var garden = Plan{Title: "The garden", Why: "We want to eat what grows here."}

func TestAProjectGoesFromItsBeginningToItsEnd(t *testing.T) {
	c := newCell(3)
	moss, heron, tide := member(0), member(1), member(2)
	p := c.must(t, moss, KindOpen, op.Ref{}, garden)
	dig := c.must(t, moss, KindTask, p, Words{"Dig the bed"})
	sow := c.must(t, moss, KindTask, p, Words{"Sow beans"})
	if done, void := c.project(p).Left(); done != 0 || void != 2 {
		t.Fatalf("%d done and %d that nobody took", done, void)
	}
	c.refused(t, "project.with", heron, KindTask, p, Words{"Buy a gnome"})
	c.must(t, heron, KindTake, p, Which{dig}) // and with that Heron is with it
	c.must(t, heron, KindTask, p, Words{"Build a fence"})
	c.refused(t, "project.task", heron, KindTake, p, Which{dig})
	c.refused(t, "project.task", moss, KindGive, p, Which{dig})
	c.must(t, heron, KindDone, p, Which{dig})
	c.refused(t, "project.task", moss, KindDone, p, Which{dig})
	c.must(t, moss, KindUndone, p, Which{dig})
	c.must(t, moss, KindDone, p, Which{dig})
	c.refused(t, "project.joined", heron, KindJoin, p, nil)
	c.must(t, tide, KindJoin, p, nil)
	c.must(t, tide, KindTake, p, Which{sow})
	c.must(t, tide, KindPart, p, nil)
	if x, _ := c.project(p).Task(sow); !x.Void() {
		t.Error("who goes keeps a task")
	}
	c.must(t, moss, KindDrop, p, Which{sow})
	c.must(t, heron, KindClose, p, Words{"We ate beans."})
	c.refused(t, "project.closed", moss, KindTask, p, Words{"More"})
	if done, all := c.list().Past(0, 9); all != 1 || done[0].Title != "The garden" || len(c.list().Open()) != 0 {
		t.Errorf("the list has %v", c.list())
	}
	c.must(t, tide, KindAgain, p, nil)
	c.refused(t, "project.open", tide, KindAgain, p, nil)
	if _, all := c.list().Past(0, 9); all != 0 || len(c.list().Open()) != 1 {
		t.Errorf("the list has %v", c.list())
	}
}

func TestWhenAllWhoAreWithAProjectHaveLeftAnybodyGoesOn(t *testing.T) {
	c := newCell(2)
	p := c.must(t, member(0), KindOpen, op.Ref{}, garden)
	c.refused(t, "project.with", member(1), KindChange, p, garden)
	c.crowd = c.crowd[1:]
	c.must(t, member(1), KindChange, p, Plan{Title: "The yard", Why: "It is there."})
	if l := c.list().Open(); len(l) != 1 || l[0].Title != "The yard" {
		t.Errorf("the list has %v", l)
	}
	c.refused(t, "project.member", member(0), KindJoin, p, nil)
}

func TestTheDecisionBehindAProjectIsInForceWhenItIsNamed(t *testing.T) {
	c := newCell(1)
	asked := op.Ref{Device: op.Device{9}, Seq: 1}
	c.seq = 1
	plan := garden
	plan.Round = asked
	c.refused(t, "project.round", member(0), KindOpen, op.Ref{}, plan)
	c.values["round/"+asked.String()] = round(false)
	c.refused(t, "project.round", member(0), KindOpen, op.Ref{}, plan)
	c.values["round/"+asked.String()] = round(true)
	p := c.must(t, member(0), KindOpen, op.Ref{}, plan)
	c.values["round/"+asked.String()] = round(false) // contested since
	c.must(t, member(0), KindChange, p, plan)
}

func TestWhatIsWrongIsRefused(t *testing.T) {
	c := newCell(1)
	m := member(0)
	c.refused(t, "project.title", m, KindOpen, op.Ref{}, Plan{Why: "x"})
	c.refused(t, "project.why", m, KindOpen, op.Ref{}, Plan{Title: "x"})
	c.refused(t, "text.long", m, KindOpen, op.Ref{}, Plan{Title: string(make([]byte, MaxTitle+1)), Why: "x"})
	c.refused(t, "project.content", m, KindOpen, op.Ref{Seq: 1}, garden)
	c.refused(t, "project.content", m, KindOpen, op.Ref{}, "garden")
	c.refused(t, "project.content", m, KindJoin, op.Ref{}, nil)
	c.refused(t, "project.unknown", m, KindJoin, op.Ref{Seq: 7}, nil)
	p := c.must(t, m, KindOpen, op.Ref{}, garden)
	c.refused(t, "project.content", m, KindAgain, p, "again")
	c.refused(t, "project.words", m, KindTask, p, Words{})
	c.refused(t, "project.task", m, KindTake, p, Which{})
	for range MaxTasks {
		c.must(t, m, KindTask, p, Words{"One more"})
	}
	c.refused(t, "project.tasks", m, KindTask, p, Words{"One more"})
	for range MaxOpen - 1 {
		c.must(t, m, KindOpen, op.Ref{}, garden)
	}
	c.refused(t, "project.many", m, KindOpen, op.Ref{}, garden)
}

func TestTheListOfClosedProjectsIsReadByPages(t *testing.T) {
	c := newCell(1)
	const n = 2*blockLen + 5
	for range n {
		p := c.must(t, member(0), KindOpen, op.Ref{}, garden)
		before := c.list().MarshalState()
		old := c.list()
		c.must(t, member(0), KindClose, p, Words{})
		if !bytes.Equal(old.MarshalState(), before) {
			t.Fatal("an older list has changed")
		}
	}
	if len(c.list().Over) != 3 {
		t.Errorf("%d blocks", len(c.list().Over))
	}
	seen := map[op.Ref]bool{}
	for skip := 0; skip < n; skip += 20 {
		page, all := c.list().Past(skip, 20)
		if all != n {
			t.Fatalf("%d of %d", all, n)
		}
		for _, x := range page {
			seen[x.Ref] = true
		}
	}
	if len(seen) != n {
		t.Errorf("the pages have %d of %d", len(seen), n)
	}
}

// anyOp draws an operation on one of two projects, lawful or not.
func anyOp(t *rapid.T, c *cell, begun []op.Ref) op.Opened {
	m := rapid.SampledFrom(c.crowd).Draw(t, "who")
	kind := rapid.SampledFrom(Kinds).Draw(t, "kind")
	if kind == KindOpen {
		return c.op(m, kind, op.Ref{}, garden)
	}
	subject := rapid.SampledFrom(begun).Draw(t, "project")
	var content any
	switch kind {
	case KindChange:
		content = garden
	case KindTask, KindClose:
		content = Words{"So"}
	case KindTake, KindGive, KindDone, KindUndone, KindDrop:
		content = Which{op.Ref{Device: op.Device{9}, Seq: rapid.Uint64Range(1, c.seq+1).Draw(t, "task")}}
	}
	return c.op(m, kind, subject, content)
}

// TestWhateverArrivesAListAndItsProjectsAgree folds what was judged nowhere: the
// fold is total, a value reads back as it was, nobody takes a task twice, and
// the list knows just the projects, open where they are open.
func TestWhateverArrivesAListAndItsProjectsAgree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCell(3)
		var begun []op.Ref
		for range 2 {
			o := c.op(member(0), KindOpen, op.Ref{}, garden)
			c.apply(o)
			begun = append(begun, o.Ref)
		}
		for range rapid.IntRange(1, 40).Draw(rt, "length") {
			o := anyOp(rt, c, begun)
			c.apply(o)
			if o.Kind == KindOpen {
				begun = append(begun, o.Ref)
			}
		}
		past, all := c.list().Past(0, len(begun))
		if len(c.list().Open())+all != len(begun) {
			rt.Fatalf("%d and %d of %d projects", len(c.list().Open()), all, len(begun))
		}
		for _, x := range append(slices.Clone(c.list().Open()), past...) {
			p := c.project(x.Ref)
			if slices.Contains(past, x) != p.Closed || x.Title != p.Plan.Title {
				rt.Fatalf("the list says %v of %v", x, p)
			}
			for _, task := range p.Tasks {
				if sorted := slices.Compact(slices.SortedFunc(slices.Values(task.Takes), func(a, b op.Member) int { return bytes.Compare(a[:], b[:]) })); len(sorted) != len(task.Takes) {
					rt.Fatalf("taken twice: %v", task)
				}
			}
		}
		for key, v := range c.values {
			b := v.(interface{ MarshalState() []byte }).MarshalState()
			again, err := Unmarshal(key, b)
			if err != nil || !bytes.Equal(again.(interface{ MarshalState() []byte }).MarshalState(), b) {
				rt.Fatalf("%s reads back otherwise: %v", key, err)
			}
		}
	})
}

// FuzzUnmarshal reads foreign values; what reads writes the same bytes.
func FuzzUnmarshal(f *testing.F) {
	f.Fuzz(func(t *testing.T, list bool, b []byte) {
		key := Key(op.Ref{Seq: 1})
		if list {
			key = KeyList
		}
		v, err := Unmarshal(key, b)
		if err != nil {
			return
		}
		if again := v.(interface{ MarshalState() []byte }).MarshalState(); !bytes.Equal(again, b) {
			t.Errorf("read %x, wrote %x", b, again)
		}
	})
}

func TestFuzzSeedsAreThere(t *testing.T) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzUnmarshal"); err != nil || len(seeds) < 3 {
		t.Fatalf("%d seeds: %v", len(seeds), err)
	}
}

// TestWhoTakesATaskOnTwoRoutersTakesItOnce: neither had seen the other.
func TestWhoTakesATaskOnTwoRoutersTakesItOnce(t *testing.T) {
	c := newCell(2)
	p := c.must(t, member(0), KindOpen, op.Ref{}, garden)
	dig := c.must(t, member(0), KindTask, p, Words{"Dig the bed"})
	for range 2 {
		c.apply(c.op(member(1), KindTake, p, Which{dig}))
		c.apply(c.op(member(1), KindJoin, p, nil))
	}
	if x, _ := c.project(p).Task(dig); len(x.Takes) != 1 || len(c.project(p).With) != 2 {
		t.Errorf("taken by %v, and with it are %v", x.Takes, c.project(p).With)
	}
}
