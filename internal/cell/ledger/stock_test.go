package ledger

import (
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

const (
	swabs         = Unit("good:swabs")
	shelf Account = "pool:store"
	shop  Account = "world:outside"
)

// pile is the store of one good, told what comes and goes.
type pile struct {
	h   Holding
	seq uint64
	day uint64 // of the clock, in days since 1970
}

func (p *pile) tell(kind op.Kind, subject op.Ref, content any) op.Ref {
	p.seq++
	o := op.Opened{Place: op.Place{Rank: p.seq, Ref: op.Ref{Device: op.Device{9}, Seq: p.seq}}, Kind: kind, Subject: subject,
		Time: p.day * secondsOfDay, Clock: op.ClockNTP}
	if content != nil {
		o.Content = op.MustMarshal(content)
	}
	p.h = applyHolding(swabs, shelf, p.h, o)
	return o.Ref
}

func (p *pile) in(n Amount, by Day, batch string) {
	p.tell(KindSign, p.tell(KindPropose, op.Ref{}, Transfer{Unit: swabs, From: shop, To: shelf, Amount: n, UseBy: by, Batch: batch}), nil)
}

func (p *pile) out(n Amount, to Account) {
	p.tell(KindSign, p.tell(KindPropose, op.Ref{}, Transfer{Unit: swabs, From: shelf, To: to, Amount: n}), nil)
}

// dayNumber is the day of the clock that a date is.
func dayNumber(d Day) uint64 { return uint64(d.number() - Day(19700101).number()) }

func TestWhatEndsFirstIsTakenFirst(t *testing.T) {
	p := &pile{day: dayNumber(20261101)}
	p.in(10, 20271231, "B")
	p.in(5, 20261215, "A")
	p.in(7, 0, "")
	if from := p.h.Take(8); len(from) != 2 || from[0].Batch != "A" || from[0].Amount != 5 || from[1].Batch != "B" || from[1].Amount != 3 {
		t.Fatalf("8 would be taken from %v", from)
	}
	p.out(8, shop)
	if l := p.h.Lots(); len(l) != 2 || l[0] != (Lot{UseBy: 20271231, Batch: "B", Amount: 7}) || l[1] != (Lot{Amount: 7}) {
		t.Fatalf("left are %v", l)
	}
	p.in(1, 20271231, "B")
	if l := p.h.Lots(); len(l) != 2 || l[0].Amount != 8 {
		t.Errorf("one batch lies twice: %v", l)
	}
	// What waits, or was not agreed to, is not there.
	r := p.tell(KindPropose, op.Ref{}, Transfer{Unit: swabs, From: shop, To: shelf, Amount: 90, UseBy: 20261201, Batch: "C"})
	p.tell(KindRefuse, r, nil)
	if total(p.h.Lots()) != 15 || p.h.Stock.Parcels != nil {
		t.Errorf("there are %v", p.h.Stock)
	}
}

func TestWhatWillPassItsDayBeforeItIsUsedIsForeseen(t *testing.T) {
	today := Day(20261130)
	p := &pile{day: dayNumber(20261001)}
	p.in(300, 0, "")
	p.out(61, shop) // one a day
	p.out(100, Spoilt)
	p.h.Stock.Lots = nil
	p.h.Balance = 0
	p.day = dayNumber(today)
	if took, days := p.h.pace(today); took != 61 || days != 91 {
		t.Fatalf("%d in %d days", took, days)
	}
	p.in(30, 20261210, "near")
	p.in(40, 20270201, "far")
	p.in(9, 20261120, "past")
	p.in(50, 0, "keeps")
	// Six are used until the 10th, and 42 in all until February.
	out := p.h.Outlook(today)
	if out.Past != 9 || out.Day != 20261210 || out.Spoil != 30-6+40-(61*63/91-6) {
		t.Errorf("foreseen are %+v", out)
	}
	// Where nothing was used only what ends soon is told.
	fresh := &pile{day: dayNumber(today)}
	fresh.in(5, 20261220, "soon")
	fresh.in(5, 20270320, "later")
	if out := fresh.h.Outlook(today); out.Spoil != 5 || out.Day != 20261220 {
		t.Errorf("foreseen are %+v", out)
	}
}

// TestLotsAddUpToTheBalance whatever comes and goes, in whatever order, also
// below nothing, where two took who had not seen each other.
func TestLotsAddUpToTheBalance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := &pile{day: dayNumber(20261101)}
		var waiting []op.Ref
		below := false
		for range rapid.IntRange(1, 40).Draw(rt, "length") {
			p.day += rapid.Uint64Range(0, 20).Draw(rt, "later")
			n := Amount(rapid.IntRange(1, 50).Draw(rt, "pieces"))
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0, 1:
				waiting = append(waiting, p.tell(KindPropose, op.Ref{}, Transfer{Unit: swabs, From: shop, To: shelf, Amount: n,
					UseBy: rapid.SampledFrom([]Day{0, 20261201, 20261224, 20270131}).Draw(rt, "by"), Batch: rapid.SampledFrom([]string{"", "A"}).Draw(rt, "batch")}))
			case 2:
				waiting = append(waiting, p.tell(KindPropose, op.Ref{}, Transfer{Unit: swabs, From: shelf, To: rapid.SampledFrom([]Account{shop, Spoilt}).Draw(rt, "to"), Amount: n}))
			default:
				if len(waiting) > 0 {
					kind := rapid.SampledFrom([]op.Kind{KindSign, KindSign, KindSign, KindErase}).Draw(rt, "kind")
					p.tell(kind, rapid.SampledFrom(waiting).Draw(rt, "which"), nil)
				}
			}
			below = below || p.h.Balance < 0
			if total(p.h.Lots()) != max(0, p.h.Balance) {
				rt.Fatalf("%d in lots of %d", total(p.h.Lots()), p.h.Balance)
			}
			for i, l := range p.h.Lots() {
				if l.Amount <= 0 || i > 0 && p.h.Lots()[i-1].last() > l.last() {
					rt.Fatalf("the lots are %v", p.h.Lots())
				}
			}
			again, err := UnmarshalState(AcctKey(swabs, shelf), p.h.MarshalState())
			if err != nil || string(again.(Holding).MarshalState()) != string(p.h.MarshalState()) {
				rt.Fatalf("it reads back otherwise: %v", err)
			}
		}
		out := p.h.Outlook(DayOf(p.day * secondsOfDay))
		if out.Past+out.Spoil > max(0, p.h.Balance) || out.Past < 0 || out.Spoil < 0 {
			rt.Fatalf("of %d there will be lost %+v", p.h.Balance, out)
		}
	})
}

func TestAKeptGoodKeepsItsName(t *testing.T) {
	var b Book
	tell := func(seq uint64, k Keep) {
		b = applyBook(b, op.Opened{Place: op.Place{Ref: op.Ref{Seq: seq}}, Kind: KindKeep, Content: op.MustMarshal(k)})
	}
	tell(1, Keep{Unit: swabs, Use: OfFirstAid, Least: 20})
	tell(2, Keep{Unit: swabs, Use: OfFirstAid, Least: 30})
	if k := b.KeptAs(swabs); k.Ref.Seq != 1 || k.Least != 30 || len(b.Kept()) != 1 {
		t.Errorf("kept as %+v", k)
	}
	tell(3, Keep{Unit: swabs})
	if len(b.Kept()) != 0 {
		t.Errorf("kept are %v", b.Kept())
	}
}

func TestASubscriptionIsDueAgain(t *testing.T) {
	ref := op.Ref{Device: op.Device{9}, Seq: 1}
	told := func(kind op.Kind, day Day, clock op.Clock, content any) op.Opened {
		o := op.Opened{Place: op.Place{Ref: ref}, Kind: kind, Time: dayNumber(day) * secondsOfDay, Clock: clock}
		if kind != KindOffer {
			o.Ref, o.Subject = op.Ref{Device: op.Device{9}, Seq: 2}, ref
		}
		if content != nil {
			o.Content = op.MustMarshal(content)
		}
		return o
	}
	begin := func(every Every) Pledge {
		p := applyPledge(ref, Pledge{}, told(KindOffer, 20260101, op.ClockNTP, Offer{What: "Bread", Every: every}))
		if p.Due() != 0 {
			t.Fatal("an offer is due before anybody accepted it")
		}
		return applyPledge(ref, p, told(KindAccept, 20260131, op.ClockNTP, nil))
	}
	month := begin(EveryMonth)
	if month.Due() != 20260228 {
		t.Errorf("due on %v", month.Due())
	}
	if kept := applyPledge(ref, month, told(KindFulfil, 20260303, op.ClockNTP, Fulfil{})); kept.Due() != 20260403 || kept.Turns != 1 {
		t.Errorf("due again on %v", kept.Due())
	}
	if part := applyPledge(ref, month, told(KindFulfil, 20260303, op.ClockNTP, Fulfil{Part: true})); part.Due() != 20260228 {
		t.Errorf("a part put it off to %v", part.Due())
	}
	if week := begin(EveryWeek); week.Due() != 20260207 {
		t.Errorf("due on %v", week.Due())
	}
	if once := begin(Once); once.Due() != 0 {
		t.Errorf("due on %v", once.Due())
	}
	agreed := applyPledge(ref, month, told(KindSchedule, 20260201, op.ClockNTP, Schedule{Day: 20260215}))
	if agreed.Due() != 20260215 {
		t.Errorf("due on %v", agreed.Due())
	}
	if over := applyPledge(ref, month, told(KindWithdraw, 20260201, op.ClockNTP, nil)); over.Due() != 0 {
		t.Errorf("due on %v", over.Due())
	}
}
