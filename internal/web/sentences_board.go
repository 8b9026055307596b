package web

import "celld/ui/locale"

// boardSentences are why a note does not hang on the board.
var boardSentences = []refused{
	{"note.content", &unread},
	{"note.expires", tell(func(t telling) string {
		return t.lang.N("A note stays for one day at most.", "A note stays for {1} days at most.", argument[int](t, 0))
	})},
	{"note.empty", say{locale.M("The note has no words yet. Write a line.")}},
	{"note.other", say{locale.M("Only who wrote a note takes it down. Talk with them.")}},
}
