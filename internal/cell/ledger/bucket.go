package ledger

import (
	"slices"
	"strings"

	"celld/internal/op"
)

// Purpose is the content of bucket.open.
type Purpose struct {
	Name   string `cbor:"1,keyasint"`
	Unit   Unit   `cbor:"2,keyasint"`
	Target Amount `cbor:"3,keyasint"`
	Cap    Amount `cbor:"4,keyasint"` // at least the target
}

// Returns is the content of bucket.cancel: what goes back to whom.
type Returns struct {
	Unit Unit     `cbor:"1,keyasint"`
	Legs []Return `cbor:"2,keyasint,omitempty"` // by funder
}

// Return is what goes back for one funder: to that account, or, when it is
// closed, to the common pool.
type Return struct {
	_      struct{} `cbor:",toarray"`
	Funder Account
	To     Account
	Amount Amount
}

func (r Returns) legs() (legs []Leg) {
	for _, l := range r.Legs {
		legs = append(legs, Leg{Account: l.To, Amount: l.Amount})
	}
	return legs
}

// BucketState is where a bucket stands. Whether it is full is no state but a
// sum, see Full.
type BucketState uint8

// The states of a bucket.
const (
	BucketOpen BucketState = iota + 1
	BucketCommitted
	BucketCancelled
)

func (s BucketState) String() string {
	return [...]string{"", "open", "committed", "cancelled"}[min(s, BucketCancelled)]
}

// Bucket is the value of a purpose that people put aside for. Its money lies
// on the project account of its reference.
type Bucket struct {
	State   BucketState `cbor:"1,keyasint"`
	Name    string      `cbor:"2,keyasint"`
	Unit    Unit        `cbor:"3,keyasint"`
	Target  Amount      `cbor:"4,keyasint"`
	Cap     Amount      `cbor:"5,keyasint"`
	Opener  op.Member   `cbor:"6,keyasint"`
	Funders []Leg       `cbor:"7,keyasint,omitempty"` // by account; what each put in and did not take back
	Spent   Amount      `cbor:"8,keyasint,omitempty"`
}

// Funded returns what was put in and not taken back.
func (b Bucket) Funded() (sum Amount) {
	for _, f := range b.Funders {
		sum += f.Amount
	}
	return sum
}

// Full reports whether the target is reached.
func (b Bucket) Full() bool { return b.Funded() >= b.Target }

func (b Bucket) funder(a Account) Amount {
	for _, f := range b.Funders {
		if f.Account == a {
			return f.Amount
		}
	}
	return 0
}

// fund returns b with amount more, or with a minus less, from a.
func (b Bucket) fund(a Account, amount Amount) Bucket {
	i, found := slices.BinarySearchFunc(b.Funders, a, func(l Leg, a Account) int {
		return strings.Compare(string(l.Account), string(a))
	})
	b.Funders = slices.Clone(b.Funders)
	if !found {
		b.Funders = op.Insert(b.Funders, i, Leg{Account: a})
	}
	if b.Funders[i].Amount += amount; b.Funders[i].Amount == 0 {
		b.Funders = slices.Delete(b.Funders, i, i+1)
	}
	if len(b.Funders) == 0 {
		b.Funders = nil
	}
	return b
}

func applyBucket(ref op.Ref, b Bucket, o op.Opened) Bucket {
	if o.Ref == ref {
		c, _ := read[Purpose](o)
		return Bucket{State: BucketOpen, Name: c.Name, Unit: c.Unit, Target: c.Target, Cap: c.Cap, Opener: o.Member}
	}
	p, _ := read[Posting](o)
	switch mine := ProjectAccount(ref); o.Kind {
	case KindFund:
		return b.fund(p.From, p.Amount)
	case KindRetract:
		return b.fund(p.To, -p.Amount)
	case KindPay:
		if p.To == mine {
			return b.fund(p.From, p.Amount)
		}
		b.Spent += p.Amount
	case KindCommit:
		if b.State == BucketOpen {
			b.State = BucketCommitted
		}
	case KindCancel:
		return b.cancel(o)
	}
	return b
}

// cancel gives back what its author saw. What others put in meanwhile stays on
// the account, where they can still take it back.
func (b Bucket) cancel(o op.Opened) Bucket {
	r, _ := read[Returns](o)
	for _, l := range r.Legs {
		b = b.fund(l.Funder, -l.Amount)
	}
	b.State = BucketCancelled
	return b
}

func touchBucket(o op.Opened, _ past) ([]string, error) { return []string{BucketKey(o.Thing())}, nil }

func touchFund(o op.Opened, at past) ([]string, error) {
	p, ok := read[Posting](o)
	if !ok {
		return nil, op.Refuse(codeContent)
	}
	return append(at.accounts(p.Unit, p.From, p.To), BucketKey(o.Subject), TxKey(o.Ref)), nil
}

func touchCancel(o op.Opened, at past) ([]string, error) {
	r, ok := read[Returns](o)
	if !ok {
		return nil, op.Refuse(codeContent)
	}
	accounts := []Account{ProjectAccount(o.Subject)}
	for _, l := range r.Legs {
		accounts = append(accounts, l.To)
	}
	return append(at.accounts(r.Unit, accounts...), BucketKey(o.Subject)), nil
}

// bucketOf returns the bucket that a project account belongs to, if any.
func (p past) bucketOf(a Account) (Bucket, bool) {
	ref, ok := a.Project()
	if !ok {
		return Bucket{}, false
	}
	return value[Bucket](p, BucketKey(ref))
}

// buckets returns the keys of the buckets that the accounts belong to.
func (p past) buckets(accounts ...Account) (keys []string) {
	for _, a := range accounts {
		if _, ok := p.bucketOf(a); ok {
			ref, _ := a.Project()
			keys = append(keys, BucketKey(ref))
		}
	}
	return keys
}

func judgeBucket(o op.Opened, at past) error {
	c, _ := read[Purpose](o)
	cl := c.Unit.Class()
	return must(
		checkWords(c.Name),
		refuseIf(cl == ClassGood, codeUnit, c.Unit),
		at.open(c.Unit),
		at.amounts(c.Unit),
		refuseIf(c.Target <= 0 || c.Cap < c.Target || c.Cap > MaxAmount, codeAmount, c.Target, MaxAmount),
	)
}

func (p past) bucket(o op.Opened, states ...BucketState) (Bucket, error) {
	b, ok := value[Bucket](p, BucketKey(o.Subject))
	if !ok {
		return b, op.Refuse(codeUnknown, o.Subject)
	}
	return b, refuseIf(!slices.Contains(states, b.State), codeBucketState, b.State)
}

// takes refuses what b has no room for.
func (p past) takes(b Bucket, u Unit, amount Amount) error {
	room := max(0, b.Cap-b.Funded())
	return must(
		refuseIf(b.State != BucketOpen, codeBucketState, b.State),
		refuseIf(u != b.Unit, codeUnit, u),
		refuseIf(amount > room, codeCap, room, amount))
}

// judgeFund lets a member put aside what is that member's own. Cash comes from
// a tin, by an expense.
func judgeFund(o op.Opened, at past) error {
	p, _ := read[Posting](o)
	b, err := at.bucket(o, BucketOpen)
	return must(err,
		checkMove(p.Unit, p.From, p.To, p.Amount),
		CheckNote(p.Note),
		refuseIf(p.From != MemberAccount(o.Member) || p.To != ProjectAccount(o.Subject), codeParty),
		refuseIf(!p.Round.IsZero() || !p.Count.IsZero(), codeContent),
		at.takes(b, p.Unit, p.Amount),
		at.amounts(p.Unit),
		at.open(p.Unit, p.From, p.To),
		at.room(p.Unit, p.From, p.To, p.Amount))
}

// judgeRetract lets a funder take back until the bucket is committed. It is
// the funder's own, so no limit on receiving stands against it.
func judgeRetract(o op.Opened, at past) error {
	p, _ := read[Posting](o)
	b, err := at.bucket(o, BucketOpen, BucketCancelled)
	return must(err,
		checkMove(p.Unit, p.From, p.To, p.Amount),
		CheckNote(p.Note),
		refuseIf(p.To != MemberAccount(o.Member) || p.From != ProjectAccount(o.Subject), codeParty),
		refuseIf(p.Unit != b.Unit || !p.Round.IsZero() || !p.Count.IsZero(), codeContent),
		refuseIf(p.Amount > b.funder(p.To), codeFunded, b.funder(p.To), p.Amount),
		at.open(p.Unit, p.From, p.To),
		at.canGive(p.Unit, p.From, p.Amount))
}

// keeps reports whether m looks after b: who opened it, or anybody once that
// one has left, so that nothing is locked in for ever.
func (p past) keeps(b Bucket, m op.Member) bool {
	return b.Opener == m || p.active(m) && !p.active(b.Opener)
}

func judgeCommit(o op.Opened, at past) error {
	b, err := at.bucket(o, BucketOpen)
	return must(err,
		refuseIf(!at.keeps(b, o.Member), codeNotMaker),
		refuseIf(!b.Full(), codeCap, b.Target-b.Funded(), Amount(0)))
}

// ReturnsOf returns the content that cancels the bucket at ref: to each funder
// what is theirs, to the common pool what came from a closed account.
func ReturnsOf(at Reader, ref op.Ref) (Returns, error) {
	p := past{at}
	b, ok := value[Bucket](at, BucketKey(ref))
	if !ok {
		return Returns{}, op.Refuse(codeUnknown, ref)
	}
	back := Returns{Unit: b.Unit}
	for _, f := range b.Funders {
		to := f.Account
		if p.closed(to) {
			to = Common
		}
		back.Legs = append(back.Legs, Return{Funder: f.Account, To: to, Amount: f.Amount})
	}
	return back, nil
}

func judgeCancel(o op.Opened, at past) error {
	r, _ := read[Returns](o)
	b, err := at.bucket(o, BucketOpen, BucketCommitted)
	if err != nil {
		return err
	}
	want, _ := ReturnsOf(at, o.Subject)
	h := at.holding(b.Unit, ProjectAccount(o.Subject))
	return must(
		refuseIf(!at.keeps(b, o.Member), codeNotMaker),
		refuseIf(b.Spent != 0, codeBucketState, b.State),
		refuseIf(r.Unit != want.Unit || !slices.Equal(r.Legs, want.Legs), codeBooked, b.Funded()),
		refuseIf(h.Balance != b.Funded() || len(h.Pending) > 0, codeBooked, h.Balance))
}

// Keeps reports whether m may keep the bucket for its purpose or give it back.
func (b Bucket) Keeps(at Reader, m op.Member) bool { return past{at}.keeps(b, m) }
