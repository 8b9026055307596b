package oplog_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"maps"
	"slices"
	"testing"

	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
)

// Chunks makes a memory a History.
func (m *memory) Chunks() ([]op.Chunk, error) {
	return slices.Collect(maps.Keys(m.chunks)), nil
}

// copyOf keeps the original whole while a copy is attacked.
func copyOf(m *memory) *memory {
	c := &memory{ops: slices.Clone(m.ops), chunks: maps.Clone(m.chunks)}
	return c
}

func verified(t *testing.T, m *memory) oplog.Report {
	t.Helper()
	r, err := oplog.Verify(m, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestVerifyAgreesWithAnHonestLog(t *testing.T) {
	l, disk, _, _ := founded(t)
	disk.chunks[sha256.Sum256([]byte("a piece"))] = []byte("a piece")
	var told []uint32
	r, err := oplog.Verify(disk, func(n uint32) error {
		told = append(told, n)
		return nil
	})
	if err != nil || r.Faulty != 0 {
		t.Fatal(r, err)
	}
	if r.Cell != l.Cell() || int(r.Operations) != len(disk.ops) || r.Logs != 1 || r.Chunks != 1 || r.Dropped != 0 {
		t.Errorf("%+v", r)
	}
	if len(told) != len(disk.ops) || told[0] != 1 {
		t.Errorf("told %v", told)
	}
}

// TestVerifyTakesALaterSignatureForAnEarlierOne, as every router does that takes a log
// in: otherwise one that spoils signatures on the way would keep backups from coming back.
func TestVerifyTakesALaterSignatureForAnEarlierOne(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 5)
	ops := all(t, l)
	last := len(ops) - 1
	for _, i := range []int{0, 2, last - 1} {
		ops[i] = unsigned(t, ops[i])
	}
	there, disk := other(t, l.Cell(), k)
	if got, err := there.AcceptAll(ops); err != nil || len(got.New) != len(ops) {
		t.Fatalf("%+v, %v", got, err)
	}
	if r := verified(t, disk.memory); r.Faulty != 0 || r.Vouched != 3 {
		t.Errorf("%+v", r)
	}
	disk.ops = disk.ops[:last]
	if r := verified(t, disk.memory); r.Faulty != 1 || r.Vouched != 2 {
		t.Errorf("without the last: %+v", r)
	}
}

func TestVerifyStopsWhenNobodyWantsToKnow(t *testing.T) {
	_, disk, _, _ := founded(t)
	gone := errors.New("gone")
	r, err := oplog.Verify(disk, func(uint32) error { return gone })
	if !errors.Is(err, gone) || r.Operations != 1 {
		t.Errorf("after %d operations: %v", r.Operations, err)
	}
}

// One bit in every byte of every operation: spelling, header, signature and
// payload alike.
func TestVerifySeesAnyChangedByte(t *testing.T) {
	_, disk, _, _ := founded(t)
	step := 1
	if testing.Short() {
		step = 13
	}
	for i, o := range disk.ops {
		for at := i % step; at < len(o); at += step {
			forged := copyOf(disk)
			forged.ops[i] = slices.Clone(o)
			forged.ops[i][at] ^= 1 << (at % 8)
			if r := verified(t, forged); r.Faulty+r.Vouched == 0 {
				t.Fatalf("byte %d of operation %d may be anything", at, i)
			}
		}
	}
}

func TestVerifySeesWhatWasLeftOutMovedOrSlippedIn(t *testing.T) {
	_, disk, _, _ := founded(t)
	_, foreign, _, _ := founded(t)
	last := len(disk.ops) - 1
	for name, change := range map[string]func(*memory){
		"left out":           func(m *memory) { m.ops = slices.Delete(m.ops, 2, 3) },
		"the beginning gone": func(m *memory) { m.ops = m.ops[1:] },
		"moved":              func(m *memory) { m.ops[last-1], m.ops[last] = m.ops[last], m.ops[last-1] },
		"twice":              func(m *memory) { m.ops = append(m.ops, m.ops[last]) },
		"another cell's":     func(m *memory) { m.ops = append(m.ops, foreign.ops[1]) },
		"for another cell": func(m *memory) {
			m.ops = append(m.ops, stranger(t, op.CellScope(op.ID{1}), disk).Encode())
		},
		"founded once more":   func(m *memory) { m.ops = append(m.ops, foreign.ops[0]) },
		"a chunk by its name": func(m *memory) { m.chunks[op.Chunk{1}] = []byte("something else") },
	} {
		forged := copyOf(disk)
		change(forged)
		if r := verified(t, forged); r.Faulty == 0 || len(r.Faults) == 0 {
			t.Errorf("%s: nothing was seen", name)
		}
	}
}

func TestVerifyCountsADroppedPayloadAndFindsNoFault(t *testing.T) {
	_, disk, _, _ := founded(t)
	o, err := op.Parse(disk.ops[3])
	if err != nil {
		t.Fatal(err)
	}
	disk.ops[3] = o.WithoutPayload().Encode()
	if r := verified(t, disk); r.Faulty != 0 || r.Dropped != 1 {
		t.Errorf("%+v", r)
	}
}

func TestRecheckComparesMemoryWithTheDisk(t *testing.T) {
	l, disk, k, _ := founded(t)
	if err := l.Recheck(); err != nil {
		t.Fatal(err)
	}
	whole := disk.ops
	disk.ops = whole[:len(whole)-1]
	if err := l.Recheck(); !errors.Is(err, oplog.ErrDiffers) {
		t.Errorf("the last operation is gone: %v", err)
	}
	disk.ops = whole
	k.secrets = map[op.Epoch]op.Secret{}
	if err := l.Sleep(); err != nil {
		t.Fatal(err)
	}
	if err := l.Recheck(); !errors.Is(err, oplog.ErrWaiting) {
		t.Errorf("asleep: %v", err)
	}
}

func TestASleepingLogCountsWhatWaits(t *testing.T) {
	l, _, k, _ := founded(t)
	if n := l.Waiting(); n != 0 {
		t.Fatalf("%d wait while awake", n)
	}
	k.secrets = map[op.Epoch]op.Secret{}
	if err := l.Sleep(); err != nil {
		t.Fatal(err)
	}
	if n := l.Waiting(); n != 2 { // the cell's name and Moss's
		t.Errorf("%d wait", n)
	}
	if err := l.Wake(); err != nil {
		t.Fatal(err)
	}
	if n := l.Waiting(); n != 0 {
		t.Errorf("%d wait after waking", n)
	}
}

// strangers are the keys of those that were made.
var strangers = map[op.Device]ed25519.PrivateKey{}

// stranger signs the first operation of a log that nobody granted.
func stranger(t *testing.T, scope op.Scope, disk *memory) op.Operation {
	t.Helper()
	last, err := op.Parse(disk.ops[len(disk.ops)-1])
	if err != nil {
		t.Fatal(err)
	}
	key, private, _ := ed25519.GenerateKey(rand.Reader)
	strangers[op.DeviceOf(key)] = private
	h := op.Header{
		Version: op.Version, Device: op.DeviceOf(key), Scope: []byte(scope), Seq: 1, Level: op.LevelRouter,
		Seen: []op.Seen{{Device: last.Header.Device, Seq: last.Header.Seq, Hash: last.Seen8()}},
	}
	body := op.Body{Kind: trust.KindOpen, Content: op.MustMarshal(trust.Open{Key: key, Member: op.Member{7}, Grant: []byte{1}})}
	o, err := op.Sign(h, body.Bytes(), op.Key(private))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestLawfulYieldsInTheOneOrderAndLeavesOutTheRefused(t *testing.T) {
	l, disk, _, moss := founded(t)
	if err := l.Accept(stranger(t, op.CellScope(l.Cell()), disk)); err != nil {
		t.Fatal(err)
	}
	if r := verified(t, disk); r.Faulty != 0 || r.Logs != 2 {
		t.Errorf("authentic is not lawful: %+v", r)
	}
	if _, err := l.Submit(moss, op.Draft{Kind: people.KindAway}, op.Draft{Kind: people.KindBack}); err != nil {
		t.Fatal(err)
	}
	ops, failed := l.Lawful()
	for range 2 { // it can be ranged over again
		var before op.Place
		n := 0
		for o := range ops {
			if n > 0 && !before.Before(o.Place) {
				t.Errorf("%v comes after %v", o.Place, before)
			}
			before = o.Place
			n++
		}
		if err := failed(); err != nil || n != l.State().Applied()-1 {
			t.Errorf("%d of %d operations, one of them refused, %v", n, l.State().Applied(), err)
		}
	}
}
