package oplog_test

import (
	"crypto/ed25519"
	"errors"
	"slices"
	"strings"
	"testing"

	"celld/internal/cell/board"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
)

func (m *memory) Erase(ops map[uint32][]byte, chunks []op.Chunk) error {
	for pos, b := range ops {
		m.ops[pos] = b
	}
	for _, name := range chunks {
		delete(m.chunks, name)
	}
	return nil
}

func (m *memory) Compact() error { return nil }

// wall is a clock that a test sets.
type wall struct {
	now     uint64
	quality op.Clock
}

func (w *wall) unix() (uint64, op.Clock) { return w.now, w.quality }

// boarded is a cell with a clock, opened from its disk by whoever holds keys.
func boarded(t testing.TB, s oplog.Snapshots, disk oplog.Storage, k *keys, w *wall) *oplog.Log {
	t.Helper()
	l, err := oplog.OpenFrom(s, disk, k, w.unix)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Wake(); err != nil {
		t.Fatal(err)
	}
	return l
}

func leave(t testing.TB, l *oplog.Log, by op.Author, text string) op.Ref {
	t.Helper()
	refs, err := l.Submit(by, op.Draft{Kind: board.KindWrite, Content: board.Write{Text: text}, Keep: board.Usual})
	if err != nil {
		t.Fatal(err)
	}
	return refs[0]
}

func read(l *oplog.Log) (texts []string) {
	for _, n := range l.State().Notes() {
		texts = append(texts, n.Text)
	}
	return texts
}

func expired(t testing.TB, l *oplog.Log, want int) {
	t.Helper()
	if n, err := l.Expire(); n != want || err != nil {
		t.Fatalf("%d are dropped, want %d: %v", n, want, err)
	}
}

func payload(t testing.TB, l *oplog.Log, r op.Ref) []byte {
	t.Helper()
	o, err := l.Stored(r)
	if err != nil {
		t.Fatal(err)
	}
	return o.Payload
}

func TestANoteIsDroppedWhenItsTimeIsOverAndNothingElseIs(t *testing.T) {
	_, disk, k, moss := founded(t)
	w := &wall{5000, op.ClockNTP}
	l := boarded(t, nil, disk, k, w)
	before := l.State().Digest()
	first := leave(t, l, moss, strings.Repeat("خ", board.MaxText)) // too long for one operation
	w.now += 60
	second := leave(t, l, moss, "Bread at six")
	if l.State().Digest() != before || len(read(l)) != 2 || len(disk.chunks) == 0 {
		t.Fatalf("%d notes in %d chunks, the digest is another: %v", len(read(l)), len(disk.chunks), l.State().Digest() != before)
	}
	*w = wall{1 << 33, op.ClockTold}
	expired(t, l, 0) // nothing goes by a clock that nobody trusts
	*w = wall{5000 + board.Usual - 1, op.ClockNTP}
	expired(t, l, 0)
	w.now++
	expired(t, l, 1)
	expired(t, l, 0)
	if payload(t, l, first) != nil || len(disk.chunks) != 0 || payload(t, l, second) == nil {
		t.Errorf("%d bytes and %d chunks are left of the first, %d bytes of the second", len(payload(t, l, first)), len(disk.chunks), len(payload(t, l, second)))
	}
	for name, l := range map[string]*oplog.Log{"running": l, "started again": boarded(t, nil, disk, k, w)} {
		if got := read(l); len(got) != 1 || got[0] != "Bread at six" || l.State().Digest() != before || l.Waiting() != 0 {
			t.Errorf("%s: %q, %d wait", name, got, l.Waiting())
		}
	}
	write(t, boarded(t, nil, disk, k, w), moss, 1) // the chain goes on
	if r := verified(t, disk); r.Faulty != 0 || r.Dropped != 1 {
		t.Errorf("%+v", r)
	}
}

func TestALockedRouterDropsNotesToo(t *testing.T) {
	_, disk, k, moss := founded(t)
	w := &wall{5000, op.ClockNTP}
	note := leave(t, boarded(t, nil, disk, k, w), moss, "Bread at six")
	locked := &keys{cell: k.cell, devices: k.devices, secrets: map[op.Epoch]op.Secret{}, kept: map[op.Epoch]op.Secret{}}
	l := boarded(t, nil, disk, locked, w)
	if len(read(l)) != 0 {
		t.Fatal("it reads the board")
	}
	w.now += board.Usual
	expired(t, l, 1)
	if payload(t, l, note) != nil {
		t.Error("the payload is still there")
	}
}

// TestWithoutADateANoteWaitsForOne: nothing goes by a clock that nobody trusts,
// and what was written without a date stays its time from when one is known.
func TestWithoutADateANoteWaitsForOne(t *testing.T) {
	_, disk, k, moss := founded(t)
	w := &wall{1000, op.ClockNone}
	l := boarded(t, nil, disk, k, w)
	leave(t, l, moss, "Bread at six")
	w.now = 1 << 33
	w.quality = op.ClockTold
	expired(t, l, 0)
	*w = wall{9_000_000, op.ClockMembers}
	expired(t, l, 0)
	write(t, l, moss, 1) // the first trusted time in the log
	w.now += board.Usual - 1
	l = boarded(t, nil, disk, k, w)
	expired(t, l, 0)
	w.now++
	expired(t, l, 1)
}

func TestAnotherRouterTakesANoteInBeforeAndAfterItsTime(t *testing.T) {
	_, disk, k, moss := founded(t)
	w := &wall{5000, op.ClockNTP}
	l := boarded(t, nil, disk, k, w)
	leave(t, l, moss, "Bread at six")
	write(t, l, moss, 1)
	travelling := all(t, l)
	take := func(ops []op.Operation, w *wall) *oplog.Log {
		t.Helper()
		there := boarded(t, nil, &memory{chunks: map[op.Chunk][]byte{}}, k, w)
		there.Expect(k.cell)
		if r, err := there.AcceptAll(ops); err != nil || len(r.New) != len(ops) {
			t.Fatal(r, err)
		}
		if err := there.Wake(); err != nil || there.Waiting() != 0 || there.State().Digest() != l.State().Digest() {
			t.Fatalf("%d wait there: %v", there.Waiting(), err)
		}
		return there
	}
	if got := read(take(travelling, &wall{6000, op.ClockNTP})); len(got) != 1 {
		t.Errorf("in time: %q", got)
	}
	late := &wall{5000 + board.Usual, op.ClockNTP}
	if got := read(take(travelling, late)); len(got) != 0 {
		t.Errorf("after its time it is read: %q", got)
	}
	w.now = late.now
	expired(t, l, 1)
	take(all(t, l), late)
	take(all(t, l), &wall{7, op.ClockNone})
}

// TestASnapshotHoldsNoNotes: what was dropped would live on in it. They are read
// from the log again, and the same ones.
func TestASnapshotHoldsNoNotes(t *testing.T) {
	defer oplog.Eager(1)()
	_, disk, k, moss := founded(t)
	w, d := &wall{5000, op.ClockNTP}, &drawer{}
	l := boarded(t, d, disk, k, w)
	leave(t, l, moss, "Bread at six")
	w.now += 60
	leave(t, l, moss, "Soup at eight")
	w.quality = op.ClockNone
	leave(t, l, moss, "No date")
	write(t, l, moss, 3)
	if err := l.Keep(); err != nil || d.stored != 1 {
		t.Fatal(d.stored, err)
	}
	w.quality = op.ClockNTP
	seen := &watched{memory: disk}
	again := boarded(t, d, seen, k.asleep(), w)
	if got := read(again); len(got) != 3 || len(seen.from) > 0 && seen.from[0] == 0 {
		t.Fatalf("%q, read from %v", got, seen.from)
	}
	w.now = 5000 + board.Usual
	expired(t, again, 1)
	for range 2 { // the snapshot still speaks of the one that is gone
		again = boarded(t, d, disk, k.asleep(), w)
		if got := read(again); len(got) != 2 || again.Waiting() != 0 || again.State().Digest() != l.State().Digest() {
			t.Fatalf("%q, %d wait", got, again.Waiting())
		}
		expired(t, again, 0)
	}
	w.now += 60
	expired(t, again, 1)
}

// TestAPublicPayloadDoesNotGo: no public kind may expire, but a header may say that it
// does. Were the key of a log dropped with its first operation, who came later could
// place nothing of what others wrote after they had seen it.
func TestAPublicPayloadDoesNotGo(t *testing.T) {
	_, disk, k, moss := founded(t)
	w := &wall{5000, op.ClockNTP}
	l := boarded(t, nil, disk, k, w)
	key, device := k.device()
	router := l.State().Value(trust.Key).(*trust.Trust).Routers[0].Name
	grant := op.Statement{Verb: op.VerbGrant, Cell: k.cell, Member: moss.Member, Key: key, Router: router}
	body := op.Body{Kind: trust.KindOpen, Content: op.MustMarshal(trust.Open{Key: key, Member: moss.Member, Router: router, Grant: ed25519.Sign(k.identity, grant.Bytes())})}
	for _, expires := range []uint64{6000, op.AtWill} {
		h := op.Header{Version: op.Version, Device: device, Scope: k.cell[:], Seq: 1, Time: 5000, Clock: op.ClockNTP, Level: op.LevelRouter, Expires: expires}
		opens, err := op.Sign(h, body.Bytes(), op.Key(k.devices[device]))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := l.AcceptAll([]op.Operation{opens.WithoutPayload()}); err != nil || len(got.Refused) != 1 || !errors.Is(got.Refused[0].Err, oplog.ErrStripped) {
			t.Errorf("without its payload: %+v, %v", got, err)
		}
		if expires == op.AtWill {
			break
		}
		if got, err := l.AcceptAll([]op.Operation{opens}); err != nil || len(got.New) != 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		w.now = 7000
		expired(t, l, 0)
	}
	write(t, l, moss, 2)
	late := boarded(t, nil, &memory{chunks: map[op.Chunk][]byte{}}, k, w)
	late.Expect(k.cell)
	if got, err := late.AcceptAll(all(t, l)); err != nil || got.Held > 0 || late.State().Digest() != l.State().Digest() {
		t.Errorf("who comes later: %+v, %v", got, err)
	}
}

// TestWhatGoesTakesNoChunksOfOthersAlong: whoever writes a note may name the chunks of
// what stays, under the salt of that, too, and so have every router forget them.
func TestWhatGoesTakesNoChunksOfOthersAlong(t *testing.T) {
	_, disk, k, moss := founded(t)
	w := &wall{5000, op.ClockNTP}
	l := boarded(t, nil, disk, k, w)
	refs, err := l.Submit(moss, longDraft(t, l, moss, strings.Repeat("A word. ", 500)))
	if err != nil {
		t.Fatal(err)
	}
	stays, err := l.Stored(refs[0])
	if err != nil {
		t.Fatal(err)
	}
	chunks := len(disk.chunks)
	head := l.Have()[0]
	h := stays.Header
	h.Seq, h.Prev, h.Seen, h.Time, h.Clock, h.Expires = head.Ref.Seq+1, head.ID[:], nil, 5000, op.ClockNTP, 6000
	body := op.Body{Kind: board.KindWrite, Content: []byte{}, Chunks: l.ChunksOf(refs[0])}
	goes, err := op.Sign(h, op.Seal(h, k.secrets[h.EpochID()], op.SaltOf(stays.Payload), body.Bytes()), op.Key(k.devices[h.Device]))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := l.AcceptAll([]op.Operation{goes}); err != nil || len(got.New) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	digest := l.State().Digest()
	w.now = 7000
	expired(t, l, 1)
	if len(disk.chunks) != chunks {
		t.Errorf("%d of %d chunks are left of what stays", len(disk.chunks), chunks)
	}
	w.now = 8000
	note := leave(t, l, moss, strings.Repeat("ب", board.MaxText)) // its own go all the same
	if len(l.ChunksOf(note)) == 0 {
		t.Fatal("a note without chunks")
	}
	w.now += board.Usual
	expired(t, l, 1)
	if len(disk.chunks) != chunks {
		t.Errorf("%d chunks are there, %d of what stays", len(disk.chunks), chunks)
	}
	if again := boarded(t, nil, disk, k, w); again.Waiting() != 0 || again.State().Digest() != digest {
		t.Errorf("started again: %d wait", again.Waiting())
	}
	note = leave(t, l, moss, strings.Repeat("ب", board.MaxText))
	h.Epoch = slices.Repeat([]byte{7}, 32) // that nobody here opens
	h.Seq, h.Prev, h.Expires = head.Ref.Seq+4, nil, 0
	if last := l.Have()[0]; last.Ref.Seq == h.Seq-1 {
		h.Prev = last.ID[:]
	}
	shut, err := op.Sign(h, make([]byte, 100), op.Key(k.devices[h.Device]))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := l.AcceptAll([]op.Operation{shut}); err != nil || len(got.New) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	w.now += board.Usual
	expired(t, l, 1)
	if payload(t, l, note) != nil || len(disk.chunks) != chunks+1 {
		t.Errorf("what nobody here can read may name chunks: %d are there", len(disk.chunks))
	}
}
