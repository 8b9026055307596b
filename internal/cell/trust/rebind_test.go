package trust_test

import (
	"crypto/ed25519"
	"testing"

	"celld/internal/cell/trust"
	"celld/internal/op"
)

const day = 24 * 3600

// circle is Moss's cell with three more at the table, and a re-binding of Moss.
type circle struct {
	table
	others []op.Member
	act    trust.Act
}

func circleOf(t *testing.T) *circle {
	t.Helper()
	x := &circle{table: laid(t)}
	for i := range byte(3) {
		m := op.Member{10 + i}
		x.others = append(x.others, m)
		x.do(t, "", 0, trust.KindAdmit, x.moss, trust.Admit{Member: m, Identity: public(key(20 + i)), Opening: make([]byte, 32)})
	}
	x.act = trust.Act{Verb: trust.Rebind, Member: x.moss, Identity: public(key(40)), Opening: make([]byte, 32)}
	return x
}

// do judges an operation at a time that a trusted clock tells (0: none does)
// and folds it, or wants it refused with a code.
func (x *circle) do(t *testing.T, code string, now uint64, kind op.Kind, by op.Member, content any) {
	t.Helper()
	o := op.Opened{Kind: kind, Member: by, Time: now, Content: op.MustMarshal(content)}
	if now > 0 {
		o.Clock = op.ClockNTP
	}
	switch err := x.judge(o); {
	case err == nil && code == "":
		x.trust = trust.Apply(trust.Key, x.trust, o).(*trust.Trust)
	case err == nil || code == "" || err.(op.Refusal).Code != code:
		t.Fatalf("%s: %v, want %q", kind, err, code)
	}
}

func (x *circle) assent(t *testing.T, act trust.Act, by ...op.Member) {
	t.Helper()
	for _, m := range by {
		x.do(t, "", 0, trust.KindAssent, m, trust.Assent{Act: act.Hash()})
	}
}

func (x *circle) veto(signer ed25519.PrivateKey) trust.Veto {
	word := op.Statement{Verb: op.VerbVeto, Cell: x.trust.Cell, Member: x.moss, Key: []byte{}}
	return trust.Veto{Member: x.moss, Sig: ed25519.Sign(signer, word.Bytes())}
}

func TestARebindingTakesHalfOfTheOthersAndThreeTrustedDays(t *testing.T) {
	x := circleOf(t)
	a, b := x.others[0], x.others[1]
	x.do(t, "trust.verb", 0, trust.KindAnnounce, x.moss, x.act)
	x.assent(t, x.act, a, x.moss)
	x.do(t, "trust.assents", 100*day, trust.KindAct, a, x.act) // the own yes does not count
	x.assent(t, x.act, b)
	x.do(t, "trust.not-announced", 100*day, trust.KindAct, a, x.act)
	x.do(t, "", 0, trust.KindAnnounce, a, x.act)
	x.do(t, "trust.wait", 100*day, trust.KindAct, a, x.act) // no clock has begun the wait
	x.do(t, "", 100*day, trust.KindAnnounce, b, x.act)
	x.do(t, "", 102*day, trust.KindAnnounce, a, x.act) // said again, it begins no later
	x.do(t, "trust.wait", 103*day-1, trust.KindAct, a, x.act)
	x.do(t, "trust.wait", 0, trust.KindAct, a, x.act)
	x.do(t, "", 103*day, trust.KindAct, a, x.act)
	if m, _ := x.trust.Member(x.moss); string(m.Identity) != string(x.act.Identity) || len(m.Slot) != 0 {
		t.Error("the keys are not the new ones")
	}
	if _, left := x.trust.Rebinding(x.act); left {
		t.Error("what was carried out still waits")
	}
}

func TestAVetoLeavesItToAMembershipRound(t *testing.T) {
	x := circleOf(t)
	a, b := x.others[0], x.others[1]
	decided := x.act
	decided.Vetoed = true
	x.assent(t, x.act, a, b)
	x.assent(t, decided, a, b)
	x.do(t, "", 1*day, trust.KindAnnounce, a, x.act)
	x.do(t, "trust.no-veto", 9*day, trust.KindAct, a, decided)
	x.do(t, "trust.signature", 2*day, trust.KindVeto, x.moss, x.veto(key(40)))
	x.do(t, "", 2*day, trust.KindVeto, x.moss, x.veto(x.identity))
	x.do(t, "trust.vetoed", 9*day, trust.KindAct, a, x.act)
	x.do(t, "", 0, trust.KindAct, a, decided) // the round has had its own time
	x.do(t, "trust.signature", 9*day, trust.KindVeto, a, x.veto(x.identity))
}

// Yeses are for one re-binding. Else whoever has found the words that Moss had in
// between brings those keys back later with one friend, and nobody is asked again:
// after three days, or after a veto, which Moss says to any other claim, at once.
func TestAYesServesForOneRebinding(t *testing.T) {
	for _, vetoed := range []bool{false, true} {
		x := circleOf(t)
		a, b := x.others[0], x.others[1]
		identity := x.identity
		carry := func(act trust.Act, now uint64) {
			act.Vetoed = vetoed
			x.do(t, "", now, trust.KindAnnounce, a, trust.Act{Verb: act.Verb, Member: act.Member, Identity: act.Identity, Opening: act.Opening})
			if vetoed {
				x.do(t, "", now, trust.KindVeto, x.moss, x.veto(identity))
			}
			x.assent(t, act, a, b)
			x.do(t, "", now+3*day, trust.KindAct, a, act)
		}
		carry(x.act, 1*day)
		identity = key(40)
		next := x.act
		next.Identity = public(key(41))
		carry(next, 10*day)
		identity = key(41)
		again := x.act
		x.do(t, "", 20*day, trust.KindAnnounce, a, again)
		if again.Vetoed = vetoed; vetoed {
			x.do(t, "", 20*day, trust.KindVeto, x.moss, x.veto(identity))
		}
		x.do(t, "trust.assents", 30*day, trust.KindAct, a, again)
		x.assent(t, again, a, b)
		x.do(t, "", 30*day, trust.KindAct, a, again)
	}
}

// The old key's logs end where the act had seen them; what the new key grants
// afterwards goes on.
func TestARebindingClosesWhatTheOldKeyGranted(t *testing.T) {
	x := laid(t)
	device, late, fresh := key(4), key(5), key(6)
	act := op.Opened{Kind: trust.KindAct, Member: op.Member{10}, Content: op.MustMarshal(trust.Act{Verb: trust.Rebind, Member: x.moss}),
		Place: op.Place{Rank: 9, Ref: op.Ref{Device: op.Device{99}, Seq: 4}}, Past: op.Past{op.DeviceOf(public(device)): 3}}
	before := x.open(device, key(3), nil)
	apart := x.open(late, key(3), nil)
	apart.Rank = 10
	after := x.open(fresh, key(3), nil)
	after.Rank, after.Past = 10, op.Past{op.Device{99}: 4}
	got := trust.Closings([]op.Opened{before, act, apart, after}, nil)
	if got[op.DeviceOf(public(device))] != 3 {
		t.Errorf("the old device ends at %d", got[op.DeviceOf(public(device))])
	}
	if head, closed := got[op.DeviceOf(public(late))]; !closed || head != 0 {
		t.Error("what the old key granted elsewhere at that time goes on")
	}
	if _, closed := got[op.DeviceOf(public(fresh))]; closed {
		t.Error("what the new key granted is closed")
	}
}
