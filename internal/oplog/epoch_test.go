package oplog_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"slices"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
)

// setMode brings an agreement about the mode and carries it through alone.
func setMode(t testing.TB, l *oplog.Log, moss op.Author, on bool) {
	t.Helper()
	text := consent.Text{What: "The mode", Why: "We want it so",
		Effect: &consent.Effect{Kind: cell.EffectUnattended, Content: op.MustMarshal(cell.Switch{On: on})}}
	opening, err := consent.Open(l.State().Now(), moss.Member, consent.Opening{Class: consent.Agreement, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	refs, err := l.Submit(moss, op.Draft{Kind: consent.KindOpen, Content: &opening})
	if err != nil {
		t.Fatal(err)
	}
	act := func(a consent.Act) {
		t.Helper()
		if _, err := l.Submit(moss, op.Draft{Kind: a.Kind(), Subject: refs[0], Content: a}); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range []consent.State{consent.Clarifying, consent.Reacting, consent.Checking} {
		act(&consent.Move{To: s})
	}
	hash := consent.HashOf(consent.Hash{}, text)
	act(&consent.Speak{Text: hash, Stance: consent.Consent})
	act(&consent.Adopt{Text: hash})
	if cell.RulesOf(l.State()).Unattended != on {
		t.Fatal("the agreement changed nothing")
	}
}

// writtenUnder returns the epoch of what is written now.
func writtenUnder(t *testing.T, l *oplog.Log, moss op.Author) trust.EpochKeys {
	t.Helper()
	refs, err := l.Submit(moss, op.Draft{Kind: people.KindAway})
	if err != nil {
		t.Fatal(err)
	}
	o, err := l.Stored(refs[0])
	if err != nil {
		t.Fatal(err)
	}
	e, ok := l.State().Value(trust.Key).(*trust.Trust).Epoch(o.Header.EpochID())
	if !ok {
		t.Fatal("written under an epoch that nobody announced")
	}
	return e
}

func opensBy(l *oplog.Log, e trust.EpochKeys) (members, routers int) {
	tr := l.State().Value(trust.Key).(*trust.Trust)
	for _, w := range e.Wraps {
		if _, is := tr.Router(op.Device(w.For)); is {
			routers++
		} else {
			members++
		}
	}
	return members, routers
}

func TestTheEpochTurnsWhenTheCellSealsItsRouter(t *testing.T) {
	l, _, _, moss := founded(t)
	first := writtenUnder(t, l, moss)
	if m, r := opensBy(l, first); m != 1 || r != 0 {
		t.Fatalf("a sealed epoch for %d members and %d routers", m, r)
	}
	setMode(t, l, moss, true)
	open := writtenUnder(t, l, moss)
	if m, r := opensBy(l, open); open.ID != first.ID || m != 1 || r != 1 {
		t.Fatalf("unattended: another epoch (%v) or not the router's (%d, %d)", open.ID != first.ID, m, r)
	}
	setMode(t, l, moss, false)
	sealed := writtenUnder(t, l, moss)
	if m, r := opensBy(l, sealed); sealed.ID == open.ID || m != 1 || r != 0 {
		t.Errorf("sealed again: the same epoch (%v), for %d members and %d routers", sealed.ID == open.ID, m, r)
	}
	if again := writtenUnder(t, l, moss); again.ID != sealed.ID {
		t.Error("it turns with every word")
	}
}

// TestTheEpochTurnsWhenARouterIsDismissed: whoever had signed in there left the
// secrets in its memory, though none was ever sealed to it.
func TestTheEpochTurnsWhenARouterIsDismissed(t *testing.T) {
	l, _, _, moss := founded(t)
	key, _, _ := ed25519.GenerateKey(rand.Reader)
	before := writtenUnder(t, l, moss).ID
	if _, err := l.Submit(moss, op.Draft{Kind: trust.KindEnrol, Content: trust.Enrol{Key: key, Opening: make([]byte, 32)}}); err != nil {
		t.Fatal(err)
	}
	if again := writtenUnder(t, l, moss).ID; again != before {
		t.Fatal("a router that came turned the epoch")
	}
	gone := trust.Router{Router: op.DeviceOf(key)}
	if _, err := l.Submit(moss, op.Draft{Kind: trust.KindDismiss, Content: gone}); err != nil {
		t.Fatal(err)
	}
	after := writtenUnder(t, l, moss).ID
	if after == before {
		t.Fatal("what is written after a dismissal is sealed as before")
	}
	if _, err := l.Submit(moss, op.Draft{Kind: trust.KindKeep, Content: gone}); err != nil {
		t.Fatal(err)
	}
	if again := writtenUnder(t, l, moss).ID; again != after {
		t.Fatal("a router that was taken back turned the epoch")
	}
}

// asked counts how often a secret is asked for: once for each sealed operation that is
// folded, at least.
type asked struct {
	*keys
	times int
}

func (a *asked) Secret(e op.Epoch) (op.Secret, bool) {
	a.times++
	return a.keys.Secret(e)
}

// TestANewEpochOpensOnlyWhatIsSealedUnderIt: while something waits for a key that nobody
// has, each epoch that opens would have all of the history folded again.
func TestANewEpochOpensOnlyWhatIsSealedUnderIt(t *testing.T) {
	l, disk, k, moss := founded(t)
	write(t, l, moss, 200)
	locked := &asked{keys: &keys{cell: k.cell, devices: k.devices, secrets: map[op.Epoch]op.Secret{}, kept: k.kept}}
	there, err := oplog.Open(&memory{chunks: map[op.Chunk][]byte{}}, locked, never)
	if err != nil {
		t.Fatal(err)
	}
	opens, lost := nobodysWord(t, l, disk)
	if got, err := there.AcceptAll(append(all(t, l), opens, lost)); err != nil || got.Held > 0 || there.Waiting() != 1 {
		t.Fatalf("%+v, %v, %d wait", got, err, there.Waiting())
	}
	held := len(all(t, l))
	before := locked.times
	for range 10 {
		e, mac, _ := k.Mint(op.Epoch{})
		if _, err := l.Submit(moss, op.Draft{Kind: trust.KindEpoch, Content: trust.Epoch{Epoch: e, MAC: mac}}); err != nil {
			t.Fatal(err)
		}
		write(t, l, moss, 1)
		ops := all(t, l)
		if got, err := there.AcceptAll(ops[held:]); err != nil || len(got.New) != len(ops)-held || there.Waiting() != 1 {
			t.Fatalf("%+v, %v, %d wait", got, err, there.Waiting())
		}
		held = len(ops)
	}
	if n := locked.times - before; n > 500 {
		t.Errorf("%d secrets were asked for, to fold 10 operations", n)
	}
}

// picky opens one wrap alone, which it knows by its first byte.
type picky struct{ *keys }

func (p picky) Unwrap(e op.Epoch, wrap []byte) bool { return wrap[0] == 9 && p.keys.Unwrap(e, wrap) }

// TestWhatCameBeforeItsKeyIsOpenedByIt, in the batch that brings the key and before.
func TestWhatCameBeforeItsKeyIsOpenedByIt(t *testing.T) {
	l, _, k, moss := founded(t)
	write(t, l, moss, 5)
	var epoch op.Epoch
	for epoch = range k.secrets {
	}
	wrap := trust.Wrap{Epoch: epoch, Wraps: []trust.Sealed{{For: trust.Recipient(moss.Member), Key: append([]byte{9}, make([]byte, 79)...)}}}
	if _, err := l.Submit(moss, op.Draft{Kind: trust.KindWrap, Content: wrap}); err != nil {
		t.Fatal(err)
	}
	ops := all(t, l)
	for _, first := range []int{0, len(ops) - 1} {
		sealer := picky{&keys{cell: k.cell, devices: k.devices, secrets: map[op.Epoch]op.Secret{}, kept: k.kept}}
		there, err := oplog.Open(&memory{chunks: map[op.Chunk][]byte{}}, sealer, never)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := there.AcceptAll(slices.Clone(ops[:first])); err != nil || first > 0 && there.Waiting() != 7 {
			t.Fatalf("%v, %d wait", err, there.Waiting())
		}
		if _, err := there.AcceptAll(slices.Clone(ops[first:])); err != nil || there.Waiting() != 0 || there.State().Digest() != l.State().Digest() {
			t.Errorf("%d came before: %v, %d wait", first, err, there.Waiting())
		}
	}
}

// nobodysWord is what a stranger seals under an epoch that nobody announces, and the
// beginning of their log.
func nobodysWord(t *testing.T, l *oplog.Log, disk *memory) (opens, lost op.Operation) {
	t.Helper()
	opens = stranger(t, op.CellScope(l.Cell()), disk)
	h := opens.Header
	h.Seq, h.Prev, h.Seen, h.Epoch = 2, opens.ID[:], nil, slices.Repeat([]byte{7}, 32)
	lost, err := op.Sign(h, make([]byte, 100), op.Key(strangers[opens.Header.Device]))
	if err != nil {
		t.Fatal(err)
	}
	return opens, lost
}
