package web

import "celld/ui/locale"

// packetSentences are why something about somebody's first weeks was not
// written down.
var packetSentences = []refused{
	{"packet.kind", &newer},
	{"packet.content", &unread},
	{"packet.oneself", say{locale.M("Somebody else has to go along with you.")}},
	{"packet.taken", say{locale.M("Somebody goes along with them already.")}},
	{"packet.others", say{locale.M("Only the two who go through it together can do this.")}},
	{"packet.things", say{locale.M("Tick what is done.")}},
	{"packet.words", &moved},
}
