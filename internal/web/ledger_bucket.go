package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

// bucket is one purpose that people put aside for, as one visitor sees it.
type bucket struct {
	*books
	ref op.Ref
	ledger.Bucket
}

// onBucket finds the purpose that an address names and goes on with it.
func onBucket(f func(*bucket) error) func(*visit) error {
	return func(v *visit) error {
		ref, err := op.ParseRef(v.r.PathValue("ref"))
		if err != nil {
			return errNotFound
		}
		x, ok := v.state.Value(ledger.BucketKey(ref)).(ledger.Bucket)
		if !ok {
			return errNotFound
		}
		return f(&bucket{v.books(), ref, x})
	}
}

const bucketsBack = "/ledger/buckets"

// buckets lists what is open and what is over: of the latter those that still
// have an account.
func (b *books) buckets() error {
	v := ui.BucketsView{NewURL: "/ledger/bucket/new", Members: len(b.people.Active())}
	var seen []op.Ref
	for _, t := range b.under(ledger.KindBucket) {
		if x, ok := b.state.Value(t.Key()).(ledger.Bucket); ok {
			v.Open, seen = append(v.Open, (&bucket{b, t.Ref, x}).row()), append(seen, t.Ref)
		}
	}
	for k := range ledger.Accounts(b.at) {
		ref, ok := k.Account.Project()
		if !ok || slices.Contains(seen, ref) {
			continue
		}
		if x, ok := b.state.Value(ledger.BucketKey(ref)).(ledger.Bucket); ok {
			v.Past, seen = append(v.Past, (&bucket{b, ref, x}).row()), append(seen, ref)
		}
	}
	return b.show(http.StatusOK, ui.BucketsPage(b.leaf(b.lang.T("Put aside")), v))
}

var bucketStates = [...]ui.BucketState{
	ledger.BucketOpen: ui.BucketOpen, ledger.BucketCommitted: ui.BucketKept, ledger.BucketCancelled: ui.BucketCancelled,
}

func (x *bucket) row() ui.BucketRow {
	return ui.BucketRow{URL: x.url(), Name: x.Name, In: x.measure(x.Unit), Put: int(x.Funded()), Target: int(x.Target), Most: int(x.Cap), State: bucketStates[x.State]}
}

func (x *bucket) url(more ...string) string { return ledgerURL("bucket", x.ref, more...) }

func (x *bucket) show() error { return x.showWith(http.StatusOK, ui.Form{}, ui.Wrong{}) }

func (x *bucket) showWith(status int, f ui.Form, wrong ui.Wrong) error {
	v := ui.BucketView{BucketRow: x.row(), Opener: x.person(x.Opener), Spent: int(x.Spent), Form: f, History: x.deedsOf(ledger.BucketKey(x.ref))}
	for _, l := range x.Funders {
		v.Funders = append(v.Funders, ui.Funder{Side: x.side(l.Account), N: int(l.Amount)})
		if l.Account == x.mine() {
			v.Yours = int(l.Amount)
		}
	}
	if x.State == ledger.BucketOpen && x.Unit.Mutual() && !x.rules.GiftMode() && x.Funded() < x.Cap && !x.shut(x.mine()) {
		v.InURL = x.url("in")
	}
	if x.State != ledger.BucketCommitted && v.Yours > 0 && !x.shut(x.mine()) {
		v.OutURL = x.url("out")
	}
	if x.State == ledger.BucketOpen && x.Full() && x.Keeps(x.at, x.me()) {
		v.KeepURL = x.url("keep")
	}
	if x.State != ledger.BucketCancelled && x.Spent == 0 && x.Keeps(x.at, x.me()) {
		v.CancelURL = x.url("cancel")
	}
	if x.State == ledger.BucketCommitted {
		v.SpendURL = askURL + "?unit=" + url.QueryEscape(x.Unit.Code()) + "&from=" + url.QueryEscape(string(ledger.ProjectAccount(x.ref)))
	}
	p := x.leaf(x.Name)
	p.Back = ui.Link{URL: bucketsBack, Text: x.lang.T("Put aside")}
	p.Wrong = wrong
	return x.books.show(status, ui.BucketPage(p, v))
}

// put moves something of the viewer's own into the bucket, and take takes it
// back.
func (x *bucket) put() error {
	p := ledger.Posting{Unit: x.Unit, From: x.mine(), To: ledger.ProjectAccount(x.ref)}
	return x.move(ui.FieldPut, ledger.KindFund, p, x.lang.T("You put it in."))
}

func (x *bucket) take() error {
	p := ledger.Posting{Unit: x.Unit, From: ledger.ProjectAccount(x.ref), To: x.mine()}
	return x.move(ui.FieldTaken, ledger.KindRetract, p, x.lang.T("You took it back."))
}

func (x *bucket) move(field string, k op.Kind, p ledger.Posting, said string) error {
	f := x.form("")
	var ok bool
	if p.Amount, ok = x.amount(x.Unit, field+"-h", field+"-m", field); !ok || p.Amount <= 0 {
		f.Errors[field] = x.noAmount(x.Unit)
		return x.showWith(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[field], Field: x.first(field)})
	}
	_, err := x.submit(op.Draft{Kind: k, Subject: x.ref, Content: p})
	if wrong, no := x.lacking(p, field, err); no {
		f.Errors[field] = wrong.Title
		return x.showWith(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return x.done(x.url(), said, x.recorded())
}

// first is the first field of an amount.
func (x *bucket) first(field string) string {
	if x.Unit == ledger.Minutes {
		return field + "-h"
	}
	return field
}

// lacking says with figures why something cannot be put in or taken out.
func (x *bucket) lacking(p ledger.Posting, field string, err error) (ui.Wrong, bool) {
	wrong, ok := x.refusal(x.Unit, p.Amount, err)
	if !ok {
		return wrong, false
	}
	at, asked := x.first(field), x.sum(x.Unit, p.Amount)
	switch {
	case p.To != x.mine() && p.Amount > x.Cap-x.Funded():
		return ui.CapWrong(x.lang, x.sum(x.Unit, max(0, x.Cap-x.Funded())), asked, at), true
	case p.To == x.mine() && p.Amount > x.yours():
		return ui.FundedWrong(x.lang, x.sum(x.Unit, x.yours()), asked, at), true
	}
	wrong.Field = at
	return wrong, true
}

// yours is what the viewer put in and did not take back.
func (x *bucket) yours() ledger.Amount {
	for _, l := range x.Funders {
		if l.Account == x.mine() {
			return l.Amount
		}
	}
	return 0
}

func (x *bucket) keep() error {
	return x.act(x.lang.T("It is kept for its purpose."), op.Draft{Kind: ledger.KindCommit})
}

func (x *bucket) cancel() error {
	back, err := ledger.ReturnsOf(x.at, x.ref)
	if err != nil {
		return err
	}
	return x.act(x.lang.T("Everything went back."), op.Draft{Kind: ledger.KindCancel, Content: back})
}

func (x *bucket) act(said string, d op.Draft) error {
	d.Subject = x.ref
	_, err := x.submit(d)
	if wrong, ok := x.refusal(x.Unit, 0, err); ok {
		return x.showWith(http.StatusUnprocessableEntity, ui.Form{}, wrong)
	}
	if err != nil {
		return err
	}
	return x.done(x.url(), said, x.recorded())
}

func (b *books) newBucket() error {
	if len(b.putUnits()) == 0 {
		return away("/ledger/tin") // where a currency is agreed on
	}
	return b.showNewBucket(http.StatusOK, ui.Form{Action: "/ledger/bucket/new", Values: map[string]string{}}, ui.Wrong{})
}

func (b *books) showNewBucket(status int, f ui.Form, wrong ui.Wrong) error {
	v := ui.NewBucketView{Form: f}
	for i, u := range b.putUnits() {
		words := u.Code()
		switch u {
		case ledger.Minutes:
			words = b.lang.T("hours")
		case ledger.Credit:
			words = b.lang.T("credits")
		}
		v.Measures = append(v.Measures, ui.Choice{Value: strconv.Itoa(i), Text: words})
	}
	p := b.leaf(b.lang.T("Name a purpose"))
	p.Back = ui.Link{URL: bucketsBack, Text: b.lang.T("Put aside")}
	p.Wrong = wrong
	return b.show(status, ui.NewBucketPage(p, v))
}

// opened opens a bucket. Left empty, its cap is its target.
func (b *books) opened() error {
	f := b.form("/ledger/bucket/new")
	units := b.putUnits()
	if len(units) == 0 {
		return away("/ledger/tin")
	}
	i, _ := strconv.Atoi(b.value(ui.FieldMeasure))
	c := ledger.Purpose{Name: b.value(ui.FieldName), Unit: units[min(max(i, 0), len(units)-1)]}
	for _, x := range []struct {
		field string
		to    *ledger.Amount
	}{{ui.FieldTarget, &c.Target}, {ui.FieldCap, &c.Cap}} {
		if x.field == ui.FieldCap && b.value(x.field) == "" {
			c.Cap = c.Target
			continue
		}
		var ok bool
		if *x.to, ok = b.amount(c.Unit, x.field, "", x.field); !ok || *x.to < c.Target {
			f.Errors[x.field] = b.lang.T("Only a number belongs here, greater than zero.")
			if ok {
				f.Errors[x.field] = b.lang.T("Not less than it takes.")
			}
			return b.showNewBucket(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[x.field], Field: x.field})
		}
	}
	refs, err := b.submit(op.Draft{Kind: ledger.KindBucket, Content: c})
	if wrong, ok := b.refused(&f, err, byCode{{"ledger.text", ui.FieldName}, {"ledger.amount", ui.FieldTarget},
		{"text.long", ui.FieldName}, {"text.hidden", ui.FieldName}, {"text.spelling", ui.FieldName}}); ok {
		return b.showNewBucket(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return b.done(ledgerURL("bucket", refs[0]), b.lang.T("It is open."), b.recorded())
}
