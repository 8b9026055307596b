package directory

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

type garden struct {
	with crowd
	open bool
}

func (g garden) Has(m op.Member) bool { return g.with.IsActive(m) }
func (g garden) Open() bool           { return g.open }

// cell is the directory of some people, told one operation after the other.
type cell struct {
	crowd
	book    any
	project garden
	ref     op.Ref
	seq     uint64
	time    uint64
}

func newCell(n int) *cell {
	c := &cell{ref: op.Ref{Device: op.Device{8}, Seq: 1}, time: 1000}
	for i := range n {
		c.crowd = append(c.crowd, member(i))
	}
	return c
}

func (c *cell) At(key string) any {
	switch key {
	case "people":
		return c.crowd
	case Key:
		return c.book
	case "project/" + c.ref.String():
		return c.project
	}
	return nil
}

func (c *cell) do(m op.Member, kind op.Kind, subject op.Ref, content any) (op.Ref, error) {
	c.seq++
	o := op.Opened{Place: op.Place{Rank: c.seq, Ref: op.Ref{Device: op.Device{9}, Seq: c.seq}}, Member: m, Kind: kind,
		Subject: subject, Time: c.time, Clock: op.ClockNTP}
	if content != nil {
		o.Content = op.MustMarshal(content)
	}
	if err := Judge(o, c); err != nil {
		return o.Ref, err
	}
	c.book = Apply(Key, c.book, o)
	return o.Ref, nil
}

func (c *cell) post(t *testing.T, m op.Member, p Post) op.Ref {
	t.Helper()
	r, err := c.do(m, KindPost, op.Ref{}, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c *cell) value() *Book {
	b, _ := c.book.(*Book)
	return b
}

func refused(t *testing.T, code string, err error) {
	t.Helper()
	if !errors.Is(err, op.Refuse(code)) {
		t.Errorf("got %v, want %s", err, code)
	}
	if Refusals[code] == "" && op.TextRefusals[code] == "" {
		t.Errorf("%s is not in the list of refusals", code)
	}
}

func TestANeedAndAnOfferFindEachOther(t *testing.T) {
	c := newCell(3)
	need := c.post(t, member(0), Post{Sort: Need, Area: Repair, Words: "My bicycle has no brakes"})
	c.post(t, member(0), Post{Sort: Offer, Area: Repair, Words: "I mend bicycles"}) // one's own
	c.post(t, member(1), Post{Sort: Skill, Area: Repair, Words: "Radios and lamps"})
	best := c.post(t, member(2), Post{Sort: Skill, Area: Repair, Words: "Bicycles, also brakes"})
	c.post(t, member(2), Post{Sort: Offer, Area: Food, Words: "Bread, and a bicycle to bring it"})
	c.post(t, member(1), Post{Sort: Need, Area: Repair, Words: "A bicycle pump"})
	n, _ := c.value().Find(need)
	fits := c.value().Fits(n)
	if len(fits) != 2 || fits[0].Ref != best || fits[0].Alike != 2 {
		t.Fatalf("fits: %v", fits)
	}
	o, _ := c.value().Find(best)
	if back := c.value().Fits(o); len(back) != 2 || back[0].Ref != need {
		t.Errorf("the other end sees %v", back)
	}
	odd := c.post(t, member(0), Post{Sort: Need, Area: Other, Words: "A goat"})
	c.post(t, member(1), Post{Sort: Offer, Area: Other, Words: "A drum"})
	x, _ := c.value().Find(odd)
	if fits := c.value().Fits(x); len(fits) != 0 {
		t.Errorf("anything fits: %v", fits)
	}
}

func TestAnEntryStandsUntilItsDayOrUntilItIsTakenDown(t *testing.T) {
	c := newCell(3)
	short := c.post(t, member(0), Post{Sort: Offer, Words: "Plums", Until: 2000})
	c.time = 3000
	if e, ok := c.value().Find(short); !ok || !e.Over(c.time) {
		t.Error("pages tell what is over by the clock")
	}
	c.post(t, member(1), Post{Sort: Offer, Words: "Pears"})
	if _, ok := c.value().Find(short); !ok {
		t.Error("another's entry took it away")
	}
	long := c.post(t, member(0), Post{Sort: Offer, Words: "Apples"})
	if _, ok := c.value().Find(short); ok {
		t.Error("what is over stays for ever")
	}
	_, err := c.do(member(1), KindEnd, long, nil)
	refused(t, "entry.other", err)
	if _, err := c.do(member(0), KindEnd, long, nil); err != nil {
		t.Fatal(err)
	}
	_, err = c.do(member(0), KindEnd, long, nil)
	refused(t, "entry.gone", err)
	left := c.post(t, member(2), Post{Sort: Skill, Words: "Knots"})
	c.crowd = c.crowd[:2]
	if _, err := c.do(member(0), KindEnd, left, nil); err != nil {
		t.Errorf("what somebody left behind stays: %v", err)
	}
}

func TestAProjectsNeedIsWrittenAndTakenDownByWhoIsWithIt(t *testing.T) {
	c := newCell(3)
	p := Post{Sort: Need, Words: "A spade", Project: c.ref}
	c.project = garden{with: crowd{member(0), member(1)}, open: true}
	_, err := c.do(member(2), KindPost, op.Ref{}, p)
	refused(t, "entry.project", err)
	need := c.post(t, member(0), p)
	_, err = c.do(member(2), KindEnd, need, nil)
	refused(t, "entry.other", err)
	if _, err := c.do(member(1), KindEnd, need, nil); err != nil {
		t.Fatal(err)
	}
	p.Sort = Offer
	_, err = c.do(member(0), KindPost, op.Ref{}, p)
	refused(t, "entry.project", err)
	c.project.open = false
	p.Sort = Need
	_, err = c.do(member(0), KindPost, op.Ref{}, p)
	refused(t, "entry.project", err)
}

func TestWhatIsWrongIsRefused(t *testing.T) {
	c := newCell(1)
	for code, p := range map[string]any{
		"entry.content": "plums",
		"entry.sort":    Post{Words: "x"},
		"entry.words":   Post{Sort: Need},
		"entry.until":   Post{Sort: Need, Words: "x", Until: 1000},
		"text.hidden":   Post{Sort: Need, Words: "a\nb"},
	} {
		_, err := c.do(member(0), KindPost, op.Ref{}, p)
		refused(t, code, err)
	}
	_, err := c.do(member(0), KindPost, op.Ref{}, Post{Sort: Need, Area: Paper + 1, Words: "x"})
	refused(t, "entry.sort", err)
	_, err = c.do(member(3), KindPost, op.Ref{}, Post{Sort: Need, Words: "x"})
	refused(t, "entry.member", err)
	r := op.Ref{}
	for range Each {
		r = c.post(t, member(0), Post{Sort: Need, Words: "x"})
	}
	_, err = c.do(member(0), KindPost, op.Ref{}, Post{Sort: Need, Words: "x"})
	refused(t, "entry.many", err)
	_, err = c.do(member(0), KindEnd, r, "x")
	refused(t, "entry.content", err)
}

// TestTheDirectoryReadsBack: whatever was posted and taken down, a value is read
// as it was written, an older one has not changed, and fitting is mutual.
func TestTheDirectoryReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCell(3)
		for range rapid.IntRange(1, 30).Draw(rt, "length") {
			c.time += rapid.Uint64Range(1, 500).Draw(rt, "later")
			old := c.value()
			before := old.MarshalState()
			m := rapid.SampledFrom(c.crowd).Draw(rt, "who")
			if all := old.All(); len(all) > 0 && rapid.Bool().Draw(rt, "end") {
				_, _ = c.do(m, KindEnd, rapid.SampledFrom(all).Draw(rt, "entry").Ref, nil)
			} else {
				p := Post{Sort: rapid.SampledFrom([]Sort{Skill, Offer, Need}).Draw(rt, "sort"), Area: rapid.SampledFrom(Areas[6:]).Draw(rt, "area"),
					Words: rapid.SampledFrom([]string{"Plums", "Brakes mended", "Words in Arabic"}).Draw(rt, "words")}
				if rapid.Bool().Draw(rt, "ends") {
					p.Until = c.time + 300
				}
				_, _ = c.do(m, KindPost, op.Ref{}, p)
			}
			if !bytes.Equal(old.MarshalState(), before) {
				rt.Fatal("an older value has changed")
			}
		}
		b := c.value().MarshalState()
		again, err := Unmarshal(b)
		if err != nil || !bytes.Equal(again.MarshalState(), b) {
			rt.Fatalf("it reads back otherwise: %v", err)
		}
		for _, e := range c.value().All() {
			for _, f := range c.value().Fits(e) {
				if !slices.ContainsFunc(c.value().Fits(f.Entry), func(x Fit) bool { return x.Ref == e.Ref && x.Alike == f.Alike }) {
					rt.Fatalf("%v fits %v, and not the other way", f, e)
				}
			}
		}
	})
}

// FuzzUnmarshal reads foreign values; what reads writes the same bytes.
func FuzzUnmarshal(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := Unmarshal(b)
		if err != nil {
			return
		}
		if again := v.MarshalState(); !bytes.Equal(again, b) {
			t.Errorf("read %x, wrote %x", b, again)
		}
	})
}

func TestFuzzSeedsAreThere(t *testing.T) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzUnmarshal"); err != nil || len(seeds) < 3 {
		t.Fatalf("%d seeds: %v", len(seeds), err)
	}
}
