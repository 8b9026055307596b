package web

import (
	"celld/internal/op"
	"celld/ui/locale"
)

// saying is a sentence and a way on.
type saying struct{ code, title, text string }

// sayings are the sentences of problems, by code.
var sayings = []saying{
	{"page.unknown", locale.M("There is no such page."), locale.M("Perhaps the address was cut off. What waits for you is one step back.")},
	{"lost.asleep", locale.M("This router is asleep. A member has to wake it first."), locale.M("Ask one of them to sign in, and come back.")},
	{"lost.alone", locale.M("Nobody else sits at this table."), locale.M("New words need neighbours who say that it is you. Look for the paper once more.")},
	{"lost.often", locale.M("New words were asked for several times in this name."), locale.M("Use the last ones, or come back tomorrow. The neighbours see each request.")},
	{"form.unreadable", locale.M("This form could not be read."), locale.M("It was too long, or cut off on the way. Nothing was changed.")},
	{"files.busy", locale.M("Others are sending files just now."), locale.M("Try again in ten seconds. What you wrote is still in your browser.")},
	{"form.old", locale.M("This form was too old."), locale.M("You signed in anew since it was opened. Nothing was changed. Go back, load the page again and send it once more.")},
}

// reason says why the law refused, in the person's language.
func (v *visit) reason(r op.Refusal) string {
	if words, ok := v.sentence(r); ok {
		return words
	}
	return join(v.lang.T("That is not possible as things stand, so nothing was written down."), "("+r.Code+")")
}
