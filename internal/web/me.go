package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strings"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/op"
	"celld/internal/words"
	"celld/ui"
	"celld/ui/locale"
)

func (v *visit) mePage() error {
	p := cell.PeopleOf(v.state)
	view := ui.MeView{
		Name: p.Name(v.me()), Sessions: v.mySessions(), Lang: v.lang, Language: ui.Form{Action: "/me/language"},
		Away: p.Away(v.me()), AwayURL: "/me/away", BackURL: "/me/back", WordsURL: "/me/words", PaperURL: "/me/paper",
		OutURL: "/out", OutAllURL: "/out/everywhere", CalendarURL: "/calendar", PersonURL: "/people/" + v.me().String(), Knows: v.knows(p),
	}
	if w, asked := v.waitingWords(p, v.me()); asked {
		view.Waiting = append(view.Waiting, ui.Row{URL: w.URL, Title: w.Text})
	}
	return v.show(http.StatusOK, ui.MePage(v.page(view.Name), view))
}

func (v *visit) mySessions() []ui.Session {
	v.sessions.mu.Lock()
	defer v.sessions.mu.Unlock()
	var out []ui.Session
	for _, x := range slices.Backward(v.sessions.of(v.me())) {
		out = append(out, ui.Session{Where: x.agent, When: v.lang.On(x.since, v.date), This: x == v.session})
	}
	return out
}

// knows is all that this router keeps about somebody.
func (v *visit) knows(p cell.People) []ui.Fact {
	l := v.lang
	return []ui.Fact{
		{Question: l.T("What you are called"), Answer: p.Name(v.me())},
		{Question: l.T("A number for you that says nothing"), Answer: v.me().String()},
		{Question: l.T("What you have written and said"), Answer: l.T("In the rounds and the books, with this name. It is sealed on the router.")},
		{Question: l.T("What it does not keep"), Answer: l.T("Your real name, your phone’s number, where you are.")},
	}
}

func (v *visit) setLanguage() error {
	l, ok := locale.Find(v.value("lang"))
	if !ok {
		return problem(http.StatusUnprocessableEntity, "language.unknown")
	}
	setCookie(v.w, v.r, "lang", l.Code())
	v.lang = l
	return v.done("/me", l.T("From now on this router speaks English with you."), "")
}

func (v *visit) goAway() error {
	if _, err := v.submit(op.Draft{Kind: people.KindAway}); err != nil {
		return err
	}
	return v.done("/me", v.lang.T("Have a good time. The others see that you are away."), "")
}

func (v *visit) comeBack() error {
	if _, err := v.submit(op.Draft{Kind: people.KindBack}); err != nil {
		return err
	}
	return v.done("/me", v.lang.T("Good to have you back."), "")
}

func (v *visit) signOut() error {
	mine := v.session
	v.signOutOf(func(x *session) bool { return x == mine })
	return away("/in")
}

func (v *visit) signOutEverywhere() error {
	me := v.me()
	v.signOutOf(func(x *session) bool { return x.author.Member == me })
	return away("/in")
}

func (v *visit) signOutOf(gone func(*session) bool) {
	v.endSessions(gone)
	setCookie(v.w, v.r, cookieName, "")
}

func (v *visit) endSessions(gone func(*session) bool) {
	for _, x := range v.sessions.end(gone) {
		v.Keys.SignOut(x.author)
	}
}

// newWords shows five words that will take the place of the old ones.
func (v *visit) newWords() error {
	_, before := v.sessions.dealt(v.session)
	tongue := cmp.Or(v.r.URL.Query().Get("tongue"), before, v.lang.Code())
	five, err := words.Generate(tongue, rand.Reader)
	if err != nil {
		return err
	}
	five = v.sessions.deal(v.session, tongue, five)
	return v.showNewWords(http.StatusOK, ui.Form{Action: "/me/words"}, five, ui.Wrong{})
}

func (v *visit) showNewWords(status int, f ui.Form, five []string, wrong ui.Wrong) error {
	p := v.page(v.lang.T("New words for you"))
	p.Back = ui.Link{URL: "/me", Text: cell.PeopleOf(v.state).Name(v.me())}
	p.Wrong = wrong
	return v.show(status, ui.WordsPage(p, ui.WordsView{Form: f, Words: five, Change: true, Tongues: v.tongues("")}))
}

func (v *visit) changeWords() error {
	f := v.form("/me/words")
	five, _ := v.sessions.dealt(v.session)
	if five == nil {
		return away("/me/words")
	}
	if wrong, ok := v.onPaper(f, five); !ok {
		return v.showNewWords(http.StatusUnprocessableEntity, f, five, wrong)
	}
	old, err := words.Normalize(f.Values[ui.FieldSecret])
	delete(f.Values, ui.FieldSecret)
	if err != nil {
		f.Errors[ui.FieldSecret] = v.wordFault(err)
		return v.showNewWords(http.StatusUnprocessableEntity, f, five, ui.Wrong{Title: f.Errors[ui.FieldSecret], Field: ui.FieldSecret})
	}
	fresh, err := words.Normalize(strings.Join(five, " "))
	if err != nil {
		return err
	}
	err = v.Keys.Change(v.r.Context(), v.session.author, old, fresh)
	if errors.Is(err, ErrWords) {
		f.Errors[ui.FieldSecret] = v.lang.T("These are not your words. Look at your paper once more.")
		return v.showNewWords(http.StatusUnauthorized, f, five, ui.Wrong{Title: f.Errors[ui.FieldSecret], Field: ui.FieldSecret})
	}
	if err != nil {
		return err
	}
	v.sessions.took(v.session)
	return v.done("/me", v.lang.T("Your new words open the door from now on."), v.lang.T("Burn the old paper."))
}

func (v *visit) paper() error {
	p := v.page(v.lang.T("A sheet of paper for your words"))
	p.Paper, p.Back = true, ui.Link{URL: "/me", Text: cell.PeopleOf(v.state).Name(v.me())}
	return v.show(http.StatusOK, ui.PaperPage(p, ui.PaperView{Name: cell.PeopleOf(v.state).Name(v.me()), Router: v.Name}))
}
