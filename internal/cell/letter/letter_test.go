package letter

import (
	"errors"
	"slices"
	"testing"

	"celld/internal/op"
)

func opened(device byte, seq uint64, content []byte) op.Opened {
	return op.Opened{Place: op.Place{Rank: seq, Ref: op.Ref{Device: op.Device{device}, Seq: seq}}, Member: op.Member{device},
		Kind: KindWrite, Time: 100, Expires: 100 + Stays, Content: content}
}

func blank() []byte { return make([]byte, op.LetterSize) }

func TestEveryLetterIsLikeEveryOther(t *testing.T) {
	for name, bend := range map[string]func(*op.Opened){
		"":               func(*op.Opened) {},
		"letter.expires": func(o *op.Opened) { o.Expires-- },
		"letter.content": func(o *op.Opened) { o.Content = o.Content[1:] },
	} {
		o := opened(1, 1, blank())
		bend(&o)
		var r op.Refusal
		if err := Judge(o); (err == nil) != (name == "") || err != nil && (!errors.As(err, &r) || r.Code != name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := opened(1, 1, blank())
	o.Subject = o.Ref
	if Judge(o) == nil {
		t.Error("a letter may be about something that all see")
	}
}

func letterUnder(t *testing.T, s op.Secret, private byte) []byte {
	t.Helper()
	b, err := op.SealLetter(op.ID{}, s, [op.Wraps][]byte{}, nil, op.Chance{Private: [32]byte{private}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestWhatBurnsALetterMayComeBeforeIt also holds that nothing else is burned.
func TestWhatBurnsALetterMayComeBeforeIt(t *testing.T) {
	s, other := op.Secret{1}, op.Secret{2}
	fire := blank()
	ember := s.Ember()
	copy(fire, ember[:])
	ops := []op.Opened{opened(1, 1, letterUnder(t, s, 1)), opened(2, 1, fire), opened(1, 2, letterUnder(t, s, 2)), opened(3, 1, letterUnder(t, other, 3))}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 0, 3, 2}, {2, 0, 3, 1}} {
		var l *Letters
		for _, i := range order {
			l = l.With(ops[i]).With(ops[i])
		}
		burned := l.Burned()
		if len(burned) != 2 || burned[0] != ops[0].Ref && burned[1] != ops[0].Ref {
			t.Errorf("in the order %v %v are burned", order, burned)
		}
		held := slices.Collect(l.Held(func(r op.Ref) bool { return r != ops[3].Ref }))
		if len(held) != 1 || held[0].Ref != ops[1].Ref {
			t.Errorf("in the order %v %d are held", order, len(held))
		}
	}
}

func TestNobodyCrowdsOutAnothersLetters(t *testing.T) {
	l := new(Letters).With(opened(2, 1, blank()))
	for seq := range uint64(3 * Each) {
		b := blank()
		b[0], b[1] = byte(seq), byte(seq>>8)
		l = l.With(opened(1, seq+1, b))
	}
	all := func(op.Ref) bool { return true }
	if held := slices.Collect(l.Held(all)); len(held) != Each+1 || held[0].Device != (op.Device{2}) || held[1].Seq != 2*Each+1 {
		t.Errorf("%d are held", len(held))
	}
}
