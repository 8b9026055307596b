package web

import (
	"errors"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// meeting is a router of the cell with what this one knows of it.
type meeting struct {
	trust.RouterKeys
	peer Peer
	here bool // it is this one
}

// meetings lists the cell's routers as they are while this page is made.
func (v *visit) meetings() []meeting {
	if v.ring == nil {
		v.ring = v.meet()
	}
	return v.ring
}

// meet asks for them, this one first. Without a mesh it is alone, and has met
// nobody.
func (v *visit) meet() []meeting {
	t, own := cell.PeopleOf(v.state).Trust, v.Keys.Router().Device
	if t == nil {
		return nil
	}
	peers := map[op.Device]Peer{}
	if v.Mesh != nil {
		for _, p := range v.Mesh.Peers() {
			peers[p.Router] = p
		}
	}
	var out []meeting
	for _, r := range t.Routers {
		out = append(out, meeting{r, peers[r.Name], r.Name == own})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].here && !out[j].here })
	return out
}

// routerName is what a router is called.
func (v *visit) routerName(d op.Device) string {
	if name := cell.PeopleOf(v.state).Router(d); name != "" {
		return name
	}
	if d == v.Keys.Router().Device && v.Name != "" {
		return v.Name
	}
	return v.lang.T("a router without a name ({1})", d.String()[:4])
}

// known reports whether another router has met this one since it was started.
func (m meeting) known() bool { return !m.here && (m.peer.Here || !m.peer.Met.IsZero()) }

// seat draws how long ago a router was met.
func (m meeting) seat(now time.Time) ui.Seat {
	switch {
	case m.here || m.peer.Here || !m.peer.Met.IsZero() && now.Sub(m.peer.Met) < 24*time.Hour:
		return ui.Consent
	case !m.peer.Met.IsZero():
		return ui.Stale
	}
	return ui.Unheard
}

// met says the same in words.
func (v *visit) met(m meeting) string {
	switch {
	case m.here:
		return v.lang.T("this one")
	case m.peer.Fault != "":
		return v.lang.T("it sends what cannot be believed")
	case m.peer.Here && m.peer.Ahead > 0:
		return v.lang.N("within reach; {1} thing is on its way here", "within reach; {1} things are on their way here", m.peer.Ahead)
	case m.peer.Here && m.peer.Lacks > 0:
		return v.lang.N("within reach; {1} thing is on its way there", "within reach; {1} things are on their way there", m.peer.Lacks)
	case m.peer.Here:
		return v.lang.T("within reach, and it has all we have")
	case m.peer.Met.IsZero():
		return v.lang.T("not met yet")
	}
	return v.lang.T("last met {1}", v.when(m.peer.Met))
}

// when tells a moment of this router's own running.
func (v *visit) when(t time.Time) string {
	if v.now.Sub(t) < 24*time.Hour {
		return v.lang.T("at {1}", v.lang.Clock(t))
	}
	return v.lang.Date(t)
}

func (v *visit) routersPage() error {
	view := ui.RoutersView{AddURL: "/routers/add", NeighboursURL: "/neighbours"}
	if v.Carrier != nil {
		view.CarryURL = carryURL
	}
	reach, all := 0, 0
	for _, m := range v.meetings() {
		row := ui.Row{URL: "/routers/" + m.Name.String(), Title: v.routerName(m.Name), Text: v.met(m), Number: v.heardInShort(m.peer)}
		if m.Status != trust.Active {
			row.Text = ""
			view.Gone = append(view.Gone, row)
			continue
		}
		all++
		if m.here || m.peer.Here {
			reach++
		}
		row.Seats = []ui.Place{{Seat: m.seat(v.now)}}
		view.Rows = append(view.Rows, row)
		view.Places = append(view.Places, ui.Place{Seat: m.seat(v.now), You: m.here})
	}
	view.Unmet = view.CarryURL != "" && all > 1 && !slices.ContainsFunc(v.meetings(), meeting.known)
	view.Reach = v.lang.T("{1} of {2} within reach.", v.lang.Number(reach), v.lang.Number(all))
	if all == 1 {
		view.Reach = v.lang.T("This is the only one. Several hold the same rounds and books, and stand in for each other.")
	}
	p := v.page(v.lang.T("Our routers"))
	p.Back = ui.Link{URL: "/router", Text: v.Name}
	return v.show(http.StatusOK, ui.RoutersPage(p, view))
}

// foot is the router's own line: its name, and whom of the others it meets.
func (v *visit) foot() ui.Foot {
	alone := ui.Foot{Sentence: v.lang.T("{1}. It has met no other yet; all you write is kept here.", v.Name)}
	if v.session == nil {
		// A visitor need not know how many there are.
		return ui.Foot{Sentence: v.lang.T("{1}. What you write is kept here.", v.Name)}
	}
	var foot ui.Foot
	reach := 0
	for _, m := range v.meetings() {
		if m.Status != trust.Active {
			continue
		}
		if m.peer.Here {
			reach++
		}
		foot.Routers = append(foot.Routers, ui.Place{Seat: m.seat(v.now), You: m.here})
	}
	if len(foot.Routers) < 2 {
		return alone
	}
	name, others := v.routerName(v.Keys.Router().Device), len(foot.Routers)-1
	if reach == 0 {
		foot.Sentence = v.lang.T("{1}. It is alone just now; what you write is kept, and travels when it meets another.", name)
	} else if others == 1 {
		foot.Sentence = v.lang.T("{1}. It meets its neighbour now.", name)
	} else {
		foot.Sentence = v.lang.T("{1}. Of its {2} neighbours it meets {3} now.", name, v.lang.Number(others), v.lang.Number(reach))
	}
	return foot
}

// loneliness is the quiet mark on the first screen of a router that should
// meet others and meets none.
func (v *visit) loneliness() []ui.Banner {
	var last time.Time
	others := 0
	for _, m := range v.meetings() {
		if m.here || m.Status != trust.Active {
			continue
		}
		others++
		if m.peer.Here {
			return nil
		}
		if m.peer.Met.After(last) {
			last = m.peer.Met
		}
	}
	if others == 0 {
		return nil
	}
	title := v.lang.T("This router is alone.")
	if !last.IsZero() {
		title = v.lang.T("This router is alone: it last met another {1}.", v.when(last))
	}
	return []ui.Banner{{Kind: ui.AloneBanner, Title: title, Text: v.lang.T("What you write is kept, and travels when it meets another."),
		Links: []ui.Link{{URL: "/routers", Text: v.lang.T("Our routers")}}}}
}

// routerNamed is the router that the address names.
func (v *visit) routerNamed() (meeting, error) {
	d, err := op.ParseDevice(v.r.PathValue("router"))
	if err != nil {
		return meeting{}, errNotFound
	}
	for _, m := range v.meetings() {
		if m.Name == d {
			return m, nil
		}
	}
	return meeting{}, errNotFound
}

// onRouter serves a page about one router of the cell.
func onRouter(serve func(*visit, meeting) error) func(*visit) error {
	return func(v *visit) error {
		m, err := v.routerNamed()
		if err != nil {
			return err
		}
		return serve(v, m)
	}
}

func (m meeting) url(parts ...string) string {
	return strings.Join(append([]string{"/routers", m.Name.String()}, parts...), "/")
}

func (v *visit) oneRouter(m meeting) error {
	name := cell.PeopleOf(v.state).Router(m.Name)
	if name == "" && m.here {
		name = v.Name // what it is called until somebody says so
	}
	f := ui.Form{Action: m.url("name"), Values: map[string]string{ui.FieldPlace: name}}
	return v.showRouter(http.StatusOK, m, f, ui.Wrong{})
}

func (v *visit) showRouter(status int, m meeting, f ui.Form, wrong ui.Wrong) error {
	view := ui.OneRouterView{Name: v.routerName(m.Name), Here: m.here, Gone: m.Status != trust.Active, Form: f, Words: keyWords(m.Key)}
	if met := v.met(m); !view.Gone {
		view.Met = locale.Capital(met) + "."
		view.GoURL = m.url("go")
	} else {
		view.Met, view.KeepURL = v.lang.T("It is no router of ours any more."), m.url("keep")
	}
	view.Facts = append(view.Facts, v.heard(m.peer)...)
	p := v.page(view.Name)
	p.Back, p.Wrong = ui.Link{URL: "/routers", Text: v.lang.T("Our routers")}, wrong
	return v.show(status, ui.OneRouterPage(p, view))
}

// heardInShort is the one figure that tells most of how well a router is heard.
func (v *visit) heardInShort(p Peer) string {
	switch {
	case p.Signal != 0:
		return v.lang.T("{1} dBm", v.lang.Number(p.Signal))
	case p.Arrives != 0:
		return v.lang.T("{1} of 100", v.lang.Number(p.Arrives))
	case p.Trip != 0:
		return v.lang.T("{1} ms", v.lang.Number(p.Trip))
	}
	return ""
}

// Above the first the fastest speeds of a radio work, below the second hardly any
// does, whatever the radio.
const wellHeard, hardlyHeard = -65, -80

// heard says all that is known of it.
func (v *visit) heard(p Peer) (facts []ui.Fact) {
	if p.Signal != 0 {
		signal := v.lang.T("{1} dBm", v.lang.Number(p.Signal))
		answer := v.lang.T("fairly well ({1})", signal)
		switch {
		case p.Signal >= wellHeard:
			answer = v.lang.T("well ({1})", signal)
		case p.Signal < hardlyHeard:
			answer = v.lang.T("hardly ({1})", signal)
		}
		facts = append(facts, ui.Fact{Question: v.lang.T("How well it is heard"), Answer: answer})
	}
	if p.Arrives != 0 {
		facts = append(facts, ui.Fact{Question: v.lang.T("How much arrives"), Answer: v.lang.T("{1} of 100", v.lang.Number(p.Arrives))})
	}
	if p.Trip != 0 {
		facts = append(facts, ui.Fact{Question: v.lang.T("How long a word takes there and back"), Answer: v.lang.T("{1} ms", v.lang.Number(p.Trip))})
	}
	return facts
}

// nameFault are the fields that refusals of a router's name are about.
var routerFields = byCode{{"name.empty", ui.FieldPlace}, {"text.long", ui.FieldPlace}, {"text.hidden", ui.FieldPlace},
	{"text.spelling", ui.FieldPlace}, {"text.space", ui.FieldPlace}}

func (v *visit) nameRouter(m meeting) error {
	f := v.form(m.url("name"))
	_, err := v.submit(op.Draft{Kind: people.KindRouter, Content: people.RouterName{Router: m.Name, Name: f.Values[ui.FieldPlace]}})
	if wrong, ok := v.refused(&f, err, routerFields); ok {
		return v.showRouter(http.StatusUnprocessableEntity, m, f, wrong)
	}
	if err != nil {
		return err
	}
	return v.done("/routers", v.lang.T("It is called {1} now.", f.Values[ui.FieldPlace]), "")
}

func (v *visit) letGo(m meeting) error {
	if m.Status != trust.Active {
		return away(m.url())
	}
	p := v.page(v.routerName(m.Name))
	p.Back = ui.Link{URL: m.url(), Text: v.routerName(m.Name)}
	return v.show(http.StatusOK, ui.LetGoPage(p, ui.LetGoView{Name: v.routerName(m.Name), Here: m.here, Action: m.url("go")}))
}

func (v *visit) letsGo(m meeting) error {
	if _, err := v.submit(op.Draft{Kind: trust.KindDismiss, Content: trust.Router{Router: m.Name}}); err != nil {
		return err
	}
	return v.done("/routers", v.lang.T("{1} is let go.", v.routerName(m.Name)), v.lang.T("Our other routers learn it when they meet. Any of us can take it back."))
}

func (v *visit) takeBack(m meeting) error {
	if _, err := v.submit(op.Draft{Kind: trust.KindKeep, Content: trust.Router{Router: m.Name}}); err != nil {
		return err
	}
	return v.done("/routers", v.lang.T("{1} is one of ours again.", v.routerName(m.Name)), "")
}

// addRouter lists who looks for a cell nearby.
func (v *visit) addRouter() error {
	return v.showAdd(http.StatusOK, ui.Form{Action: "/routers/add"}, ui.Wrong{})
}

func (v *visit) showAdd(status int, f ui.Form, wrong ui.Wrong) error {
	view := ui.AddRouterView{Form: f}
	for _, s := range v.seen() {
		if s.Looking {
			view.Found = append(view.Found, ui.Button{URL: "/greet/" + s.Router.String(),
				Title: v.lang.T("A router that looks for its cell"), Text: v.lang.T("At {1}, in sight since {2}.", s.At, v.lang.Clock(s.Since))})
		}
	}
	p := v.page(v.lang.T("Take in another router"))
	p.Back, p.Wrong = ui.Link{URL: "/routers", Text: v.lang.T("Our routers")}, wrong
	return v.show(status, ui.AddRouterPage(p, view))
}

func (v *visit) seen() []Seen {
	if v.Mesh == nil {
		return nil
	}
	return v.Mesh.Seen()
}

// greet asks a router in sight for its keys.
func (v *visit) greet() error {
	d, err := op.ParseDevice(v.r.PathValue("router"))
	if err != nil || v.Mesh == nil {
		return errNotFound
	}
	g, err := v.Mesh.Greet(v.r.Context(), d)
	if err == nil && g.router() != d {
		err = errors.New("web: another router answered")
	}
	if err != nil {
		v.Logger.Info("a router that looked for a cell did not answer", "router", d, "err", err)
		wrong := ui.Wrong{Title: v.lang.T("That router did not answer."), Text: v.lang.T("Is its page still open, and is it switched on? Try once more.")}
		return v.showAdd(http.StatusServiceUnavailable, ui.Form{Action: "/routers/add"}, wrong)
	}
	return v.showCheck(http.StatusOK, g, ui.Form{}, ui.Wrong{})
}

// coded takes the long code of a router that is not in sight.
func (v *visit) coded() error {
	f := v.form("/routers/add")
	g, ok := ParseGreeted(f.Values[ui.FieldRouter])
	if !ok {
		f.Errors[ui.FieldRouter] = v.lang.T("This is not the code of a router. It begins with {1} and is long.", strings.ReplaceAll(codeLabel, "-", "\u2011")) // in one line
		return v.showAdd(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[ui.FieldRouter], Field: ui.FieldRouter})
	}
	return v.showCheck(http.StatusOK, g, ui.Form{}, ui.Wrong{})
}

func (v *visit) showCheck(status int, g Greeted, f ui.Form, wrong ui.Wrong) error {
	f.Action = "/routers/new"
	p := v.page(v.lang.T("Is it this one?"))
	p.Back, p.Wrong = ui.Link{URL: "/routers/add", Text: v.lang.T("Take in another router")}, wrong
	return v.show(status, ui.CheckRouterPage(p, ui.CheckRouterView{Words: keyWords(g.Key), Form: f, Code: g.Code()}))
}

// takeIn enrols the router whose words were the same.
func (v *visit) takeIn() error {
	f := v.form("/routers/new")
	g, ok := ParseGreeted(f.Values[ui.FieldRouter])
	if !ok {
		return away("/routers/add")
	}
	_, err := v.submit(
		op.Draft{Kind: trust.KindEnrol, Content: trust.Enrol{Key: g.Key, Opening: g.Opening}},
		op.Draft{Kind: people.KindRouter, Content: people.RouterName{Router: g.router(), Name: f.Values[ui.FieldPlace]}})
	if wrong, ok := v.refused(&f, err, routerFields); ok {
		return v.showCheck(http.StatusUnprocessableEntity, g, f, wrong)
	}
	if err != nil {
		return err
	}
	return v.done("/routers", v.lang.T("{1} is one of ours.", f.Values[ui.FieldPlace]),
		v.lang.T("On its own page somebody says yes, too. Then all we have written goes there. Our six words, to compare: {1}.", strings.Join(keyWords(v.ownKey()), " · ")))
}

// ownKey is the key of this router, as the cell knows it.
func (v *visit) ownKey() []byte {
	r, _ := cell.PeopleOf(v.state).Trust.Router(v.Keys.Router().Device)
	return r.Key
}

// neighbours are those in sight whom we do not know.
func (v *visit) neighbours() error {
	view := ui.NeighboursView{Off: v.Mesh == nil}
	for _, s := range v.seen() {
		row := ui.Row{Title: v.lang.T("A router of another cell"), Text: v.lang.T("At {1}, in sight since {2}.", s.At, v.lang.Clock(s.Since))}
		if s.Looking {
			row.Title, row.URL = v.lang.T("A router that looks for its cell"), "/routers/add"
		}
		view.Rows = append(view.Rows, row)
	}
	p := v.page(v.lang.T("Other routers in sight"))
	p.Back = ui.Link{URL: "/routers", Text: v.lang.T("Our routers")}
	return v.show(http.StatusOK, ui.NeighboursPage(p, view))
}
