package web

import (
	"net/http"
	"strconv"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

const shorterURL = "/safety/kept/round"

// shorterWays lead to a round that keeps notes for another time (S2), or to the
// one that is open.
func (v *visit) shorterWays() (out []ui.Link) {
	if ref, open := v.ruleRound(cell.EffectNotes, consent.State.Open); open {
		return []ui.Link{{URL: roundURL(ref), Text: v.lang.T("A round about it is open")}}
	}
	for _, n := range []int{1, 3, 7, cell.NoteDays} {
		if n != int(cell.RulesOf(v.state).NoteDays()) {
			out = append(out, ui.Link{URL: shorterURL + "?days=" + strconv.Itoa(n), Text: v.lang.N("Bring a round to keep notes for one day", "Bring a round to keep notes for {1} days", n)})
		}
	}
	return out
}

// shorterDays is what the address of a round says.
func (v *visit) shorterDays() int {
	n, err := strconv.Atoi(v.r.URL.Query().Get("days"))
	if err != nil || n < 1 || n > cell.NoteDays {
		return 7
	}
	return n
}

// newShorter is a round that is ready to be brought.
func (v *visit) newShorter() error {
	n := v.shorterDays()
	f := ui.Form{Action: shorterURL + "?days=" + strconv.Itoa(n), Values: map[string]string{
		ui.FieldWhat: stayWords(v.lang, n),
		ui.FieldWhy:  v.lang.T("So that no more is kept than we need.")}}
	return v.showShorter(http.StatusOK, f, ui.Wrong{})
}

func (v *visit) showShorter(status int, f ui.Form, wrong ui.Wrong) error {
	p := v.page(v.lang.T("How long things are kept"))
	p.Back, p.Wrong = ui.Link{URL: "/safety/kept", Text: p.Title}, wrong
	return v.show(status, ui.NewRoundPage(p, v.bringing(status, f)))
}

// openShorter brings the round. It takes the place of the agreement in force.
func (v *visit) openShorter() error {
	n := v.shorterDays()
	f := v.form(shorterURL + "?days=" + strconv.Itoa(n))
	text, wrong := v.readText(f)
	if wrong != nil {
		return v.showShorter(http.StatusUnprocessableEntity, f, *wrong)
	}
	text.Effect = &consent.Effect{Kind: cell.EffectNotes, Content: op.MustMarshal(cell.Days{Days: uint64(n)})}
	draft := consent.Opening{Class: consent.Agreement, Text: text}
	draft.Amends, _ = v.ruleRound(cell.EffectNotes, func(s consent.State) bool { return s == consent.InForce })
	opening, err := consent.Open(v.state.Now(), v.me(), draft)
	var refs []op.Ref
	if err == nil {
		refs, err = v.submit(op.Draft{Kind: consent.KindOpen, Content: &opening})
	}
	if again, ok := v.refused(&f, err, textFields); ok {
		return v.showShorter(http.StatusUnprocessableEntity, f, again)
	}
	if err != nil {
		return err
	}
	return v.done(roundURL(refs[0]), v.lang.T("The round is open."), "")
}

// notesWords say what the rule does, of notes that are written from then on.
func notesWords(l locale.Lang, content []byte) string {
	var d cell.Days
	_ = op.Unmarshal(content, &d) // judged
	return join(stayWords(l, int(d.Days)), l.T("Those that hang there already go on their own day."))
}

func stayWords(l locale.Lang, n int) string {
	return l.N("A note on the board stays for one day.", "A note on the board stays for {1} days.", n)
}
