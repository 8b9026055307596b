package sample

import (
	"time"

	"celld/ui"
	"celld/ui/locale"
)

// books are the words of the ledger's sample in one language.
type books struct {
	gate, bread, water, hair, stove, bus, roof, honey, blankets, wood, repairs, kitchen, wrong, no string
}

var library = map[locale.Lang]books{
	locale.English: {
		gate: "Mending the gate", bread: "Bread on Friday", water: "Carrying water", hair: "Haircut", stove: "Fixing the stove",
		bus: "Bus fare to the clinic, for two", roof: "The roof of the shed", honey: "Jar of honey", blankets: "Blanket", wood: "A winter of wood",
		repairs: "Bicycle repair and bread", kitchen: "In the kitchen", wrong: "It was half an hour, not five", no: "We have a pass for four people already.",
	},
	locale.Spanish: {
		gate: "Arreglar el portón", bread: "Pan del viernes", water: "Acarrear agua", hair: "Corte de pelo", stove: "Arreglar la estufa",
		bus: "Autobús al centro de salud, para dos", roof: "El techo del cobertizo", honey: "Tarro de miel", blankets: "Manta", wood: "Leña para un invierno",
		repairs: "Reparar bicicletas y pan", kitchen: "En la cocina", wrong: "Fue media hora, no cinco", no: "Ya tenemos un bono para cuatro personas.",
	},
	locale.Portuguese: {
		gate: "Consertar o portão", bread: "Pão de sexta", water: "Carregar água", hair: "Corte de cabelo", stove: "Consertar o fogão",
		bus: "Ônibus até o posto de saúde, para dois", roof: "O telhado do galpão", honey: "Pote de mel", blankets: "Cobertor", wood: "Lenha para um inverno",
		repairs: "Conserto de bicicletas e pão", kitchen: "Na cozinha", wrong: "Foi meia hora, não cinco", no: "Já temos um passe para quatro pessoas.",
	},
	locale.Arabic: {
		gate: "إصلاح البوّابة", bread: "خبز الجمعة", water: "حمل الماء", hair: "قصّ شعر", stove: "إصلاح الموقد",
		bus: "أجرة الحافلة إلى المستوصف لاثنين", roof: "سقف السقيفة", honey: "مرطبان عسل", blankets: "بطانية", wood: "حطب الشتاء",
		repairs: "إصلاح الدراجات والخبز", kitchen: "في المطبخ", wrong: "كانت نصف ساعة لا خمسًا", no: "لدينا بطاقة لأربعة أشخاص.",
	},
}

var euro = ui.Measure{Kind: ui.InMoney, Name: "EUR", Places: 2}

func cents(n int64) ui.Sum { return ui.Sum{N: n, In: euro} }

// sunday is the day on which the sample is looked at.
var sunday = time.Date(2026, 11, 22, 14, 5, 0, 0, time.UTC)

func on(l locale.Lang, daysAgo int) string { return l.On(sunday.AddDate(0, 0, -daysAgo), sunday) }

// Ledger are the pages of the ledger.
func Ledger(l locale.Lang) []Page {
	c, b := casts[l], library[l]
	wide := c.inner(l, l.T("Hours and money"))
	wide.Wide = true
	back := c.page(l, l.T("Hours and money"))
	back.Back = ui.Ledger(l)
	out := []Page{
		{"ledger", ui.LedgerPage(wide, c.ledger(l, b))},
		{"ledger-first", ui.LedgerPage(wide, c.firstLedger(l))},
		{"ledger-low", ui.LedgerPage(wide, c.lowLedger(l, b))},
		{"ledger-gift", ui.LedgerPage(wide, c.giftLedger(l, b))},
		{"ledger-bands", ui.LedgerPage(wide, c.bandsLedger(l, b))},
	}
	out = append(out, c.transfers(l, b, back)...)
	out = append(out, c.tins(l, b, back)...)
	out = append(out, c.promises(l, b, back)...)
	return append(out, c.records(l, b, back)...)
}

func (c cast) side(name string) ui.Side { return ui.Side{Name: name, You: name == c.moss} }

func (c cast) holders() []ui.Holder {
	hours := []struct {
		name string
		n    int64
	}{{c.fern, 300}, {c.heron, 270}, {c.moss, 200}, {c.ember, 75}, {c.lantern, -130}, {c.kite, -190}, {c.tide, -525}}
	var out []ui.Holder
	for _, h := range hours {
		out = append(out, ui.Holder{Side: c.side(h.name), N: h.n})
	}
	return out
}

func (c cast) entries(l locale.Lang, b books) []ui.Entry {
	return []ui.Entry{
		{URL: "#", What: b.gate, Other: c.side(c.tide), Gave: true, Sum: ui.Hours(120), Yours: true},
		{URL: "#", What: b.bread, Other: c.side(c.ember), Sum: ui.Hours(45), When: on(l, 2), State: ui.TransferDone},
		{URL: "#", What: b.water, Other: c.side(c.fern), Gave: true, Sum: ui.Hours(90), When: on(l, 5), State: ui.TransferDone},
		{URL: "#", What: b.hair, Other: c.side(c.heron), Sum: ui.Hours(300), When: on(l, 8), State: ui.TransferDone, Right: on(l, 7)},
		{URL: "#", What: b.stove, Other: ui.Side{Kind: ui.OfCell}, Gave: true, Sum: ui.Hours(60), Awaits: c.kite},
	}
}

func (c cast) flows(l locale.Lang) []ui.Flow {
	var out []ui.Flow
	left := int64(4000)
	for i, m := range [][2]int64{{2800, 1200}, {3100, 1800}, {3500, 2000}, {2200, 4630}, {3000, 1400}, {2600, 1750}} {
		t := time.Date(2026, time.Month(6+i), 1, 0, 0, 0, 0, time.UTC)
		left += m[0] - m[1]
		out = append(out, ui.Flow{Month: l.Month(t), Short: l.MonthShort(t.Month()), In: m[0], Out: m[1], Left: left})
	}
	return out
}

func (c cast) tin(l locale.Lang, b books) ui.TinView {
	return ui.TinView{
		Name: b.kitchen, Sum: cents(8420), Flows: c.flows(l), URL: "/ledger/tin", AskURL: "/ledger/expense/new",
		Counted: &ui.Counted{When: on(l, 2), By: []string{c.fern, c.kite}, Found: cents(8420), Booked: cents(8420)},
	}
}

func (c cast) ledger(l locale.Lang, b books) ui.LedgerView {
	return ui.LedgerView{
		Books:  []ui.BookView{{Mine: ui.Hours(200), Min: -600, Max: 1200, Everyone: c.holders()}},
		Lately: c.entries(l, b), Tins: []ui.TinView{c.tin(l, b)}, Doors: ui.LedgerDoors(l),
		Goods:  []ui.Good{{Name: b.honey, N: 14}, {Name: b.blankets, N: 6}},
		PayURL: "/ledger/pay", AskURL: "/ledger/pledges", AllURL: "#",
	}
}

func (c cast) firstLedger(l locale.Lang) ui.LedgerView {
	var all []ui.Holder
	for _, h := range c.holders() {
		h.N = 0
		all = append(all, h)
	}
	return ui.LedgerView{
		Books: []ui.BookView{{Mine: ui.Hours(0), Min: -600, Max: 1200, Everyone: all}},
		Tins:  []ui.TinView{{Sum: cents(0), URL: "#"}}, Doors: ui.LedgerDoors(l), PayURL: "/ledger/pay",
	}
}

// lowLedger is at the far side of everything: long names, large sums, a balance past its limit.
func (c cast) lowLedger(l locale.Lang, b books) ui.LedgerView {
	v := c.ledger(l, b)
	v.Books[0].Mine = ui.Hours(-660)
	v.Books[0].Everyone[2].N = -660
	v.Books[0].Everyone[0].Name = "Abcdefghijklmnopqrstuvwx"
	v.Books[0].Shared = []ui.Holder{{Side: ui.Side{Kind: ui.OfCell}, N: 860, URL: "#"}}
	v.Books = append(v.Books, ui.BookView{
		Mine: ui.Sum{N: 37, In: ui.Measure{Kind: ui.InCredit}}, Min: -50, Max: 100,
		Everyone: []ui.Holder{{Side: c.side(c.moss), N: 37}, {Side: c.side(c.tide), N: -37}},
	})
	v.Waiting = v.Lately[:1]
	v.Lately = v.Lately[1:]
	v.Lately[0].Other.Name = "Abcdefghijklmnopqrstuvwx"
	t := &v.Tins[0]
	t.Sum, t.Overdrawn = cents(-125000000), true
	t.Flows[3].In, t.Flows[4].Out, t.Flows[5].Left = 123456789, 98765432, -125000000
	return v
}

func (c cast) giftLedger(l locale.Lang, b books) ui.LedgerView {
	v := c.ledger(l, b)
	v.Books = nil
	v.Gifts = &ui.GiftsView{Given: 7, Received: 1}
	for i, name := range []string{c.moss, c.fern, c.heron, c.tide} {
		v.Gifts.Everyone = append(v.Gifts.Everyone, ui.Giver{Side: c.side(name), Given: 7 - i, Received: 1 + 2*i})
	}
	v.Lately = v.Lately[1:3]
	for i := range v.Lately {
		v.Lately[i].NoAmount = true
	}
	return v
}

func (c cast) bandsLedger(l locale.Lang, b books) ui.LedgerView {
	v := c.ledger(l, b)
	v.Books[0].Bands = true
	v.Books[0].Shared = []ui.Holder{{Side: ui.Side{Kind: ui.OfBucket, Name: b.roof}, N: 240, URL: "#"}}
	return v
}
