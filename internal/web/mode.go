package web

import (
	"net/http"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

// mode says what the two modes cost.
func (v *visit) mode() error {
	p := v.page(v.lang.T("Sealed or unattended"))
	p.Back = ui.Link{URL: "/router", Text: v.Name}
	view := ui.ModeView{Unattended: cell.RulesOf(v.state).Unattended, RoundURL: "/router/mode/round"}
	if ref, open := v.modeRound(func(s consent.State) bool { return s.Open() }); open {
		view.RoundURL = roundURL(ref)
	}
	return v.show(http.StatusOK, ui.ModePage(p, view))
}

// modeRound finds the latest round about the mode that stands as wanted.
func (v *visit) modeRound(want func(consent.State) bool) (op.Ref, bool) {
	return v.ruleRound(cell.EffectUnattended, want)
}

// ruleRound finds a round about a rule of the cell that stands as wanted: of
// several, the one that was adopted last. All of them are kept together.
func (v *visit) ruleRound(effect string, want func(consent.State) bool) (ref op.Ref, found bool) {
	a, _ := v.state.Value(keyAgreements).(*cell.Agreements)
	if a == nil {
		return ref, false
	}
	var last op.Place
	for _, r := range a.Rounds {
		if e := r.Text().Effect; e == nil || e.Kind != effect || r.Class != consent.Agreement || !want(r.State) {
			continue
		}
		if at := r.Adopted.Place(); !found || last.Before(at) {
			ref, last, found = r.Ref, at, true
		}
	}
	return ref, found
}

// newMode is a round that is ready to be brought: the other mode.
func (v *visit) newMode() error {
	f := ui.Form{Action: "/router/mode/round", Values: map[string]string{}}
	if cell.RulesOf(v.state).Unattended {
		f.Values[ui.FieldWhat] = v.lang.T("We seal this router again: after a power cut it sleeps until one of us signs in.")
		f.Values[ui.FieldWhy] = v.lang.T("So that whoever takes it away reads nothing that we write from then on.")
	} else {
		f.Values[ui.FieldWhat] = v.lang.T("We leave this router unattended: after a power cut it wakes by itself.")
		f.Values[ui.FieldWhy] = v.lang.T("So that nobody has to be there when the power comes back.")
	}
	return v.showMode(http.StatusOK, f, ui.Wrong{})
}

func (v *visit) showMode(status int, f ui.Form, wrong ui.Wrong) error {
	p := v.page(v.lang.T("Sealed or unattended"))
	p.Back = ui.Link{URL: "/router/mode", Text: v.lang.T("Sealed or unattended")}
	p.Wrong = wrong
	return v.show(status, ui.NewRoundPage(p, v.bringing(status, f)))
}

// openMode brings the round. It takes the place of the agreement in force, if
// there is one, so that no end of the new one brings the old one back.
func (v *visit) openMode() error {
	f := v.form("/router/mode/round")
	text, wrong := v.readText(f)
	if wrong != nil {
		return v.showMode(http.StatusUnprocessableEntity, f, *wrong)
	}
	on := !cell.RulesOf(v.state).Unattended
	text.Effect = &consent.Effect{Kind: cell.EffectUnattended, Content: op.MustMarshal(cell.Switch{On: on})}
	draft := consent.Opening{Class: consent.Agreement, Text: text}
	draft.Amends, _ = v.modeRound(func(s consent.State) bool { return s == consent.InForce })
	opening, err := consent.Open(v.state.Now(), v.me(), draft)
	var refs []op.Ref
	if err == nil {
		refs, err = v.submit(op.Draft{Kind: consent.KindOpen, Content: &opening})
	}
	if again, ok := v.refused(&f, err, textFields); ok {
		return v.showMode(http.StatusUnprocessableEntity, f, again)
	}
	if err != nil {
		return err
	}
	return v.done(roundURL(refs[0]), v.lang.T("The round is open."), "")
}
