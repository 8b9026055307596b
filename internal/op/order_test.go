package op

import (
	"maps"
	"testing"

	"pgregory.net/rapid"
)

// Few devices, numbers and ranks, so that they meet.
var (
	somePlaces = rapid.Custom(func(t *rapid.T) Place {
		return Place{rapid.Uint64Max(3).Draw(t, "rank"), Ref{
			Device{rapid.Byte().Filter(func(b byte) bool { return b < 3 || b > 253 }).Draw(t, "device")},
			rapid.Uint64Range(1, 3).Draw(t, "seq"),
		}}
	})
	somePasts = rapid.Custom(func(t *rapid.T) Past {
		p := Past{}
		for _, d := range rapid.SliceOfN(rapid.ByteMax(5), 0, 5).Draw(t, "devices") {
			p[Device{d}] = rapid.Uint64Range(1, 4).Draw(t, "seq")
		}
		return p
	})
)

func TestTheOrderIsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q, r := somePlaces.Draw(t, "p"), somePlaces.Draw(t, "q"), somePlaces.Draw(t, "r")
		if p.Before(p) {
			t.Fatalf("%v stands before itself", p)
		}
		if p != q && p.Before(q) == q.Before(p) {
			t.Fatalf("%v and %v have no order", p, q)
		}
		if p.Before(q) && q.Before(r) && !p.Before(r) {
			t.Fatalf("%v, %v, %v turn in a circle", p, q, r)
		}
	})
}

func TestTheOrderIsByRankThenDeviceThenSequence(t *testing.T) {
	rising := []Place{
		{1, Ref{Device{9}, 9}}, {2, Ref{Device{1}, 300}}, {2, Ref{Device{2}, 1}}, {2, Ref{Device{2}, 2}},
		{2, Ref{Device{0x80}, 1}}, {1 << 40, Ref{Device{}, 1}},
	}
	for i := range rising {
		for j := range rising {
			if rising[i].Before(rising[j]) != (i < j) {
				t.Errorf("%v before %v: %v", rising[i], rising[j], i >= j)
			}
		}
	}
}

func TestJoiningPastsForgetsNothingAndInventsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, q, r := somePasts.Draw(t, "p"), somePasts.Draw(t, "q"), somePasts.Draw(t, "r")
		both := joined(p, q)
		for d := range 6 {
			for seq := range uint64(6) {
				ref := Ref{Device{byte(d)}, seq}
				if both.Has(ref) != (p.Has(ref) || q.Has(ref)) {
					t.Fatalf("%v in %v joined with %v: %v", ref, p, q, both.Has(ref))
				}
			}
		}
		if !maps.Equal(both, joined(q, p)) || !maps.Equal(joined(both, r), joined(p, joined(q, r))) || !maps.Equal(joined(both, p), both) {
			t.Fatalf("%v, %v and %v join in more than one way", p, q, r)
		}
	})
}

// joined also shows that Clone leaves p alone.
func joined(p, q Past) Past {
	before := maps.Clone(p)
	both := p.Clone()
	both.Join(q)
	if !maps.Equal(p, before) {
		panic("a clone shares its past")
	}
	return both
}

func TestAThingIsNamedForWhatBeganIt(t *testing.T) {
	began := Opened{Place: Place{1, Ref{Device{1}, 5}}}
	later := Opened{Place: Place{2, Ref{Device{2}, 1}}, Subject: began.Ref, Past: Past{Device{1}: 5}}
	if began.Thing() != began.Ref || later.Thing() != began.Ref {
		t.Errorf("named %v and %v", began.Thing(), later.Thing())
	}
	if !later.Saw(began.Ref) || later.Saw(Ref{Device{1}, 6}) || began.Saw(later.Ref) {
		t.Error("who saw what is wrong")
	}
}

func TestOpenedContentIsReadCanonically(t *testing.T) {
	var got content
	if err := (Opened{Content: MustMarshal(content{Number: 7})}).Decode(&got); err != nil || got.Number != 7 {
		t.Errorf("decoded %+v, %v", got, err)
	}
	if (Opened{Content: []byte{0x18, 0x07}}).Decode(new(uint64)) == nil {
		t.Error("decoded another spelling")
	}
}
