package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// Keys of subjects that have no name of their own to ask for.
const (
	keyBook       = "book"
	keyAgreements = "agreements"
)

// The accounts that our pages write to. What comes from outside and goes there
// is one account: whose shop it was stands in the note.
const (
	outside ledger.Account = "world:outside"
	store   ledger.Account = "pool:store"
)

// books is the ledger as one visitor sees it.
type books struct {
	*visit
	at     cell.Reader
	people cell.People
	rules  ledger.Rules
	book   ledger.Book
}

func (v *visit) books() *books {
	b := &books{visit: v, at: v.state.Now(), people: cell.PeopleOf(v.state), rules: cell.RulesOf(v.state).Ledger()}
	b.book, _ = v.state.Value(keyBook).(ledger.Book)
	return b
}

// onBooks goes on with the ledger.
func onBooks(f func(*books) error) func(*visit) error {
	return func(v *visit) error { return f(v.books()) }
}

// leaf is a page of the ledger, with the way back to it.
func (b *books) leaf(title string) ui.Page {
	p := b.page(title)
	p.Back = ui.Ledger(b.lang)
	return p
}

func (b *books) mine() ledger.Account { return ledger.MemberAccount(b.me()) }

func (b *books) holding(u ledger.Unit, a ledger.Account) ledger.Holding {
	h, _ := b.state.Value(ledger.AcctKey(u, a)).(ledger.Holding)
	return h
}

// label is what the cell calls a unit.
func (b *books) label(u ledger.Unit) string {
	all := append(b.rules.Units(), b.book.Goods...)
	if i := slices.IndexFunc(all, func(x ledger.UnitInfo) bool { return x.Unit == u && x.Label != "" }); i >= 0 {
		return all[i].Label
	}
	return u.Code()
}

func (b *books) measure(u ledger.Unit) ui.Measure {
	switch u.Class() {
	case ledger.ClassTime:
		return ui.HoursMeasure
	case ledger.ClassCredit:
		return ui.Measure{Kind: ui.InCredit}
	case ledger.ClassCash:
		return ui.Measure{Kind: ui.InMoney, Name: u.Code(), Places: u.Decimals()}
	}
	return ui.Measure{Kind: ui.InGoods, Name: b.label(u)}
}

func (b *books) sum(u ledger.Unit, a ledger.Amount) ui.Sum {
	return ui.Sum{N: int64(a), In: b.measure(u)}
}

// side says whose an account is.
func (b *books) side(a ledger.Account) ui.Side {
	if m, ok := a.Holder(); ok {
		return b.person(m)
	}
	switch a.Place() {
	case ledger.OfWorld:
		return ui.Side{Kind: ui.OfOutside}
	case ledger.OfPeer:
		return ui.Side{Kind: ui.OfOtherCell, Name: string(a)}
	case ledger.OfProject:
		ref, _ := a.Project()
		if p := b.project(ref); p != nil {
			return ui.Side{Kind: ui.OfBucket, Name: p.Plan.Title}
		}
		bucket, _ := b.state.Value(ledger.BucketKey(ref)).(ledger.Bucket)
		return ui.Side{Kind: ui.OfBucket, Name: bucket.Name}
	}
	if a == ledger.Tin {
		return ui.Side{Kind: ui.OfTin}
	}
	return ui.Side{Kind: ui.OfCell}
}

func (b *books) person(m op.Member) ui.Side {
	return ui.Side{Name: b.people.Name(m), You: m == b.me()}
}

// uses reports whether a unit has an account already, or an agreement of its
// own. So credit stays out of sight where nobody asked for it.
func (b *books) uses(u ledger.Unit) bool {
	if u == ledger.Minutes {
		return true
	}
	keys, _ := b.at.At(ledger.KeyAccounts).([]string)
	if slices.ContainsFunc(keys, func(key string) bool {
		return strings.HasPrefix(key, ledger.AcctKey(u, "")) && b.state.Value(key) != nil
	}) {
		return true
	}
	_, agreed := b.agreed(ledger.EffectLimits, func(e *consent.Effect) bool {
		var l ledger.LimitsEffect
		return op.Unmarshal(e.Content, &l) == nil && l.Unit == u
	})
	return agreed
}

// mutual are the units that members owe one another, those that are used.
func (b *books) mutual() []ledger.Unit {
	out := []ledger.Unit{ledger.Minutes}
	if b.uses(ledger.Credit) {
		out = append(out, ledger.Credit)
	}
	return out
}

// putUnits are those of which something can be put aside, into a project or in from
// an old notebook: no hours where the cell counts giving and no amounts.
func (b *books) putUnits() []ledger.Unit {
	if b.rules.GiftMode() {
		return b.cash()
	}
	return append(b.mutual(), b.cash()...)
}

// cash are the currencies that the cell agreed on.
func (b *books) cash() (out []ledger.Unit) {
	for _, i := range b.rules.Units() {
		if i.Unit.Class() == ledger.ClassCash {
			out = append(out, i.Unit)
		}
	}
	return out
}

// goods are the sorts of things in store.
func (b *books) goods() (out []ledger.Unit) {
	for _, i := range append(b.rules.Units(), b.book.Goods...) {
		if i.Unit.Class() == ledger.ClassGood && !slices.Contains(out, i.Unit) {
			out = append(out, i.Unit)
		}
	}
	return out
}

// agreed finds the newest round in force whose effect is of a kind and fits.
func (b *books) agreed(kind string, fits func(*consent.Effect) bool) (*consent.Round, bool) {
	all, _ := b.state.Value(keyAgreements).(*cell.Agreements)
	if all == nil {
		return nil, false
	}
	var found *consent.Round
	for _, r := range all.Rounds {
		e := r.Effect()
		if e == nil || e.Kind != kind || fits != nil && !fits(e) {
			continue
		}
		if found == nil || found.Adopted.Place().Before(r.Adopted.Place()) {
			found = r
		}
	}
	return found, found != nil
}

// others are the members to choose from, in the order of the table.
func (b *books) others() (out []ui.Choice) {
	for _, m := range b.people.Active() {
		if m != b.me() {
			out = append(out, ui.Choice{Value: m.String(), Text: b.people.Name(m)})
		}
	}
	return out
}

// partners are the others between whose accounts and the viewer's something can go.
func (b *books) partners() []ui.Choice {
	return slices.DeleteFunc(b.others(), func(c ui.Choice) bool {
		a, ok := b.account(c.Value)
		return !ok || b.shut(a)
	})
}

// shut reports whether an account was closed: nothing is written down on it any more.
func (b *books) shut(a ledger.Account) bool {
	_, closed := b.state.Value(ledger.ClosedKey(a)).(ledger.Closed)
	return closed
}

// openly shows a form about the viewer's own account, or says that it is closed.
func (b *books) openly(status int, p ui.Page, form ui.Component) error {
	if status == http.StatusOK && b.shut(b.mine()) {
		why, _ := b.refusal(ledger.Minutes, 0, op.Refuse("ledger.closed", b.mine()))
		form = ui.Around(ui.Layout(p), ui.Within("h1", "", ui.Words(p.Title)), ui.Within("p", "speak", ui.Words(join(why.Title, why.Text))))
	}
	return b.show(status, form)
}

const wholeCell = "cell"

// cellChoice stands for what belongs to all.
func (b *books) cellChoice() ui.Choice {
	return ui.Choice{Value: wholeCell, Text: locale.Capital(ui.Side{Kind: ui.OfCell}.Word(b.lang))}
}

// account reads a choice of others or of the whole cell.
func (b *books) account(value string) (ledger.Account, bool) {
	if value == wholeCell {
		return ledger.Common, true
	}
	m, err := op.ParseMember(value)
	if err != nil || !b.people.IsActive(m) {
		return "", false
	}
	return ledger.MemberAccount(m), true
}

// when says the day of an operation, and nothing where its router knew none.
func (b *books) when(o op.Opened) string {
	if o.Clock == op.ClockNone {
		return ""
	}
	return b.lang.On(at(o.Time), b.date)
}

// stood are the operations that made a subject what it is, in order: without
// those of a key that was taken back before others had seen them.
func (b *books) stood(key string) []op.Ref {
	return slices.DeleteFunc(b.state.Operations(key), func(r op.Ref) bool { return b.state.Refused(r) != nil })
}

// read opens an operation; what cannot be read any more is zero.
func (b *books) read(r op.Ref) op.Opened {
	if o, known := b.openedHere[r]; known {
		return o
	}
	o, err := b.Log.Read(r)
	if err != nil {
		return op.Opened{}
	}
	if b.openedHere == nil {
		b.openedHere = map[op.Ref]op.Opened{}
	}
	b.openedHere[r] = o
	return o
}

// dayTime is noon of a date, where no time zone moves it to another day.
func dayTime(d ledger.Day) time.Time {
	y, m, day := d.Date()
	return time.Date(y, time.Month(m), day, 12, 0, 0, 0, time.Local)
}

func ledgerURL(part string, r op.Ref, more ...string) string {
	u := "/ledger/" + part + "/" + r.String()
	for _, m := range more {
		u += "/" + m
	}
	return u
}

func accountURL(u ledger.Unit, a ledger.Account) string {
	return "/ledger/account/" + string(u) + "/" + string(a)
}
