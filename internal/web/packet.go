package web

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/packet"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// packetRoutes are a newcomer's first weeks.
func packetRoutes() []Route {
	return []Route{
		{"GET", "/packet/{member}", Member, onPacket((*parcelOf).show)},
		{"POST", "/packet/{member}/buddy", Member, onPacket((*parcelOf).goAlong)},
		{"POST", "/packet/{member}/alone", Member, onPacket((*parcelOf).leaveAlone)},
		{"POST", "/packet/{member}/tick", Member, onPacket((*parcelOf).tick)},
		{"POST", "/packet/{member}/sign", Member, onPacket((*parcelOf).sign)},
		{"GET", "/packet/{member}/booklet", Member, onPacket((*parcelOf).booklet)},
		{"GET", "/practice", Member, (*visit).practice},
		{"POST", "/practice", Member, (*visit).practised},
	}
}

// parcelOf is somebody's packet, as a visitor sees it.
type parcelOf struct {
	*visit
	of     op.Member
	packet packet.Packet
	people cell.People
}

func (v *visit) packets() *packet.Packets {
	p, _ := v.state.Value(packet.Key).(*packet.Packets)
	return p
}

func (v *visit) packetOf(m op.Member) *parcelOf {
	x := &parcelOf{v, m, v.packets().Of(m), cell.PeopleOf(v.state)}
	if !x.people.IsActive(x.packet.Buddy) {
		x.packet.Buddy = op.Member{} // who left goes along with nobody
	}
	return x
}

func onPacket(f func(*parcelOf) error) func(*visit) error {
	return func(v *visit) error {
		m, err := v.memberNamed()
		if err != nil || !cell.PeopleOf(v.state).IsActive(m) {
			return errNotFound
		}
		return f(v.packetOf(m))
	}
}

func packetURL(m op.Member) string { return "/packet/" + m.String() }

func (x *parcelOf) url(act string) string { return packetURL(x.of) + "/" + act }

// inside reports whether the visitor is one of the two whom it concerns.
func (x *parcelOf) inside() bool { return x.me() == x.of || x.me() == x.packet.Buddy }

func (x *parcelOf) title() string {
	if x.me() == x.of {
		return x.lang.T("Your first weeks")
	}
	return x.lang.T("The first weeks of {1}", x.people.Name(x.of))
}

func (x *parcelOf) show() error { return x.showPacket(http.StatusOK, ui.Wrong{}) }

func (x *parcelOf) showPacket(status int, wrong ui.Wrong) error {
	view := ui.PacketView{Title: x.title(), Name: x.people.Name(x.of), You: x.me() == x.of, Buddy: x.people.Name(x.packet.Buddy), BuddyIsMe: x.packet.Buddy == x.me()}
	switch {
	case x.packet.Buddy.IsZero() && x.me() != x.of:
		view.GoAlongURL = x.url("buddy")
	case !x.packet.Buddy.IsZero() && x.inside():
		view.AloneURL = x.url("alone")
	}
	if x.inside() {
		agreed := x.agreed()
		view.Inside, view.TickURL, view.BookletURL, view.Things = true, x.url("tick"), x.url("booklet"), x.things()
		view.Agreements, view.None = x.agreementRows(agreed), len(agreed) == 0
		view.Done, view.Words = x.packet.Done(len(agreed) > 0), agreedWords(signed(agreed))
		if x.me() == x.of {
			view.SignURL, view.PracticeURL, view.PledgeURL = x.url("sign"), "/practice", "/ledger/pledge/new"
		}
		if x.packet.Time != 0 {
			view.Signed = x.lang.T("Signed {1}.", x.lang.On(at(x.packet.Time), x.date))
		}
	}
	p := x.page(view.Title)
	p.Wrong = wrong
	p.Back = ui.Link{URL: "/people/" + x.of.String(), Text: view.Name}
	return x.visit.show(status, ui.PacketPage(p, view))
}

// packetThings are the things of the list, with what each is called.
var packetThings = []struct {
	bit  uint64
	text string
}{
	{packet.Rehearsed, locale.M("A round was tried out, without a trace")},
	{packet.Pledged, locale.M("A first promise was made: an hour, a thing, a skill")},
	{packet.Talked, locale.M("What to be careful about was talked through")},
}

// things are those of the list. Who goes along ticks the talk alone.
func (x *parcelOf) things() (out []ui.PacketThing) {
	for i, t := range packetThings {
		thing := ui.PacketThing{Value: strconv.Itoa(i), Text: x.lang.T(t.text), Own: x.packet.Own&t.bit != 0, Theirs: x.packet.Theirs&t.bit != 0, Both: t.bit == packet.Talked}
		thing.Mine = x.me() == x.of || thing.Both
		thing.Ticked = thing.Own
		if x.me() != x.of {
			thing.Ticked = thing.Theirs
		}
		out = append(out, thing)
	}
	return out
}

// agreed are the agreements in force that are signed, the newest first. The list
// of rounds holds what has to be known of them, so none is read.
func (x *parcelOf) agreed() []consent.Summary {
	all := roundList(x.state).InForce(consent.Agreement, 0, packet.MaxSigned)
	for i, s := range all {
		if !s.Text.IsZero() {
			continue
		}
		if r, _ := x.state.Value(consent.Key(s.Ref)).(*consent.Round); r != nil {
			all[i].Text = r.Adopted.Text
		}
	}
	return all
}

// words is what an agreement says, read where it was written.
func (x *parcelOf) words(s consent.Summary) string {
	for _, ref := range x.state.Operations(consent.Key(s.Ref)) {
		if o, err := x.Log.Read(ref); err == nil {
			if t, is := consent.Wording(o, s.Text); is {
				return t.What
			}
		}
	}
	return ""
}

func signature(s consent.Summary) packet.Agreement {
	return packet.Agreement{Round: s.Ref, Text: s.Text}
}

func signed(agreed []consent.Summary) (c packet.Sign) {
	for _, s := range agreed {
		c.Agreements = append(c.Agreements, signature(s))
	}
	return c
}

// agreedWords stands for agreements in their words, in a form.
func agreedWords(c packet.Sign) string {
	sum := sha256.Sum256(op.MustMarshal(c))
	return hex.EncodeToString(sum[:16])
}

func (x *parcelOf) agreementRows(agreed []consent.Summary) (out []ui.Row) {
	for _, r := range agreed {
		row := ui.Row{URL: roundURL(r.Ref), Title: r.Title, Text: x.lang.T("not signed")}
		if x.packet.HasSigned(signature(r)) {
			row.Text = x.lang.T("signed")
		}
		out = append(out, row)
	}
	return out
}

func (x *parcelOf) goAlong() error {
	return x.write(packet.KindBuddy, packet.Buddy{For: x.of, Yes: true}, x.lang.T("You go along with {1}.", x.people.Name(x.of)))
}

func (x *parcelOf) leaveAlone() error {
	return x.write(packet.KindBuddy, packet.Buddy{For: x.of}, x.lang.T("Somebody else can go along now."))
}

func (x *parcelOf) tick() error {
	c := packet.Tick{For: x.of}
	for _, t := range x.ticked(ui.FieldThing) {
		i, err := strconv.ParseUint(t, 10, 8)
		if err != nil || i >= uint64(len(packetThings)) {
			return errNotFound
		}
		c.Things |= packetThings[i].bit
	}
	return x.write(packet.KindTick, c, x.lang.T("Written down."))
}

// sign signs what was on the page: an agreement that changed meanwhile, or came,
// is another text, and nothing is signed.
func (x *parcelOf) sign() error {
	if x.me() != x.of {
		return errNotFound
	}
	c := signed(x.agreed())
	if x.value(ui.FieldAgreements) != agreedWords(c) {
		return x.showPacket(http.StatusConflict, ui.Wrong{Title: x.lang.T("Our agreements changed while you read."), Text: x.lang.T("Nothing is signed. Look at them once more.")})
	}
	return x.write(packet.KindSign, c, x.lang.T("You have signed. Welcome to what we agreed."))
}

func (x *parcelOf) write(kind op.Kind, content any, said string) error {
	_, err := x.submit(op.Draft{Kind: kind, Content: content})
	f := ui.Form{}
	if wrong, ok := x.refused(&f, err, nil); ok {
		return x.showPacket(http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return x.done(packetURL(x.of), said, x.lang.T("This router has written it down for {1}.", x.people.Name(x.me())))
}

// newcomers are those who came by an invitation, and who have begun for another
// reason, and are not through. Who was there on the first evening has nobody to
// show them around.
func (v *visit) newcomers() (out []*parcelOf) {
	p := cell.PeopleOf(v.state)
	var who []op.Member
	if p.Names() != nil {
		for _, a := range p.Names().Requests {
			who = append(who, a.Request.Member)
		}
	}
	for _, m := range append(who, v.packets().Members()...) {
		if !p.IsActive(m) || slices.ContainsFunc(out, func(x *parcelOf) bool { return x.of == m }) {
			continue
		}
		if x := v.packetOf(m); !x.packet.Done(true) && (!x.packet.Done(false) || len(roundList(v.state).InForce(consent.Agreement, 0, 1)) > 0) {
			out = append(out, x)
		}
	}
	return out
}

// waitingPackets are what a newcomer's first weeks ask of the viewer.
func (v *visit) waitingPackets() (out []ui.Waiting) {
	for _, x := range v.newcomers() {
		w := ui.Waiting{URL: packetURL(x.of), Title: x.title(), Verb: v.lang.T("Look at it")}
		switch {
		case x.me() == x.of:
			w.Text = v.lang.N("One of five things is done.", "{1} of five things are done.", x.count())
		case x.packet.Buddy.IsZero():
			w.Text = v.lang.T("Nobody goes along with {1} yet.", x.people.Name(x.of))
		case x.packet.Buddy == x.me() && x.packet.Theirs&packet.Talked == 0:
			w.Text = v.lang.T("Talk through what to be careful about, and both tick it.")
		default:
			continue
		}
		out = append(out, w)
	}
	return out
}

// count is how many of the five things are done.
func (x *parcelOf) count() (n int) {
	for _, done := range []bool{!x.packet.Buddy.IsZero(), x.packet.Has(packet.Rehearsed), x.packet.Has(packet.Pledged), x.packet.Has(packet.Talked), len(x.packet.Signed) > 0} {
		if done {
			n++
		}
	}
	return n
}

// booklet is the packet on paper, for who has just come.
func (x *parcelOf) booklet() error {
	if !x.inside() {
		return errNotFound
	}
	url := x.address() + "/"
	view := ui.PacketBook{Name: x.people.Name(x.of), Buddy: x.people.Name(x.packet.Buddy), AsOf: x.lang.Date(x.date),
		WiFi: x.wifiView(), Address: url, QR: qrOf(url, x.lang.T("Square code that leads to our pages")), Things: x.things()}
	for _, r := range x.agreed() {
		view.Agreements = append(view.Agreements, ui.Speech{By: r.Title, Text: x.words(r)})
	}
	p := x.page(view.Name)
	p.Paper, p.Back = true, ui.Link{URL: packetURL(x.of), Text: x.title()}
	return x.visit.show(http.StatusOK, ui.PacketBookPage(p, view))
}
