package web

import (
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"strings"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
)

// seatsAround are who sits at the table, the viewer's own seat first.
func (v *visit) seatsAround() []ui.Place {
	p := cell.PeopleOf(v.state)
	var out []ui.Place
	for _, m := range p.Active() {
		out = append(out, ui.Place{Name: p.Name(m), Seat: ui.Consent, You: m == v.me()})
	}
	return near(out)
}

// freeSeatFirst draws the table as a newcomer sees it.
func (v *visit) freeSeatFirst() []ui.Place {
	if !v.Keys.Awake() {
		return nil
	}
	return append([]ui.Place{{Seat: ui.Free, You: true}}, v.seatsAround()...)
}

// nameless is a table as a stranger sees it: who belongs to the cell is told to those
// who have shown a code.
func nameless(places []ui.Place) []ui.Place {
	for i := range places {
		places[i].Name = ""
	}
	return places
}

// members' side of the door

func (v *visit) doorPage() error {
	code, until, open := v.door.state(v.now)
	view := ui.DoorView{Open: open, Places: v.seatsAround(), OpenURL: "/door/open", CloseURL: "/door/close"}
	if cell.PeopleOf(v.state).Trust.Closed {
		return away("/invite")
	}
	if open {
		view.Code, view.Address = code.String(), v.address()+"/join"
		view.QR = qrOf(v.address()+"/join?code="+code.String(), v.lang.T("Square code that leads to the door"))
		if _, quality := v.Clock.Now(); quality.Trusted() {
			view.Until = v.lang.Clock(until)
		}
	}
	for _, g := range v.door.arrivals() {
		view.Arrivals = append(view.Arrivals, ui.Arrival{Name: g.name, ConfirmURL: "/door/" + g.id + "/yes", RefuseURL: "/door/" + g.id + "/no"})
	}
	if len(view.Places) > 1 {
		view.RoundURL = v.foundingURL()
	}
	return v.show(http.StatusOK, ui.DoorPage(v.page(v.lang.T("The door")), view))
}

// address is how this browser reached the router: what is right for one phone
// in the room is right for the next.
func (v *visit) address() string {
	scheme := "http://"
	if v.r.TLS != nil {
		scheme = "https://"
	}
	return scheme + v.r.Host
}

func (v *visit) openDoor() error {
	code, err := words.NewCode(rand.Reader)
	if err != nil {
		return err
	}
	v.door.open(code, v.now)
	return away("/door")
}

func (v *visit) closeDoor() error {
	v.door.close()
	return away("/door")
}

// letIn confirms an arrival by name: the seat is public, the name is sealed.
func (v *visit) letIn() error {
	g := v.door.arrival(v.r.PathValue("guest"))
	if g == nil {
		return away("/door")
	}
	m := g.keys.Member()
	_, err := v.submit(
		op.Draft{Kind: trust.KindAdmit, Content: trust.Admit{Member: m, Identity: g.keys.Identity(), Opening: g.keys.Opening()}},
		op.Draft{Kind: trust.KindSlot, Content: trust.Slot{Member: m, Slot: g.keys.Slot()}},
		op.Draft{Kind: people.KindName, Content: people.Name{Member: m, Name: g.name}})
	if err != nil {
		return err
	}
	v.door.with(g, func(g *guest) { g.seated = true })
	return v.done("/door", v.lang.T("{1} sits at the table.", g.name), "")
}

func (v *visit) turnAway() error {
	if g := v.door.arrival(v.r.PathValue("guest")); g != nil {
		v.door.with(g, func(g *guest) { g.refused = true })
	}
	return away("/door")
}

// the newcomer's side

func (v *visit) join() error {
	f := ui.Form{Action: "/join", Values: map[string]string{ui.FieldCode: v.r.URL.Query().Get("code")}}
	return v.showJoin(http.StatusOK, f, ui.Wrong{})
}

func (v *visit) showJoin(status int, f ui.Form, wrong ui.Wrong) error {
	view := ui.JoinView{Form: f, Places: nameless(v.freeSeatFirst())}
	if !v.Keys.Awake() {
		view.Closed = v.lang.T("This router is asleep. A member has to wake it first.")
	}
	if code, err := words.ParseCode(f.Values[ui.FieldCode]); err == nil {
		if invitation, ok := v.invitation(code); ok {
			view.Sponsor, view.Places = cell.PeopleOf(v.state).Name(invitation.Sponsor), v.freeSeatFirst()
		}
	}
	p := v.page(v.lang.T("A seat for you"))
	p.Wrong = wrong
	return v.show(status, ui.JoinPage(p, view))
}

func codeHash(c words.Code) [32]byte {
	return sha256.Sum256([]byte("celld invitation v1\x00" + c.String()))
}

func (v *visit) invitation(c words.Code) (people.Invitation, bool) {
	return cell.PeopleOf(v.state).Names().Invitation(codeHash(c))
}

// joined takes a code and a name, and shows five words.
func (v *visit) joined() error {
	f := v.form("/join")
	code, err := words.ParseCode(f.Values[ui.FieldCode])
	invitation, invited := people.Invitation{}, false
	if err == nil {
		invitation, invited = v.invitation(code)
	}
	switch {
	case !v.Keys.Awake():
		return v.showJoin(http.StatusServiceUnavailable, f, ui.Wrong{})
	case invited && invitation.Used:
		return v.wrongCode(f, v.lang.T("This code was used. Ask {1} for a new one.", cell.PeopleOf(v.state).Name(invitation.Sponsor)))
	case !invited && (err != nil || !v.door.try(code, v.now)):
		return v.wrongCode(f, v.lang.T("This is not the code, or the door is closed by now. Ask inside for a new one."))
	}
	name := f.Values[ui.FieldName]
	if err := v.nameFree(name); err != nil {
		wrong, _ := v.refused(&f, err, v.nameFields(f))
		return v.showJoin(http.StatusUnprocessableEntity, f, wrong)
	}
	g := v.door.greet(v.w, v.r, v.now)
	v.door.with(g, func(g *guest) {
		g.name = name
		if invited {
			g.code, g.sponsor = invitation.Code, cell.PeopleOf(v.state).Name(invitation.Sponsor)
		}
	})
	return v.showWords(http.StatusOK, g, ui.Form{Action: "/join/words"}, ui.Wrong{})
}

func (v *visit) wrongCode(f ui.Form, why string) error {
	f.Errors[ui.FieldCode] = why
	return v.showJoin(http.StatusUnprocessableEntity, f, ui.Wrong{Title: why, Field: ui.FieldCode})
}

func (v *visit) nameFree(name string) error {
	if _, taken := cell.PeopleOf(v.state).Named(name); taken {
		return op.Refuse("name.taken", name)
	}
	return people.CheckName(name)
}

func (v *visit) showWords(status int, g *guest, f ui.Form, wrong ui.Wrong) error {
	if err := v.deal(g); err != nil {
		return err
	}
	p := v.page(v.lang.T("Your five words"))
	p.Wrong = wrong
	return v.show(status, ui.WordsPage(p, ui.WordsView{Form: f, Words: g.words, Tongues: v.tongues(g.tongue), Name: g.name}))
}

// comer is the guest on the way in.
func (v *visit) comer() (*guest, error) {
	g := v.door.find(v.r, v.now)
	if g == nil || g.name == "" || !g.lost.IsZero() {
		return nil, away("/join")
	}
	return g, nil
}

func (v *visit) comerWords() error {
	g, err := v.comer()
	if err != nil {
		return err
	}
	if g.keys != nil {
		return away("/join/wait")
	}
	return v.showWords(http.StatusOK, g, ui.Form{Action: "/join/words"}, ui.Wrong{})
}

// written makes the newcomer's keys, once the words are on paper.
func (v *visit) written() error {
	g, err := v.comer()
	if err != nil {
		return err
	}
	f := v.form("/join/words")
	if g.keys != nil {
		return away("/join/wait")
	}
	if wrong, ok := v.onPaper(f, g.words); !ok {
		return v.showWords(http.StatusUnprocessableEntity, g, f, wrong)
	}
	five, err := words.Normalize(strings.Join(g.words, " "))
	if err != nil {
		return err
	}
	keys, err := v.Keys.Newcomer(v.r.Context(), five)
	if err != nil {
		return err
	}
	if g.sponsor != "" {
		if err := v.request(g, keys); err != nil {
			keys.Forget()
			return err
		}
	}
	v.door.with(g, func(g *guest) {
		if g.keys != nil {
			keys.Forget() // the same form, sent twice
			return
		}
		g.keys, g.words = keys, nil
	})
	return away("/join/wait")
}

// request writes down that somebody with an invitation asks for a seat.
func (v *visit) request(g *guest, keys Newcomer) error {
	_, err := v.Log.Submit(v.Keys.Router(), op.Draft{Kind: people.KindRequest, Content: people.Request{
		Code: g.code, Name: g.name, Member: keys.Member(), Identity: keys.Identity(), Opening: keys.Opening(), Slot: keys.Slot()}})
	return err
}

// wait is the page of who has asked for a seat; the seat, once it is there.
func (v *visit) wait() error {
	g, err := v.comer()
	if err != nil {
		return err
	}
	if g.keys == nil {
		return away("/join/words")
	}
	if g.seated || cell.PeopleOf(v.state).IsActive(g.keys.Member()) {
		if !v.door.leave(g) {
			return away("/in")
		}
		by, err := g.keys.Seat()
		if err != nil {
			return err
		}
		if err := v.signedIn(by); err != nil {
			return err
		}
		return away("/")
	}
	view := ui.WaitView{Name: g.name, Places: v.freeSeatFirst(), Sponsor: g.sponsor, Refused: g.refused}
	return v.show(http.StatusOK, ui.WaitPage(v.page(v.lang.T("At the door")), view))
}
