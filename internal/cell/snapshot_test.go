package cell_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/op"
)

// restart brings a router's state back from its own snapshot, which says the
// same again.
func (x *replica) restart(t testing.TB) {
	t.Helper()
	b, err := x.state.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	state, err := cell.Restore(x, b)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := state.Snapshot(); err != nil || !bytes.Equal(again, b) {
		t.Fatalf("a state that was read back is written otherwise: %v", err)
	}
	x.state = state
}

// anew makes a router's state again in one go: nobody can tell by anything but
// how much of it lies together.
func (x *replica) anew(t testing.TB) {
	t.Helper()
	before := x.state
	x.state = before.Anew()
	x.sameState(t, x.state, before)
	if x.state == before || x.state.Lasting() != before.Lasting() || x.state.Seen() != before.Seen() {
		t.Fatalf("%d last and %d are seen, before %d and %d", x.state.Lasting(), x.state.Seen(), before.Lasting(), before.Seen())
	}
	if some := before.Passed(2, 1); some.Anew().Seen() != some.Seen() {
		t.Fatalf("%d are seen of what nobody sees", some.Anew().Seen()-some.Seen())
	}
	if a, b := x.state.Notes(), before.Notes(); !reflect.DeepEqual(a, b) {
		t.Fatalf("on the board is %v, before %v", a, b)
	}
	if a, b := slices.Collect(x.state.Letters()), slices.Collect(before.Letters()); !slices.Equal(a, b) {
		t.Fatalf("held are %v, before %v", a, b)
	}
}

// sameState compares all that anybody can ask of two states.
func (x *replica) sameState(t testing.TB, got, want *cell.State) {
	t.Helper()
	if got.Digest() != want.Digest() || got.Applied() != want.Applied() || got.PublicOnes() != want.PublicOnes() {
		t.Fatalf("another digest, or %d operations (%d public) for %d (%d)", got.Applied(), got.PublicOnes(), want.Applied(), want.PublicOnes())
	}
	if a, b := accounts(got), accounts(want); !maps.Equal(a, b) {
		t.Fatalf("the accounts are %v, want %v", a, b)
	}
	for _, key := range x.keys() {
		a, _ := got.Value(key).(cell.Value)
		b, _ := want.Value(key).(cell.Value)
		if (a == nil) != (b == nil) || a != nil && !bytes.Equal(a.MarshalState(), b.MarshalState()) {
			t.Fatalf("%s: %+v\nwant %+v", key, a, b)
		}
		if a, b := got.Operations(key), want.Operations(key); !equal(a, b) {
			t.Fatalf("%s was made by %v, want %v", key, a, b)
		}
	}
	spell := func(s *cell.State) map[op.Ref]string {
		words := map[op.Ref]string{}
		for ref, why := range s.Refusals() {
			words[ref] = why.Error()
		}
		return words
	}
	if a, b := spell(got), spell(want); !maps.Equal(a, b) {
		t.Fatalf("refused are %v, want %v", a, b)
	}
	for _, d := range x.graph.Devices() {
		a, ok := got.Closed(d)
		if b, ok2 := want.Closed(d); a != b || ok != ok2 {
			t.Fatalf("%v was closed at %d, want %d", d, a, b)
		}
	}
}

func accounts(s *cell.State) map[ledger.Known]ledger.Amount {
	all := map[ledger.Known]ledger.Amount{}
	for k, h := range ledger.Accounts(s.Now()) {
		all[k] = h.Balance
	}
	return all
}

func equal(a, b []op.Ref) bool {
	return len(a) == len(b) && (len(a) == 0 || strings.Join(refs(a), " ") == strings.Join(refs(b), " "))
}

func refs(list []op.Ref) (words []string) {
	for _, r := range list {
		words = append(words, r.String())
	}
	return words
}

// publicOnly folds what a locked router can read.
func (x *replica) publicOnly() *cell.State {
	s := cell.New(x)
	for _, o := range x.held {
		if opened := x.ops[o.Ref()]; opened.Kind.Public() {
			s, _ = s.Apply(opened)
		}
	}
	return s.Settle()
}

// TestASnapshotChangesNothing: routers that start again from their snapshot at
// any time, write on and hear what came late, stand where one stands that never
// had any. In the end each state that a locked router would be left with is the
// one that the public operations add up to.
func TestASnapshotChangesNothing(t *testing.T) {
	defer cell.SmallSizes()()
	moves := append(append(append([]step{}, everyday...), everyday...), grave...)
	moves = append(moves, restart, restart, restart, anew, anew, anew)
	runs, conflicts := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := quickWorld(t, rapid.IntRange(2, 5).Draw(rt, "members"), rapid.IntRange(2, 3).Draw(rt, "routers"))
		w.prepare(rt)
		w.live(rt, moves, rapid.IntRange(12, 48).Draw(rt, "length"))
		w.settle()
		for _, x := range w.replica {
			x.anew(t)
			x.restart(t)
			fresh := w.retold(x.held, func(int) int { return 0 })
			x.sameState(t, x.state, fresh.state)
			x.sameState(t, x.state.Public(), x.publicOnly())
		}
		if runs++; w.replica[0].conflicted() {
			conflicts++
		}
	})
	t.Logf("%d histories, %d with concurrent conflicts", runs, conflicts)
	if runs >= telling && conflicts*10 < runs*3 {
		t.Errorf("only %d of %d histories hold concurrent conflicts", conflicts, runs)
	}
}

func restart(_ *rapid.T, x *replica, _ *member) { x.restart(x.world.t) }

func anew(_ *rapid.T, x *replica, _ *member) { x.anew(x.world.t) }

// aState is a small state with something of everything, as a snapshot.
func aState(t testing.TB) (*replica, []byte) {
	w, here, there, _ := apart(t)
	for _, m := range w.members {
		here.must(m.id, op.Draft{Kind: people.KindAway})
		there.must(m.id, op.Draft{Kind: people.KindAway})
	}
	here.prove(w.members[0], here.held[len(here.held)-1], here.twin(t, w.members[2], here.held[len(here.held)-1]))
	w.settle()
	b, err := here.state.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	return here, b
}

// FuzzRestore reads what no state wrote: it is refused, or it is a state that
// can be written and read again.
func FuzzRestore(f *testing.F) {
	defer cell.SmallSizes()()
	x, b := aState(f)
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := cell.Restore(x, b)
		if err != nil {
			return
		}
		s.Digest()
		s.Refusals()
		once, err := s.Snapshot()
		if err != nil {
			t.Fatalf("a state that was read cannot be written: %v", err)
		}
		again, err := cell.Restore(x, once)
		if err != nil {
			t.Fatalf("a state that was written cannot be read: %v", err)
		}
		if twice, err := again.Snapshot(); err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("a state has two spellings: %v", err)
		}
	})
}

// TestATornSnapshotIsRefused: no part of one is a whole one.
func TestATornSnapshotIsRefused(t *testing.T) {
	defer cell.SmallSizes()()
	x, b := aState(t)
	if _, err := cell.Restore(x, b); err != nil {
		t.Fatal(err)
	}
	for n := range b {
		if _, err := cell.Restore(x, b[:n]); err == nil {
			t.Fatalf("%d of %d bytes are taken for a state", n, len(b))
		}
	}
	if _, err := cell.Restore(x, append(bytes.Clone(b), 0)); err == nil {
		t.Error("a byte too many is taken for a state")
	}
}

// TestSnapshotSeedsAreReadStill: where the form changes, they and the version in
// package oplog have to.
func TestSnapshotSeedsAreReadStill(t *testing.T) {
	defer cell.SmallSizes()()
	x, b := aState(t)
	if *update {
		seed(t, "FuzzRestore", "state", b)
		seed(t, "FuzzRestore", "torn", b[:len(b)/2])
		seed(t, "FuzzRestore", "none", nil)
		seed(t, "FuzzRestore", "late", append(bytes.Clone(b[:len(b)-1]), b[len(b)-1]^1))
	}
	read := 0
	files, _ := filepath.Glob("testdata/fuzz/FuzzRestore/*")
	for _, file := range files {
		if _, err := cell.Restore(x, seedBytes(t, file)); err == nil {
			read++
		}
	}
	if len(files) < 4 || read < 1 {
		t.Errorf("%d seeds, %d of them read", len(files), read)
	}
}

func seed(t *testing.T, target, name string, b []byte) {
	t.Helper()
	dir := filepath.Join("testdata/fuzz", target)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), fmt.Appendf(nil, "go test fuzz v1\n[]byte(%q)\n", b), 0o644); err != nil {
		t.Fatal(err)
	}
}

// seedBytes reads the one value of a seed file.
func seedBytes(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, value, _ := strings.Cut(string(b), "[]byte(")
	content, err := strconv.Unquote(strings.TrimSuffix(strings.TrimSpace(value), ")"))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(content)
}

// TestALockedRouterCountsWordsItCannotRead: how far others had seen a forked
// log, their headers tell, whenever it was locked.
func TestALockedRouterCountsWordsItCannotRead(t *testing.T) {
	w := newWorld(t, 3, 2)
	x, y := w.replica[0], w.replica[1]
	a, b, c := w.members[0], w.members[1], w.members[2]
	y.must(c.id, op.Draft{Kind: people.KindBack})
	forked := x.must(b.id, op.Draft{Kind: people.KindAway})
	y.hear(x)
	x.prove(a, w.all[forked.Ref], x.twin(t, b, w.all[forked.Ref]))
	y.must(c.id, op.Draft{Kind: people.KindAway}) // covers the first, and is heard last
	x.hear(y)
	for at := range x.held {
		locked := w.listener()
		for _, o := range x.held[:at] {
			locked.take(o)
		}
		locked.state = locked.state.Public()
		for _, o := range x.held[at:] {
			locked.overhear(o)
		}
		locked.sameState(t, locked.state, x.state.Public())
		if head, closed := locked.state.Closed(forked.Device); !closed || head < forked.Seq {
			t.Errorf("locked before operation %d, it says that the forked log ends at %d, %v", at, head, closed)
		}
	}
}
