package pause

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"celld/internal/op"
)

var moss, heron, fern, left = op.Member{1}, op.Member{2}, op.Member{3}, op.Member{9}

// table is a cell of three that tells one thing after the other.
type table struct {
	*testing.T
	book  any
	seq   uint64
	now   uint64
	clock op.Clock
}

func (x *table) At(key string) any {
	if key == "people" {
		return active{}
	}
	return x.book
}

type active struct{}

func (active) IsActive(m op.Member) bool { return m == moss || m == heron || m == fern }

// holder knows the account of Heron and one that is shared.
func holder(account string) (op.Member, bool) {
	if account == "heron" {
		return heron, true
	}
	return op.Member{}, account == "tin" || strings.HasPrefix(account, "pool:")
}

func (x *table) try(by op.Member, kind op.Kind, subject op.Ref, content any) (op.Ref, error) {
	x.seq++
	o := op.Opened{Place: op.Place{Rank: x.seq, Ref: op.Ref{Device: op.Device{9}, Seq: x.seq}}, Member: by, Time: x.now, Clock: x.clock, Kind: kind, Subject: subject}
	if content != nil {
		o.Content = op.MustMarshal(content)
	}
	if err := Judge(o, x, holder); err != nil {
		return o.Ref, err
	}
	b := Apply(Key, x.book, o).(*Book)
	again, err := Unmarshal(b.MarshalState())
	if err != nil || !bytes.Equal(again.MarshalState(), b.MarshalState()) {
		x.Fatal(err)
	}
	x.book = again
	return o.Ref, nil
}

func (x *table) wants(code string, by op.Member, kind op.Kind, subject op.Ref, content any) {
	x.Helper()
	_, err := x.try(by, kind, subject, content)
	if r := (op.Refusal{}); !errors.As(err, &r) || r.Code != code {
		x.Errorf("%v, want %s", err, code)
	}
}

func (x *table) must(by op.Member, kind op.Kind, subject op.Ref, content any) op.Ref {
	x.Helper()
	r, err := x.try(by, kind, subject, content)
	if err != nil {
		x.Fatal(err)
	}
	return r
}

func (x *table) paused(want bool, after uint64) {
	x.Helper()
	if _, is := x.book.(*Book).Of("heron", x.now+after, x.clock.Trusted()); is != want {
		x.Errorf("after %d s it is paused: %v", after, is)
	}
}

func newTable(t *testing.T) *table { return &table{T: t, now: 1_000_000, clock: op.ClockNTP} }

// K7: told within a day, confirmed within three, and then no longer than two weeks.
func TestAPauseLapsesUnlessItIsToldAndConfirmed(t *testing.T) {
	x := newTable(t)
	p := x.must(moss, KindBegin, op.Ref{}, Begin{Account: "heron"})
	x.paused(true, Untold-1)
	x.paused(false, Untold)
	x.must(moss, KindTell, p, Tell{"Somebody else signs in as Heron."})
	x.paused(true, Told-1)
	x.paused(false, Told)
	x.must(fern, KindConfirm, p, nil)
	x.paused(true, Confirmed-1)
	x.paused(false, Confirmed)
	x.now += Told
	x.must(fern, KindEnd, p, nil)
	x.paused(false, 0)
}

func TestWhoDidItAndWhoseItIsDoNotConfirmIt(t *testing.T) {
	x := newTable(t)
	p := x.must(moss, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
	x.wants("pause.other", moss, KindConfirm, p, nil)
	x.wants("pause.other", heron, KindConfirm, p, nil)
	x.wants("pause.other", heron, KindEnd, p, nil)
	x.wants("pause.other", fern, KindEnd, p, nil)
	x.wants("pause.other", fern, KindTell, p, Tell{"more"})
	x.must(fern, KindConfirm, p, nil)
	x.wants("pause.other", fern, KindConfirm, p, nil)
	x.must(moss, KindEnd, p, nil)
	x.wants("pause.gone", fern, KindEnd, p, nil)
}

func TestNobodyPausesTheSameAgainAndAgain(t *testing.T) {
	x := newTable(t)
	x.must(moss, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
	x.wants("pause.twice", fern, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
	x.now += Told
	x.wants("pause.again", moss, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
	x.must(moss, KindBegin, op.Ref{}, Begin{"tin", "Another one"})
	x.must(fern, KindBegin, op.Ref{}, Begin{"heron", "I say so too"})
	x.now += Told + Rest
	x.must(moss, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
}

// Two weeks after it lapsed the same person may do it again, and not before.
func TestTheSamePersonRestsForTwoWeeks(t *testing.T) {
	x := newTable(t)
	x.must(moss, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
	x.now += Told + Rest - 1
	x.wants("pause.again", moss, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
	x.now++
	x.must(moss, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
}

// Of three, two would else take turns: one begins, the other says that it stays, and
// two weeks later the other way round. What was not confirmed keeps nobody from it.
func TestTwoDoNotTakeTurnsToKeepAnAccountPaused(t *testing.T) {
	x := newTable(t)
	x.must(fern, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
	x.now += Told
	p := x.must(moss, KindBegin, op.Ref{}, Begin{"heron", "Danger again"})
	x.must(fern, KindConfirm, p, nil)
	x.now += Confirmed + Rest - Told + 1
	p = x.must(fern, KindBegin, op.Ref{}, Begin{"heron", "I say so too"})
	x.wants("pause.again", moss, KindConfirm, p, nil)
	x.clock = op.ClockTold
	x.wants("pause.again", moss, KindConfirm, p, nil)
	x.clock = op.ClockNTP
	x.paused(false, Told)
	x.now += Told - 1 // the one before is over for two weeks
	x.must(moss, KindConfirm, p, nil)
}

// Whose account is paused would else begin pauses of accounts that nobody has, until
// their own is forgotten.
func TestNobodyCrowdsOutAPause(t *testing.T) {
	for _, clock := range []op.Clock{op.ClockNTP, op.ClockNone} {
		x := newTable(t)
		x.clock = clock
		x.must(moss, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
		code := ""
		for i := range 2 * Most {
			if _, err := x.try(heron, KindBegin, op.Ref{}, Begin{Account: fmt.Sprint("pool:", i)}); err != nil {
				code = err.(op.Refusal).Code
			}
		}
		x.paused(true, 0)
		if code != "pause.again" {
			t.Errorf("one member pauses %d accounts: %q", len(x.book.(*Book).All()), code)
		}
		x.must(fern, KindBegin, op.Ref{}, Begin{"tin", "Danger there, too"})
	}
}

// A cell without a clock goes on protecting: what was ended counts no more, nor is
// it kept for ever.
func TestWithoutAClockWhatWasEndedIsForgotten(t *testing.T) {
	x := newTable(t)
	x.clock = op.ClockNone
	for i := range 2 * Most {
		x.must(moss, KindEnd, x.must(moss, KindBegin, op.Ref{}, Begin{Account: fmt.Sprint("pool:", i)}), nil)
	}
	if n := len(x.book.(*Book).All()); n != Most {
		t.Errorf("%d are remembered", n)
	}
}

// Without a clock no timer runs: it is held, and others may end it (X2).
func TestWithoutAClockAPauseIsHeldAndOthersEndIt(t *testing.T) {
	x := newTable(t)
	x.clock = op.ClockNone
	p := x.must(moss, KindBegin, op.Ref{}, Begin{Account: "heron"})
	x.paused(true, 100*Confirmed)
	x.wants("pause.other", heron, KindEnd, p, nil)
	x.must(fern, KindEnd, p, nil)
	x.paused(false, 0)
	x = newTable(t)
	x.clock = op.ClockNone
	p = x.must(moss, KindBegin, op.Ref{}, Begin{Account: "heron"})
	x.clock = op.ClockNTP
	x.must(moss, KindTell, p, Tell{"Danger"})
	x.paused(false, Told) // the first trusted clock began to count
	x.paused(true, Told-1)
}

func TestWhatIsNoPauseIsRefused(t *testing.T) {
	x := newTable(t)
	x.wants("pause.member", left, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
	x.wants("pause.account", moss, KindBegin, op.Ref{}, Begin{"nobody", "Danger"})
	x.wants("pause.content", moss, KindBegin, op.Ref{Seq: 1}, Begin{"heron", "Danger"})
	x.wants("text.hidden", moss, KindBegin, op.Ref{}, Begin{"heron", "a\u202eb"})
	x.wants("pause.gone", moss, KindConfirm, op.Ref{Seq: 1}, nil)
	p := x.must(moss, KindBegin, op.Ref{}, Begin{Account: "heron"})
	x.wants("pause.words", moss, KindTell, p, Tell{})
	x.wants("pause.content", fern, KindConfirm, p, Tell{"x"})
	for range Most + 5 {
		x.now += Confirmed + Rest
		x.must(moss, KindBegin, op.Ref{}, Begin{"heron", "Danger"})
	}
	if n := len(x.book.(*Book).All()); n != Most {
		t.Errorf("%d are remembered", n)
	}
}

// FuzzUnmarshal reads foreign values; what reads writes the same bytes.
func FuzzUnmarshal(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		book, err := Unmarshal(b)
		if err != nil {
			return
		}
		if again := book.MarshalState(); !bytes.Equal(again, b) {
			t.Errorf("read %x, wrote %x", b, again)
		}
	})
}
