package packet_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"celld/internal/cell/packet"
	"celld/internal/op"
)

// circle is who belongs, and the packets so far.
type circle struct {
	active map[op.Member]bool
	all    *packet.Packets
	agreed map[op.Ref][16]byte
	last   uint64
}

var kite, fern, moss = op.Member{1}, op.Member{2}, op.Member{3}

func newCircle() *circle {
	return &circle{active: map[op.Member]bool{kite: true, fern: true, moss: true}, agreed: map[op.Ref][16]byte{{Seq: 7}: {7}, {Seq: 8}: {8}}}
}

func (c *circle) IsActive(m op.Member) bool { return c.active[m] }

func (c *circle) At(key string) any {
	if key == "people" {
		return c
	}
	return c.all
}

func (c *circle) inForce(r op.Ref) ([16]byte, bool) { text, ok := c.agreed[r]; return text, ok }

// says judges what somebody says and, if it is lawful, applies it.
func (c *circle) says(m op.Member, kind op.Kind, content any) error {
	c.last++
	o := op.Opened{Kind: kind, Member: m, Content: op.MustMarshal(content), Time: 1000 + c.last, Clock: op.ClockNTP, Place: op.Place{Ref: op.Ref{Device: op.Device{m[0]}, Seq: c.last}}}
	err := packet.Judge(o, c, c.inForce)
	if err == nil {
		c.all = packet.Apply(packet.Key, c.value(), o).(*packet.Packets)
	}
	return err
}

func (c *circle) value() any {
	if c.all == nil {
		return nil
	}
	return c.all
}

func TestANewcomerAndWhoGoesAlongTickTheList(t *testing.T) {
	c := newCircle()
	sign := packet.Sign{Agreements: []packet.Agreement{{Round: op.Ref{Seq: 7}, Text: [16]byte{7}}}}
	for i, x := range []struct {
		by      op.Member
		kind    op.Kind
		content any
		refused string
	}{
		{kite, packet.KindBuddy, packet.Buddy{For: kite, Yes: true}, "packet.oneself"},
		{fern, packet.KindTick, packet.Tick{For: kite, Things: packet.Talked}, "packet.others"},
		{fern, packet.KindBuddy, packet.Buddy{For: kite}, "packet.others"},
		{fern, packet.KindBuddy, packet.Buddy{For: op.Member{9}, Yes: true}, "packet.content"},
		{fern, packet.KindBuddy, packet.Buddy{For: kite, Yes: true}, ""},
		{moss, packet.KindBuddy, packet.Buddy{For: kite, Yes: true}, "packet.taken"},
		{moss, packet.KindBuddy, packet.Buddy{For: kite}, "packet.others"},
		{moss, packet.KindTick, packet.Tick{For: kite, Things: packet.Talked}, "packet.others"},
		{kite, packet.KindTick, packet.Tick{For: kite}, "packet.things"},
		{kite, packet.KindTick, packet.Tick{For: kite, Things: 8}, "packet.things"},
		{kite, packet.KindTick, packet.Tick{For: kite, Things: packet.Talked | packet.Rehearsed}, ""},
		{kite, packet.KindTick, packet.Tick{For: kite, Things: packet.Pledged}, ""},
		{kite, packet.KindSign, packet.Sign{}, "packet.words"},
		{kite, packet.KindSign, packet.Sign{Agreements: []packet.Agreement{{Round: op.Ref{Seq: 7}, Text: [16]byte{8}}}}, "packet.words"},
		{kite, packet.KindSign, packet.Sign{Agreements: append(sign.Agreements, sign.Agreements...)}, "packet.words"},
		{kite, packet.KindSign, packet.Sign{Agreements: make([]packet.Agreement, packet.MaxSigned+1)}, "packet.words"},
		{kite, packet.KindSign, sign, ""},
		{op.Member{9}, packet.KindSign, sign, "actor.unknown"},
		{kite, packet.KindTick, "what?", "packet.content"},
		{kite, "packet.none", sign, "packet.kind"},
	} {
		err := c.says(x.by, x.kind, x.content)
		if x.refused == "" && err != nil || x.refused != "" && !errors.Is(err, op.Refusal{Code: x.refused}) {
			t.Errorf("%d: %v, not %q", i, err, x.refused)
		}
	}
	p := c.all.Of(kite)
	if p.Done(true) || p.Has(packet.Talked) || !p.Has(packet.Rehearsed) || p.Time == 0 || !p.HasSigned(sign.Agreements[0]) {
		t.Errorf("%+v", p)
	}
	if err := c.says(fern, packet.KindTick, packet.Tick{For: kite, Things: packet.Talked}); err != nil || !c.all.Of(kite).Done(true) {
		t.Errorf("%v: %+v", err, c.all.Of(kite))
	}
}

// Who goes along may change: by their own word, the newcomer's, or since they left.
func TestSomebodyElseCanGoAlong(t *testing.T) {
	c := newCircle()
	yes, no := packet.Buddy{For: kite, Yes: true}, packet.Buddy{For: kite}
	for _, x := range []struct {
		by   op.Member
		word packet.Buddy
		is   op.Member
	}{{fern, yes, fern}, {fern, no, op.Member{}}, {moss, yes, moss}, {kite, no, op.Member{}}, {fern, yes, fern}} {
		if err := c.says(x.by, packet.KindBuddy, x.word); err != nil || c.all.Of(kite).Buddy != x.is {
			t.Errorf("%v: %v goes along, not %v", err, c.all.Of(kite).Buddy, x.is)
		}
	}
	c.active[fern] = false
	if err := c.says(moss, packet.KindBuddy, yes); err != nil || c.all.Of(kite).Buddy != moss {
		t.Errorf("who left still goes along: %v", err)
	}
}

func TestAnAgreementInOtherWordsIsNotSigned(t *testing.T) {
	c := newCircle()
	a := packet.Agreement{Round: op.Ref{Seq: 8}, Text: [16]byte{8}}
	if err := c.says(kite, packet.KindSign, packet.Sign{Agreements: []packet.Agreement{a}}); err != nil {
		t.Fatal(err)
	}
	a.Text = [16]byte{9}
	if c.all.Of(kite).HasSigned(a) {
		t.Error("a signature holds for other words")
	}
}

func FuzzRead(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := packet.Read(b)
		if err != nil {
			return
		}
		if got := p.MarshalState(); !bytes.Equal(got, b) {
			t.Fatalf("%x is spelled %x", b, got)
		}
		for _, x := range p.All {
			p.Of(x.Member).Done(true)
		}
	})
}

// A moved folder would empty the fuzz seeds in silence. WRITE_SEEDS=1 writes them.
func TestFuzzSeedsAreThere(t *testing.T) {
	folder := filepath.Join("testdata", "fuzz", "FuzzRead")
	if os.Getenv("WRITE_SEEDS") != "" {
		c := newCircle()
		states := [][]byte{new(packet.Packets).MarshalState()}
		for _, err := range []error{c.says(fern, packet.KindBuddy, packet.Buddy{For: kite, Yes: true}), c.says(kite, packet.KindTick, packet.Tick{For: kite, Things: 3}),
			c.says(kite, packet.KindSign, packet.Sign{Agreements: []packet.Agreement{{Round: op.Ref{Seq: 8}, Text: [16]byte{8}}}}), c.says(moss, packet.KindTick, packet.Tick{For: moss, Things: 1})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		_ = os.MkdirAll(folder, 0o755)
		for i, b := range append(states, c.all.MarshalState(), []byte{0xa0, 0}) {
			if err := os.WriteFile(filepath.Join(folder, fmt.Sprint(i)), fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", b), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	seeds, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(seeds) < 3 {
		t.Errorf("%d seeds: %v", len(seeds), err)
	}
}
