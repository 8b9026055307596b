package web

import "celld/ui/locale"

// commonsSentences are why a page stays as it is.
var commonsSentences = []refused{
	{"page.content", &unread},
	{"page.expires", &unread},
	{"page.text", &unread},
	{"page.unknown", &moved},
	{"page.kind", say{locale.M("A page stays what it is, and an agreement is changed by a round alone.")}},
	{"page.name", say{locale.M("Choose a language from the list.")}},
	{"page.title", say{locale.M("The page has no name yet. Say in a few words what it is about.")}},
	{"page.empty", say{locale.M("There are no words yet. Write a line.")}},
	{"page.long", tell(func(t telling) string {
		return t.lang.T("One page has room for {1} kB. Make two of it.", t.lang.Number(t.number(0)>>10))
	})},
	{"page.full", tell(func(t telling) string {
		return join(t.lang.T("All our pages together have room for {1} kB, and that is full.", t.lang.Number(t.number(0)>>10)),
			t.lang.T("Take out for good what nobody needs, or wait until old versions have gone."))
	})},
	{"page.picture", tell(func(t telling) string {
		return t.lang.T("A picture has room for {1} kB. Make it smaller first.", t.lang.Number(t.number(0)>>10))
	})},
	{"page.many", tell(func(t telling) string {
		return t.lang.T("There is room for {1} of these. Begin a new page, or take one out for good.", t.lang.Number(t.number(0)))
	})},
	{"page.stale", say{locale.M("Somebody wrote on this page while you did."), locale.M("Open it again, and bring both together.")}},
	{"page.ask", &moved},
	{"page.wish-exists", say{locale.M("Somebody has asked for this already. Look at the page and say yes there.")}},
	{"page.second", say{locale.M("The second yes has to be another person’s.")}},
	{"page.early", tell(early)},
	{"page.thin", &moved},
}
