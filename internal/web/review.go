package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"celld/internal/cell/consent"
	"celld/internal/words"
	"celld/ui"
)

// review is the page on which an agreement is looked at again.
func (t *table) review() error {
	return t.showReview(http.StatusOK, ui.Form{Action: t.url("review"), Values: map[string]string{}}, ui.Wrong{})
}

func (t *table) showReview(status int, f ui.Form, wrong ui.Wrong) error {
	if !t.may(consent.KindReview) {
		return away(t.url())
	}
	v := ui.ReviewView{Form: f, Title: t.round.Title(), RoundURL: t.url(), Text: t.text(t.round.Text()),
		Since: t.since(), Worries: t.worries(), Drops: len(t.round.Drops), AmendURL: "/rounds/new?amends=" + t.round.Ref.String()}
	if t.round.Class != consent.Agreement && !slices.Contains(t.round.Drops, t.me()) {
		v.NeedsDrop = min(2, len(t.round.Roster))
	}
	for _, x := range t.round.Talks {
		if x.Kind == consent.KindReview {
			v.Said = append(v.Said, t.speech(x.Member, x.Words, x.Time))
		}
	}
	p := t.page(t.lang.T("Look again"))
	p.Back = ui.Link{URL: t.url(), Text: t.lang.T("Back to the round")}
	p.Wrong = wrong
	return t.visit.show(status, ui.ReviewPage(p, v))
}

func (t *table) reviewed() error {
	f := t.form(t.url("review"))
	a := &consent.Review{Drop: t.value(ui.FieldOutcome) == "drop", Words: t.value(ui.FieldWords)}
	if !a.Drop {
		var bad string
		if a.Next, bad = t.readDay(ui.FieldNext, ""); bad != "" || a.Next == 0 {
			f.Errors[ui.FieldNext] = t.lang.T("Say the day on which we look again.")
			return t.showReview(http.StatusUnprocessableEntity, f, ui.Wrong{Title: f.Errors[ui.FieldNext], Field: ui.FieldNext})
		}
	}
	_, err := t.submit(t.act(a))
	if again, ok := t.refused(&f, err, byCode{{"review.next", ui.FieldNext}, {"review.again", ui.FieldOutcome}, {"text.long", ui.FieldWords}}); ok {
		return t.showReview(http.StatusUnprocessableEntity, f, again)
	}
	if err != nil {
		return err
	}
	return t.done(t.url(), t.lang.T("Written down."), t.recorded())
}

// sheet is the round on one page of paper.
func (t *table) sheet() error {
	p := t.page(t.round.Title())
	p.Paper, p.Back = true, ui.Link{URL: t.url(), Text: t.lang.T("Back to the round")}
	digest := t.state.Digest()
	return t.visit.show(http.StatusOK, ui.SheetPage(p, ui.SheetView{Round: t.view(), AsOf: t.asOf(t.date, t.trusted), Words: strings.Join(words.Fingerprint(digest[:]), " · ")}))
}

// asOf says on paper when what stands there was so, and who knows it.
func (v *visit) asOf(when time.Time, trusted bool) string {
	if !trusted {
		return v.lang.T("by {1}, which does not know the date", v.Name)
	}
	return v.lang.T("as of {1}, {2}, by {3}", v.lang.DateYear(when), v.lang.Clock(when), v.Name)
}
