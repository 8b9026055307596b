package web

import (
	"net/http"
	"strings"

	"celld/internal/cell"
	"celld/internal/cell/circle"
	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/ui"
)

// Wiped is what became of a wipe.
type Wiped struct {
	Left   []string // files that are still there
	Failed string   // why it did not finish; empty when it did
	Beyond uint64   // bytes of free room that were not written over
}

func safetyRoutes() []Route {
	return []Route{
		{"POST", "/away", Anyone, (*visit).awayAtOnce},
		{"GET", "/network", Anyone, (*visit).still},
		{"GET", "/safety", Member, (*visit).safety},
		{"GET", "/safety/known", Member, (*visit).known},
		{"GET", "/safety/known/file", Member, (*visit).knownFile},
		{"GET", "/safety/kept", Member, (*visit).retention},
		{"GET", shorterURL, Member, (*visit).newShorter},
		{"POST", shorterURL, Member, (*visit).openShorter},
		{"GET", "/safety/lost", Member, (*visit).lostThings},
		{"GET", "/safety/sheet", Member, (*visit).caution},
		{"GET", "/safety/wipe", Member, (*visit).wipePage},
		{"POST", "/safety/wipe", Member, (*visit).wipes},
	}
}

// awayAtOnce is the quick way out of any page: signed out on this browser, and
// the browser asked to forget. What it visited stays in its history, where no
// title tells what it was.
func (v *visit) awayAtOnce() error {
	if mine := v.session; mine != nil {
		v.signOutOf(func(x *session) bool { return x == mine })
	}
	for _, c := range v.r.Cookies() {
		putCookie(v.w, v.r, c.Name, "")
	}
	if v.r.TLS != nil { // browsers hear it there alone
		v.w.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
	}
	return away("/network")
}

func (v *visit) still() error {
	return v.show(http.StatusOK, ui.StillPage(ui.Page{Lang: v.lang, Title: ui.NoTitle, Still: true}))
}

// tellPage shows a page of things to know, one step below the page about safety.
func (v *visit) tellPage(status int, title string, t ui.SafetyView) error {
	p := v.page(title)
	p.Back = ui.Link{URL: "/safety", Text: v.lang.T("Safety")}
	return v.show(status, ui.SafetyPage(p, t))
}

// safety leads to all that keeps people safe here.
func (v *visit) safety() error {
	l := v.lang
	mode := l.T("It sleeps until a member signs in. Whoever takes it away reads nothing.")
	if cell.RulesOf(v.state).Unattended {
		mode = l.T("It wakes by itself. Whoever takes it away can read everything.")
	}
	now := ui.Part{Title: l.T("If something happens now"), Rows: []ui.Row{
		{URL: "/safety/lost", Title: l.T("A router or a phone is lost"), Text: l.T("What to do at once, and in which order.")},
	}}
	now.Rows = append(now.Rows, ui.Row{URL: pauseURL, Title: l.T("Let nothing go from an account"), Text: l.T("When somebody takes what is not theirs: at once, and all of us see it.")})
	now.Posts = append(now.Posts, ui.Action{URL: "/lock", Text: l.T("Lock this router")})
	if v.Wipe != nil {
		now.Rows = append(now.Rows, ui.Row{URL: "/safety/wipe", Title: l.T("Wipe this router"), Text: l.T("Its keys and all it holds are destroyed. You are asked once more.")})
	}
	you := ui.Part{Title: l.T("You"), Rows: []ui.Row{
		{URL: "/safety/known", Title: l.T("What this router knows of you"), Text: l.T("All of it, to see and to take along.")},
		{URL: "/me", Title: l.T("Where you are signed in"), Text: l.T("Sign out here or everywhere, or take new words.")},
		{URL: "/people/" + v.me().String() + "/leave", Title: l.T("Leave the cell"), Text: l.T("What you take along, and what stays.")},
	}}
	all := ui.Part{Title: l.T("All of us"), Rows: []ui.Row{
		{URL: "/safety/kept", Title: l.T("How long things are kept"), Text: l.T("What goes by itself, and when.")},
		{URL: "/router/mode", Title: l.T("Sealed or unattended"), Text: mode},
		{URL: "/routers", Title: l.T("Our routers"), Text: l.T("Let one go that is lost.")},
		{URL: "/safety/sheet", Title: l.T("A sheet to print"), Text: l.T("What this can protect, what it cannot, and what the law may say.")},
	}}
	p := v.page(l.T("Safety"))
	return v.show(http.StatusOK, ui.SafetyPage(p, ui.SafetyView{
		Lead:  l.T("The cross at the top of each page takes you away from it at once. With the script, so does the key Escape, pressed twice."),
		Parts: []ui.Part{now, you, all},
	}))
}

// retention says by class how long things are kept, and what goes next.
func (v *visit) retention() error {
	l := v.lang
	days := func(n int) string { return l.N("one day", "{1} days", n) }
	notes := ui.Row{URL: boardURL, Title: l.T("Notes on the board"), Number: days(int(cell.RulesOf(v.state).NoteDays())), Text: l.T("No note hangs there now.")}
	if held := v.notes(); len(held) > 0 {
		first := uint64(0)
		for _, n := range held {
			if n.Dated && (first == 0 || n.Expires < first) {
				first = n.Expires
			}
		}
		notes.Text = l.N("One note hangs there.", "{1} notes hang there.", len(held))
		if first != 0 {
			notes.Text += " " + l.T("The next one goes on {1}.", l.Date(at(first)))
		}
	}
	stays := l.T("until the cell says otherwise")
	goes := ui.Part{Title: l.T("It goes by itself"), Rows: []ui.Row{
		notes,
		{Title: l.T("Pictures of receipts"), Number: days(ledger.ReceiptDays), Text: l.T("After somebody has checked the receipt. They lie on the one router where they were sent.")},
		{Title: l.T("Conflict circles"), Number: days(circle.Kept), Text: l.T("After a circle has closed, all that was written for it goes with its key, on every router that hears of it. Whether there is one, nobody else sees.")},
		{Title: l.T("Invitations"), Number: days(int(invitationTime.Hours()) / 24), Text: l.T("Then their code opens nothing.")},
		{Title: l.T("Where somebody is signed in"), Number: l.N("one hour", "{1} hours", int(idleLimit.Hours())), Text: l.T("Without a visit; in memory alone, and gone with the power.")},
		{Title: l.T("The log of the program"), Text: l.T("In memory alone. No names, no words, no numbers of devices.")},
	}, Ways: v.shorterWays()}
	kept := ui.Part{Title: l.T("It stays"), Rows: []ui.Row{
		{URL: "/rounds", Title: l.T("Rounds and what was agreed"), Text: stays},
		{URL: "/ledger", Title: l.T("The books"), Text: stays},
		{Title: l.T("Sealed keys of members"), Text: l.T("also after somebody left: others have built on what they open")},
	}}
	how := ui.Part{Title: l.T("How it goes away"), List: []string{
		l.T("A router that knows the date drops what has had its time within a minute, locked or not, and once a day writes its log anew without it. One that does not know the date waits."),
		l.T("What a router cannot hear of, it keeps until it hears of it: one that is away, a stick, a backup."),
		l.T("Flash memory keeps remnants of what was deleted until it needs the room. They are sealed; together with the five words of somebody they can still be opened."),
	}}
	return v.tellPage(http.StatusOK, l.T("How long things are kept"), ui.SafetyView{
		Lead: l.T("Nobody has to switch this on."), Parts: []ui.Part{goes, kept, how},
	})
}

// lostThings says what to do when something that opens doors is gone.
func (v *visit) lostThings() error {
	l := v.lang
	router := ui.Part{Title: l.T("A router"), List: []string{
		l.T("On any other router of ours: let it go. All that hear of it stop talking with it, and what we write from then on it cannot read."),
		l.T("If it was left unattended, or awake when it was taken, count all that was on it as read."),
		l.T("If somebody’s five words lay beside it, they ask for new keys, which takes the others and three days."),
	}, Ways: []ui.Link{{URL: "/routers", Text: l.T("Our routers")}}}
	phone := ui.Part{Title: l.T("A phone"), List: []string{
		l.T("Sign out everywhere: then what the phone holds opens nothing on this router. Do it on each router where you signed in."),
		l.T("If your words were on it, take five new ones. An old copy of a router still opens with the old ones: if somebody may have such a copy, ask for new keys."),
		l.T("End the address of your calendar, and that at which git reads the pages; make others. Who has one needs no words."),
		l.T("Change the key of the Wi-Fi, if the phone knew it."),
	}, Ways: []ui.Link{{URL: "/me/words", Text: l.T("Take five new words")}, {URL: "/calendar", Text: l.T("In your calendar")}, {URL: takeURL, Text: l.T("Take the pages with you")}},
		Posts: []ui.Action{{URL: "/out/everywhere", Text: l.T("Sign out everywhere")}}}
	words := ui.Part{Title: l.T("Five words that somebody has seen"), Lines: []string{
		l.T("Who knows the words can sign in as you, and read. New words shut them out of our routers; only new keys shut out somebody who has an old copy of a router as well."),
		l.T("Who signed in as you may have made such addresses: they go on after new words, until you end them."),
	}, Ways: []ui.Link{{URL: "/lost", Text: l.T("Ask for new keys")}}}
	return v.tellPage(http.StatusOK, l.T("A router or a phone is lost"), ui.SafetyView{Parts: []ui.Part{router, phone, words}})
}

// remains is what no wipe reaches. It stands on the page and on the sheet.
func (v *visit) remains() []string {
	l := v.lang
	return []string{
		l.T("Copies on our other routers, on sticks and in backups."),
		l.T("What phones and heads remember, and the history of browsers."),
		l.T("Remnants in flash memory. Sealed ones open only to somebody who has a member’s five words as well."),
		l.T("Copies of the flash that somebody made before."),
	}
}

func (v *visit) lawful() string {
	return v.lang.T("Wiping can be an offence where the law wants things kept, or while somebody investigates. We give no advice about law; ask somebody who knows yours before you need it.")
}

// caution is the sheet to print: what is protected, what is not, and the law.
func (v *visit) caution() error {
	l := v.lang
	p := v.page(l.T("What to know about safety"))
	p.Paper, p.Back = true, ui.Link{URL: "/safety", Text: l.T("Safety")}
	return v.show(http.StatusOK, ui.SafetyPage(p, ui.SafetyView{Lead: l.T("For the drawer where the router stands."), Parts: []ui.Part{
		{Title: l.T("What it does"), List: []string{
			l.T("What we write lies sealed on the router. Sealed, it opens by the five words of one of us, and by nothing else."),
			l.T("Locking forgets the keys at once and loses nothing. It is the first thing to do; pulling the plug does the same."),
			l.T("Wiping destroys the keys and all that the router holds. The cell comes back from its other routers, or from a backup."),
		}},
		{Title: l.T("What it does not do"), List: []string{
			l.T("It hides nothing: anybody can see that a cell’s router stands here, who is near it, and that it was wiped."),
			l.T("There is no second, hidden room behind the first one."),
			l.T("It does not destroy evidence, and makes nobody unknown. Whoever shares the Wi-Fi sees who is connected."),
			l.T("Left unattended, the router keeps a key of its own on flash. On real flash memory no wipe can promise that this key is gone: who has the router then may read all of it."),
			l.T("Software is no plan. Agree who is called, who speaks, and who takes care of whom."),
		}},
		{Title: l.T("What stays after a wipe"), List: v.remains()},
		{Title: l.T("The law"), Lines: []string{v.lawful()}},
		{Title: l.T("When somebody knocks"), List: []string{
			l.T("Lock: at the foot of each page, or the plug."),
			l.T("Wipe: Safety, Wipe this router; or hold the reset button until all lights are on."),
			l.T("Afterwards, at another router: let this one go."),
		}},
	}}))
}

// alone reports whether the cell has no other router that could bring it back.
func (v *visit) alone() bool {
	t, own := cell.PeopleOf(v.state).Trust, v.Keys.Router().Device
	for _, r := range t.Routers {
		if r.Status == trust.Active && r.Name != own {
			return false
		}
	}
	return true
}

func (v *visit) wipePage() error {
	return v.showWipe(http.StatusOK, ui.Form{Action: "/safety/wipe", Values: map[string]string{}})
}

func (v *visit) showWipe(status int, f ui.Form) error {
	if v.Wipe == nil {
		return errNotFound
	}
	l := v.lang
	lost := []string{
		l.T("The keys: this router’s own, and those of everybody who signed in here."),
		l.T("All that the cell has written, and every picture that was sent here."),
		l.T("Everybody is signed out here. The router begins as on its first day."),
	}
	back := ui.Part{Title: l.T("How it comes back"), Lines: []string{l.T("Our other routers hold what they have met. Take this one in again there, and all of it comes back.")}}
	if v.alone() {
		back.Lines = []string{l.T("This is our only router. Without a backup, all that the cell has written is gone for good.")}
	}
	sure := ui.Part{Sure: &ui.Sure{Form: f, Tick: l.T("I know what is lost, and want it."), Send: l.T("Wipe this router now")}}
	p := v.page(l.T("Wipe this router"))
	p.Back = ui.Link{URL: "/safety", Text: l.T("Safety")}
	if why := f.Errors[ui.FieldSure]; why != "" {
		p.Wrong = ui.Wrong{Title: why, Field: ui.FieldSure}
	}
	parts := []ui.Part{{Title: l.T("What is destroyed"), List: lost}, {Title: l.T("What stays"), List: v.remains()}, back}
	if cell.RulesOf(v.state).Unattended {
		parts = append(parts, ui.Part{Title: l.T("Unattended"), Lines: []string{l.T("This router keeps a key of its own. It is written over; on real flash memory nobody can promise that no remnant of it is left. Who finds one can read what is left of the rest.")}})
	}
	return v.show(status, ui.SafetyPage(p, ui.SafetyView{
		Lead:  l.T("Locking is nearly always enough, and loses nothing."),
		Parts: append(parts, ui.Part{Title: l.T("The law"), Lines: []string{v.lawful()}}, sure),
	}))
}

// wipes destroys everything, at one member's word: who is in danger cannot wait
// for a second one (S4). It returns when it is over, and says how it went.
func (v *visit) wipes() error {
	if v.Wipe == nil {
		return errNotFound
	}
	if v.value(ui.FieldSure) == "" {
		f := ui.Form{Action: "/safety/wipe", Errors: map[string]string{ui.FieldSure: v.lang.T("Tick first that you know what is lost. Nothing was wiped.")}}
		return v.showWipe(http.StatusUnprocessableEntity, f)
	}
	defer v.Anew()
	return v.showWiped(http.StatusOK, v.Wipe())
}

// showWiped says how a wipe went. Nothing is read for it: there is nothing.
func (v *visit) showWiped(status int, did Wiped) error {
	l := v.lang
	setCookie(v.w, v.r, cookieName, "")
	p := ui.Page{Lang: l, Title: l.T("This router is wiped"), Tongues: true}
	t := ui.SafetyView{Lead: l.T("Its keys are destroyed, and all that it held. Nothing of it can be read here any more.")}
	part := ui.Part{Ways: []ui.Link{{URL: "/", Text: l.T("Go on")}}}
	switch {
	case did.Failed != "":
		p.Title = l.T("The wipe did not finish")
		t.Lead = l.T("Some data is still on this router. It tries again when it starts, and by itself until it is done.")
		part.Facts = []ui.Fact{{Question: l.T("Still there"), Answer: strings.Join(did.Left, ", ")}, {Question: l.T("Why"), Answer: did.Failed}}
		part.List = []string{l.T("Pull the plug, and keep it out of the hands of others until it is done."), l.T("Let this router go at another one.")}
	case did.Beyond > 0:
		part.Lines = []string{l.T("Free room on its disk that was too much to write over: {1}. What was deleted there earlier may be found by who digs; it is sealed.", v.bytes(did.Beyond))}
	}
	if did.Failed == "" {
		part.List = []string{l.T("At another router: let this one go, so that no copy of it is trusted."), l.T("Its Wi-Fi and its settings are as before. Holding its reset button for ten seconds clears those too.")}
	}
	t.Parts = []ui.Part{part}
	return v.show(status, ui.SafetyPage(p, t))
}

// Unwiped serves the page of a router whose wipe does not finish.
func Unwiped(h House, did Wiped) http.Handler {
	s := &Server{House: h}
	mux := http.NewServeMux()
	mux.Handle("GET /static/{file}", s.begins(serveStatic))
	mux.Handle("/", s.begins(func(v *visit) error {
		v.w.Header().Set("Retry-After", "10")
		return v.showWiped(http.StatusServiceUnavailable, did)
	}))
	return s.guard(mux)
}

// wipedBanner is on the first page of a router that was wiped, until its power
// goes or a cell begins on it.
func (v *visit) wipedBanner() []ui.Banner {
	if !v.Wiped {
		return nil
	}
	return []ui.Banner{{Kind: ui.NoteBanner, Title: v.lang.T("This router is wiped"), Text: v.lang.T("Nothing that was on it before can be read here any more.")}}
}
