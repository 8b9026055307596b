package web

import "celld/ui/locale"

// choosingSentences are why a step of giving a turn by reasons was not written down.
var choosingSentences = []refused{
	{"rota.selecting", &moved},
	{"rota.roster", &moved},
	{"rota.no-selection", &moved},
	{"rota.outside", say{locale.M("Only who belonged to us when this began has a voice in it.")}},
	{"rota.proposed", say{locale.M("It lies on the table as a round. Say there what you think.")}},
	{"rota.shown", say{locale.M("There is nothing more to show.")}},
	{"rota.hidden", say{locale.M("First we show whom each of us named.")}},
	{"rota.lead", say{locale.M("Who looks after the rounds leads this on, when they are not named themselves.")}},
	{"rota.barred", say{locale.M("They cannot have this turn: they are not here, or carry another large task.")}},
	{"rota.round", &moved},
	{"rota.own-yes", say{locale.M("Whose turn it would be has not said yes with their own voice.")}},
}
