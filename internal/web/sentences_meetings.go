package web

import "celld/ui/locale"

// meetingSentences are why something about a meeting was not written down.
var meetingSentences = []refused{
	{"meeting.kind", &newer},
	{"meeting.content", &unread},
	{"meeting.unknown", &moved},
	{"meeting.number", &moved},
	{"meeting.day", say{locale.M("That is not a date."), locale.M("Write it as 2026-11-30.")}},
	{"meeting.off", say{locale.M("This meeting was called off.")}},
	{"meeting.held", say{locale.M("This meeting is over, and it is written down.")}},
	{"meeting.other", say{locale.M("Who called the meeting can change that, who looks after it, and who takes the notes. Ask them.")}},
	{"meeting.empty", say{locale.M("There are no words yet. Write a line.")}},
	{"meeting.full", say{locale.M("That is enough for one evening. Bring it to the next one.")}},
	{"meeting.item", say{locale.M("Only who brought it takes it back.")}},
	{"meeting.duty", say{locale.M("Somebody else does it already.")}},
	{"meeting.pen", say{locale.M("Only who takes the notes writes them down. You can take that on while nobody has said yes to it.")}},
	{"meeting.links", &moved},
}
