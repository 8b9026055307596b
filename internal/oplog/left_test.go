package oplog_test

import (
	"bytes"
	"crypto/ed25519"
	"maps"
	"slices"
	"strings"
	"testing"

	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
)

// apart is Moss on another router, with secrets of their own there.
func apart(t *testing.T, l *oplog.Log, k *keys, moss op.Author) (*oplog.Log, *memory, *keys, op.Author) {
	t.Helper()
	own := &keys{cell: k.cell, devices: maps.Clone(k.devices), secrets: maps.Clone(k.secrets), kept: maps.Clone(k.kept), identity: k.identity}
	disk := &memory{chunks: map[op.Chunk][]byte{}}
	there, err := oplog.Open(disk, own, never)
	if err == nil {
		_, err = there.AcceptAll(all(t, l))
	}
	if err != nil {
		t.Fatal(err)
	}
	key, dev := own.device()
	router := l.State().Value(trust.Key).(*trust.Trust).Routers[0].Name
	grant := op.Statement{Verb: op.VerbGrant, Cell: l.Cell(), Member: moss.Member, Key: key, Router: router}
	open := trust.Open{Key: key, Member: moss.Member, Router: router, Grant: ed25519.Sign(k.identity, grant.Bytes())}
	return there, disk, own, op.Author{Device: dev, Member: moss.Member, Open: op.MustMarshal(open)}
}

// TestWhatNobodyOpensHoldsUpNoSnapshot: a member can seal something under a key that nobody
// announced or has, and name chunks that are nowhere. One such word, and no router of the
// cell ever kept a snapshot again.
func TestWhatNobodyOpensHoldsUpNoSnapshot(t *testing.T) {
	defer oplog.Eager(1)()
	l, disk, k, moss := founded(t)
	write(t, l, moss, 20)
	there, theirs, own, mine := apart(t, l, k, moss)
	first := writtenUnder(t, l, moss).ID
	if _, err := there.Submit(mine, longDraft(t, there, moss, strings.Repeat("A word. ", 500))); err != nil {
		t.Fatal(err)
	}
	var hidden op.Epoch
	var mac []byte
	for hidden = first; bytes.Compare(hidden[:], first[:]) >= 0; {
		hidden, mac, _ = own.Mint(first)
	}
	for _, d := range []op.Draft{{Kind: trust.KindEpoch, Content: trust.Epoch{Epoch: hidden, Under: first, MAC: mac}}, {Kind: people.KindAway}} {
		if _, err := there.Submit(mine, d); err != nil {
			t.Fatal(err)
		}
	}
	opens, lost := nobodysWord(t, l, disk)
	d := &drawer{}
	l = started(t, d, disk, k)
	if got, err := l.AcceptAll(append(all(t, there), opens, lost)); err != nil || got.Held > 0 || l.Waiting() != 3 {
		t.Fatalf("%+v, %v, %d wait", got, err, l.Waiting())
	}

	if err := l.Keep(); err != nil || d.stored != 1 {
		t.Fatal("no snapshot", err)
	}
	watch := &watched{memory: disk}
	again := started(t, d, watch, k.asleep())
	same(t, again, started(t, nil, disk, k))
	if again.Waiting() != 3 || len(watch.from) == 0 || slices.Contains(watch.from, 0) {
		t.Errorf("%d wait, read from %v", again.Waiting(), watch.from)
	}
	if len(again.Need(9)) == 0 {
		t.Error("nobody asks for the chunks any more")
	}
	write(t, again, moss, 9)
	if err := again.Keep(); err != nil || d.stored != 2 {
		t.Error("no second snapshot", err)
	}
	if err := again.Sleep(); err != nil {
		t.Fatal(err)
	}
	if err := again.Wake(); err != nil {
		t.Fatal(err)
	}
	same(t, again, started(t, nil, disk, k))

	var chunks [][]byte
	for _, b := range theirs.chunks {
		chunks = append(chunks, b)
	}
	if err := again.AcceptChunks(chunks); err != nil || again.Waiting() != 2 {
		t.Errorf("%v, %d wait for a chunk that came", err, again.Waiting())
	}
	same(t, again, started(t, nil, disk, k))
	same(t, started(t, d, disk, k), started(t, nil, disk, k)) // the snapshot is older than the chunk
	write(t, again, moss, 20)
	if err := again.Keep(); err != nil || d.stored != 3 {
		t.Error("no third snapshot", err)
	}
	woken := k.asleep()
	later := started(t, d, disk, woken)
	woken.kept = own.kept
	if _, err := there.Submit(mine, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{}}); err != nil {
		t.Fatal(err)
	}
	ops := all(t, there)
	if _, err := later.AcceptAll(ops[len(ops)-1:]); err != nil || later.Waiting() != 1 {
		t.Errorf("%v, %d wait for a key that came", err, later.Waiting())
	}
	write(t, later, moss, 20)
	if err := later.Keep(); err != nil || d.stored != 4 {
		t.Error("no fourth snapshot", err)
	}
	same(t, started(t, d, disk, k.asleep()), started(t, nil, disk, k.asleep())) // who lacks the key sees no more
	knows := k.asleep()
	knows.kept = own.kept
	same(t, started(t, d, disk, knows), started(t, nil, disk, knows)) // and than the key
}
