package web

import (
	"errors"
	"maps"
	"slices"

	"celld/internal/op"
	"celld/ui"
)

// form keeps what was typed, so that it comes back with what was wrong.
func (v *visit) form(action string) ui.Form {
	f := ui.Form{Action: action, Values: map[string]string{}, Errors: map[string]string{}}
	for name, values := range v.r.PostForm {
		if name == "token" || len(values) == 0 {
			continue
		}
		f.Values[name] = trimmed(values[0])
		for _, x := range values {
			f.Values[name+"-"+x] = "1" // ticks of one name
		}
	}
	return f
}

// refused turns the law's no into words beside the field that they are about.
// It reports whether err was such a no.
func (v *visit) refused(f *ui.Form, err error, fields map[string]string) (ui.Wrong, bool) {
	var r op.Refusal
	if !errors.As(err, &r) {
		return ui.Wrong{}, false
	}
	words := v.reason(r)
	field := fields[r.Code]
	if field == "" {
		return ui.Wrong{Title: words}, true
	}
	if f.Errors == nil {
		f.Errors = map[string]string{}
	}
	f.Errors[field] = words
	return ui.Wrong{Title: words, Field: field}, true
}

// also returns fields with some more.
func also(fields map[string]string, more map[string]string) map[string]string {
	out := maps.Clone(fields)
	maps.Copy(out, more)
	return out
}

// ticked returns the values of a field that may have several.
func (v *visit) ticked(name string) []string { return slices.Clone(v.r.PostForm[name]) }

// textFields are the fields that refusals of a text are about.
var textFields = map[string]string{
	"text.what": ui.FieldWhat, "text.why": ui.FieldWhy, "text.criteria": ui.FieldCriteria, "text.date": ui.FieldReview, "text.trial": ui.FieldReview,
	"text.same": ui.FieldWhat, "words.missing": ui.FieldCriteria,
}
