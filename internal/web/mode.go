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

// ruleRound finds the latest round about a rule of the cell.
func (v *visit) ruleRound(effect string, want func(consent.State) bool) (op.Ref, bool) {
	list := roundList(v.state)
	_, settled := list.Len()
	for _, s := range append(list.Live(), list.Settled(0, settled)...) {
		if !want(s.State) || s.Class != consent.Agreement {
			continue
		}
		r, _ := v.state.Value(consent.Key(s.Ref)).(*consent.Round)
		if r == nil {
			continue
		}
		if e := r.Text().Effect; e != nil && e.Kind == effect {
			return s.Ref, true
		}
	}
	return op.Ref{}, false
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
	return v.show(status, ui.NewRoundPage(p, ui.NewRoundView{Form: f}))
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
