package main

import (
	"celld/internal/cell/consent"
	"celld/internal/cell/directory"
	"celld/internal/cell/ledger"
	"celld/internal/cell/projects"
	"celld/internal/op"
)

// commons is what the demo cell carries out together, says that it needs and
// offers, keeps in store, and promises month by month.
func (d *demo) commons(daysAgo int) {
	for _, x := range demoCommons {
		if x.daysAgo == daysAgo && d.err == nil {
			d.at(daysAgo, 18)
			x.begin(d)
		}
	}
	if daysAgo < 120 && daysAgo%9 == 0 {
		d.goods("Fern", "Kite", ledger.Transfer{Unit: demoSwabs, From: demoStore, To: "world:outside", Amount: 6, Note: "Scraped knees"})
	}
}

// demoCommons is what happened, by how many days ago.
var demoCommons = []struct {
	daysAgo int
	begin   func(*demo)
}{
	{249, (*demo).trees}, {124, (*demo).firstAid}, {110, (*demo).show}, {66, (*demo).stove},
	{40, (*demo).subscriptions}, {14, (*demo).needs}, {13, (*demo).delivery},
}

const (
	demoSwabs   ledger.Unit    = "good:swabs"
	demoTickets ledger.Unit    = "good:bus-tickets"
	demoStore   ledger.Account = "pool:store"
)

// decided is the round that was called so; zero where there was none.
func (d *demo) decided(title string) op.Ref {
	list, _ := d.log.State().Value(consent.KeyRounds).(*consent.Rounds)
	for _, s := range list.Settled(0, 100) {
		if s.Title == title && s.State == consent.InForce {
			return s.Ref
		}
	}
	return op.Ref{}
}

func (d *demo) project(who string, p projects.Plan) op.Ref {
	return d.submit(who, op.Draft{Kind: projects.KindOpen, Content: p})[0]
}

// task puts something on a list; those who take it come next, and the last word
// may be that it is done.
func (d *demo) task(p op.Ref, words string, done bool, takers ...string) {
	by := d.firstOf(p)
	t := d.submit(by, op.Draft{Kind: projects.KindTask, Subject: p, Content: projects.Words{Text: words}})[0]
	for _, name := range takers {
		d.submit(name, op.Draft{Kind: projects.KindTake, Subject: p, Content: projects.Which{Task: t}})
	}
	if done {
		d.submit(takers[0], op.Draft{Kind: projects.KindDone, Subject: p, Content: projects.Which{Task: t}})
	}
}

// firstOf is who was with a project first.
func (d *demo) firstOf(p op.Ref) string {
	x, _ := d.log.State().Value(projects.Key(p)).(*projects.Project)
	if x == nil {
		return "Moss"
	}
	return d.named(x.With[0])
}

// trees is a project that is over.
func (d *demo) trees() {
	p := d.project("Fern", projects.Plan{Title: "Apple trees on the strip", Why: "Nobody mows it, and children would pick them.",
		Round: d.decided("Plant three apple trees on the strip")})
	d.task(p, "Dig three holes", true, "Kite", "Tide")
	d.task(p, "Fetch the trees from the nursery", true, "Fern")
	d.task(p, "Tie them to stakes", true, "Heron")
	d.submit("Fern", op.Draft{Kind: projects.KindClose, Subject: p, Content: projects.Words{Text: "All three grow. Dig deeper next time, and fence them before the goats come."}})
}

// stove is a project half way.
func (d *demo) stove() {
	p := d.project("Kite", projects.Plan{Title: "A wood stove for the workshop", Why: "From November nobody can hold a plane there.",
		Round: d.decided("A wood stove for the workshop"), Review: uint64(d.now.AddDate(0, 0, 75).Unix())})
	d.task(p, "Find a stove with a door that closes", true, "Ember")
	d.task(p, "Carry it up from number two", true, "Tide", "Heron")
	d.task(p, "Lay a floor of bricks under it", false, "Kite", "Moss")
	d.task(p, "Ask the chimney sweep to look at the pipe", false)
	d.task(p, "A screen, so that the twins cannot touch it", false)
	in := d.submit("Tide", op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{
		Unit: ledger.Cash("EUR"), From: "world:outside", To: ledger.ProjectAccount(p), Amount: 4500, Note: "For the pipe"}})[0]
	d.submit("Kite", op.Draft{Kind: ledger.KindSign, Subject: in})
	d.post("Kite", directory.Post{Sort: directory.Need, Area: directory.Tools, Words: "Forty whole bricks", Project: p})
}

func (d *demo) post(who string, p directory.Post) op.Ref {
	return d.submit(who, op.Draft{Kind: directory.KindPost, Content: p})[0]
}

// needs are what people wrote lately.
func (d *demo) needs() {
	soon := uint64(d.now.AddDate(0, 0, 40).Unix())
	bike := d.post("Tide", directory.Post{Sort: directory.Need, Area: directory.Repair, Words: "Brakes for my bicycle"})
	d.post("Lantern", directory.Post{Sort: directory.Need, Area: directory.Learning, Words: "Somebody to read letters in German with", Until: soon})
	d.post("Moss", directory.Post{Sort: directory.Skill, Area: directory.Repair, Words: "Bicycles, also the brakes"})
	d.post("Heron", directory.Post{Sort: directory.Skill, Area: directory.Learning, Words: "German and Arabic, reading and writing"})
	d.post("Ember", directory.Post{Sort: directory.Offer, Area: directory.Food, Words: "Sourdough, each Friday", Until: soon})
	d.post("Fern", directory.Post{Sort: directory.Offer, Area: directory.Room, Words: "A bed for a guest, for a week"})
	d.post("Kite", directory.Post{Sort: directory.Offer, Area: directory.Tools, Words: "A handcart"})
	d.submit("Kite", op.Draft{Kind: ledger.KindOffer, Content: ledger.Offer{From: d.account("Kite"), To: d.account("Tide"), What: "An old pair of brakes", For: bike}})
}

// goods come or go, and a second person says yes. What is not there is not
// taken.
func (d *demo) goods(who, witness string, t ledger.Transfer) {
	if ref := d.submit(who, op.Draft{Try: true, Kind: ledger.KindPropose, Content: t})[0]; !ref.IsZero() {
		d.submit(witness, op.Draft{Kind: ledger.KindSign, Subject: ref})
	}
}

func (d *demo) firstAid() {
	for _, g := range []struct {
		ledger.UnitInfo
		ledger.Keep
	}{
		{ledger.UnitInfo{Unit: demoSwabs, Label: "Sterile swabs"}, ledger.Keep{Unit: demoSwabs, Use: ledger.OfFirstAid, Least: 40}},
		{ledger.UnitInfo{Unit: demoTickets, Label: "Bus tickets"}, ledger.Keep{Unit: demoTickets, Use: ledger.OfTransport, Least: 10}},
	} {
		d.submit("Moss", op.Draft{Kind: ledger.KindDeclare, Content: g.UnitInfo}, op.Draft{Kind: ledger.KindKeep, Content: g.Keep})
	}
	d.goods("Moss", "Heron", ledger.Transfer{Unit: demoSwabs, From: "world:outside", To: demoStore, Amount: 100, UseBy: d.day(140), Batch: "7F", Note: "For the box by the door"})
	d.goods("Tide", "Heron", ledger.Transfer{Unit: demoTickets, From: "world:outside", To: demoStore, Amount: 12})
	d.goods("Lantern", "Moss", ledger.Transfer{Unit: demoTickets, From: demoStore, To: "world:outside", Amount: 5, Note: "To the clinic"})
}

// day is a date so many days after the demo's today.
func (d *demo) day(later int) ledger.Day {
	return ledger.DayOf(uint64(d.now.AddDate(0, 0, later).Unix()))
}

// delivery brings swabs that last.
func (d *demo) delivery() {
	d.goods("Moss", "Tide", ledger.Transfer{Unit: demoSwabs, From: "world:outside", To: demoStore, Amount: 60, UseBy: d.day(700), Batch: "9C"})
}

// subscriptions are promises that come back; one of them has its day.
func (d *demo) subscriptions() {
	for _, o := range []ledger.Offer{
		{From: d.account("Tide"), To: ledger.Tin, What: "Five euros a month for the tin", Unit: ledger.Cash("EUR"), Amount: 500, Every: ledger.EveryMonth},
		{From: d.account("Fern"), To: ledger.Common, What: "An hour a week with the neighbours’ children", Every: ledger.EveryWeek, Until: d.day(300)},
	} {
		who, _ := o.From.Holder()
		ref := d.submit(d.named(who), op.Draft{Kind: ledger.KindOffer, Content: o})[0]
		d.submit("Heron", op.Draft{Kind: ledger.KindAccept, Subject: ref})
	}
}

// show lets guests of the Wi-Fi see how the fund goes.
func (d *demo) show() {
	text := consent.Text{Title: "Guests may see how our fund goes", What: "Guests of our Wi-Fi see what came in and went out, by month, without names.",
		Why:    "People who give to us like to see what becomes of it.",
		Effect: &consent.Effect{Kind: ledger.EffectShown, Content: op.MustMarshal(ledger.Switch{On: true})}}
	stepwise(d, d.open("Ember", consent.Agreement, text, false))
}
