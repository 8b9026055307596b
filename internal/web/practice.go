package web

import (
	"net/http"

	"celld/ui"
)

// practice is a round that is none: to try out what each voice does. What is
// said there goes nowhere; all there is of it is the answer to the form.
func (v *visit) practice() error {
	return v.showPractice(http.StatusOK, ui.PracticeView{Form: ui.Form{Action: "/practice", Values: map[string]string{}}}, ui.Wrong{})
}

func (v *visit) showPractice(status int, view ui.PracticeView, wrong ui.Wrong) error {
	view.Again, view.BackURL = "/practice", packetURL(v.me())
	p := v.page(v.lang.T("A round to practise"))
	p.Wrong = wrong
	p.Back = ui.Link{URL: view.BackURL, Text: v.lang.T("Your first weeks")}
	return v.show(status, ui.PracticePage(p, view))
}

func (v *visit) practised() error {
	view := ui.PracticeView{Form: v.form("/practice"), Answer: v.value("answer")}
	name := v.value(ui.FieldVoice)
	seat, ok := ui.VoiceNamed(name)
	field := ui.FieldReason + "-" + name
	switch {
	case !ok:
		view.Form.Errors[ui.FieldVoice] = v.lang.T("Choose one of these.")
		return v.showPractice(http.StatusUnprocessableEntity, view, ui.Wrong{Title: v.lang.T("You have not said what you think."), Field: ui.FieldVoice})
	case seat == ui.Objection && v.value(field) == "":
		view.Form.Errors[field] = v.lang.T("An objection needs a reason. Say what you see.")
		return v.showPractice(http.StatusUnprocessableEntity, view, ui.Wrong{Title: view.Form.Errors[field], Field: field})
	}
	view.Said, view.Reason = seat, v.value(field)
	return v.showPractice(http.StatusOK, view, ui.Wrong{})
}
