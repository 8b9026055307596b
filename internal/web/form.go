package web

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

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

// byCode is what belongs to the code of a refusal, as the field that it is about: of two
// that have one the first. It is a list, since code would fill a map.
type byCode []struct{ code, is string }

func (f byCode) at(code string) string {
	for _, x := range f {
		if x.code == code {
			return x.is
		}
	}
	return ""
}

// refused turns the law's no into words beside the field that they are about.
// It reports whether err was such a no.
func (v *visit) refused(f *ui.Form, err error, fields byCode) (ui.Wrong, bool) {
	var r op.Refusal
	if !errors.As(err, &r) {
		return ui.Wrong{}, false
	}
	words := v.reason(r)
	field := atText(*f, r, fields.at(r.Code))
	if field == "" {
		return ui.Wrong{Title: words}, true
	}
	if f.Errors == nil {
		f.Errors = map[string]string{}
	}
	f.Errors[field] = words
	return ui.Wrong{Title: words, Field: field}, true
}

// atText is the field that a no about a text means: the law says what is wrong with
// one of several, and not with which. Where none looks so it is said.
func atText(f ui.Form, err error, said string) string {
	var r op.Refusal
	long := 0
	fits := func(s string) bool { return utf8.RuneCountInString(s) <= long }
	switch errors.As(err, &r); r.Code {
	case "text.long":
		long, _ = r.Args[0].(int)
	case "text.hidden":
		fits = func(s string) bool { return op.CheckText(s, len(s), true) == nil }
	case "text.spelling":
		fits = utf8.ValidString
	default:
		return said
	}
	if said != "" && !fits(f.Values[said]) {
		return said
	}
	// What has room for more may be longer than the one that is too long.
	out, least := said, 0
	for _, name := range writtenIn {
		x := f.Values[name]
		if name == ui.FieldCriteria && r.Code == "text.long" {
			x = slices.MaxFunc(strings.Split(x, "\n"), func(a, b string) int { return utf8.RuneCountInString(a) - utf8.RuneCountInString(b) })
		}
		if n := utf8.RuneCountInString(x); !fits(x) && (least == 0 || n < least) {
			out, least = name, n
		}
	}
	return out
}

// ticked returns the values of a field that may have several.
func (v *visit) ticked(name string) []string { return slices.Clone(v.r.PostForm[name]) }

// textFields are the fields that refusals of a text are about.
var textFields = byCode{
	{"text.what", ui.FieldWhat}, {"text.why", ui.FieldWhy}, {"text.criteria", ui.FieldCriteria}, {"text.date", ui.FieldReview}, {"text.trial", ui.FieldReview},
	{"text.same", ui.FieldWhat}, {"words.missing", ui.FieldCriteria},
}
