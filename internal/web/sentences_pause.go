package web

import "celld/ui/locale"

// pauseSentences are why nothing goes from an account, or why it goes on.
var pauseSentences = []refused{
	{"pause.content", &unread},
	{"pause.member", say{locale.M("Only members of this cell can do that.")}},
	{"pause.account", say{locale.M("There is no such account here. Choose one from the list.")}},
	{"pause.twice", say{locale.M("Nothing goes from this account already.")}},
	{"pause.again", say{locale.M("You did this not long ago, or said that it should stay. Now it is for somebody else to do it, or for a round.")}},
	{"pause.gone", &moved},
	{"pause.words", say{locale.M("There are no words yet. One sentence is enough.")}},
	{"pause.other", say{locale.M("That is for somebody else to say: not who did it, nor whose account it is.")}},
	{"pause.stands", tell(func(t telling) string {
		words := t.lang.T("Nothing goes from this account now: {1}.", t.books().side(t.account(0)).Word(t.lang))
		if until := t.until(1); until != "" {
			words = join(words, t.lang.T("That ends by itself: {1}.", until))
		}
		return join(words, t.lang.T("Who did it, and why, stands on the page about safety."))
	})},
}
