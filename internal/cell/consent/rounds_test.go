package consent

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"runtime"
	"testing"

	"celld/internal/op"
)

// settledRounds returns a list of n rounds that have come into force or ended,
// in a cell of seven whose roster changes now and then.
func settledRounds(n int) *Rounds {
	l := new(Rounds)
	for i := range n {
		var roster []op.Member
		for j := range 7 {
			roster = append(roster, op.Member{byte(i / 500), byte(j), 1})
		}
		text := hall
		text.Title = fmt.Sprintf("Borrow the hall, time %5d", i)
		r := &Round{Ref: op.Ref{Device: op.Device{7, byte(i % 5)}, Seq: uint64(i + 1)}, Class: Standard, Roster: roster,
			Proposer: roster[i%7], State: InForce, Versions: []Version{{Hash: Hash{1}, Text: text, Taken: true}}, Current: Hash{1},
			Adopted: Adoption{Text: Hash{1}}, Opened: monday, Decided: monday + day, ReviewOn: monday + quarter}
		binary.BigEndian.PutUint32(r.Current[4:], uint32(i))
		for _, m := range roster {
			r.Voices = append(r.Voices, Voice{Member: m, Text: r.Current, Stance: Consent, Reason: "because it is good"})
		}
		if i%2 == 0 {
			r.State = Withdrawn
		}
		l = &Rounds{live: l.live, settled: l.settled, rosters: l.rosters}
		l.put(r, nil)
	}
	return l
}

func TestTenThousandSettledRoundsAreSmall(t *testing.T) {
	const n = 10_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	l := settledRounds(n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / n
	t.Logf("%d bytes a settled round", each)
	if each >= 150 {
		t.Errorf("a settled round costs %d bytes, want less than 150", each)
	}
	if _, settled := l.Len(); settled != n {
		t.Errorf("%d settled", settled)
	}
	page := l.Settled(20, 10)
	if len(page) != 10 || page[0].Ref.Seq != n-20 || page[9].Ref.Seq != n-29 {
		t.Errorf("a page of the list: %+v", page)
	}
	if got := l.InForce(Standard, 20, 10); len(got) != 10 || got[0].Ref.Seq != n-40 || got[9].Ref.Seq != n-58 {
		t.Errorf("a page of what is in force: %+v", got)
	}
	if got := l.InForce(Agreement, 0, 1); got != nil {
		t.Errorf("an agreement that nobody made: %+v", got)
	}
	b := l.MarshalState()
	again, err := UnmarshalRounds(b)
	if err != nil || !bytes.Equal(again.MarshalState(), b) {
		t.Errorf("the long list does not round-trip: %v", err)
	}
}

func TestListsOfAnotherCutOrContentAreRefused(t *testing.T) {
	good := settledRounds(3)
	w := list{Live: []*Round{}, Rosters: good.rosters, Settled: [][][]byte{{[]byte(good.settled[0][0])}, {[]byte(good.settled[0][1])}}}
	if _, err := UnmarshalRounds(op.MustMarshal(w)); err == nil {
		t.Error("another cut was read")
	}
	w = list{Live: []*Round{}, Rosters: [][]op.Member{}, Settled: [][][]byte{{[]byte(good.settled[0][0])}}}
	if _, err := UnmarshalRounds(op.MustMarshal(w)); err == nil {
		t.Error("a round of no roster was read")
	}
	w = list{Live: []*Round{{State: InForce}}, Rosters: [][]op.Member{}, Settled: [][][]byte{}}
	if _, err := UnmarshalRounds(op.MustMarshal(w)); err == nil {
		t.Error("a live round in force was read")
	}
	if _, err := UnmarshalRounds(nil); err == nil {
		t.Error("nothing was read")
	}
}

func TestAListThatNobodyWroteToIsEmpty(t *testing.T) {
	var none *Rounds
	if live, settled := none.Len(); live+settled != 0 || none.OpenBy(ann) != 0 || none.Live() != nil || none.Settled(0, 5) != nil || none.InForce(Routine, 0, 5) != nil {
		t.Error("nothing is not empty")
	}
	if again, err := UnmarshalRounds(none.MarshalState()); err != nil || again == nil {
		t.Errorf("%v", err)
	}
}

// One more settled round must not copy the whole list.
func BenchmarkSettleOneMore(b *testing.B) {
	l := settledRounds(10_000)
	r := unpack(l.settled[0][0], l.rosters)
	r.Ref.Seq = 1 << 20
	b.ReportAllocs()
	for b.Loop() {
		next := *l
		next.add(r.pack(0))
	}
}

// Who belongs was decided and done: it stands in no list of what is looked at again,
// and takes nobody's place there.
func TestWhoBelongsIsNotLookedAtAgain(t *testing.T) {
	s := newScene(t, 3)
	seat := s.open(ann, Membership)
	s.toCheck(seat)
	s.consent(seat, 0, 3)
	s.adopt(ann, seat)
	s.time += day
	shed := s.open(ann, Standard)
	s.consent(shed, 0, 3)
	s.adopt(ann, shed)
	if got := s.list().Dated(1, 1); len(got) != 1 || got[0].Ref != shed {
		t.Errorf("what is looked at again: %v", got)
	}
	for _, x := range s.list().Settled(0, 2) {
		if again := x.ReviewDue(x.ReviewOn); again != (x.Ref == shed) || x.ReviewDue(x.ReviewOn-1) {
			t.Errorf("%v is looked at again: %v", x.Class, again)
		}
	}
}
