package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"celld/internal/op"
	"celld/ui"
)

// ErrBusy, ErrWords and Wait are how Keys say no.
var (
	ErrBusy  = errors.New("web: somebody else is signing in")
	ErrWords = errors.New("web: these are not the words")
)

// Wait is the error of a sign-in that comes too soon after wrong words.
type Wait struct{ For time.Duration }

func (w Wait) Error() string { return "web: wait " + w.For.String() }

// redirect is not a failure: it is the page to go to.
type redirect string

func (r redirect) Error() string { return "see " + string(r) }

func away(to string) error { return redirect(to) }

// failing is a problem with a status and a code for its sentence.
type failing struct {
	status int
	code   string
}

func (f failing) Error() string { return f.code }

func problem(status int, code string) error { return failing{status, code} }

var errNotFound error = failing{http.StatusNotFound, "page.unknown"}

// problem shows what went wrong as a sentence with a way on. The cause goes to
// the log only when an operator could act on it.
func (v *visit) problem(err error) {
	var to redirect
	if errors.Is(err, op.ErrNoKey) {
		// The router was locked meanwhile, and perhaps woken by somebody else.
		v.sessions.end(func(x *session) bool { return x == v.session })
		v.session, err = nil, away("/in")
	}
	if errors.As(err, &to) && v.grown != nil {
		err = v.onward(string(to))
		if err == nil {
			return
		}
	} else if errors.As(err, &to) {
		http.Redirect(v.w, v.r, string(to), http.StatusSeeOther)
		return
	}
	if errors.Is(err, context.Canceled) || v.r.Context().Err() != nil {
		return // nobody is there any more
	}
	status, title, text := v.explain(err)
	if status >= 500 && status != http.StatusServiceUnavailable {
		v.Logger.Error("page failed", "page", v.r.Pattern, "err", err) // an address can be a key, or name a device
	}
	if status == http.StatusServiceUnavailable {
		v.w.Header().Set("Retry-After", "10")
	}
	p := v.page(title)
	if showErr := v.show(status, ui.ProblemPage(p, ui.ProblemView{Title: title, Text: text, Wrote: v.wrote(), Way: ui.Home(v.lang)})); showErr != nil {
		v.Logger.Error("problem page failed", "err", showErr)
	}
}

// explain gives an error its status and its sentence.
func (v *visit) explain(err error) (status int, title, text string) {
	var f failing
	var wait Wait
	var refusal op.Refusal
	var large *http.MaxBytesError
	l := v.lang
	switch {
	case errors.As(err, &f):
		for _, t := range sayings {
			if t.code == f.code {
				title, text = l.T(t.title), l.T(t.text)
			}
		}
		return f.status, title, text
	case errors.As(err, &refusal):
		return http.StatusConflict, l.T("Not yet"), v.reason(refusal)
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge, l.T("This file is too large."), l.T("There is room for {1}. Nothing was changed. Go back and choose a smaller one; what you wrote is still in your browser.", v.bytes(uint64(large.Limit)))
	case errors.Is(err, ErrBusy):
		return http.StatusServiceUnavailable, l.T("Somebody else is signing in."), l.T("Try again in ten seconds. What you wrote is still in your browser.")
	case errors.As(err, &wait):
		return http.StatusTooManyRequests, l.T("Wait a little."), l.T("The words did not fit several times. You can try again in {1} seconds.", strconv.Itoa(int(wait.For.Seconds())+1))
	case errors.Is(err, syscall.ENOSPC):
		return http.StatusInsufficientStorage, l.T("This router is full."), l.T("Nothing was written down. Somebody has to make room on it first.")
	case errors.Is(err, syscall.EROFS):
		return http.StatusInsufficientStorage, l.T("This router cannot write."), l.T("Its memory has become read-only. Nothing was written down.")
	}
	return http.StatusInternalServerError, l.T("That did not work."), l.T("It is not your fault. Nothing was changed. Go back and try once more.")
}

func trimmed(s string) string {
	return strings.TrimFunc(strings.ReplaceAll(s, "\r\n", "\n"), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(unseen, r) })
}

// unseen takes no room on a page and comes along with what is pasted: a note of
// nothing else would be empty to all who read it.
const unseen = "\u200b\u2060\ufeff\u00ad"
