package oplog_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
)

// drawer is where a snapshot lies.
type drawer struct {
	b      []byte
	stored int
}

func (d *drawer) Load() ([]byte, error) {
	if d.b == nil {
		return nil, fs.ErrNotExist
	}
	return bytes.Clone(d.b), nil
}

func (d *drawer) Store(b []byte) error {
	d.b = bytes.Clone(b)
	d.stored++
	return nil
}

// watched is a disk that remembers from where it was read.
type watched struct {
	*memory
	from []uint32
}

func (w *watched) Each(from uint32, f func(uint32, []byte) error) error {
	w.from = append(w.from, from)
	return w.memory.Each(from, f)
}

// asleep is a sealer that holds no secret yet.
func (k *keys) asleep() *keys {
	return &keys{cell: k.cell, devices: k.devices, secrets: map[op.Epoch]op.Secret{}, kept: k.kept}
}

func never() (uint64, op.Clock) { return 0, op.ClockNone }

// started opens a log with a snapshot, or with none.
func started(t testing.TB, s oplog.Snapshots, disk oplog.Storage, k *keys) *oplog.Log {
	t.Helper()
	l, err := oplog.OpenFrom(s, disk, k, never)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// same compares what can be asked of two logs.
func same(t testing.TB, got, want *oplog.Log) {
	t.Helper()
	if got.Waiting() != want.Waiting() || got.Cell() != want.Cell() || !maps.Equal(got.Heads(), want.Heads()) {
		t.Fatalf("%d wait, the heads are %v; want %d, %v", got.Waiting(), got.Heads(), want.Waiting(), want.Heads())
	}
	a, b := got.State(), want.State()
	if a.Digest() != b.Digest() || a.Applied() != b.Applied() || len(a.Refusals()) != len(b.Refusals()) {
		t.Fatalf("another digest, or %d applied and %d refused for %d and %d", a.Applied(), len(a.Refusals()), b.Applied(), len(b.Refusals()))
	}
	for r, why := range b.Refusals() {
		if again := a.Refused(r); again == nil || again.Error() != b.Refused(r).Error() {
			t.Fatalf("%v: %v, want %v", r, again, why)
		}
	}
	if x, y := lawful(t, got), lawful(t, want); !slices.Equal(x, y) {
		t.Fatalf("lawful are %v\nwant %v", x, y)
	}
}

func lawful(t testing.TB, l *oplog.Log) (ids []op.ID) {
	t.Helper()
	ops, failed := l.Lawful()
	for o := range ops {
		ids = append(ids, o.ID)
	}
	if err := failed(); err != nil && !errors.Is(err, oplog.ErrWaiting) {
		t.Fatal(err)
	}
	return ids
}

// keptOne is a cell with some history and a snapshot of most of it.
func keptOne(t testing.TB) (*oplog.Log, *memory, *keys, []op.Author, *drawer) {
	t.Helper()
	defer oplog.Eager(1)()
	l, disk, k, moss := founded(t)
	setMode(t, l, moss, true)
	authors := fill(t, l, disk, k, moss, 120)
	d := &drawer{}
	l = started(t, d, disk, k)
	if err := l.Keep(); err != nil || d.stored != 1 {
		t.Fatal(d.stored, err)
	}
	if _, err := l.Submit(authors[0], op.Draft{Kind: people.KindAway}); err != nil {
		t.Fatal(err)
	}
	return l, disk, k, authors, d
}

func TestASnapshotIsBelievedAndSavesReading(t *testing.T) {
	l, disk, k, authors, d := keptOne(t)
	w := &watched{memory: disk}
	again := started(t, d, w, k.asleep())
	same(t, again, l)
	same(t, again, started(t, nil, disk, k))
	if !cell.RulesOf(again.State()).Unattended {
		t.Error("an agreement is forgotten")
	}
	for _, from := range w.from {
		if from == 0 {
			t.Errorf("the log was read from %v, though there is a snapshot", w.from)
		}
	}
	if _, err := again.Submit(authors[1], op.Draft{Kind: people.KindName, Content: people.Name{Member: authors[1].Member, Name: "Reed"}}); err != nil {
		t.Fatal(err)
	}
	same(t, again, started(t, nil, disk, k))
	if err := again.Recheck(); err != nil {
		t.Error(err)
	}
}

func TestALockedRouterLearnsNothingFromASnapshot(t *testing.T) {
	l, disk, k, _, d := keptOne(t)
	for _, word := range []string{"Mill Lane", "Moss", "Help no.", "Thursdays", "The mode", "acct/", "tx/", "round/"} {
		if bytes.Contains(d.b, []byte(word)) {
			t.Errorf("%q stands in it", word)
		}
	}
	locked := k.asleep()
	locked.kept = nil
	asleep := started(t, d, disk, locked)
	same(t, asleep, started(t, nil, disk, locked))
	if asleep.State().Value(people.Key) != nil || asleep.Waiting() == 0 {
		t.Error("names are known while locked")
	}
	locked.kept = k.kept
	if err := asleep.Wake(); err != nil {
		t.Fatal(err)
	}
	same(t, asleep, l)
	locked.secrets = map[op.Epoch]op.Secret{}
	if err := asleep.Sleep(); err != nil {
		t.Fatal(err)
	}
	locked.kept = nil
	same(t, asleep, started(t, nil, disk, locked))
}

// TestATamperedSnapshotIsIgnored flips bits everywhere, also where somebody put
// the checksum right again.
func TestATamperedSnapshotIsIgnored(t *testing.T) {
	l, disk, k, _, d := keptOne(t)
	whole := d.b
	clear := 20 + int(binary.BigEndian.Uint32(whole[16:]))
	try := func(what string, b []byte) {
		t.Helper()
		w, locked := &watched{memory: disk}, k.asleep()
		locked.kept = nil
		woken := started(t, &drawer{b: b}, w, locked)
		locked.kept = k.kept
		if err := woken.Wake(); err != nil {
			t.Fatal(err)
		}
		same(t, woken, l)
		if !slices.Contains(w.from, 0) {
			t.Errorf("%s: the snapshot was believed", what)
		}
	}
	places := 97
	if testing.Short() {
		places = 11
	}
	for i := 0; i < len(whole); i += 1 + len(whole)/places {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		try("a bit", b)
		try("an end", whole[:i])
	}
	for i := 20; i < clear; i += 1 + clear/places {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		sum := sha256.Sum256(b[:clear])
		copy(b[clear:], sum[:])
		try("a forged index", b)
	}
	try("one byte too many", append(bytes.Clone(whole), 0))
	try("nothing", nil)
}

func TestASnapshotOfAnotherHistoryIsIgnored(t *testing.T) {
	_, disk, k, _, d := keptOne(t)
	shorter := &watched{memory: &memory{ops: disk.ops[:len(disk.ops)-20], chunks: disk.chunks}}
	same(t, started(t, d, shorter, k.asleep()), started(t, nil, shorter, k))
	if shorter.from[0] != 0 {
		t.Error("a snapshot was believed that knows more than the log")
	}
	_, other, k2, _, _ := keptOne(t)
	foreign := &watched{memory: other}
	same(t, started(t, d, foreign, k2.asleep()), started(t, nil, other, k2))
	if foreign.from[0] != 0 {
		t.Error("a snapshot of another cell was believed")
	}
}

// TestAnotherOrderOfArrivalIsNoticed: the same operations, of which two that do
// not know each other lie the other way round.
func TestAnotherOrderOfArrivalIsNoticed(t *testing.T) {
	here, there := twoRouters(t)
	here.say(t, people.KindAway)
	there.say(t, people.KindAway)
	here.hear(t, there)
	defer oplog.Eager(1)()
	l := started(t, here.drawer, here.disk, here.keys)
	if err := l.Keep(); err != nil {
		t.Fatal(err)
	}
	for i := range here.disk.ops {
		for j := range i {
			other := &memory{ops: slices.Clone(here.disk.ops), chunks: here.disk.chunks}
			other.ops[i], other.ops[j] = other.ops[j], other.ops[i]
			want, err := oplog.Open(other, here.keys, never)
			if err != nil {
				continue // no order of arrival at all
			}
			same(t, started(t, here.drawer, other, here.keys.asleep()), want)
		}
	}
}

// TestWhoHoldsFewerEpochsSeesNoMore: a snapshot says nothing that these keys
// could not read in the log.
func TestWhoHoldsFewerEpochsSeesNoMore(t *testing.T) {
	defer oplog.Eager(1)()
	l, disk, k, moss := founded(t)
	setMode(t, l, moss, true)
	setMode(t, l, moss, false)
	first := writtenUnder(t, l, moss) // the epoch has turned
	d := &drawer{}
	if err := started(t, d, disk, k).Keep(); err != nil || d.stored != 1 {
		t.Fatal(d.stored, err)
	}
	if len(k.kept) < 2 {
		t.Fatal("one epoch alone")
	}
	fewer := k.asleep()
	fewer.kept = map[op.Epoch]op.Secret{first.ID: k.kept[first.ID]}
	got := started(t, d, disk, fewer)
	if got.Waiting() == 0 {
		t.Fatal("all could be read")
	}
	same(t, got, started(t, nil, disk, fewer))
}

func TestSnapshotsAreRareAndWhole(t *testing.T) {
	defer oplog.Eager(50)()
	_, disk, k, moss := founded(t)
	d := &drawer{}
	l := started(t, d, disk, k)
	for len(disk.ops) < 200 {
		if _, err := l.Submit(moss, op.Draft{Kind: people.KindAway}); err != nil {
			t.Fatal(err)
		}
		if err := l.Keep(); err != nil {
			t.Fatal(err)
		}
	}
	if d.stored != 4 {
		t.Errorf("%d snapshots of 200 operations, one for every 50", d.stored)
	}
	locked := k.asleep()
	locked.kept = nil
	asleep := started(t, &drawer{}, disk, locked)
	if err := asleep.Keep(); err != nil {
		t.Fatal(err)
	}
	if again := started(t, d, disk, k); again.Keep() != nil || d.stored != 4 {
		t.Error("a start alone writes a snapshot")
	}
}

// routed is one of two routers of a cell, with a member who writes there.
type routed struct {
	disk   *memory
	keys   *keys // all that there are
	awake  *keys // those that this router has opened
	log    *oplog.Log
	by     op.Author
	drawer *drawer
}

func twoRouters(t testing.TB) (here, there *routed) {
	t.Helper()
	l, disk, k, moss := founded(t)
	reed := seated(t, l, k, moss, 2)
	if _, err := l.Submit(reed, op.Draft{Kind: people.KindName, Content: people.Name{Member: reed.Member, Name: "Reed"}}); err != nil {
		t.Fatal(err)
	}
	here = &routed{disk: disk, keys: k, by: moss, drawer: &drawer{}}
	copied := &memory{ops: slices.Clone(disk.ops), chunks: maps.Clone(disk.chunks)}
	there = &routed{disk: copied, keys: k, by: reed, drawer: &drawer{}}
	here.restart(t)
	there.restart(t)
	return here, there
}

func (r *routed) restart(t testing.TB) {
	r.awake = r.keys.asleep()
	r.log = started(t, r.drawer, r.disk, r.awake)
}

// replayed is what the log alone leads to, with the keys that are open here.
func (r *routed) replayed(t testing.TB) *oplog.Log { return started(t, nil, r.disk, r.awake) }

// say writes down something that need not be lawful.
func (r *routed) say(t testing.TB, kind op.Kind, content ...any) {
	t.Helper()
	d := op.Draft{Kind: kind}
	if len(content) > 0 {
		d.Content = content[0]
	}
	var refused op.Refusal
	if _, err := r.log.Submit(r.by, d); err != nil && !errors.As(err, &refused) {
		t.Fatal(err)
	}
}

// hear takes in all that the other router holds.
func (r *routed) hear(t testing.TB, other *routed) {
	t.Helper()
	for _, b := range other.disk.ops {
		o, err := op.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.log.Accept(o); err != nil && !errors.Is(err, op.ErrKnown) {
			t.Fatal(err)
		}
	}
	if r.log.Waiting() > 0 { // for a wrap that came after it
		if err := r.log.Wake(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhatComesLateMeetsASnapshotAsItMeetsTheLog: two routers write while they
// are apart, start again from their snapshots and hear of one another late, a
// removal among it. Each ends where the log alone leads.
func TestWhatComesLateMeetsASnapshotAsItMeetsTheLog(t *testing.T) {
	defer oplog.Eager(1)()
	runs, used := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		here, there := twoRouters(t)
		runs++
		for range rapid.IntRange(5, 30).Draw(rt, "length") {
			r, other := here, there
			if rapid.Bool().Draw(rt, "there") {
				r, other = there, here
			}
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0:
				r.hear(t, other)
			case 1, 2:
				if err := r.log.Keep(); err != nil {
					t.Fatal(err)
				}
				r.restart(t)
			case 3:
				act := trust.Act{Verb: trust.Remove, Member: other.by.Member}
				r.say(t, trust.KindAssent, trust.Assent{Act: act.Hash()})
				r.say(t, trust.KindAct, act)
			case 4:
				r.say(t, people.KindAway)
			case 5:
				r.say(t, people.KindName, people.Name{Member: r.by.Member, Name: rapid.SampledFrom([]string{"Ash", "Elm"}).Draw(rt, "name")})
			default:
				r.say(t, ledger.KindPropose, ledger.Transfer{Unit: ledger.Minutes, From: ledger.MemberAccount(other.by.Member),
					To: ledger.MemberAccount(r.by.Member), Amount: 300, Note: "Help"})
			}
		}
		for _, r := range []*routed{here, there} {
			used += r.drawer.stored
			same(t, r.log, r.replayed(t))
		}
		here.hear(t, there)
		there.hear(t, here)
		same(t, here.log, here.replayed(t))
		if here.log.Waiting()+there.log.Waiting() == 0 && here.log.State().Digest() != there.log.State().Digest() {
			t.Fatal("two routers that heard the same differ")
		}
	})
	if runs >= 20 && used == 0 { // an emulated processor is given five, and a fifth of them write none
		t.Error("no snapshot was ever written")
	}
}
