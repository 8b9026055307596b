package consent

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"celld/internal/op"
	"pgregory.net/rapid"
)

// A fuzzed history is a CBOR array of these: acts of anybody in any order,
// lawful or not, at any place that the logs allow.
type fuzzed struct {
	_       struct{} `cbor:",toarray"`
	Kind    op.Kind
	Member  byte
	Device  byte
	Subject byte // which of the operations before it, from the end; 0: it begins something
	Seen    byte // how many of the operations before it are not in its past
	Time    uint64
	Clock   op.Clock
	Content []byte
}

// foldFuzzed applies a history to every subject that it could touch.
func foldFuzzed(history []fuzzed) map[string]any {
	values := map[string]any{}
	var refs []op.Ref
	for i, f := range history {
		o := op.Opened{Place: op.Place{Rank: uint64(i + 1), Ref: op.Ref{Device: op.Device{f.Device % 3}, Seq: uint64(i + 1)}},
			Member: member(int(f.Member)), Kind: f.Kind, Content: f.Content, Time: f.Time, Clock: f.Clock, Past: op.Past{}}
		for _, r := range refs[:max(0, len(refs)-int(f.Seen))] {
			o.Past[r.Device] = r.Seq
		}
		if n := int(f.Subject); n > 0 && n <= len(refs) {
			o.Subject = refs[len(refs)-n]
		}
		refs = append(refs, o.Ref)
		for _, key := range touched(o, values) {
			if v := Apply(key, values[key], o); v != nil {
				values[key] = v
			}
		}
		values[KeyRounds] = Apply(KeyRounds, values[KeyRounds], o)
	}
	return values
}

// touched returns the rounds that o changes, whether or not that is lawful.
func touched(o op.Opened, values map[string]any) []string {
	keys := []string{Key(o.Thing())}
	if r, ok := values[keys[0]].(*Round); ok && !r.Amends.IsZero() {
		keys = append(keys, Key(r.Amends))
	}
	if a, err := decode(o); err == nil && o.Kind == KindOpen && !a.(*Opening).Amends.IsZero() {
		keys = append(keys, Key(a.(*Opening).Amends))
	}
	return keys
}

// FuzzApply feeds what no honest router would let through: Apply is total, and
// what it returns can be written and read.
func FuzzApply(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		var history []fuzzed
		if op.Unmarshal(b, &history) != nil || len(history) > 64 {
			return
		}
		for key, v := range foldFuzzed(history) {
			switch x := v.(type) {
			case *Round:
				if x.InForce() && len(x.OpenObjections()) > 0 {
					t.Fatal("in force with an open objection")
				}
				if _, err := UnmarshalRound(x.MarshalState()); err != nil {
					t.Fatalf("%s: %v", key, err)
				}
			case *Rounds:
				if _, err := UnmarshalRounds(x.MarshalState()); err != nil {
					t.Fatalf("%s: %v", key, err)
				}
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Fuzz(func(t *testing.T, kind string, content []byte) {
		a, err := decode(op.Opened{Kind: op.Kind(kind), Content: content})
		if err == nil && !bytes.Equal(op.MustMarshal(a), content) {
			t.Fatalf("%x has another spelling", content)
		}
	})
}

func FuzzUnmarshalRound(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := UnmarshalRound(b)
		if err != nil {
			return
		}
		if !bytes.Equal(r.MarshalState(), b) {
			t.Fatal("another spelling")
		}
		s := newTown(3).router(1)
		r.Can(s, ann, s.time, true)
		r.Seats(s, ann)
		r.Lacking(s, monday, true)
		r.Due(s, monday)
		for _, m := range r.Roster {
			r.Waits(s, m)
		}
		for kind, empty := range kinds {
			o := op.Opened{Kind: kind, Subject: r.Ref, Member: ann, Content: op.MustMarshal(empty()), Past: op.Past{}}
			Apply(Key(r.Ref), r, o)
		}
	})
}

func FuzzUnmarshalRounds(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := UnmarshalRounds(b)
		if err != nil {
			return
		}
		if !bytes.Equal(l.MarshalState(), b) {
			t.Fatal("another spelling")
		}
		for _, s := range append(l.Live(), l.Settled(0, 10)...) {
			if s.Ref.IsZero() {
				continue
			}
			for kind, empty := range kinds {
				o := op.Opened{Kind: kind, Subject: s.Ref, Member: ann, Content: op.MustMarshal(empty()), Past: op.Past{}}
				Apply(KeyRounds, l, o)
			}
		}
	})
}

// A moved folder would empty the fuzz seeds in silence, and so would a changed
// format: the seeds of each target must be there and be read.
func TestFuzzSeedsAreThereAndRead(t *testing.T) {
	for target, read := range map[string]func([]byte) error{
		"FuzzApply":           func(b []byte) error { var h []fuzzed; return op.Unmarshal(b, &h) },
		"FuzzDecode":          func([]byte) error { return nil },
		"FuzzUnmarshalRound":  func(b []byte) error { _, err := UnmarshalRound(b); return err },
		"FuzzUnmarshalRounds": func(b []byte) error { _, err := UnmarshalRounds(b); return err },
	} {
		seeds, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, "*"))
		if err != nil || len(seeds) < 3 {
			t.Errorf("%s has %d seeds: %v", target, len(seeds), err)
		}
		for _, file := range seeds {
			if err := readSeed(file, read); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// readSeed reads the last value of a seed file.
func readSeed(file string, read func([]byte) error) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	_, value, ok := strings.Cut(string(b), "[]byte(")
	if !ok {
		return fmt.Errorf("no bytes in it")
	}
	content, err := strconv.Unquote(strings.TrimSuffix(strings.TrimSpace(value), ")"))
	if err != nil {
		return err
	}
	return read([]byte(content))
}

// unjudged mixes the acts of a drawn history over its rounds, without anybody
// judging them.
func unjudged(d *drawn) []fuzzed {
	var history []fuzzed
	var openings []int
	for _, r := range d.routers {
		for _, o := range r.ops {
			f := fuzzed{Kind: o.Kind, Member: o.Member[1], Device: o.Device[1], Time: o.Time, Clock: o.Clock,
				Content: o.Content, Seen: byte(d.upTo("unseen", 9))}
			if o.Kind == KindOpen {
				openings = append(openings, len(history))
			} else if len(openings) > 0 {
				f.Subject = byte(len(history) - pick(d, "subject", openings))
			}
			history = append(history, f)
		}
	}
	return history
}

func TestApplyIsTotalOverUnlawfulHistories(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, v := range foldFuzzed(unjudged(drawHistory(t))) {
			if x, ok := v.(*Round); ok && x.InForce() && len(x.OpenObjections()) > 0 {
				t.Fatal("in force with an open objection")
			}
		}
	})
}
