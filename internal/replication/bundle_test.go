package replication_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/internal/replication"
)

// stamp signs bundles with a router's key.
type stamp ed25519.PrivateKey

func (s stamp) Public() ed25519.PublicKey { return public(ed25519.PrivateKey(s)) }
func (s stamp) Sign(message []byte) ([]byte, error) {
	return ed25519.Sign(ed25519.PrivateKey(s), message), nil
}

func (x *router) house() house { return house{x.log, x.author()} }

func (x *router) export(t testing.TB, held op.Past) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := replication.Export(&file, x.house(), x.cell.id, held, x.now, x.clock, stamp(x.key)); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func (x *router) take(t testing.TB, file []byte) replication.Imported {
	t.Helper()
	got, err := replication.Import(bytes.NewReader(file), x.house(), x.cell.id)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// long lets somebody bring something that takes many chunks, in layers.
func (x *router) long(m member, words int) {
	x.cell.t.Helper()
	text := consent.Text{What: "A long thing", Why: strings.TrimSpace(strings.Repeat("A word. ", words))}
	a, err := consent.Open(x.log.State().Now(), m.id, consent.Opening{Class: consent.Routine, Text: text})
	if err != nil {
		x.cell.t.Fatal(err)
	}
	x.must(m, op.Draft{Kind: consent.KindOpen, Content: &a})
}

func TestABundleCarriesACell(t *testing.T) {
	c := newCell(t, 3, 2)
	x, y := c.routers[0], c.routers[1]
	x.fill(300)
	x.long(c.members[0], 400)
	file := x.export(t, nil)
	got := y.take(t, file)
	if err := alike(x, y); err != nil || got.New != got.Operations || got.Known+got.Refused+got.Held > 0 || got.Contents == 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	if !bytes.Equal(got.By, public(x.key)) {
		t.Error("somebody else made it")
	}
	syncs := y.disk.syncs
	again := y.take(t, file)
	if again.New+again.Refused > 0 || again.Known != got.New || y.disk.syncs != syncs {
		t.Errorf("the second time: %+v", again)
	}
	before := y.log.Heads()
	x.fill(5)
	part := x.export(t, before)
	if got := y.take(t, part); got.New != 5 || len(part) > 4000 || alike(x, y) != nil {
		t.Errorf("a part of %d bytes: %+v", len(part), got)
	}
}

func TestABundleIsWholeOrNothing(t *testing.T) {
	c := newCell(t, 2, 2)
	x, y := c.routers[0], c.routers[1]
	x.fill(20)
	file := x.export(t, nil)
	for at := 0; at < len(file); at += 1 + len(file)/400 {
		bad := bytes.Clone(file)
		bad[at] ^= 4
		for _, f := range [][]byte{bad, file[:at]} {
			if _, err := replication.Import(bytes.NewReader(f), y.house(), c.id); !errors.Is(err, replication.ErrBundle) {
				t.Fatalf("byte %d: %v", at, err)
			}
		}
	}
	if _, err := replication.Import(bytes.NewReader(append(bytes.Clone(file), 0)), y.house(), c.id); err == nil {
		t.Error("bytes after the end")
	}
	if _, err := replication.Import(bytes.NewReader(file), y.house(), op.ID{1}); err == nil {
		t.Error("another cell's")
	}
	if len(y.disk.ops) > 0 {
		t.Errorf("%d operations were taken in", len(y.disk.ops))
	}
}

// TestABundleTellsWhatWasRefused hands over a twin of an operation, from a
// router that signs what it likes.
func TestABundleTellsWhatWasRefused(t *testing.T) {
	c := newCell(t, 2, 3)
	x, y, liar := c.routers[0], c.routers[1], c.routers[2]
	ref := x.rename(c.members[0], "Fern")
	file := x.export(t, nil)
	y.take(t, file)
	liar.take(t, file)
	o, _ := x.log.Stored(ref)
	twin := x.twin(t, o)
	var ops [][]byte
	for _, b := range liar.disk.ops {
		if p, _ := op.Parse(b); p.ID != o.ID {
			ops = append(ops, b)
		}
	}
	liar.disk.ops = append(ops, twin.Encode())
	liar.open()
	got := y.take(t, liar.export(t, nil))
	if got.New != 0 || got.Refused != 1 || !errors.Is(got.Why[0].Err, op.ErrFork) {
		t.Errorf("%+v", got)
	}
	if !y.forked(ref.Device) {
		t.Error("the fork was not proven")
	}
}
