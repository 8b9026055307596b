package web

import (
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

// goodsAPage is how many sorts of things stand on a page, and goodsAtOnce how
// many beside other things.
const (
	goodsURL    = "/ledger/goods"
	goodsAPage  = 30
	goodsAtOnce = 10
)

// goodsView is what lies in store of some of the goods.
func (b *books) goodsView(some []ledger.Unit) (out []ui.Good) {
	for _, u := range some {
		out = append(out, ui.Good{Name: b.label(u), N: int(b.holding(u, store).Balance), URL: goodURL(u), Note: b.goodNote(u)})
	}
	return out
}

func (b *books) goodsPage() error {
	return b.showGoods(http.StatusOK, ui.Form{Values: map[string]string{}}, ui.Wrong{})
}

func (b *books) showGoods(status int, f ui.Form, wrong ui.Wrong) error {
	goods := b.goods()
	part := b.span(goodsAPage, len(goods))
	v := ui.GoodsView{Goods: b.goodsView(of(part, goods)), First: part.from(), MoveURL: goodsURL, NewURL: "/ledger/goods/new",
		Members: len(b.people.Active()), Form: f}
	if part.page > 0 {
		v.MoveURL += "?page=" + strconv.Itoa(part.page)
	}
	v.Previous, v.Next = part.ways(goodsURL + "?page=")
	for _, l := range b.latelyIn(goods, store) {
		v.Lately = append(v.Lately, l.Entry)
	}
	p := b.leaf(b.lang.T("In store"))
	p.Wrong = wrong
	return b.show(status, ui.GoodsPage(p, v))
}

// latelyIn returns the newest lines of an account in several units, the newest
// first. It reads what is newest in all of them, and none of them for itself.
func (b *books) latelyIn(units []ledger.Unit, a ledger.Account) (out []line) {
	type walk struct {
		unit ledger.Unit
		key  string
		left int // operations that are not looked at yet
		next op.Place
	}
	var all []*walk
	step := func(w *walk, left int) bool {
		var ok bool
		w.left = left
		w.next, ok = b.state.Placed(w.key, left-1)
		return ok
	}
	for _, u := range units {
		w := &walk{unit: u, key: ledger.AcctKey(u, a)}
		if step(w, b.state.Touched(w.key)) {
			all = append(all, w)
		}
	}
	for len(out) < latelyLines && len(all) > 0 {
		i := 0
		for n, w := range all {
			if all[i].next.Before(w.next) {
				i = n
			}
		}
		if l, ok := b.line(b.read(all[i].next.Ref), all[i].unit, a); ok {
			out = append(out, l)
		}
		if !step(all[i], all[i].left-1) {
			all = slices.Delete(all, i, i+1)
		}
	}
	return out
}

// latest returns the newest of lines from several accounts, the newest first.
func latest(all []line) []line {
	sort.Slice(all, func(i, j int) bool { return all[j].place.Before(all[i].place) })
	return all[:min(len(all), latelyLines)]
}

// moveGoods writes down what came into the store or went out of it.
func (b *books) moveGoods() error {
	f := b.form("")
	goods := b.goods()
	i, err := strconv.Atoi(b.value(ui.FieldGood))
	if err != nil || i < 0 || i >= len(goods) {
		f.Errors[ui.FieldGood] = b.lang.T("Choose one of these.")
		return b.showGoods(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[ui.FieldGood], Field: ui.FieldGood})
	}
	n, ok := figure(b.value(ui.FieldAmount), 0)
	if !ok || n <= 0 {
		f.Errors[ui.FieldAmount] = b.lang.T("Only a whole number belongs here, greater than zero.")
		return b.showGoods(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[ui.FieldAmount], Field: ui.FieldAmount})
	}
	c := ledger.Transfer{Unit: goods[i], From: outside, To: store, Amount: n, Note: b.value(ui.FieldFor)}
	if b.value(ui.FieldWay) == "out" {
		c.From, c.To = c.To, c.From
	}
	refs, err := b.submit(op.Draft{Kind: ledger.KindPropose, Content: c})
	if wrong, refused := b.refusal(c.Unit, n, err); refused {
		wrong.Field = atText(f, err, ui.FieldAmount)
		f.Errors[wrong.Field] = wrong.Title
		return b.showGoods(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return b.done(ledgerURL("t", refs[0]), b.lang.T("Written down."), b.lang.T("It counts when a second person says yes."))
}

// nameGood gives another sort of thing its name.
func (b *books) nameGood() error {
	f := b.form("")
	name := b.value(ui.FieldName)
	_, err := b.submit(op.Draft{Kind: ledger.KindDeclare, Content: ledger.UnitInfo{Unit: b.unitFor(name), Label: name}})
	if wrong, refused := b.refused(&f, err, byCode{{"ledger.text", ui.FieldName}, {"ledger.declared", ui.FieldName},
		{"text.long", ui.FieldName}, {"text.hidden", ui.FieldName}, {"text.spelling", ui.FieldName}}); refused {
		return b.showGoods(http.StatusUnprocessableEntity, f, wrong)
	}
	if err != nil {
		return err
	}
	return b.done("/ledger/goods", b.lang.T("It has its name."), b.recorded())
}

// unitFor makes the short name of a good for the books: the Latin letters and
// digits of what people call it, as far as there are some.
func (b *books) unitFor(name string) ledger.Unit {
	const most = 12
	slug := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == ' ' || r == '-':
			return '-'
		}
		return -1
	}, strings.ToLower(name))
	for strings.Contains(slug, "--") {
		slug = strings.ReplaceAll(slug, "--", "-")
	}
	slug = strings.Trim(slug[:min(len(slug), most)], "-")
	if slug == "" {
		slug = "good"
	}
	u := ledger.Good(slug)
	for n := 2; slices.Contains(b.goods(), u); n++ {
		u = ledger.Good(slug + "-" + strconv.Itoa(n))
	}
	return u
}
