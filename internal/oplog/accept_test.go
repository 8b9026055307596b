package oplog_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"celld/internal/cell/consent"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
)

// counting is a disk that counts how often it was asked to be sure.
type counting struct {
	*memory
	appends int
}

func (c *counting) Append(ops [][]byte, chunks map[op.Chunk][]byte) (uint32, error) {
	c.appends++
	return c.memory.Append(ops, chunks)
}

// other opens an empty log that holds the same keys and may take in the cell.
func other(t testing.TB, cell op.ID, k *keys) (*oplog.Log, *counting) {
	t.Helper()
	disk := &counting{memory: &memory{chunks: map[op.Chunk][]byte{}}}
	l, err := oplog.Open(disk, k, func() (uint64, op.Clock) { return 2000, op.ClockNTP })
	if err != nil {
		t.Fatal(err)
	}
	l.Expect(cell)
	return l, disk
}

// all is a log's history in the order of its arrival.
func all(t testing.TB, l *oplog.Log) (ops []op.Operation) {
	t.Helper()
	next := l.Lacking(nil)
	for {
		o, ok, err := next()
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return ops
		}
		ops = append(ops, o)
	}
}

// A peer may say any number: beyond the highest there is nothing to send.
func TestWhoHoldsAllThereCanBeLacksNothing(t *testing.T) {
	l, _, _, moss := founded(t)
	write(t, l, moss, 2)
	held := op.Past{}
	for d := range l.Heads() {
		held[d] = math.MaxUint64
	}
	if o, ok, err := l.Lacking(held)(); ok || err != nil {
		t.Errorf("%v is sent, %v", o.Ref(), err)
	}
}

// unsigned spoils an operation's own signature.
func unsigned(t testing.TB, o op.Operation) op.Operation {
	t.Helper()
	_, sig := o.Signed()
	bad := append([]byte{}, sig...)
	bad[3] ^= 1
	spoiled, err := op.Assemble(o.Header, bad, o.Payload)
	if err != nil {
		t.Fatal(err)
	}
	return spoiled
}

func write(t testing.TB, l *oplog.Log, by op.Author, n int) {
	t.Helper()
	for i := range n {
		if _, err := l.Submit(by, op.Draft{Kind: people.KindName, Content: people.Name{Member: by.Member, Name: fmt.Sprint("Moss ", i)}}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestARunIsTakenInWithOneFsync(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 20)
	ops := all(t, l)
	there, disk := other(t, l.Cell(), k)
	got, err := there.AcceptAll(ops)
	if err != nil || len(got.New) != len(ops) || len(got.Refused) > 0 || disk.appends != 1 {
		t.Fatalf("%+v, %v, after %d appends", got, err, disk.appends)
	}
	if there.State().Digest() != l.State().Digest() {
		t.Error("another state")
	}
	again, err := there.AcceptAll(ops)
	if err != nil || again.Known != len(ops) || len(again.New)+len(again.Refused) > 0 || disk.appends != 1 {
		t.Errorf("the second time: %+v, %v, after %d appends", again, err, disk.appends)
	}
}

func TestTheOrderInWhichABatchCameDoesNotMatter(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 10)
	ops := all(t, l)
	there, _ := other(t, l.Cell(), k)
	for i, j := 0, len(ops)-1; i < j; i, j = i+1, j-1 {
		ops[i], ops[j] = ops[j], ops[i]
	}
	got, err := there.AcceptAll(ops)
	if err != nil || len(got.New) != len(ops) || there.State().Digest() != l.State().Digest() {
		t.Errorf("%d of %d, %v", len(got.New), len(ops), err)
	}
}

func TestALaterSignatureVouchesForARun(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 10)
	ops := all(t, l)
	for i := len(ops) - 6; i < len(ops)-1; i++ {
		ops[i] = unsigned(t, ops[i])
	}
	n := len(ops) - 1
	there, _ := other(t, l.Cell(), k)
	got, err := there.AcceptAll(ops[:n])
	if err != nil || len(got.New) != n-5 || got.Held != 5 || len(got.Refused) > 0 {
		t.Fatalf("without the last: %+v, %v", got, err)
	}
	got, err = there.AcceptAll(ops[n:])
	if err != nil || len(got.New) != 6 || got.Held != 0 {
		t.Errorf("with the last: %+v, %v", got, err)
	}
	if _, _, err := there.Vouched(ops[n-1].Ref()); !errors.Is(err, op.ErrSignature) {
		t.Errorf("an operation whose own signature fails is shown alone: %v", err)
	}
}

// TestAForgedCopyShutsNoTrueOneOut: the identity does not cover the signature, so that
// whoever relays an operation can spoil its own signature and say it first.
func TestAForgedCopyShutsNoTrueOneOut(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 5)
	ops := all(t, l)
	n := len(ops) - 1
	for name, before := range map[string][]op.Operation{
		"its own turn comes": append(ops[:n:n], unsigned(t, ops[n])),
		"its cause is late":  append(ops[:n-1:n-1], unsigned(t, ops[n])),
	} {
		there, _ := other(t, l.Cell(), k)
		for range 16 {
			if _, err := there.AcceptAll(before); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := there.AcceptAll(ops[n:]); err != nil {
			t.Fatal(err)
		}
		if _, err := there.AcceptAll(ops[n-1 : n]); err != nil || there.State().Digest() != l.State().Digest() {
			t.Errorf("%s: the true one is not taken in, %v", name, err)
		}
	}
}

func TestWhatNobodyVouchesForIsNotTakenIn(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 30)
	ops := all(t, l)
	for i := 5; i < len(ops); i++ {
		ops[i] = unsigned(t, ops[i])
	}
	there, disk := other(t, l.Cell(), k)
	for range 40 {
		if _, err := there.AcceptAll(ops); err != nil {
			t.Fatal(err)
		}
	}
	if len(disk.ops) > 5 {
		t.Errorf("%d operations are on disk, and 5 are authentic", len(disk.ops))
	}
}

// TestATrueBeginningDoesNotWaitForAForgedEnd: whoever hears of an operation first can
// hang forged ones on it, more than anybody looks at, and is the first to say it on.
func TestATrueBeginningDoesNotWaitForAForgedEnd(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 5)
	ops := all(t, l)
	for _, more := range []int{7, 8, 9, 100} {
		row, h := ops, ops[len(ops)-1].Header
		for range more {
			last := row[len(row)-1]
			h.Seq, h.Prev = last.Header.Seq+1, last.ID[:]
			forged, err := op.Assemble(h, make([]byte, ed25519.SignatureSize), []byte{1})
			if err != nil {
				t.Fatal(err)
			}
			row = append(row[:len(row):len(row)], forged)
		}
		there, _ := other(t, l.Cell(), k)
		if got, err := there.AcceptAll(row); err != nil || len(got.New) != len(ops) {
			t.Errorf("%d forged: %d of %d are taken in, %v", more, len(got.New), len(ops), err)
		}
	}
}

func TestAHoleIsNotTakenIn(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 10)
	ops := all(t, l)
	there, disk := other(t, l.Cell(), k)
	holed := append(append([]op.Operation{}, ops[:6]...), ops[7:]...)
	got, err := there.AcceptAll(holed)
	if err != nil || len(got.New) != 6 || got.Held == 0 || len(disk.ops) != 6 {
		t.Fatalf("%+v, %v", got, err)
	}
	got, err = there.AcceptAll(ops[6:7])
	if err != nil || len(got.New) != len(ops)-6 || there.State().Digest() != l.State().Digest() {
		t.Errorf("the hole filled: %+v, %v", got, err)
	}
}

func TestAStrippedPayloadIsNotTakenIn(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 3)
	ops := all(t, l)
	last := len(ops) - 1
	ops[last] = ops[last].WithoutPayload()
	there, _ := other(t, l.Cell(), k)
	got, err := there.AcceptAll(ops)
	if err != nil || len(got.New) != last || len(got.Refused) != 1 || !errors.Is(got.Refused[0].Err, oplog.ErrStripped) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAnotherCellsOperationIsNotTakenIn(t *testing.T) {
	l, _, k, _ := founded(t)
	foreign, _, _, _ := founded(t)
	there, disk := other(t, l.Cell(), k)
	got, err := there.AcceptAll(all(t, foreign))
	if err != nil || len(disk.ops) > 0 || len(got.Refused) == 0 || !errors.Is(got.Refused[0].Err, oplog.ErrOtherCell) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAForkIsProven(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 3)
	o := all(t, l)[5]
	h := o.Header
	h.Time++
	twin, err := op.Sign(h, o.Payload, op.Key(k.devices[h.Device]))
	if err != nil {
		t.Fatal(err)
	}
	got, err := l.AcceptAll([]op.Operation{twin})
	if err != nil || len(got.Forks) != 1 || len(got.New) > 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	key, dev := k.device()
	by := op.Author{Device: dev}
	tr := l.State().Value(trust.Key).(*trust.Trust)
	by.Open = op.MustMarshal(trust.Open{Key: key, Member: moss.Member, Router: tr.Routers[0].Name, Grant: ed25519.Sign(k.identity,
		op.Statement{Verb: op.VerbGrant, Cell: l.Cell(), Member: moss.Member, Key: key, Router: tr.Routers[0].Name}.Bytes())})
	header, sig := twin.Signed()
	for range 2 { // the second time changes nothing
		if err := l.Prove(by, header, sig); err != nil {
			t.Fatal(err)
		}
	}
	if !l.State().Value(trust.Key).(*trust.Trust).HasForked(h.Device) {
		t.Error("nobody knows of the fork")
	}
	if err := l.Recheck(); err != nil { // what the proving batch itself had seen counts
		t.Error(err)
	}
	own, ownSig := o.Signed()
	if err := l.Prove(by, own, ownSig); !errors.Is(err, oplog.ErrNoProof) {
		t.Errorf("the same operation twice is a proof: %v", err)
	}
}

func TestChunksAreTakenByNeed(t *testing.T) {
	l, disk, k, moss := founded(t)
	if len(disk.chunks) > 0 {
		t.Fatal("chunks from nowhere")
	}
	long := strings.Repeat("A word. ", 500)
	if _, err := l.Submit(moss, longDraft(t, l, moss, long)); err != nil {
		t.Fatal(err)
	}
	if len(disk.chunks) < 4 {
		t.Fatalf("only %d chunks", len(disk.chunks))
	}
	there, held := other(t, l.Cell(), k)
	if _, err := there.AcceptAll(all(t, l)); err != nil {
		t.Fatal(err)
	}
	if there.Waiting() != 1 {
		t.Fatalf("%d operations wait", there.Waiting())
	}
	if err := there.AcceptChunks([][]byte{[]byte("endless")}); !errors.Is(err, oplog.ErrUnasked) || len(held.chunks) > 0 {
		t.Errorf("a chunk nobody asked for: %v", err)
	}
	for range 20 {
		for _, name := range there.Need(3) {
			b, err := l.Chunk(name)
			if err == nil {
				err = there.AcceptChunks([][]byte{b})
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	if there.Waiting() != 0 || there.State().Digest() != l.State().Digest() {
		t.Errorf("%d wait", there.Waiting())
	}
}

// TestAChunkThatNeverComesHoldsUpNothingElse: whoever writes may name chunks that are
// nowhere, and what others wrote is whole once its own have come.
func TestAChunkThatNeverComesHoldsUpNothingElse(t *testing.T) {
	l, disk, k, moss := founded(t)
	lost, err := l.Submit(moss, longDraft(t, l, moss, strings.Repeat("Lost. ", 500)))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range l.ChunksOf(lost[0]) {
		delete(disk.chunks, name)
	}
	if _, err := l.Submit(moss, longDraft(t, l, moss, strings.Repeat("A word. ", 500))); err != nil {
		t.Fatal(err)
	}
	there, _ := other(t, l.Cell(), k)
	if _, err := there.AcceptAll(all(t, l)); err != nil {
		t.Fatal(err)
	}
	if there.Waiting() != 2 {
		t.Fatalf("%d operations wait", there.Waiting())
	}
	for _, name := range there.Need(100) {
		if b, err := l.Chunk(name); err == nil {
			if err := there.AcceptChunks([][]byte{b}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if there.Waiting() != 1 {
		t.Errorf("%d operations wait, and the chunks of one are nowhere", there.Waiting())
	}
}

// TestNamesOfChunksThatAreNowhereCrowdOutNoOthers: whoever holds a key can name them
// without end, and be whoever they like.
func TestNamesOfChunksThatAreNowhereCrowdOutNoOthers(t *testing.T) {
	l, _, k, moss := founded(t)
	there, disk := other(t, l.Cell(), k)
	if _, err := there.AcceptAll(all(t, l)); err != nil {
		t.Fatal(err)
	}
	var epoch op.Epoch
	for epoch = range k.secrets {
	}
	for i := range 300 {
		opens := stranger(t, op.CellScope(l.Cell()), disk.memory)
		body := op.Body{Kind: "note.write", Content: []byte{}}
		for j := range 16 {
			body.Chunks = append(body.Chunks, op.Chunk{byte(i), byte(i >> 8), byte(j), 1})
		}
		h := opens.Header
		h.Seq, h.Prev, h.Seen, h.Epoch = 2, opens.ID[:], nil, epoch[:]
		names, err := op.Sign(h, op.Seal(h, k.secrets[epoch], [16]byte{byte(i), byte(i >> 8)}, body.Bytes()), op.Key(strangers[opens.Header.Device]))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := there.AcceptAll([]op.Operation{opens, names}); err != nil || len(got.New) != 2 {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	if _, err := l.Submit(moss, longDraft(t, l, moss, strings.Repeat("A word. ", 500))); err != nil {
		t.Fatal(err)
	}
	if _, err := there.AcceptAll(all(t, l)); err != nil {
		t.Fatal(err)
	}
	waiting := there.Waiting()
	for _, name := range there.Need(32) {
		if b, err := l.Chunk(name); err == nil {
			if err := there.AcceptChunks([][]byte{b}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if there.Waiting() != waiting-1 || len(there.Need(10_000)) > 2048 {
		t.Errorf("%d wait and %d did; %d chunks are asked for", there.Waiting(), waiting, len(there.Need(10_000)))
	}
}

// longDraft is something to say that does not fit one operation.
func longDraft(t testing.TB, l *oplog.Log, moss op.Author, long string) op.Draft {
	t.Helper()
	a, err := consent.Open(l.State().Now(), moss.Member, consent.Opening{Class: consent.Routine, Text: consent.Text{What: "A long thing", Why: strings.TrimSpace(long)}})
	if err != nil {
		t.Fatal(err)
	}
	return op.Draft{Kind: consent.KindOpen, Content: &a}
}
