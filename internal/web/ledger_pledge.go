package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// promise is one pledge as one visitor sees it.
type promise struct {
	*books
	pledgeAt
}

// onPledge finds the promise that an address names and goes on with it.
func onPledge(f func(*promise) error) func(*visit) error {
	return func(v *visit) error {
		ref, err := op.ParseRef(v.r.PathValue("ref"))
		if err != nil {
			return errNotFound
		}
		g, ok := v.state.Value(ledger.PledgeKey(ref)).(ledger.Pledge)
		if !ok {
			return errNotFound
		}
		return f(&promise{v.books(), pledgeAt{ref, g}})
	}
}

func (b *books) pledges() error {
	v := ui.PledgesView{NewURL: "/ledger/pledge/new", Members: len(b.people.Active())}
	var parts [3][]pledgeAt // what is due, what is between the viewer and somebody, and the others
	for _, g := range b.openPledges() {
		p := &promise{b, g}
		parts[p.place()] = append(parts[p.place()], g)
	}
	all := slices.Concat(parts[:]...)
	part := b.span(pledgesAPage, len(all))
	for _, g := range of(part, all) {
		p := &promise{b, g}
		to := []*[]ui.PledgeRow{&v.Due, &v.Yours, &v.Others}[p.place()]
		*to = append(*to, p.row())
	}
	v.Previous, v.Next = part.ways("/ledger/pledges?page=")
	return b.show(http.StatusOK, ui.PledgesPage(b.leaf(b.lang.T("Promises")), v))
}

const pledgesAPage = 30

// place is where a promise stands in the list.
func (p *promise) place() int {
	switch {
	case p.due():
		return 0
	case p.side(p.From).You || p.side(p.To).You || p.State == ledger.PledgeOffered && p.MayReceive(p.me()):
		return 1
	}
	return 2
}

var pledgeStates = [...]ui.PledgeState{
	ledger.PledgeOffered: ui.PledgeOffered, ledger.PledgeAccepted: ui.PledgeAccepted, ledger.PledgeScheduled: ui.PledgeScheduled, ledger.PledgePart: ui.PledgePart,
	ledger.PledgeFulfilled: ui.PledgeKept, ledger.PledgeLapsed: ui.PledgeOver, ledger.PledgeWithdrawn: ui.PledgeBack,
}

// everyNamed is how often, by the name that forms have for it; nothing for another name.
func everyNamed(s string) (e ledger.Every) {
	switch s {
	case "once":
		e = ledger.Once
	case "week":
		e = ledger.EveryWeek
	case "month":
		e = ledger.EveryMonth
	}
	return e
}

func (p *promise) row() ui.PledgeRow {
	r := ui.PledgeRow{URL: p.url(), What: p.What, From: p.side(p.From), To: p.side(p.To), Every: ui.Every(p.Every), State: pledgeStates[p.State],
		Yours: p.State == ledger.PledgeOffered && p.MayReceive(p.me())}
	if p.Unit != "" {
		r.Sum = p.sum(p.Unit, p.Amount)
	}
	if p.Day != 0 {
		r.Day = p.lang.Date(dayTime(p.Day))
	}
	return r
}

func (p *promise) url(more ...string) string { return ledgerURL("pledge", p.ref, more...) }

func (p *promise) show() error { return p.showWith(http.StatusOK, ui.Form{}, ui.Wrong{}) }

func (p *promise) showWith(status int, f ui.Form, wrong ui.Wrong) error {
	v := ui.PledgeView{PledgeRow: p.row(), Turns: int(p.Turns), History: p.deedsOf(ledger.PledgeKey(p.ref)), Form: f, BoardURL: boardAbout(p.ref)}
	v.FromMine = v.From.You
	v.Need = p.thing(p.For)
	if d := p.Due(); d != 0 && p.Every != ledger.Once {
		v.Due = p.lang.Date(dayTime(d))
	}
	if p.Unit != "" {
		v.Given = p.sum(p.Unit, p.Given)
	}
	if p.Until != 0 {
		v.Until = p.lang.Date(dayTime(p.Until))
	}
	for _, r := range p.Txs {
		v.Kept = append(v.Kept, ui.Link{URL: ledgerURL("t", r), Text: p.titled(p.what(r))})
	}
	p.answers(&v)
	page := p.leaf(p.What)
	page.Back = ui.Link{URL: "/ledger/pledges", Text: p.lang.T("Promises")}
	page.Wrong = wrong
	return p.books.show(status, ui.PledgePage(page, v))
}

// answers are what the viewer can do.
func (p *promise) answers(v *ui.PledgeView) {
	receives := p.MayReceive(p.me())
	running := p.State == ledger.PledgeAccepted || p.State == ledger.PledgeScheduled || p.State == ledger.PledgePart
	if p.State == ledger.PledgeOffered && receives {
		v.YesURL, v.OverURL = p.url("yes"), p.url("over")
	}
	if running && (receives || v.FromMine) {
		v.DayURL, v.PayURL, v.OverURL = p.url("day"), p.payURL(v.FromMine), p.url("over")
	}
	if running && receives && p.Unit == "" {
		v.DoneURL, v.PartURL = p.url("done"), p.url("part")
	}
	if v.FromMine && !p.Finished() {
		v.BackURL, v.OverURL = p.url("back"), ""
	}
}

// payURL leads to where what keeps the promise is written down: money goes
// into the tin, hours are written down between two.
func (p *promise) payURL(mine bool) string {
	q := url.Values{}
	switch {
	case p.Unit.Class() == ledger.ClassCash && p.To == ledger.Tin:
		q.Set("unit", p.Unit.Code())
		q.Set("pledge", p.ref.String())
		return "/ledger/tin?" + q.Encode()
	case p.Unit.Class() == ledger.ClassGood && p.To == store:
		q.Set("pledge", p.ref.String())
		return goodURL(p.Unit) + "?" + q.Encode()
	case p.To.Place() != ledger.OfMember || p.Unit != "":
		return ""
	}
	other, way := p.To, "gave"
	if !mine {
		other, way = p.From, "got"
	}
	m, _ := other.Holder()
	q.Set(ui.FieldTo, m.String())
	q.Set(ui.FieldWay, way)
	q.Set(ui.FieldFor, p.What)
	return payURL + "?" + q.Encode()
}

// act does what a draft says and leads back to the promise.
func (p *promise) act(said string, d op.Draft) error {
	d.Subject = p.ref
	_, err := p.submit(d)
	if wrong, ok := p.refusal(p.Unit, p.Amount, err); ok {
		return p.showWith(http.StatusUnprocessableEntity, ui.Form{}, wrong)
	}
	if err != nil {
		return err
	}
	return p.done(p.url(), said, p.recorded())
}

func (p *promise) yes() error {
	return p.act(p.lang.T("You accepted it."), op.Draft{Kind: ledger.KindAccept})
}

func (p *promise) kept() error {
	return p.act(p.lang.T("It was kept."), op.Draft{Kind: ledger.KindFulfil, Content: ledger.Fulfil{}})
}

func (p *promise) part() error {
	return p.act(p.lang.T("It was kept in part."), op.Draft{Kind: ledger.KindFulfil, Content: ledger.Fulfil{Part: true}})
}

func (p *promise) over() error {
	return p.act(p.lang.T("It has ended."), op.Draft{Kind: ledger.KindLapse})
}

func (p *promise) takeBack() error {
	return p.act(p.lang.T("You took it back."), op.Draft{Kind: ledger.KindWithdraw})
}

func (p *promise) day() error {
	f := p.form(p.url("day"))
	d, ok := dayOf(p.value(ui.FieldDay))
	if !ok {
		f.Errors[ui.FieldDay] = p.noDate()
		return p.showWith(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[ui.FieldDay], Field: ui.FieldDay})
	}
	return p.act(p.lang.T("The day is written down."), op.Draft{Kind: ledger.KindSchedule, Content: ledger.Schedule{Day: d}})
}

// dayOf reads a date as browsers send it.
func dayOf(s string) (ledger.Day, bool) {
	t, err := typedDay(s, time.UTC)
	if err != nil {
		return 0, false
	}
	d := ledger.MakeDay(t.Year(), int(t.Month()), t.Day())
	return d, d.Valid()
}

// promised are the units in which a promise can be counted.
func (b *books) promised() []ledger.Unit { return append(b.mutual(), b.cash()...) }

// promisedAs are those for a need: a good is one where it is what is needed.
func (b *books) promisedAs(n need) []ledger.Unit {
	all := b.promised()
	if n.unit != "" {
		all = append(all, n.unit)
	}
	return all
}

func (b *books) newPledge() error {
	f := ui.Form{Action: "/ledger/pledge/new", Values: map[string]string{ui.FieldNeed: b.r.URL.Query().Get(ui.FieldNeed)}}
	if n, ok := b.needAt(f.Values[ui.FieldNeed]); ok {
		n.fill(b, f.Values)
	}
	return b.showNewPledge(http.StatusOK, f, ui.Wrong{})
}

func (b *books) showNewPledge(status int, f ui.Form, wrong ui.Wrong) error {
	v := ui.NewPledgeView{Form: f, To: append([]ui.Choice{b.cellChoice()}, b.partners()...)}
	n, ok := b.needAt(f.Values[ui.FieldNeed])
	if ok {
		v.Need, v.NeedRef, v.Clear = n.link, n.ref.String(), f.Action
	}
	for _, u := range b.promisedAs(n) {
		v.Measures = append(v.Measures, b.measure(u))
	}
	p := b.leaf(b.lang.T("Promise something"))
	p.Back = ui.Link{URL: "/ledger/pledges", Text: b.lang.T("Promises")}
	p.Wrong = wrong
	return b.openly(status, p, ui.NewPledgePage(p, v))
}

func (b *books) pledged() error {
	f := b.form("/ledger/pledge/new")
	o, field, words := b.offer()
	if field != "" {
		f.Errors[field] = words
		return b.showNewPledge(http.StatusUnprocessableEntity, f, ui.Wrong{Title: words, Field: field})
	}
	refs, err := b.submit(op.Draft{Kind: ledger.KindOffer, Content: o})
	if wrong, ok := b.refused(&f, err, byCode{
		{"ledger.text", ui.FieldWhat}, {"text.long", ui.FieldWhat}, {"text.hidden", ui.FieldWhat}, {"text.spelling", ui.FieldWhat},
		{"ledger.account", ui.FieldTo}, {"ledger.other-left", ui.FieldTo}, {"ledger.date", ui.FieldUntil},
	}); ok {
		return b.showNewPledge(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return b.done(ledgerURL("pledge", refs[0]), b.lang.T("Promised."), b.recorded())
}

// offer reads a promise from the form, or says which field is wrong.
func (b *books) offer() (o ledger.Offer, field, wrong string) {
	o = ledger.Offer{From: b.mine(), What: b.value(ui.FieldWhat), Every: everyNamed(b.value(ui.FieldEvery))}
	n, _ := b.needAt(b.value(ui.FieldNeed)) // none: it is for nothing of the list
	o.For = n.ref
	var ok bool
	if o.To, ok = b.account(b.value(ui.FieldTo)); !ok {
		return o, ui.FieldTo, b.lang.T("Choose one of these.")
	}
	if s := b.value(ui.FieldUntil); s != "" {
		if o.Until, ok = dayOf(s); !ok {
			return o, ui.FieldUntil, b.noDate()
		}
	}
	i, err := strconv.Atoi(b.value(ui.FieldUnit))
	units := b.promisedAs(n)
	if err != nil || i < 0 || i >= len(units) {
		return o, "", ""
	}
	u, name := units[i], ui.FieldAmount+"-"+strconv.Itoa(i)
	much, ok := b.amount(u, ui.FieldHours, ui.FieldMinutes, name)
	if !ok || much <= 0 {
		if u == ledger.Minutes {
			name = ui.FieldHours
		}
		return o, name, b.noAmount(u)
	}
	b.amounts(&o, u, much)
	return o, "", ""
}

// amounts says how much is promised. Hours stand in the words: the books
// would take what keeps such a promise from who gives, who is the one to gain
// it. Money is promised to the tin.
func (b *books) amounts(o *ledger.Offer, u ledger.Unit, n ledger.Amount) {
	if u.Mutual() {
		o.What = locale.Plain(b.lang.T("{1}, {2}", o.What, b.sum(u, n).Words(b.lang)))
		return
	}
	o.Unit, o.Amount = u, n
	if u.Class() == ledger.ClassGood {
		o.To = store
	} else if o.To == ledger.Common {
		o.To = ledger.Tin
	}
}
