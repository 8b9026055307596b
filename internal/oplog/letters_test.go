package oplog_test

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"

	"celld/internal/cell/letter"
	"celld/internal/op"
	"celld/internal/oplog"
)

// compacted is a disk that tells how often it was compacted.
type compacted struct {
	*memory
	times int
}

func (c *compacted) Compact() error { c.times++; return nil }

// posted writes letters whose content is given.
func posted(t testing.TB, l *oplog.Log, by op.Author, contents ...[]byte) (refs []op.Ref) {
	t.Helper()
	for _, c := range contents {
		r, err := l.Submit(by, op.Draft{Kind: letter.KindWrite, Content: c, Keep: letter.Stays})
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, r...)
	}
	return refs
}

// under is a letter to nobody under a secret; n tells it from others.
func under(t testing.TB, s op.Secret, n byte) []byte {
	t.Helper()
	b, err := op.SealLetter(op.ID{}, s, [op.Wraps][]byte{}, []byte("said"), op.Chance{Private: sha256.Sum256([]byte{n})})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// fire is a letter that burns those under a secret.
func fire(s op.Secret) []byte {
	b := make([]byte, op.LetterSize)
	ember := s.Ember()
	copy(b, ember[:])
	return b
}

func gone(t *testing.T, l *oplog.Log, want bool, refs ...op.Ref) {
	t.Helper()
	for _, r := range refs {
		if (payload(t, l, r) == nil) != want {
			t.Errorf("the payload of %v is gone: %v", r, !want)
		}
	}
}

// TestWhatWasBurnedGoesAtOnceAndLeavesNoMark: the payload is dropped and the disk
// compacted, by a clock that nobody trusts as well; what is left is what is left
// of any note, here and where it travels to afterwards (K5).
func TestWhatWasBurnedGoesAtOnceAndLeavesNoMark(t *testing.T) {
	_, plain, k, moss := founded(t)
	disk, w := &compacted{memory: plain}, &wall{5000, op.ClockNone}
	l := boarded(t, nil, disk, k, w)
	a, b := op.Secret{1}, op.Secret{2}
	mine := posted(t, l, moss, under(t, a, 1), under(t, a, 2))
	others := posted(t, l, moss, under(t, b, 3))
	digest, lasting := l.State().Digest(), l.State().Lasting()
	expired(t, l, 0)
	burning := posted(t, l, moss, fire(a))
	if n := len(slices.Collect(l.State().Letters())); n != 2 {
		t.Errorf("%d letters are read while two burn", n)
	}
	expired(t, l, 2)
	gone(t, l, true, mine...)
	gone(t, l, false, append(others, burning...)...)
	if disk.times != 1 {
		t.Errorf("the disk was compacted %d times", disk.times)
	}
	expired(t, l, 0)
	if l.State().Digest() != digest || l.State().Lasting() != lasting || l.Waiting() != 0 {
		t.Error("letters are counted")
	}
	// One that comes late burns as well, and the rest goes in its time.
	late := posted(t, l, moss, under(t, a, 4))
	expired(t, l, 1)
	gone(t, l, true, late...)

	// Another router takes all of it in, though nobody can tell why payloads are
	// missing whose time has not come.
	for _, quality := range []op.Clock{op.ClockNone, op.ClockNTP} {
		there := boarded(t, nil, &memory{chunks: map[op.Chunk][]byte{}}, k, &wall{5001, quality})
		there.Expect(k.cell)
		ops := all(t, l)
		if r, err := there.AcceptAll(ops); err != nil || len(r.New) != len(ops) {
			t.Fatal(r, err)
		}
		if err := there.Wake(); err != nil || there.Waiting() != 0 || there.State().Digest() != l.State().Digest() {
			t.Errorf("%d wait there: %v", there.Waiting(), err)
		}
	}
	w.quality = op.ClockNTP // from now on they have a date
	expired(t, l, 0)
	w.now += letter.Stays
	expired(t, l, 2)
	gone(t, l, true, append(others, burning...)...)
}

// TestARouterThatWasLockedBurnsWhenItWakes, and whoever reads a snapshot finds
// what is on disk and nothing more.
func TestARouterThatWasLockedBurnsWhenItWakes(t *testing.T) {
	defer oplog.Eager(1)()
	_, disk, k, moss := founded(t)
	w, d := &wall{5000, op.ClockNTP}, &drawer{}
	l := boarded(t, d, disk, k, w)
	a := op.Secret{1}
	said := under(t, a, 1)
	mine := posted(t, l, moss, said, fire(a))
	if err := l.Keep(); err != nil {
		t.Fatal(err)
	}
	if kept, err := d.Load(); err != nil || bytes.Contains(kept, said[:48]) {
		t.Errorf("a snapshot holds a letter: %v", err)
	}
	secrets := k.secrets
	k.secrets = map[op.Epoch]op.Secret{}
	if err := l.Sleep(); err != nil {
		t.Fatal(err)
	}
	expired(t, l, 0)
	gone(t, l, false, mine...)
	k.secrets = secrets
	if err := l.Wake(); err != nil {
		t.Fatal(err)
	}
	expired(t, l, 1)
	gone(t, l, true, mine[0])
}
