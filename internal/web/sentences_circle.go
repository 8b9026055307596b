package web

import "celld/ui/locale"

// circleSentences are why something cannot be said in a circle, or a letter not
// be written.
var circleSentences = []refused{
	{"letter.content", &unread},
	{"letter.expires", &unread},
	{"circle.empty", say{locale.M("The plan needs a line of words.")}},
	{"circle.parties", say{locale.M("A circle is between two and seven people. Tick who is part of it beside you.")}},
	{"circle.keeper", say{locale.M("Who keeps a circle is not part of it, and is asked once.")}},
	{"circle.who", say{locale.M("Name one of the people in it.")}},
	{"circle.now", say{locale.M("Something changed meanwhile, so that did not fit any more. Look again.")}},
	{"circle.review", say{locale.M("You all meet again two to six weeks after the circle.")}},
	{"circle.changed", say{locale.M("The plan changed meanwhile. Read it again before you sign.")}},
	{"circle.day", say{locale.M("That is not a date."), locale.M("Write it as 2026-11-30.")}},
}
