package web

import "celld/ui/locale"

// projectSentences are why something about a project or in the directory did
// not come about.
var projectSentences = []refused{
	{"project.content", &unread},
	{"project.member", say{locale.M("Only members of this cell can do that.")}},
	{"project.unknown", say{locale.M("There is no such project here.")}},
	{"project.closed", say{locale.M("The project is over."), locale.M("Whoever wants to can go on with it, and then write down more.")}},
	{"project.open", say{locale.M("The project goes on already.")}},
	{"project.title", say{locale.M("It has no name yet. Two or three words are enough.")}},
	{"project.why", say{locale.M("Nothing says yet what it is for. One sentence is enough.")}},
	{"project.round", say{locale.M("That decision is not in force."), locale.M("Choose another one, or none.")}},
	{"project.with", say{locale.M("Only those who are with the project do that."), locale.M("Say that you are with it, or talk with them.")}},
	{"project.joined", say{locale.M("You are with it already.")}},
	{"project.task", say{locale.M("Somebody was faster: this is not on the list any more as you saw it."), locale.M("Look at the list as it is now.")}},
	{"project.words", say{locale.M("Say in a few words what is to be done.")}},
	{"project.tasks", tell(func(t telling) string {
		return t.lang.T("A project has at most {1} things on its list. Take off what is not needed.", t.number(0))
	})},
	{"project.many", tell(func(t telling) string {
		return t.lang.T("{1} projects are under way, and that is a lot. Close one first.", t.number(0))
	})},
	{"entry.content", &unread},
	{"entry.member", say{locale.M("Only members of this cell can do that.")}},
	{"entry.sort", say{locale.M("Say whether you need it, have it to give, or can do it.")}},
	{"entry.words", say{locale.M("There are no words yet. A few are enough.")}},
	{"entry.many", tell(func(t telling) string {
		return t.lang.T("You have {1} things there, and that is all there is room for. Take one down first.", t.number(0))
	})},
	{"entry.until", say{locale.M("That day has passed."), locale.M("Choose a later one, or none.")}},
	{"entry.project", say{locale.M("What a project needs is written down by who is with it, while it goes on.")}},
	{"entry.gone", say{locale.M("It does not stand there any more.")}},
	{"entry.other", say{locale.M("Only who wrote it takes it down. Talk with them.")}},
	{"ledger.batch", say{locale.M("Only what comes into the store has a batch and a day.")}},
	{"ledger.lots", tell(func(t telling) string {
		return t.lang.T("There are {1} batches of it already. Use some up first.", t.number(0))
	})},
}
