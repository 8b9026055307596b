package ledger

import (
	"slices"

	"celld/internal/op"
)

// TxState is where a transfer stands.
type TxState uint8

// The states of a transfer. From Pending, the first ending in the one order
// counts.
const (
	TxPending TxState = iota + 1
	TxDone
	TxErased
	TxRefused
	TxExpired
)

func (s TxState) String() string {
	return [...]string{"", "pending", "completed", "erased", "refused", "expired"}[min(s, TxExpired)]
}

// PendingDays is how long a transfer waits for its second yes, from the first
// trusted clock that saw it waiting.
const PendingDays = 14

// Tx is the value of a transfer. It is kept small, since finished transfers
// are most of what a cell ever holds; notes are read from the log.
type Tx struct {
	State  TxState   `cbor:"1,keyasint"`
	Unit   Unit      `cbor:"2,keyasint"`
	From   Account   `cbor:"3,keyasint"`
	To     Account   `cbor:"4,keyasint"`
	Amount Amount    `cbor:"5,keyasint"`
	Maker  op.Member `cbor:"6,keyasint"`
	More   *TxMore   `cbor:"7,keyasint,omitempty"`
}

// TxMore is what few transfers need, or only while they wait.
type TxMore struct {
	Mark    uint64   `cbor:"1,keyasint,omitempty"` // Unix seconds of the first trusted clock
	Pledge  op.Ref   `cbor:"2,keyasint,omitzero"`
	Of      op.Ref   `cbor:"3,keyasint,omitzero"`  // a contra corrects this
	Crosses bool     `cbor:"4,keyasint,omitempty"` // a contra that crosses a limit
	Contras []Contra `cbor:"5,keyasint,omitempty"` // corrections of this one
	Kind    op.Kind  `cbor:"6,keyasint,omitempty"` // what posted it, where that was no transfer
	Thing   op.Ref   `cbor:"7,keyasint,omitzero"`  // the expense or bucket it belongs to
}

// Contra is a correction as its original knows it.
type Contra struct {
	_     struct{} `cbor:",toarray"`
	Ref   op.Ref
	State TxState
}

func (t Tx) more() TxMore {
	if t.More == nil {
		return TxMore{}
	}
	return *t.More
}

// with returns t with m, and without a pointer where m says nothing.
func (t Tx) with(m TxMore) Tx {
	t.More = nil
	if m.Mark != 0 || !m.Pledge.IsZero() || !m.Of.IsZero() || m.Crosses || m.Contras != nil || m.Kind != "" {
		t.More = &m
	}
	return t
}

// Of returns what t corrects; zero when it is no contra entry.
func (t Tx) Of() op.Ref { return t.more().Of }

// Struck returns the corrections of t that completed. More than one shows that
// people corrected it without having seen each other.
func (t Tx) Struck() (refs []op.Ref) {
	for _, c := range t.more().Contras {
		if c.State == TxDone {
			refs = append(refs, c.Ref)
		}
	}
	return refs
}

// contra returns the correction that bars another: one that waits or stands.
func (t Tx) contra() (op.Ref, bool) {
	for _, c := range t.more().Contras {
		if c.State == TxPending || c.State == TxDone {
			return c.Ref, true
		}
	}
	return op.Ref{}, false
}

// Deadline returns when a waiting transfer expires, 0 when no trusted clock
// has seen it yet.
func (t Tx) Deadline() uint64 {
	mark := t.more().Mark
	if mark == 0 {
		return 0
	}
	return mark + PendingDays*secondsOfDay
}

// MaySign reports whether m's yes is the one that t waits for: that of the
// other side. A shared account speaks through any member but the maker.
func (t Tx) MaySign(m op.Member) bool {
	if m == t.Maker {
		return false
	}
	from, isFrom := t.From.Holder()
	to, isTo := t.To.Holder()
	switch {
	case isFrom && isTo:
		return m == from || m == to
	case isFrom && from != t.Maker:
		return m == from
	case isTo && to != t.Maker:
		return m == to
	}
	return true
}

// transferOf reads the content of tx.propose or tx.contra.
func transferOf(o op.Opened) Transfer {
	t, _ := read[Transfer](o)
	return t
}

func (t Transfer) entries() Entries {
	if t.Amount == 0 {
		return Entries{}
	}
	return Move(t.Unit, t.From, t.To, t.Amount)
}

// mayMake reports whether m stands on one of the two sides.
func (t Transfer) mayMake(m op.Member) bool {
	mine := MemberAccount(m)
	return t.From == mine || t.To == mine || t.From.Place() != OfMember || t.To.Place() != OfMember
}

// applyTx folds o into the transfer at ref.
func applyTx(ref op.Ref, t Tx, o op.Opened) Tx {
	switch {
	case o.Ref == ref:
		return beginTx(o)
	case o.Kind == KindContra:
		if transferOf(o).Of == ref {
			return t.contraIs(o.Ref, TxPending)
		}
	case o.Kind == KindMark && o.Subject == ref:
		return t.mark(o)
	case o.Subject == ref:
		return t.end(endings[o.Kind])
	default:
		if to := endings[o.Kind]; to != 0 {
			return t.contraIs(o.Subject, to)
		}
	}
	return t
}

var endings = map[op.Kind]TxState{
	KindSign: TxDone, KindErase: TxErased, KindRefuse: TxRefused, KindExpire: TxExpired,
}

func beginTx(o op.Opened) Tx {
	if o.Kind == KindPropose || o.Kind == KindContra {
		c := transferOf(o)
		m := TxMore{Pledge: c.Pledge, Of: c.Of, Crosses: c.Crosses}
		t := compact(Tx{State: TxPending, Unit: c.Unit, From: c.From, To: c.To, Amount: c.Amount, Maker: o.Member})
		return t.with(m).mark(o)
	}
	p, _ := read[Posting](o)
	t := compact(Tx{State: TxDone, Unit: p.Unit, From: p.From, To: p.To, Amount: p.Amount, Maker: o.Member})
	return t.with(TxMore{Kind: o.Kind, Thing: o.Subject})
}

// compact lets the names of t share as little memory as they can.
func compact(t Tx) Tx {
	switch t.Unit {
	case Minutes:
		t.Unit = Minutes
	case Credit:
		t.Unit = Credit
	}
	both := t.From + t.To
	t.From, t.To = both[:len(t.From)], both[len(t.From):]
	return t
}

func (t Tx) mark(o op.Opened) Tx {
	m := t.more()
	if t.State != TxPending || m.Mark != 0 || !o.Clock.Trusted() {
		return t
	}
	m.Mark = o.Time
	return t.with(m)
}

// end brings a waiting transfer to its end; a second ending changes nothing.
func (t Tx) end(to TxState) Tx {
	if t.State != TxPending || to == 0 {
		return t
	}
	t.State = to
	m := t.more()
	m.Mark = 0
	return t.with(m)
}

// contraIs remembers where the correction at ref stands; what ended stays so.
func (t Tx) contraIs(ref op.Ref, to TxState) Tx {
	m := t.more()
	m.Contras = slices.Clone(m.Contras)
	i := slices.IndexFunc(m.Contras, func(c Contra) bool { return c.Ref == ref })
	switch {
	case i < 0 && to == TxPending:
		m.Contras = append(m.Contras, Contra{Ref: ref, State: to})
	case i >= 0 && m.Contras[i].State == TxPending:
		m.Contras[i].State = to
	default:
		return t
	}
	return t.with(m)
}

func touchPropose(o op.Opened, at past) ([]string, error) {
	c, ok := read[Transfer](o)
	if !ok {
		return nil, op.Refuse(codeContent)
	}
	keys := append(at.accounts(c.Unit, c.From, c.To), TxKey(o.Ref))
	if !c.Of.IsZero() {
		keys = append(keys, TxKey(c.Of))
	}
	return keys, nil
}

// touchTx names what an ending touches: the transfer, both accounts and, for a
// correction, what it corrects.
func touchTx(o op.Opened, at past) ([]string, error) {
	t, ok := value[Tx](at, TxKey(o.Subject))
	if !ok {
		return nil, op.Refuse(codeUnknown, o.Subject)
	}
	keys := append(at.accounts(t.Unit, t.From, t.To), TxKey(o.Subject))
	if of := t.Of(); !of.IsZero() {
		keys = append(keys, TxKey(of))
	}
	return keys, nil
}

func touchMark(o op.Opened, _ past) ([]string, error) { return []string{TxKey(o.Subject)}, nil }

func judgePropose(o op.Opened, at past) error {
	c := transferOf(o)
	if err := must(
		checkMove(c.Unit, c.From, c.To, c.Amount),
		CheckNote(c.Note),
		refuseIf(!c.Of.IsZero() || c.Crosses, codeContent),
		at.batched(c),
		at.amounts(c.Unit),
		refuseIf(!c.mayMake(o.Member), codeParty),
	); err != nil {
		return err
	}
	return must(
		at.open(c.Unit, c.From, c.To),
		at.route(c),
		at.pledged(c),
		at.room(c.Unit, c.From, c.To, c.Amount),
	)
}

// route refuses ways round the separated duties: what leaves the pool is an
// expense (goods, which two people hand over, are not), and a bucket is filled
// and emptied as a bucket.
func (p past) route(c Transfer) error {
	from, to := c.From.Place(), c.To.Place()
	for _, a := range []Account{c.From, c.To} {
		if _, ok := p.bucketOf(a); ok {
			return op.Refuse(codeUseBucket, a)
		}
	}
	switch {
	case from == OfWorld && to == OfWorld:
		return op.Refuse(codeRoute, c.From, c.To)
	case c.From.shared() && c.Unit.Class() != ClassGood:
		return op.Refuse(codeAsk, c.From)
	}
	return nil
}

func (p past) pledged(c Transfer) error {
	if c.Pledge.IsZero() {
		return nil
	}
	g, ok := value[Pledge](p, PledgeKey(c.Pledge))
	if !ok {
		return op.Refuse(codeUnknown, c.Pledge)
	}
	return must(
		refuseIf(g.Unit != c.Unit || !g.givenBy(c.From, c.Unit) || g.To != c.To, codePledge),
		refuseIf(!g.running(), codePledgeState, g.State),
	)
}

func judgeContra(o op.Opened, at past) error {
	c := transferOf(o)
	if err := must(checkMove(c.Unit, c.From, c.To, c.Amount), CheckNote(c.Note)); err != nil {
		return err
	}
	t, ok := value[Tx](at, TxKey(c.Of))
	if !ok {
		return op.Refuse(codeUnknown, c.Of)
	}
	other, barred := t.contra()
	return must(
		refuseIf(t.State != TxDone, codeNotDone, t.State),
		refuseIf(barred, codeStruck, other),
		refuseIf(c.Unit != t.Unit || c.From != t.To || c.To != t.From || c.Amount != t.Amount || !c.Pledge.IsZero(), codeContra),
		refuseIf(c.UseBy != 0 || c.Batch != "", codeBatch),
		refuseIf(!c.mayMake(o.Member), codeParty),
		at.corrigible(t),
		at.open(c.Unit, c.From, c.To),
		at.contraRoom(c),
	)
}

// corrigible refuses to correct what was put into a bucket or taken back. The bucket
// would not know, and give the same back to its funder once more, from the others;
// to take back, or to put in again, has the same end. Of one that was given up while
// somebody took back elsewhere, or paid in from the tin, which nobody takes back for,
// the correction is the only way.
func (p past) corrigible(t Tx) error {
	kind := t.more().Kind
	if b, ok := p.bucketOf(t.To); ok && (kind != KindPay || b.State != BucketCancelled) {
		return op.Refuse(codeUseBucket, t.To)
	}
	b, ok := p.bucketOf(t.From)
	return refuseIf(ok && kind == KindRetract && b.State != BucketCancelled, codeUseBucket, t.From)
}

// Corrigible reports whether t is of those that a correction can put right.
func Corrigible(at Reader, t Tx) bool { return past{at}.corrigible(t) == nil }

// contraRoom lets a correction cross a limit when it says so (L3), and never
// takes from a tin what is not in it.
func (p past) contraRoom(c Transfer) error {
	if floored(c.Unit, c.From) {
		if err := p.canGive(c.Unit, c.From, c.Amount); err != nil {
			return err
		}
	}
	crosses := p.room(c.Unit, c.From, c.To, c.Amount) != nil
	return refuseIf(crosses != c.Crosses, codeCrosses, crosses)
}

// ContraOf returns the content of the correction of the transfer at ref, as it
// would be lawful at that state.
func ContraOf(at Reader, ref op.Ref, note string) (Transfer, error) {
	t, ok := value[Tx](at, TxKey(ref))
	if !ok {
		return Transfer{}, op.Refuse(codeUnknown, ref)
	}
	c := Transfer{Unit: t.Unit, From: t.To, To: t.From, Amount: t.Amount, Note: note, Of: ref}
	c.Crosses = past{at}.room(c.Unit, c.From, c.To, c.Amount) != nil
	return c, nil
}

// waiting returns the transfer that o speaks of, which has to be waiting.
func waiting(o op.Opened, at past) (Tx, error) {
	t, ok := value[Tx](at, TxKey(o.Subject))
	if !ok {
		return t, op.Refuse(codeUnknown, o.Subject)
	}
	return t, refuseIf(t.State != TxPending, codeNotPending, t.State)
}

// judgeSign checks the limits once more, on what is posted: two proposals that
// had not seen each other may both wait, but not both complete past a limit.
func judgeSign(o op.Opened, at past) error {
	t, err := waiting(o, at)
	if err != nil {
		return err
	}
	if err := must(
		refuseIf(!t.MaySign(o.Member), codeNotAwaited),
		at.open(t.Unit, t.From, t.To),
	); err != nil {
		return err
	}
	if of := t.Of(); !of.IsZero() {
		return at.signContra(o.Subject, t, of)
	}
	return at.fits(t)
}

func (p past) signContra(ref op.Ref, t Tx, of op.Ref) error {
	first, _ := value[Tx](p, TxKey(of))
	for _, c := range first.more().Contras {
		if c.State == TxDone && c.Ref != ref {
			return op.Refuse(codeStruck, c.Ref)
		}
	}
	if floored(t.Unit, t.From) {
		return p.fits(t)
	}
	return nil
}

// fits refuses to complete t where its posting alone would pass a limit.
func (p past) fits(t Tx) error {
	from, to := p.holding(t.Unit, t.From), p.holding(t.Unit, t.To)
	from.Pending, to.Pending = nil, nil
	give, receive := RoomOf(p.rules(), t.Unit, t.From, from), RoomOf(p.rules(), t.Unit, t.To, to)
	return must(
		refuseIf(Overdrawn(t.Unit, t.From, from), codeOverdrawn, t.From, t.Unit, from.Balance),
		refuseIf(t.Amount > give.Give, codeGive, t.From, t.Unit, give.Give, t.Amount, give.Min),
		refuseIf(t.Amount > receive.Receive, codeReceive, t.To, t.Unit, receive.Receive, t.Amount, receive.Max),
	)
}

func judgeErase(o op.Opened, at past) error {
	t, err := waiting(o, at)
	return must(err, refuseIf(t.Maker != o.Member, codeNotMaker))
}

func judgeRefuse(o op.Opened, at past) error {
	t, err := waiting(o, at)
	return must(err, refuseIf(!t.MaySign(o.Member), codeNotAwaited))
}

// judgeMark lets a router write down that a trusted clock saw a transfer
// waiting, where it was proposed without one: from then on it can expire.
func judgeMark(o op.Opened, at past) error {
	t, err := waiting(o, at)
	return must(err,
		refuseIf(!o.Clock.Trusted(), codeClock),
		refuseIf(t.Deadline() != 0, codeMarked))
}

func judgeExpire(o op.Opened, at past) error {
	t, err := waiting(o, at)
	if err != nil {
		return err
	}
	due := t.Deadline()
	return must(
		refuseIf(!o.Clock.Trusted(), codeClock),
		refuseIf(due == 0 || o.Time < due, codeEarly, due),
	)
}

// Giver is the account that something goes from by o, at once or once another
// has said yes; false where nothing does.
func Giver(o op.Opened, at Reader) (Account, bool) {
	switch o.Kind {
	case KindPropose, KindContra:
		return transferOf(o).From, true
	case KindSign:
		t, ok := value[Tx](at, TxKey(o.Subject))
		return t.From, ok
	case KindFund, KindRetract, KindPay:
		p, ok := read[Posting](o)
		return p.From, ok
	case KindCancel:
		return ProjectAccount(o.Subject), true
	}
	return "", false
}
