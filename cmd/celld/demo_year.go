package main

import (
	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// year plays what happened in Mill Lane: the founding, rounds and exchanges
// month by month, and at its end a round in every phase.
func (d *demo) year() {
	d.founding()
	rounds := demoRounds
	for day := 358; day > 0; day-- {
		d.at(day, 9)
		for len(rounds) > 0 && rounds[0].day == day {
			d.play(rounds[0])
			rounds = rounds[1:]
		}
		d.exchange(day)
		d.money(day)
		d.turns()
		d.meetings(day)
		d.packets(day)
		d.commons(day)
		d.lately(day)
	}
}

func (d *demo) founding() {
	text := consent.Text{
		Title: "We begin", Why: "So that we can help each other, and everyone knows how we decide.",
		What: "All who sit at this table belong. We decide together, when nobody objects. Nobody goes below 10 hours received or above 20 hours given.",
		Effect: &consent.Effect{Kind: cell.EffectFounding, Content: op.MustMarshal(cell.Founding{
			Limits: []ledger.LimitsEffect{{Unit: ledger.Minutes, Min: -600, Max: 1200, Cap: 12000}},
			Units:  []ledger.UnitInfo{{Unit: ledger.Cash("EUR"), Label: "Euro"}},
		})},
	}
	r := d.open("Moss", consent.Standard, text, false)
	act := trust.Act{Verb: trust.Close}
	for _, s := range d.seats {
		d.say(s.name, r, consent.Consent, "")
		d.submit(s.name, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}})
	}
	d.submit("Kite", op.Draft{Kind: trust.KindAct, Content: act})
}

// tale is a round of the past: when, who, what, and how it went.
type tale struct {
	day       int
	who       string
	class     consent.Class
	what, why string
	course    func(*demo, op.Ref)
}

// The courses that a round can take.

func agreed(d *demo, r op.Ref) { d.agree(r) }

func worried(d *demo, r op.Ref) {
	d.say("Tide", r, consent.Concern, "Somebody has to look after it in winter.")
	d.agree(r)
}

func aside(d *demo, r op.Ref) {
	d.say("Kite", r, consent.StandAside, "I will not have the time to help.")
	d.agree(r)
}

func taken(d *demo, r op.Ref) {
	d.act(d.proposer(r), r, &consent.Withdraw{Reason: "It was sorted out over the fence."})
}

func laid(d *demo, r op.Ref)      { d.layAside(r) }
func rewritten(d *demo, r op.Ref) { d.rewrite(r) }
func lapsed(d *demo, r op.Ref)    { d.lapse(r) }
func stepwise(d *demo, r op.Ref)  { d.steps(r); d.agree(r) }
func dropped(d *demo, r op.Ref)   { d.agree(r); d.letGo(r) }

var demoRounds = []tale{
	{350, "Heron", consent.Standard, "We eat together on the first Sunday of the month", "We live wall to wall and hardly know each other.", agreed},
	{341, "Tide", consent.Routine, "Buy a second watering can", "In June two of us wait for one can.", agreed},
	{333, "Fern", consent.Standard, "Share the drill and the ladder", "Everyone owns a drill and nobody owns a long ladder.", worried},
	{322, "Ember", consent.Standard, "Bread on Fridays, baked in turns", "The bakery closed, and the oven is big enough for seven loaves.", agreed},
	{311, "Kite", consent.Standard, "A bench in front of number nine", "Old neighbours need a place to rest on the hill.", rewritten},
	{300, "Lantern", consent.Agreement, "What we write down here stays among us", "People speak freely only when they know who reads it.", stepwise},
	{288, "Moss", consent.Routine, "Mend the gate before the frost", "It no longer closes.", agreed},
	{276, "Heron", consent.Standard, "Paint the bicycle shed green", "The grey makes everyone sad.", taken},
	{262, "Tide", consent.Standard, "A phone chain for the night", "When the power went in January, nobody knew whom to call.", agreed},
	{250, "Fern", consent.Standard, "Plant three apple trees on the strip", "Nobody mows it, and children would pick them.", worried},
	{239, "Ember", consent.Standard, "No engines on Sunday mornings", "It is the only morning on which all of us can sleep.", laid},
	{228, "Kite", consent.Routine, "Two more keys for the shed", "Three of us always ring at Moss’s door.", agreed},
	{217, "Lantern", consent.Standard, "Lend the big pot to the school", "They cook for two hundred in May.", agreed},
	{206, "Moss", consent.Standard, "A swap shelf under the stairs", "Good things end in the bin.", aside},
	{195, "Heron", consent.Standard, "Count the tin together each month", "Two pairs of eyes see more than one.", agreed},
	{184, "Tide", consent.Standard, "Rent a trailer together in autumn", "Firewood costs half when we fetch it ourselves.", lapsed},
	{171, "Fern", consent.Standard, "A repair evening in the kitchen", "Each of us throws away what another could mend.", agreed},
	{160, "Ember", consent.Agreement, "Whoever asks for help is not asked why", "Some of us did not ask, because they would have had to explain.", stepwise},
	{148, "Kite", consent.Routine, "Lamp for the back stairs", "Fern fell in March.", agreed},
	{137, "Lantern", consent.Standard, "Teach each other one thing a month", "Between us we know how to weld, bake, sew and graft.", agreed},
	{126, "Moss", consent.Standard, "Keep a first-aid box by the door", "The nearest one is at the petrol station.", agreed},
	{115, "Heron", consent.Standard, "Film evenings in the yard", "The wall is white and the summer is long.", dropped},
	{104, "Tide", consent.Standard, "Water the trees in turns", "They are two years old and the well is far.", agreed},
	{93, "Fern", consent.Routine, "New rope for the well", "The old one is half through.", agreed},
	{81, "Ember", consent.Standard, "Invite Mill Row to the harvest table", "We share a wall with them and not one meal.", worried},
	{69, "Kite", consent.Standard, "A wood stove for the workshop", "From November nobody can hold a plane there.", rewritten},
	{57, "Lantern", consent.Standard, "Share one car seat for small visitors", "Four families visit us, and each carries one up the hill.", agreed},
	{45, "Moss", consent.Standard, "Leave the corner lamp off after eleven", "It shines into two bedrooms.", aside},
	{33, "Heron", consent.Routine, "Clean the gutter on Saturday", "The first leaves are down.", agreed},
	{21, "Tide", consent.Standard, "A list of who has which key", "On Tuesday we stood outside for an hour.", agreed},
}

func (d *demo) play(x tale) {
	again := uint64(d.now.AddDate(0, 0, x.day+25+x.day%70).Unix()) // kept at each look since
	r := d.open(x.who, x.class, consent.Text{What: x.what, Why: x.why, ReviewOn: again}, false)
	x.course(d, r)
}

func (d *demo) proposer(r op.Ref) string {
	return cell.PeopleOf(d.log.State()).Name(d.round(r).Proposer)
}

// steps goes through questions and first thoughts.
func (d *demo) steps(r op.Ref) {
	d.move(r, consent.Clarifying)
	q := d.act("Kite", r, &consent.Ask{Words: "Does that hold for guests, too?"})
	d.act(d.proposer(r), r, &consent.Answer{To: q, Words: "For everyone who sits at the table."})
	d.move(r, consent.Reacting)
	d.act("Fern", r, &consent.React{Words: "It makes me breathe easier."})
	d.move(r, consent.Checking)
}

// rewrite meets an objection with a second text, to which both say yes.
func (d *demo) rewrite(r op.Ref) {
	d.say("Lantern", r, consent.Consent, "")
	x := d.say("Fern", r, consent.Object, "The prams no longer get past it.")
	old := d.round(r).Text()
	d.move(r, consent.Integrating)
	text := old
	text.What = old.What + ", at the wide end where there is room to pass"
	d.act(d.proposer(r), r, &consent.Revise{Base: d.round(r).Current, Text: text, Note: "Moved to the wide end", Resolves: x})
	d.act("Fern", r, &consent.Confirm{Objection: x, Text: d.candidate(r, x), Yes: true})
	d.agree(r)
}

func (d *demo) candidate(r, objection op.Ref) consent.Hash {
	for _, x := range d.round(r).Objections {
		if x.Ref == objection {
			return x.Candidate
		}
	}
	return consent.Hash{}
}

// layAside ends a round that two texts could not save.
func (d *demo) layAside(r op.Ref) {
	d.say("Kite", r, consent.Object, "I work nights, and Sunday is when I saw wood.")
	d.act(d.proposer(r), r, &consent.Withdraw{Reason: "We talk about it at the table first."})
}

func (d *demo) lapse(r op.Ref) {
	d.say("Tide", r, consent.Consent, "")
	for range 12 {
		d.now = d.now.AddDate(0, 0, 1)
		if d.err == nil {
			if a := d.round(r).Due(d.log.State().Now(), uint64(d.now.Unix())); a != nil {
				d.act("Tide", r, a)
			}
		}
	}
}

func (d *demo) letGo(r op.Ref) {
	d.now = d.now.AddDate(0, 0, 20)
	d.act("Fern", r, &consent.Review{Drop: true, Words: "It rained on every one of them."})
	d.act("Kite", r, &consent.Review{Drop: true, Words: "Next year again, perhaps."})
}

// hall is the round that everybody sees first: an objection stands.
func (d *demo) hall() {
	r := d.open("Lantern", consent.Standard, consent.Text{
		Title: "Borrow the church hall on Thursdays",
		Why:   "The kitchen is too small when all of us come, and two of us cannot climb the stairs.",
		What:  "We use the church hall every Thursday from six to nine.",
		Who:   "Lantern holds the key. Tide brings the chairs.", Criteria: []string{"Everyone can come in.", "Nobody is turned away because of us."},
	}, false)
	d.say("Kite", r, consent.Consent, "")
	text := d.round(r).Text()
	text.What = "We use the church hall every Thursday from six to nine, from December."
	d.act("Lantern", r, &consent.Revise{Base: d.round(r).Current, Text: text, Note: "From December, when the choir is through"})
	d.say("Heron", r, consent.Consent, "")
	d.say("Lantern", r, consent.Consent, "")
	d.say("Tide", r, consent.Concern, "Who locks up in winter?")
	d.submit("Heron", op.Draft{Kind: consent.KindSpeak, Subject: r, Content: &consent.Speak{Text: d.round(r).Current, Stance: consent.Consent, For: d.by("Fern").Member}})
	d.say("Ember", r, consent.Object, "Thursday is the food bank’s evening. If we are in the hall, people who come for food have to queue in the street.")
}

// lately leaves a round in every other phase, for whoever sits down today.
func (d *demo) lately(daysAgo int) {
	if daysAgo < len(demoLately) && demoLately[daysAgo] != nil {
		d.at(daysAgo, 17)
		demoLately[daysAgo](d)
	}
}

// demoLately is what began in the last days, by how many days ago.
var demoLately = [...]func(*demo){
	9: (*demo).hall, 8: (*demo).reviewed, 7: (*demo).clarifying, 6: (*demo).reacting,
	5: (*demo).contested, 4: (*demo).integrating, 2: (*demo).checking, 1: (*demo).pages,
}

func (d *demo) reviewed() {
	soon := uint64(d.now.AddDate(0, 0, 6).Unix())
	d.agree(d.open("Fern", consent.Standard, consent.Text{What: "Quiet hours after ten", Why: "Two of us get up at four.", ReviewOn: soon}, false))
}

func (d *demo) clarifying() {
	r := d.open("Heron", consent.Agreement, consent.Text{What: "Five per cent of the tin goes to Mill Row", Why: "Their roof leaks, and we have a little more than we need."}, true)
	d.move(r, consent.Clarifying)
	d.act("Kite", r, &consent.Ask{Words: "Each month, or once?"})
}

func (d *demo) reacting() {
	r := d.open("Tide", consent.Standard, consent.Text{What: "Keep two hens behind the shed", Why: "Eggs, and somebody to eat the peels."}, true)
	d.move(r, consent.Clarifying)
	d.move(r, consent.Reacting)
	d.act("Lantern", r, &consent.React{Words: "My grandmother kept six. I know how."})
}

func (d *demo) checking() {
	r := d.open("Ember", consent.Routine, consent.Text{What: "Buy flour for the winter together", Why: "Twenty-five kilos cost as much as ten."}, false)
	d.say("Ember", r, consent.Consent, "")
}

// contested is agreed, and then somebody sees harm in it.
func (d *demo) contested() {
	r := d.open("Kite", consent.Standard, consent.Text{What: "The yard gate stays open by day", Why: "Everyone carries things through it all day long."}, false)
	d.agree(r)
	d.say("Fern", r, consent.Object, "The dog from number two has been on the road twice since.")
}

// integrating looks for a text that answers an objection.
func (d *demo) integrating() {
	r := d.open("Fern", consent.Standard, consent.Text{What: "Burn the hedge cuttings on Saturday", Why: "The pile is taller than the fence."}, false)
	x := d.say("Tide", r, consent.Object, "The smoke goes straight into the nursery.")
	d.move(r, consent.Integrating)
	text := d.round(r).Text()
	text.What = "Shred the hedge cuttings on Saturday and mulch the apple trees"
	d.act("Fern", r, &consent.Revise{Base: d.round(r).Current, Text: text, Note: "Shredded, not burnt", Resolves: x})
}
