package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"unicode"

	"celld/internal/cell"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
)

// The pages of who has no session yet: the router's own code, founding, and
// signing in.

func (v *visit) claim() error {
	if v.Log.Cell() != (op.ID{}) {
		return away("/in")
	}
	f := ui.Form{Action: "/claim", Values: map[string]string{ui.FieldCode: v.r.URL.Query().Get("code")}} // as a square on the console has it
	return v.showClaim(http.StatusOK, f, ui.Wrong{})
}

func (v *visit) showClaim(status int, f ui.Form, wrong ui.Wrong) error {
	p := v.page(v.lang.T("This router belongs to nobody yet"))
	p.Wrong, p.Banners = wrong, v.wipedBanner()
	return v.show(status, ui.ClaimPage(p, ui.ClaimView{Form: f, Joins: v.Seeking != nil && v.Seeking.Joins()}))
}

func (v *visit) claimed() error {
	if v.Log.Cell() != (op.ID{}) {
		return away("/in")
	}
	f := v.form("/claim")
	if err := v.Claim.Try(f.Values[ui.FieldCode]); err != nil {
		f.Errors[ui.FieldCode] = v.lang.T("This is not the code, or it was used or grew too old.")
		wrong := ui.Wrong{Title: f.Errors[ui.FieldCode], Text: v.lang.T("The router makes a new one when it starts again, or when somebody asks it for one."), Field: ui.FieldCode}
		return v.showClaim(http.StatusUnprocessableEntity, f, wrong)
	}
	g := v.door.greet(v.w, v.r, v.now)
	v.door.with(g, func(g *guest) { g.claimed = true })
	return away("/found")
}

// founder is the guest who has shown the router's code.
func (v *visit) founder() (*guest, error) {
	if v.Log.Cell() != (op.ID{}) {
		return nil, away("/")
	}
	g := v.door.find(v.r, v.now)
	if g == nil || !g.claimed {
		return nil, away("/claim")
	}
	return g, nil
}

func (v *visit) found() error {
	g, err := v.founder()
	if err != nil {
		return err
	}
	if err := v.deal(g); err != nil {
		return err
	}
	return v.showFound(http.StatusOK, g, ui.Form{Action: "/found"}, ui.Wrong{})
}

// deal draws five words for a guest, anew when they want another language.
func (v *visit) deal(g *guest) error {
	tongue := v.r.URL.Query().Get("tongue")
	if g.words != nil && (tongue == "" || tongue == g.tongue) {
		return nil
	}
	if tongue == "" {
		tongue = v.lang.Code()
	}
	five, err := words.Generate(tongue, rand.Reader)
	if err != nil {
		return err
	}
	v.door.with(g, func(g *guest) {
		if had := g.words != nil && g.tongue == tongue; !had && g.keys == nil && g.renewed == nil {
			g.words, g.tongue = five, tongue // the first of two pages at once: both show the same
		}
	})
	if g.words == nil {
		return away(v.r.URL.Path) // they were on paper meanwhile, and are shown no more
	}
	return nil
}

// tongues are the languages in which words can be had.
func (v *visit) tongues(now string) []ui.Choice {
	names := map[string]string{"en": "English", "es": "Español", "pt": "Português", "ar": "العربية"}
	var out []ui.Choice
	for _, code := range words.Languages() {
		if code != now {
			out = append(out, ui.Choice{Value: code, Text: names[code]})
		}
	}
	return out
}

func (v *visit) showFound(status int, g *guest, f ui.Form, wrong ui.Wrong) error {
	p := v.page(v.lang.T("Found a cell"))
	p.Wrong = wrong
	view := ui.FoundView{Form: f, Words: g.words, Tongues: v.tongues(g.tongue)}
	if v.Seeking != nil {
		view.TakeURL = "/taken"
	}
	return v.show(status, ui.FoundPage(p, view))
}

// onPaper reports whether a form says that these five words are on paper, and not
// others that its page showed; else what is wrong.
func (v *visit) onPaper(f ui.Form, five []string) (ui.Wrong, bool) {
	mark, marked := f.Values[ui.FieldMark]
	if f.Values[ui.FieldWritten] != "" && five != nil && (!marked || mark == ui.MarkOf(five)) {
		return ui.Wrong{}, true
	}
	delete(f.Values, ui.FieldWritten)
	f.Errors[ui.FieldWritten] = v.lang.T("Write them down first. Nobody can give them back to you.")
	return ui.Wrong{Title: v.lang.T("The five words are not on paper yet."), Field: "written-err"}, false
}

func (v *visit) founded() error {
	g, err := v.founder()
	if err != nil {
		return err
	}
	f := v.form("/found")
	if wrong, ok := v.onPaper(f, g.words); !ok {
		return v.showFound(http.StatusUnprocessableEntity, g, f, wrong)
	}
	five, err := words.Normalize(strings.Join(g.words, " "))
	if err != nil {
		return err
	}
	by, err := v.Keys.Found(v.r.Context(), f.Values[ui.FieldCell], f.Values[ui.FieldName], five)
	if wrong, ok := v.refused(&f, err, v.nameFields(f)); ok {
		return v.showFound(http.StatusUnprocessableEntity, g, f, wrong)
	}
	if err != nil {
		return err
	}
	v.door.leave(g)
	if err := v.signedIn(by); err != nil {
		return err
	}
	if code, err := words.NewCode(rand.Reader); err == nil {
		v.door.open(code, v.now)
	}
	return away("/door")
}

// nameFields tells which name a refusal is about: where the cell has no name
// yet, that comes first.
func (v *visit) nameFields(f ui.Form) byCode {
	field := ui.FieldName
	if _, asked := v.r.PostForm[ui.FieldCell]; asked && op.CheckText(f.Values[ui.FieldCell], 40, false) != nil || asked && f.Values[ui.FieldCell] == "" {
		field = ui.FieldCell
	}
	return byCode{{"name.empty", field}, {"name.taken", ui.FieldName}, {"text.long", field}, {"text.hidden", field}, {"text.spelling", field}, {"text.space", field}}
}

// signedIn opens a session for this browser, in the place of one that it has. Who locks
// the router ends all there are; one that began since would go on when somebody wakes it.
func (v *visit) signedIn(by op.Author) error {
	if old := v.session; old != nil {
		v.endSessions(func(x *session) bool { return x == old })
	}
	if v.token == "" {
		v.token = token()
		setCookie(v.w, v.r, cookieName, v.token)
	}
	x, crowd := v.sessions.begin(v.token, by, browser(v.r.UserAgent()), v.now)
	v.sessions.bind(x, v.Log.State())
	for _, old := range crowd {
		v.Keys.SignOut(old.author)
	}
	setCookie(v.w, v.r, guestCookie, "")
	v.session = x
	if v.Keys.Awake() {
		return nil
	}
	v.endSessions(func(y *session) bool { return y == x })
	v.session = nil
	return away("/in")
}

// browser says in two words what somebody signed in with.
func browser(agent string) string {
	name := "Browser"
	for _, b := range []struct{ has, name string }{{"Firefox/", "Firefox"}, {"Edg/", "Edge"}, {"Chrom", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, b.has) {
			name = b.name
			break
		}
	}
	for _, s := range []struct{ has, name string }{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS", "Mac"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s.has) {
			return name + " · " + s.name
		}
	}
	return name
}

func (v *visit) signIn() error {
	if v.session != nil {
		return away("/")
	}
	return v.showSignIn(http.StatusOK, ui.Form{Action: "/in"}, ui.Wrong{})
}

func (v *visit) showSignIn(status int, f ui.Form, wrong ui.Wrong) error {
	p := v.page(v.lang.T("Sit down at the table"))
	p.Wrong = wrong
	next := v.r.URL.Query().Get("next")
	if n, ok := f.Values[ui.FieldNextURL]; ok {
		next = n
	}
	_, wrote := v.kept.find(v.r, v.now)
	view := ui.SignInView{Form: f, Next: inside(next), Kept: wrote, Sealed: !v.Keys.Awake(), JoinURL: "/join"}
	if v.Keys.Awake() {
		view.LostURL = "/lost"
	}
	if cell.RulesOf(v.state).Ledger().Shown() {
		view.FundURL = "/fund"
	}
	view.Open, view.SafeURL = v.overheard()
	if w := v.wifi(); w.Key != "" {
		view.Ours = w.SSID
	}
	return v.show(status, ui.SignInPage(p, view))
}

// inside returns an address of this router, and "/" for any other. Browsers leave
// tabs and ends of lines out of an address before they read it (URL Standard, 4.4):
// "/<tab>/example.org" is another site.
func inside(next string) string {
	control := strings.ContainsFunc(next, unicode.IsControl)
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, "\\") || control {
		return "/"
	}
	return next
}

func (v *visit) signInWords() error {
	f := v.form("/in")
	five, err := words.Normalize(f.Values[ui.FieldSecret])
	f.Values[ui.FieldSecret] = ""
	if err != nil {
		f.Errors[ui.FieldSecret] = v.wordFault(err)
		return v.showSignIn(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[ui.FieldSecret], Field: ui.FieldSecret})
	}
	// Keys come into memory before the history is read with them: what counts
	// is whether names are known here, not whether keys are.
	people := cell.PeopleOf(v.state)
	m, known := people.Named(f.Values[ui.FieldName])
	if people.Cell() != "" && !known {
		err = ErrWords // the answer to a wrong name is that to wrong words
	} else {
		var by op.Author
		if by, err = v.opened(m, five); err == nil {
			if err := v.signedIn(by); err != nil {
				return err
			}
			v.carryOut()
			if _, ok := v.keptHere(); ok {
				return away("/kept")
			}
			return away(inside(f.Values[ui.FieldNextURL]))
		}
	}
	if errors.Is(err, ErrWords) {
		wrong := ui.Wrong{Title: v.lang.T("The name and the words do not go together."), Text: v.lang.T("Look at your paper once more. The order counts."), Field: ui.FieldSecret}
		return v.showSignIn(http.StatusUnauthorized, f, wrong)
	}
	return err
}

// opened opens a member's keys, and tells how far the router is that wakes by
// them. Until the words are known to be right, the page does not begin.
func (v *visit) opened(m op.Member, five string) (by op.Author, err error) {
	var right atomic.Bool
	g := &growing{title: v.lang.T("This router is waking up"), end: v.lang.T("This router is awake.")}
	g.far = func() (Doing, bool) {
		d, reads := v.at(Reading)
		return d, reads && right.Load()
	}
	g.first = func() {
		v.token = token()
		setCookie(v.w, v.r, cookieName, v.token)
	}
	v.while(g, func() { by, err = v.Keys.Login(v.r.Context(), m, five, func() { right.Store(true) }) })
	return by, err
}

// wordFault says which of the five words is none.
func (v *visit) wordFault(err error) string {
	var unknown words.Unknown
	var count words.Miscount
	switch {
	case errors.As(err, &unknown) && unknown.Nearest != "":
		return v.lang.T("“{1}” is not one of the words. Perhaps “{2}”?", unknown.Word, unknown.Nearest)
	case errors.As(err, &unknown):
		return v.lang.T("“{1}” is not one of the words.", unknown.Word)
	case errors.As(err, &count):
		return v.lang.N("There are five words; this is one.", "There are five words; these are {1}.", count.Got)
	}
	return v.lang.T("These are not five words.")
}
