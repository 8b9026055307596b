package web

import (
	"crypto/rand"
	"net/http"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/cell/rota"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
	"celld/ui/locale"
)

func (v *visit) people() error {
	p := cell.PeopleOf(v.state)
	view := ui.PeopleView{InviteURL: "/invite", TurnsURL: "/turns"}
	for _, m := range p.Active() {
		seat := ui.Consent
		if p.Away(m) {
			seat = ui.Left
		}
		view.Places = append(view.Places, ui.Place{Name: p.Name(m), Seat: seat, You: m == v.me()})
		view.Rows = append(view.Rows, ui.PersonRow{URL: "/people/" + m.String(), Name: p.Name(m), You: m == v.me(), Away: p.Away(m)})
	}
	view.Places = near(view.Places)
	view.Asking = v.asking()
	if !p.Trust.Closed {
		view.DoorURL = "/door"
	}
	return v.show(http.StatusOK, ui.PeoplePage(v.page(v.lang.T("People")), view))
}

// asking lists who asks for a seat: a round once it is open, before that what
// the sponsor has to do.
func (v *visit) asking() []ui.Row {
	p := cell.PeopleOf(v.state)
	var out []ui.Row
	if p.Names() == nil {
		return nil
	}
	for _, a := range p.Names().Requests {
		if _, seated := p.Trust.Member(a.Request.Member); seated {
			continue
		}
		row := ui.Row{Title: a.Request.Name, Text: v.lang.T("{1} invited them, and opens the round.", p.Name(a.Sponsor))}
		if ref, open := v.roundAbout(trust.Join, a.Request.Member); open {
			row.URL, row.Text = roundURL(ref), v.lang.T("The round is open.")
		} else if a.Sponsor == v.me() {
			row.URL, row.Text = "/invite/"+a.At.String(), v.lang.T("They ask for a seat. Open the round.")
		}
		out = append(out, row)
	}
	return out
}

// roundAbout finds the open round that would carry out an act about a member.
func (v *visit) roundAbout(verb trust.Verb, m op.Member) (op.Ref, bool) {
	for _, s := range roundList(v.state).Live() {
		r, _ := v.state.Value(consent.Key(s.Ref)).(*consent.Round)
		if r == nil {
			continue
		}
		if act, ok := v.table(r).publicAct(); ok && act.Verb == verb && act.Member == m {
			return s.Ref, true
		}
	}
	return op.Ref{}, false
}

// memberNamed is the member whom the address names.
func (v *visit) memberNamed() (op.Member, error) {
	m, err := op.ParseMember(v.r.PathValue("member"))
	if err != nil {
		return op.Member{}, errNotFound
	}
	if _, known := cell.PeopleOf(v.state).Trust.Member(m); !known {
		return op.Member{}, errNotFound
	}
	return m, nil
}

func (v *visit) person() error {
	m, err := v.memberNamed()
	if err != nil {
		return err
	}
	p := cell.PeopleOf(v.state)
	view := ui.PersonView{Name: p.Name(m), You: m == v.me(), Away: p.Away(m)}
	for _, r := range rota.Roles {
		if v.rota().Holder(r) == m {
			view.Roles = append(view.Roles, v.lang.T(tasks[r].title))
		}
	}
	for _, s := range roundList(v.state).Live() {
		if s.Proposer == m {
			view.Rounds = append(view.Rounds, ui.Row{URL: roundURL(s.Ref), Title: s.Title})
		}
	}
	if b, a := v.books(), ledger.MemberAccount(m); !b.hides(a) && !b.rules.GiftMode() {
		view.LedgerURL = accountURL(ledger.Minutes, a)
	}
	if len(v.claims(m)) > 0 {
		view.RebindURL = "/people/" + m.String() + "/rebind"
	}
	if p.IsActive(m) {
		view.PacketURL = packetURL(m)
		view.LeaveURL = "/people/" + m.String() + "/leave"
	}
	page := v.page(view.Name)
	page.Back = ui.Link{URL: "/people", Text: v.lang.T("People")}
	return v.show(http.StatusOK, ui.PersonPage(page, view))
}

// leave begins a membership round about somebody, or ends one's own seat.
func (v *visit) leave() error {
	m, err := v.memberNamed()
	if err != nil {
		return err
	}
	f := ui.Form{Action: "/people/" + m.String() + "/leave", Values: map[string]string{}}
	if m != v.me() {
		f.Values[ui.FieldWhat] = locale.Plain(v.lang.T("{1} no longer has a seat at our table.", cell.PeopleOf(v.state).Name(m)))
	}
	return v.showLeave(http.StatusOK, m, f, ui.Wrong{})
}

func (v *visit) showLeave(status int, m op.Member, f ui.Form, wrong ui.Wrong) error {
	p := v.page(v.lang.T("A round about belonging"))
	p.Back = ui.Link{URL: "/people/" + m.String(), Text: cell.PeopleOf(v.state).Name(m)}
	p.Wrong = wrong
	if m == v.me() {
		return v.show(status, ui.LeavePage(p, ui.LeaveView{Form: f}))
	}
	return v.show(status, ui.NewRoundPage(p, v.bringing(status, f)))
}

func (v *visit) left() error {
	m, err := v.memberNamed()
	if err != nil {
		return err
	}
	if m == v.me() {
		return v.leaveMyself()
	}
	f := v.form("/people/" + m.String() + "/leave")
	text, wrong := v.readText(f)
	if wrong != nil {
		return v.showLeave(http.StatusUnprocessableEntity, m, f, *wrong)
	}
	ref, err := v.openMembership(text, trust.Act{Verb: trust.Remove, Member: m}, m)
	if again, ok := v.refused(&f, err, textFields); ok {
		return v.showLeave(http.StatusUnprocessableEntity, m, f, again)
	}
	if err != nil {
		return err
	}
	return v.done(roundURL(ref), v.lang.T("The round is open."), v.lang.T("The person it is about is heard, and not counted."))
}

// leaveMyself gives one's seat back; it takes nobody's consent.
func (v *visit) leaveMyself() error {
	by := v.session.author
	if _, err := v.submit(op.Draft{Kind: trust.KindLeave}); err != nil {
		return err
	}
	for _, x := range v.sessions.end(func(x *session) bool { return x.author.Member == by.Member }) {
		v.Keys.SignOut(x.author)
	}
	return away("/in")
}

func (v *visit) openMembership(text consent.Text, act trust.Act, about op.Member) (op.Ref, error) {
	text.Effect = &consent.Effect{Kind: cell.EffectAct, Content: op.MustMarshal(act)}
	draft := consent.Opening{Class: consent.Membership, Text: text}
	if act.Verb != trust.Join {
		draft.Concerns = about
	}
	opening, err := consent.Open(v.state.Now(), v.me(), draft)
	if err != nil {
		return op.Ref{}, err
	}
	refs, err := v.submit(op.Draft{Kind: consent.KindOpen, Content: &opening})
	if err != nil {
		return op.Ref{}, err
	}
	return refs[0], nil
}

// invitations

func (v *visit) invite() error {
	p := cell.PeopleOf(v.state)
	if !p.Trust.Closed {
		return away("/door")
	}
	view := ui.InviteView{Form: ui.Form{Action: "/invite"}}
	for _, x := range p.Names().Invites {
		if !x.Used && x.Sponsor == v.me() && (x.Until == 0 || uint64(v.date.Unix()) < x.Until) {
			view.Open = append(view.Open, ui.Row{Title: v.lang.T("An invitation"), Text: v.until(x.Until)})
		}
	}
	if len(p.Active()) >= trust.MaxMembers {
		view.Too = v.lang.T("The table is full. Twelve is as many as can hear each other.")
	}
	page := v.page(v.lang.T("Invite somebody"))
	page.Back = ui.Link{URL: "/people", Text: v.lang.T("People")}
	return v.show(http.StatusOK, ui.InvitePage(page, view))
}

func (v *visit) until(unix uint64) string {
	if unix == 0 {
		return v.lang.T("Good until it is used")
	}
	return v.lang.T("Good until {1}", v.lang.Date(at(unix)))
}

const invitationTime = 14 * 24 * time.Hour

// invited makes an invitation and shows its code, which is nowhere else.
func (v *visit) invited() error {
	code, err := words.NewCode(rand.Reader)
	if err != nil {
		return err
	}
	content := people.Invite{Code: codeHash(code)}
	now, quality := v.Clock.Now()
	if quality.Trusted() {
		content.Until = uint64(now.Add(invitationTime).Unix())
	}
	if _, err := v.submit(op.Draft{Kind: people.KindInvite, Content: content}); err != nil {
		return err
	}
	link := v.address() + "/join?code=" + code.String()
	view := ui.InvitationView{Sponsor: cell.PeopleOf(v.state).Name(v.me()), Code: code.String(), Address: v.address() + "/join",
		QR: qrOf(link, v.lang.T("Square code that leads to the door")), BackURL: "/people", WiFi: v.wifiView()}
	if content.Until > 0 {
		view.Until = v.lang.Date(at(content.Until))
	}
	return v.show(http.StatusOK, ui.InvitationPage(v.page(v.lang.T("An invitation")), view))
}

// asked finds the request for a seat that the address names, for its sponsor.
func (v *visit) asked() (people.Asked, error) {
	ref, err := op.ParseRef(v.r.PathValue("request"))
	if err != nil {
		return people.Asked{}, errNotFound
	}
	a, ok := cell.PeopleOf(v.state).Names().Asked(ref)
	if !ok || a.Sponsor != v.me() {
		return people.Asked{}, errNotFound
	}
	return a, nil
}

func (v *visit) speakFor() error {
	a, err := v.asked()
	if err != nil {
		return err
	}
	f := ui.Form{Action: "/invite/" + a.At.String(), Values: map[string]string{
		ui.FieldWhat: locale.Plain(v.lang.T("{1} takes a seat at our table.", a.Request.Name)),
	}}
	return v.showSpeakFor(http.StatusOK, f, ui.Wrong{})
}

func (v *visit) showSpeakFor(status int, f ui.Form, wrong ui.Wrong) error {
	p := v.page(v.lang.T("A round about belonging"))
	p.Back = ui.Link{URL: "/people", Text: v.lang.T("People")}
	p.Wrong = wrong
	return v.show(status, ui.NewRoundPage(p, v.bringing(status, f)))
}

func (v *visit) spokeFor() error {
	a, err := v.asked()
	if err != nil {
		return err
	}
	f := v.form("/invite/" + a.At.String())
	r := a.Request
	text, wrong := v.readText(f)
	if wrong != nil {
		return v.showSpeakFor(http.StatusUnprocessableEntity, f, *wrong)
	}
	ref, err := v.openMembership(text, trust.Act{Verb: trust.Join, Member: r.Member, Identity: r.Identity, Opening: r.Opening}, r.Member)
	if again, ok := v.refused(&f, err, textFields); ok {
		return v.showSpeakFor(http.StatusUnprocessableEntity, f, again)
	}
	if err != nil {
		return err
	}
	return v.done(roundURL(ref), v.lang.T("The round is open."), v.lang.T("Whoever joins can read what was written before: the others should know."))
}
