package web

import (
	"strings"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// maker makes the words of one refusal: what is so, why, and a way on.
type maker interface{ words(telling) string }

// refused is what is said where the law refused with a code.
type refused struct {
	code string
	maker
}

// sentences has one table a room. A test holds them against the rooms' own
// codes. They are lists that stand in the program as they are written here:
// maps would be filled with them at each start, by 25 kB of code; and what stands
// in several is pointed to, as it would be copied then, by 5 kB.
var sentences = []*[]refused{
	&commonSentences,
	&roundSentences,
	&peopleSentences,
	&ledgerSentences,
	&pauseSentences,
	&importSentences,
	&boardSentences,
	&meetingSentences,
	&choosingSentences,
	&projectSentences,
	&circleSentences,
	&commonsSentences,
	&packetSentences,
}

// sentence says why the law refused, and false for a code that has no words.
func (v *visit) sentence(r op.Refusal) (string, bool) {
	for _, room := range sentences {
		for _, a := range *room {
			if a.code == r.Code {
				return a.words(telling{v, r}), true
			}
		}
	}
	if w, ok := ui.LedgerWrong(v.lang, r.Code); ok {
		return join(w.Title, w.Text), true
	}
	return "", false
}

// say is sentences without figures.
type say []string

func (s say) words(t telling) string {
	words := make([]string, len(s))
	for i, id := range s {
		words[i] = t.lang.T(id)
	}
	return join(words...)
}

// tell is a sentence with figures in it.
type tell func(telling) string

func (f tell) words(t telling) string { return f(t) }

func join(words ...string) string { return strings.TrimSpace(strings.Join(words, " ")) }

// telling is a refusal on its way into somebody's language. What it asks of
// the arguments is total: one that is missing reads as nothing.
type telling struct {
	*visit
	refusal op.Refusal
}

func argument[T any](t telling, i int) (v T) {
	if i < len(t.refusal.Args) {
		v, _ = t.refusal.Args[i].(T)
	}
	return v
}

// text is an argument that people wrote.
func (t telling) text(i int) string { return argument[string](t, i) }

// number is an argument that counts something.
func (t telling) number(i int) int {
	if i >= len(t.refusal.Args) {
		return 0
	}
	switch n := t.refusal.Args[i].(type) {
	case int:
		return n
	case uint64:
		return int(n)
	case ledger.Amount:
		return int(n)
	}
	return 0
}

// until is an argument that is a time, as it is said after "until"; empty when
// no trusted clock has told it.
func (t telling) until(i int) string {
	unix := argument[uint64](t, i)
	if unix == 0 {
		return ""
	}
	return t.lang.Moment(at(unix), t.date)
}

// phase is where a round stands, from the name that the law gives it.
func (t telling) phase(i int) string {
	for s, p := range phases {
		if s > 0 && consent.State(s).String() == t.text(i) {
			return p.Words(t.lang)
		}
	}
	return t.lang.T("it has moved on")
}

// class is the weight of a round, from the name that the law gives it.
func (t telling) class(i int) string {
	words := map[string]string{
		consent.Routine.String(): locale.M("routine"), consent.Standard.String(): locale.M("standard"),
		consent.Agreement.String(): locale.M("agreement"), consent.Membership.String(): locale.M("membership"),
	}
	return t.lang.T(words[t.text(i)])
}

// standing is say with the phase, which is argument 0, in the first sentence.
type standing []string

func (s standing) words(t telling) string {
	return join(t.lang.T(s[0], t.phase(0)), say(s[1:]).words(t))
}

// N is a sentence that counts what argument 0 says there is.
func (t telling) N(one, other string) string { return t.lang.N(one, other, t.number(0)) }

// quoted puts what people wrote, argument 0, into the sentence; missing is
// said where they wrote nothing.
type quoted struct{ id, missing string }

func (q quoted) words(t telling) string {
	if t.text(0) == "" {
		return t.lang.T(q.missing)
	}
	return t.lang.T(q.id, t.text(0))
}

// Words that several rooms need.
var (
	unread = say{locale.M("This could not be read."), locale.M("Nothing was written down. Load the page again and send it once more.")}
	moved  = say{locale.M("Things changed while you looked."), locale.M("Nothing was written down. Load the page again and see how it stands now.")}
	newer  = say{locale.M("This router does not understand that yet. A newer version of its program may.")}
	byHand = say{locale.M("A router does not do this by itself. One of us has to.")}
	seated = say{locale.M("Only who has a seat here can do this.")}
	dated  = say{locale.M("This router does not know the date."), locale.M("Nothing ends by the clock until it does.")}
)

// early says when the time comes, or that no clock has told.
func early(t telling) string {
	if until := t.until(0); until != "" {
		return t.lang.T("It is too early for that: it has to wait until {1}.", until)
	}
	return t.lang.T("It is too early for that. No clock that we trust has said yet when it began.")
}

var commonSentences = []refused{
	{"kind.unknown", &newer},
	{"kind.expires", &unread},
	{"kind.member-only", &byHand},
	{"content.unreadable", &unread},
	{"text.long", tell(func(t telling) string {
		return t.N("There is room for one letter here. Say it shorter.",
			"There is room for {1} letters here. Say it shorter.")
	})},
	{"text.spelling", say{locale.M("Part of this cannot be read as writing. Type it once more instead of pasting it.")}},
	{"text.space", say{locale.M("There is a space at the beginning or at the end. Take it away.")}},
	{"text.hidden", say{locale.M("There is a sign in this that cannot be seen, or that turns the words around. Type it once more instead of pasting it.")}},
	{"actor.unknown", &seated},
	{"actor.router", &byHand},
	{"clock.untrusted", &dated},
	{"clock.early", tell(early)},
}
