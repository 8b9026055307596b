package sample

import (
	"time"

	"celld/ui"
	"celld/ui/locale"
)

// members to choose from.
func (c cast) members(l locale.Lang) []ui.Choice {
	out := []ui.Choice{}
	for _, name := range []string{c.tide, c.ember, c.fern, c.heron, c.kite, c.lantern} {
		out = append(out, ui.Choice{Value: name, Text: name})
	}
	return append(out, ui.Choice{Value: "cell", Text: locale.Capital(ui.Side{Kind: ui.OfCell}.Word(l))})
}

func (c cast) transfers(l locale.Lang, b books, p ui.Page) []Page {
	pay := ui.PayView{Form: ui.Form{Action: "#"}, To: c.members(l), Measures: []ui.Measure{ui.HoursMeasure}}
	bad, wrong := p, pay
	bad.Wrong = ui.LimitWrong(l, c.side(c.tide), false, ui.Hours(75), ui.Hours(120), ui.Hours(-600), ui.FieldHours)
	wrong.Form = ui.Form{Action: "#", Values: map[string]string{"way": "gave", "to": c.tide, "h": "2", "m": "00", "for": b.stove}, Errors: map[string]string{"h": ui.FitsError(l, ui.Hours(75))}}
	wrong.Ways = &ui.PayWays{Other: c.tide, Fits: ui.Hours(75), FitsURL: "#", Gave: true, Offers: b.repairs, OffersURL: "#", GiftURL: "#"}
	two := pay
	two.Measures = append(two.Measures, ui.Measure{Kind: ui.InCredit})
	after := ui.Hours(320)
	waits := ui.TransferView{
		Giver: c.side(c.moss), Receiver: c.side(c.tide), What: b.gate, Sum: ui.Hours(135), ReceiverYes: true, Yours: true, By: c.tide, When: on(l, 1),
		Until: l.Moment(sunday.AddDate(0, 0, 13), sunday), After: &after, YesURL: "#", NoURL: "#",
	}
	mine := waits
	mine.ReceiverYes, mine.GiverYes, mine.Yours, mine.By, mine.YesURL, mine.NoURL, mine.BackURL, mine.Held = false, true, false, c.moss, "", "", "#", true
	done := waits
	done.GiverYes, done.State, done.YesURL, done.NoURL, done.RightURL, done.Yours = true, ui.TransferDone, "", "", "#", false
	struck := done
	struck.RightURL, struck.Right = "", []ui.Link{{URL: "#", Text: b.wrong}}
	contra := waits
	contra.What, contra.Corrects, contra.Crosses = b.wrong, &ui.Link{URL: "#", Text: b.hair}, true
	gift := done
	gift.NoAmount, gift.RightURL = true, ""
	lapsed := mine
	lapsed.State, lapsed.BackURL, lapsed.Sum = ui.TransferLapsed, "", cents(125000)
	return []Page{
		{"pay", ui.PayPage(p, pay)}, {"pay-wrong", ui.PayPage(bad, wrong)}, {"pay-two", ui.PayPage(p, two)},
		{"transfer", ui.TransferPage(p, waits)}, {"transfer-mine", ui.TransferPage(p, mine)}, {"transfer-done", ui.TransferPage(p, done)},
		{"transfer-struck", ui.TransferPage(p, struck)}, {"transfer-contra", ui.TransferPage(p, contra)},
		{"transfer-gift", ui.TransferPage(p, gift)}, {"transfer-lapsed", ui.TransferPage(p, lapsed)},
	}
}

func (c cast) tins(l locale.Lang, b books, p ui.Page) []Page {
	t := c.tin(l, b)
	t.Counting = &ui.Counting{By: c.side(c.heron), When: on(l, 0), Found: cents(8370), Booked: cents(8420), SameURL: "#"}
	t.PutURL, t.CountURL, t.All = "#", "#", "#"
	t.Asked = []ui.Row{c.expense(l, b).Row(l, "#")}
	t.Lately = []ui.Entry{{URL: "#", What: b.bus, Other: ui.Side{Kind: ui.OfOutside}, Gave: false, Sum: cents(1750), When: on(l, 3), State: ui.TransferDone}}
	asked, paid, round, refused := c.expense(l, b), c.expense(l, b), c.expense(l, b), c.expense(l, b)
	asked.YesURL, asked.NoURL = "#", "#"
	paid.State, paid.CheckURL = ui.ExpensePaid, "#"
	paid.Voices[0].Yes, paid.Voices[1].Yes = true, true
	paid.Paid = []ui.Paid{{By: c.side(c.fern), When: on(l, 1), Sum: cents(1260)}}
	round.ByRound, round.Voices, round.RoundURL = &ui.Link{}, nil, "#"
	refused.State, refused.Why, refused.By, refused.Voices = ui.ExpenseRefused, b.no, c.lantern, nil
	return []Page{
		{"tin", ui.TinPage(p, t)}, {"tin-empty", ui.TinPage(p, ui.TinView{Sum: cents(0), PutURL: "#", CountURL: "#", AskURL: "#"})},
		{"expense-new", ui.NewExpensePage(p, ui.NewExpenseView{
			Form: ui.Form{Action: "#"}, To: c.members(l), Measure: euro, InIt: cents(8420), Rule: ui.SpendingRule(l, cents(2000), cents(20000), 0),
			Picture: true, Kept: 30, MaxBytes: "200 KB",
		})},
		{"expense", ui.ExpensePage(p, asked)}, {"expense-paid", ui.ExpensePage(p, paid)},
		{"expense-round", ui.ExpensePage(p, round)}, {"expense-refused", ui.ExpensePage(p, refused)},
	}
}

func (c cast) expense(l locale.Lang, b books) ui.ExpenseView {
	return ui.ExpenseView{
		Purpose: b.bus, Sum: cents(1260), From: ui.Side{Kind: ui.OfTin}, To: c.side(c.tide), Requester: c.side(c.tide), When: on(l, 2), Need: 2,
		Voices:  []ui.Approval{{Name: c.fern, Yes: true}, {Name: c.moss, You: true}, {Name: c.heron}},
		Receipt: ui.ReceiptView{Given: true, URL: "#", Until: l.Short(sunday.AddDate(0, 0, 28)), Print: "7f3a 91c0 5be2"},
		History: []ui.Change{{When: on(l, 2), Text: c.tide}},
	}
}

func (c cast) promises(l locale.Lang, b books, p ui.Page) []Page {
	offered := ui.PledgeRow{URL: "#", What: b.repairs, From: c.side(c.tide), To: c.side(c.moss), Yours: true}
	weekly := ui.PledgeRow{URL: "#", What: b.bread, From: c.side(c.ember), To: ui.Side{Kind: ui.OfCell}, Sum: ui.Hours(60), Every: ui.EveryWeek, State: ui.PledgeAccepted}
	wood := ui.BucketRow{URL: "#", Name: b.wood, In: euro, Put: 6000, Target: 9000, Most: 12000}
	roof := ui.BucketRow{URL: "#", Name: b.roof, In: ui.HoursMeasure, Put: 2400, Target: 2400, Most: 2400}
	gone := ui.BucketRow{URL: "#", Name: b.honey, In: euro, Target: 500, Most: 500, State: ui.BucketCancelled}
	return []Page{
		{"pledges", ui.PledgesPage(p, ui.PledgesView{Yours: []ui.PledgeRow{offered}, Others: []ui.PledgeRow{weekly}, NewURL: "#", Members: 7})},
		{"pledges-empty", ui.PledgesPage(p, ui.PledgesView{NewURL: "#", Members: 7})},
		{"pledge", ui.PledgePage(p, ui.PledgeView{PledgeRow: offered, YesURL: "#"})},
		{"pledge-weekly", ui.PledgePage(p, ui.PledgeView{PledgeRow: weekly, Given: ui.Hours(30), Turns: 6, Kept: []ui.Link{{URL: "#", Text: b.bread}}, PayURL: "#", DayURL: "#", OverURL: "#"})},
		{"pledge-new", ui.NewPledgePage(p, ui.NewPledgeView{Form: ui.Form{Action: "#"}, To: c.members(l), Measures: []ui.Measure{ui.HoursMeasure, euro}})},
		{"buckets", ui.BucketsPage(p, ui.BucketsView{Open: []ui.BucketRow{wood, roof}, Past: []ui.BucketRow{gone}, NewURL: "#", Members: 7})},
		{"bucket", ui.BucketPage(p, ui.BucketView{
			BucketRow: wood, Opener: c.side(c.fern), Yours: 1500, InURL: "#", OutURL: "#", CancelURL: "#",
			Funders: []ui.Funder{{Side: c.side(c.fern), N: 3000}, {Side: c.side(c.moss), N: 1500}, {Side: c.side(c.kite), N: 1500}},
		})},
		{"bucket-full", ui.BucketPage(p, ui.BucketView{BucketRow: roof, KeepURL: "#"})},
		{"bucket-new", ui.NewBucketPage(p, ui.NewBucketView{Form: ui.Form{Action: "#"}, Measures: []ui.Choice{{Value: "0", Text: l.T("hours")}, {Value: "1", Text: "EUR"}}})},
		{"goods", ui.GoodsPage(p, ui.GoodsView{Goods: []ui.Good{{Name: b.honey, N: 14}, {Name: b.blankets, N: 6}}, MoveURL: "#", NewURL: "#", Members: 7})},
		{"goods-empty", ui.GoodsPage(p, ui.GoodsView{NewURL: "#", Members: 7})},
	}
}

func (c cast) records(l locale.Lang, b books, p ui.Page) []Page {
	hours := ui.TrialBook{In: ui.HoursMeasure, Lines: c.holders()}
	money := ui.TrialBook{In: euro, Lines: []ui.Holder{{Side: ui.Side{Kind: ui.OfTin}, N: 8420}, {Side: ui.Side{Kind: ui.OfOutside}, N: -8420}}}
	closing := ui.CloseView{
		Month: l.Month(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)), Books: []ui.TrialBook{hours, money}, Words: "amber nettle copper violin harbour lantern",
		CloseURL: "#", SheetURL: "#", Past: []ui.Link{{URL: "#", Text: l.Month(time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC))}},
	}
	paper := p
	paper.Paper = true
	lines := []ui.Entry{}
	for i, e := range c.entries(l, b)[1:4] {
		left := ui.Hours(200 - 45*i)
		e.Left = &left
		lines = append(lines, e)
	}
	rows := []ui.ImportRow{
		{Line: 2, Text: b.bread + " · " + l.T("{1} → {2}", c.ember, c.moss), Number: ui.Hours(45).Words(l)},
		{Line: 3, Text: b.hair + " · " + l.T("{1} → {2}", "Robin", c.moss), Number: ui.Hours(30).Words(l), Reason: l.T("There is nobody called {1} here.", "Robin")},
	}
	imported := ui.ImportView{Step: ui.ImportRows, Form: ui.Form{Action: "#"}, Rows: rows, Good: 1, Bad: 1, Sums: []ui.TrialBook{hours}}
	waits := imported
	waits.Step, waits.Maker, waits.When, waits.YesURL, waits.Good = ui.ImportWaits, c.side(c.heron), on(l, 1), "#", 212
	return []Page{
		{"account", ui.StatementPage(p, ui.StatementView{Of: c.side(c.moss), Sum: ui.Hours(200), Lines: lines, Previous: "#", Next: "#"})},
		{"account-empty", ui.StatementPage(p, ui.StatementView{Of: c.side(c.kite), Sum: ui.Hours(0), Members: 7})},
		{"close", ui.ClosePage(p, closing)}, {"close-sheet", ui.CloseSheetPage(paper, ui.CloseSheetView{CloseView: closing, AsOf: l.DateYear(sunday)})},
		{"import", ui.ImportPage(p, ui.ImportView{Form: ui.Form{Action: "#"}, Most: 5000})},
		{"import-columns", ui.ImportPage(p, ui.ImportView{Step: ui.ImportColumns, Form: ui.Form{Action: "#"}, File: "notebook.csv", Fields: ui.ImportFields(l), Columns: []ui.ImportColumn{
			{Name: "col-0", Title: "date", Samples: "2026-10-02, 2026-10-05", Chosen: "day"}, {Name: "col-1", Title: "by", Samples: c.ember + ", " + c.fern, Chosen: "giver"},
		}})},
		{"import-rows", ui.ImportPage(p, imported)}, {"import-waits", ui.ImportPage(p, waits)},
		{"export", ui.ExportPage(p, ui.ExportView{Files: []ui.ExportFile{{URL: "#", Size: "14 KB"}, {URL: "#", Kind: ui.ExportBeancount, Size: "15 KB"}, {URL: "#", Kind: ui.ExportCSV, Size: "9 KB"}}})},
		{"rules", ui.RulesPage(p, ui.RulesView{
			Limits:   []ui.Limit{{In: ui.HoursMeasure, Min: -600, Max: 1200, By: ui.Agreed{URL: "#", When: on(l, 90)}}, {In: ui.Measure{Kind: ui.InCredit}, Min: -50, Max: 100}},
			Spending: []ui.SpendingLine{{Small: cents(2000), Large: cents(20000)}}, NewURL: "#",
		})},
		{"leaving", ui.LeavingPage(p, ui.LeavingView{Who: c.side(c.moss), To: c.members(l), SettleURL: "#", RoundURL: "#", Form: ui.Form{Action: "#"}, Accounts: []ui.Open{
			{Sum: ui.Hours(200), URL: "#", Pending: 1}, {Sum: ui.Sum{N: -12, In: ui.Measure{Kind: ui.InCredit}}, URL: "#"},
		}})},
		{"leaving-settled", ui.LeavingPage(p, ui.LeavingView{Who: c.side(c.moss), CloseURL: "#", Accounts: []ui.Open{{Sum: ui.Hours(0), URL: "#"}}})},
	}
}
