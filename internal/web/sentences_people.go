package web

import "celld/ui/locale"

// Words about keys that people meet only when something went wrong.
var (
	brokenKey = say{locale.M("A key is broken or missing, so nothing was written down. Begin again from the start.")}
	otherHand = say{locale.M("This was not signed by the hand that it names, so nothing was written down. Sign in again and try once more.")}
	oldKeys   = say{locale.M("The keys of this cell have changed meanwhile. Lock this router, sign in again and try once more.")}
	noSuch    = say{locale.M("Whoever is meant has no seat at our table, or has none any more. See who sits there now.")}
)

// peopleSentences are why somebody did not sit down, get up or change a name.
var peopleSentences = []refused{
	{"name.empty", say{locale.M("A name is missing. Any word you like will do.")}},
	{"name.taken", tell(func(t telling) string {
		return t.lang.T("Somebody here is called {1} already. Choose another name, so that nobody mixes you up.", t.text(0))
	})},
	{"person.kind", &newer},
	{"person.member-only", &byHand},
	{"person.content", &unread},
	{"person.other", say{locale.M("Everyone chooses their own name. Ask them to change it themselves.")}},
	{"cell.named", say{locale.M("The cell has its name already. A new one is for a round to find.")}},
	{"invite.twice", say{locale.M("This code was given out already. Make a new invitation.")}},
	{"invite.unknown", say{locale.M("This is not the code of an invitation. Look at the paper once more.")}},
	{"invite.used", say{locale.M("This invitation was used. Ask whoever gave it to you for a new one.")}},
	{"invite.over", say{locale.M("The day of this invitation is over. Ask whoever gave it to you for a new one.")}},

	{"trust.no-cell", say{locale.M("There is no cell on this router yet. Found one first.")}},
	{"trust.founded-already", say{locale.M("A cell was founded here already. Sign in, or ask one of its members for a seat.")}},
	{"trust.kind", &newer},
	{"trust.verb", &newer},
	{"trust.content", &unread},
	{"trust.member-only", &byHand},
	{"trust.key", &brokenKey},
	{"trust.slot-size", &brokenKey},
	{"trust.signature", &otherHand},
	{"trust.other-device", &otherHand},
	{"trust.closed", say{locale.M("What you sign here no longer counts: you signed out everywhere, or your seat was given back. Sign in again.")}},
	{"trust.not-a-member", &noSuch},
	{"trust.member-known", say{locale.M("They sit at the table already."), locale.M("See how it stands now.")}},
	{"trust.table-full", tell(func(t telling) string {
		return t.N("The table is full: one is as many as can hear each other. Somebody has to give a seat back first.",
			"The table is full: {1} is as many as can hear each other. Somebody has to give a seat back first.")
	})},
	{"trust.door-closed", say{locale.M("The founding is over, and the door is closed for good. Make an invitation instead.")}},
	{"trust.assents", tell(assentsSoFar)},

	{"trust.router-known", say{locale.M("That router belongs to the cell already.")}},
	{"trust.router-unknown", say{locale.M("That router does not belong to the cell, or no longer does. One of us has to take it in first.")}},
	{"trust.not-announced", say{locale.M("New words begin with asking for them, so that everyone can notice. Nobody has asked yet.")}},
	{"trust.vetoed", say{locale.M("Somebody who knows the old words said no. Now a round decides: bring one.")}},
	{"trust.no-veto", say{locale.M("Nobody has said no, so it needs no round. It goes on when its three days are over.")}},
	{"trust.wait", say{locale.M("Three days have to pass first, by a clock that we trust, so that the person it is about can still say no.")}},
	{"trust.other-slot", say{locale.M("Everyone takes their own five words. Ask them to do it themselves.")}},
	{"trust.epoch-known", &oldKeys},
	{"trust.epoch-unknown", &oldKeys},
	{"trust.recipient", &oldKeys},
	{"trust.no-fork", say{locale.M("These two do not contradict each other, so nothing is wrong.")}},
	{"trust.fork-known", say{locale.M("We know already that this key was used in two places at once.")}},
}

// assentsSoFar says how many have said yes to what needs more of them.
func assentsSoFar(t telling) string {
	n := t.number(0)
	if n == 0 {
		return t.lang.T("Nobody has said yes to this yet. Ask the others.")
	}
	return t.lang.N("One of us has said yes so far, and it takes more. Ask the others.", "{1} of us have said yes so far, and it takes more. Ask the others.", n)
}
