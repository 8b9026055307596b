package ledger

import (
	"slices"
	"sort"

	"celld/internal/op"
)

// Essentials are goods that a cell means to have: first aid, transport, the
// parts of kits. How many there are is the balance of what we share in the book
// of the good, and nothing else; here stands which of them have to be used by
// when. What is taken comes from those whose day is first.

// KindKeep says what a good is kept for, and how many there should be.
const KindKeep op.Kind = "good.keep" // Keep

// Use is what a good is kept for.
type Use uint8

// What goods are kept for. OfNothing is any good that nobody keeps.
const (
	OfNothing Use = iota
	OfFirstAid
	OfTransport
	OfKits
	OfFood
	OfElse
)

// Uses lists them as pages offer them.
var Uses = []Use{OfFirstAid, OfTransport, OfKits, OfFood, OfElse}

// Keep is the content of good.keep: the newest one stands.
type Keep struct {
	Unit  Unit   `cbor:"1,keyasint"`
	Use   Use    `cbor:"2,keyasint,omitempty"` // OfNothing: it is kept no more
	Least Amount `cbor:"3,keyasint,omitempty"`
}

// Kept is a good that the cell means to have.
type Kept struct {
	Keep
	Ref op.Ref `cbor:"4,keyasint"` // the name by which promises speak of it; it stays
}

// Spoilt is where goods go whose day has passed. They were not used.
const Spoilt Account = "world:spoilt"

// maxBatch is how long the name of a batch is, and maxLots how many batches of
// one good lie in one place.
const (
	maxBatch = 40
	maxLots  = 40
)

// Lot is a batch, as far as it is still there.
type Lot struct {
	_      struct{} `cbor:",toarray"`
	UseBy  Day      // 0: it keeps
	Batch  string
	Amount Amount
}

// Parcel is what a transfer of goods that waits says beside its amount.
type Parcel struct {
	_      struct{} `cbor:",toarray"`
	Ref    op.Ref
	UseBy  Day
	Batch  string
	Spoilt bool
}

// Pace is what was used of a good in a month.
type Pace struct {
	_     struct{} `cbor:",toarray"`
	Month Month
	Used  Amount
}

// paceMonths is how many months of use are remembered.
const paceMonths = 6

// Stock is what a shared account knows of a good beside how many there are. The
// lots add up to the balance where that is not below zero.
type Stock struct {
	Lots    []Lot    `cbor:"1,keyasint,omitempty"` // by their last days; what keeps comes last
	Parcels []Parcel `cbor:"2,keyasint,omitempty"`
	Paces   []Pace   `cbor:"3,keyasint,omitempty"` // the newest last
}

// stocked brings the stock of an account up to date after o changed its balance
// from that of old.
func (h Holding) stocked(u Unit, a Account, old Holding, o op.Opened) Holding {
	if u.Class() != ClassGood || !a.shared() {
		return h
	}
	s := h.stock()
	switch o.Kind {
	case KindPropose:
		s = s.announce(o)
	case KindSign, KindConfirm, KindErase, KindRefuse, KindExpire, KindDrop:
		var p Parcel
		s, p = s.arrived(o.Subject)
		s = s.move(old.Balance, h.Balance, p, o)
	default:
		s = s.move(old.Balance, h.Balance, Parcel{}, o)
	}
	return h.with(s)
}

func (h Holding) stock() Stock {
	if h.Stock == nil {
		return Stock{}
	}
	return *h.Stock
}

// with returns h with s, and without a pointer where s says nothing.
func (h Holding) with(s Stock) Holding {
	h.Stock = nil
	if s.Lots != nil || s.Parcels != nil || s.Paces != nil {
		h.Stock = &s
	}
	return h
}

func (s Stock) announce(o op.Opened) Stock {
	c := transferOf(o)
	p := Parcel{Ref: o.Ref, UseBy: c.UseBy, Batch: c.Batch, Spoilt: c.To == Spoilt}
	if p.UseBy != 0 || p.Batch != "" || p.Spoilt {
		s.Parcels = append(slices.Clone(s.Parcels), p)
	}
	return s
}

func (s Stock) arrived(ref op.Ref) (Stock, Parcel) {
	i := slices.IndexFunc(s.Parcels, func(p Parcel) bool { return p.Ref == ref })
	if i < 0 {
		return s, Parcel{}
	}
	p := s.Parcels[i]
	s.Parcels = slices.Delete(slices.Clone(s.Parcels), i, i+1)
	if len(s.Parcels) == 0 {
		s.Parcels = nil
	}
	return s, p
}

// move puts what came into its lot, or takes what went from the lots that end
// first. What two took who had not seen each other is owed by what comes next.
func (s Stock) move(before, after Amount, p Parcel, o op.Opened) Stock {
	switch there := max(0, after); {
	case after > before:
		s.Lots = put1(s.Lots, Lot{UseBy: p.UseBy, Batch: p.Batch, Amount: min(after-before, there)})
	case after < before:
		s.Lots = first(s.Lots, there)
		if !p.Spoilt && o.Clock.Trusted() {
			s.Paces = used(s.Paces, DayOf(o.Time).Month(), before-after)
		}
	}
	return s
}

// put1 returns lots with one more, in the order of their last days.
func put1(lots []Lot, l Lot) []Lot {
	if l.Amount == 0 {
		return lots
	}
	lots = slices.Clone(lots)
	i := slices.IndexFunc(lots, func(x Lot) bool { return x.UseBy == l.UseBy && x.Batch == l.Batch })
	if i >= 0 {
		lots[i].Amount += l.Amount
		return lots
	}
	lots = append(lots, l)
	sort.SliceStable(lots, func(i, j int) bool { return lots[i].last() < lots[j].last() })
	return lots
}

// last is the last day of a lot; what keeps lasts longest.
func (l Lot) last() Day {
	if l.UseBy == 0 {
		return ^Day(0)
	}
	return l.UseBy
}

// first takes from the lots that end first until so many are left.
func first(lots []Lot, left Amount) []Lot {
	lots = slices.Clone(lots)
	for sum := total(lots); sum > left; {
		n := min(lots[0].Amount, sum-left)
		lots[0].Amount, sum = lots[0].Amount-n, sum-n
		if lots[0].Amount == 0 {
			lots = lots[1:]
		}
	}
	if len(lots) == 0 {
		return nil
	}
	return lots
}

func total(lots []Lot) (sum Amount) {
	for _, l := range lots {
		sum += l.Amount
	}
	return sum
}

// used adds to the use of a month. What comes late counts in the month in which
// it was written, while that is remembered.
func used(paces []Pace, m Month, n Amount) []Pace {
	paces = slices.Clone(paces)
	i := slices.IndexFunc(paces, func(p Pace) bool { return p.Month >= m })
	switch {
	case i < 0:
		paces = append(paces, Pace{Month: m, Used: n})
	case paces[i].Month == m:
		paces[i].Used += n
	default:
		paces = op.Insert(paces, i, Pace{Month: m, Used: n})
	}
	return paces[max(0, len(paces)-paceMonths):]
}

// Lots returns the batches of a good, in the order in which they are taken.
func (h Holding) Lots() []Lot { return h.stock().Lots }

// Take returns what so many pieces would be taken from.
func (h Holding) Take(n Amount) (out []Lot) {
	for _, l := range h.Lots() {
		if n <= 0 {
			break
		}
		l.Amount = min(l.Amount, n)
		out, n = append(out, l), n-l.Amount
	}
	return out
}

// Outlook is what becomes of a good if it is used as it was lately.
type Outlook struct {
	Past  Amount // how many have their last day behind them
	Spoil Amount // how many more will have before they are used
	Day   Day    // the first of those last days
}

// noPaceDays is how near a last day has to be where nothing was used lately.
const noPaceDays = 30

// Outlook looks ahead from a day. The pace is that of this month so far and the
// two before it.
func (h Holding) Outlook(today Day) (out Outlook) {
	took, over := h.pace(today)
	before := Amount(0) // what is used or spoilt before the lot at hand
	for _, l := range h.Lots() {
		if l.UseBy == 0 {
			break
		}
		days := l.UseBy.number() - today.number()
		if days < 0 {
			out.Past += l.Amount
			continue
		}
		spoil := l.Amount
		if took > 0 {
			spoil = min(l.Amount, max(0, before+l.Amount-took*Amount(days)/over))
		} else if days > noPaceDays {
			spoil = 0
		}
		before += l.Amount - spoil
		if spoil > 0 && out.Day == 0 {
			out.Day = l.UseBy
		}
		out.Spoil += spoil
	}
	return out
}

// pace is how many were used in how many days.
func (h Holding) pace(today Day) (took, days Amount) {
	y, m, _ := today.Date()
	if m -= 2; m < 1 {
		y, m = y-1, m+12
	}
	from := MakeDay(y, m, 1)
	for _, p := range h.stock().Paces {
		if p.Month >= from.Month() && p.Month <= today.Month() {
			took += p.Used
		}
	}
	return took, Amount(today.number()-from.number()) + 1
}

// number counts the days since the beginning of the year 1900.
func (d Day) number() (n int) {
	y, m, day := d.Date()
	n = (y-1900)*365 + (y-1901)/4 - (y-1901)/100 + (y-1601)/400 + day
	for i := 1; i < m; i++ {
		n += monthLength(y, i)
	}
	return n
}

// Kept returns the goods that the cell means to have, by their units.
func (b Book) Kept() (out []Kept) {
	for _, k := range b.Keeps {
		if k.Use != OfNothing {
			out = append(out, k)
		}
	}
	return out
}

// KeptAs says what a good is kept for.
func (b Book) KeptAs(u Unit) Kept {
	for _, k := range b.Keeps {
		if k.Unit == u {
			return k
		}
	}
	return Kept{Keep: Keep{Unit: u}}
}

func (b Book) keep(o op.Opened) Book {
	k, _ := read[Keep](o)
	ref := o.Ref
	if was := b.KeptAs(k.Unit); !was.Ref.IsZero() {
		ref = was.Ref
	}
	b.Keeps = put(b.Keeps, Kept{k, ref}, func(k Kept) Unit { return k.Unit })
	return b
}

func judgeKeep(o op.Opened, at past) error {
	k, _ := read[Keep](o)
	return must(
		refuseIf(k.Unit.Class() != ClassGood || !at.uses(k.Unit), codeUnit, k.Unit),
		refuseIf(k.Use > OfElse, codeContent),
		refuseIf(k.Least < 0 || k.Least > MaxAmount, codeAmount, k.Least, MaxAmount))
}

// batched refuses a last day or a batch of what is no good that comes to what
// we share, and more batches than anybody could tell apart.
func (p past) batched(c Transfer) error {
	if c.UseBy == 0 && c.Batch == "" {
		return nil
	}
	lots := p.holding(c.Unit, c.To).Lots()
	return must(
		refuseIf(c.Unit.Class() != ClassGood || !c.To.shared() || c.From.shared(), codeBatch),
		refuseIf(c.UseBy != 0 && !c.UseBy.Valid(), codeDate),
		op.CheckText(c.Batch, maxBatch, false),
		refuseIf(len(lots) >= maxLots, codeLots, maxLots))
}
