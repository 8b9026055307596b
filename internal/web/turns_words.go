package web

import (
	"celld/internal/cell/rota"
	"celld/ui/locale"
)

// task is a role in people's words, with the list by which it is handed over
// (R7). Its address is the name that the rota has for it.
type task struct {
	title, about string
	things       []string
}

var tasks = [rota.CircleKeeper + 1]task{
	rota.Facilitator: {locale.M("Looking after the rounds"),
		locale.M("Who looks after a round leads it from step to step and decides nothing."), []string{
			locale.M("Which rounds are open, and where each of them stands"),
			locale.M("Who has not been heard for a while, and how to reach them"),
			locale.M("What was hard lately, and what helped"),
		}},
	rota.NoteKeeper: {locale.M("Keeping the notes"),
		locale.M("Writes down what we said and decided when we sat together, and stands in when nobody looks after a round."), []string{
			locale.M("Where the notes lie, also those on paper"),
			locale.M("What was promised when we sat together and is not done yet"),
			locale.M("The days on which we look at something again"),
		}},
	rota.CommsSteward: {locale.M("Seeing that all hear of it"),
		locale.M("Sees that everybody hears what concerns them, by the board, by notices, or at the door."), []string{
			locale.M("How each of us is reached when the network is down"),
			locale.M("Which notices hang outside, and when they come down"),
			locale.M("Who still waits for an answer"),
		}},
	rota.Liaison: {locale.M("Talking with other cells"),
		locale.M("Carries words between us and our neighbours and brings theirs back. Promises nothing alone."), []string{
			locale.M("Who speaks for each of the other cells, and how to meet them"),
			locale.M("What we agreed on with them, and until when"),
			locale.M("What they asked of us, and what we asked of them"),
		}},
	rota.Treasurer: {locale.M("Keeping the tin"),
		locale.M("Counts the tin together with somebody, closes the month, and asks about what does not fit. Spends nothing alone."), []string{
			locale.M("The tin itself, counted together"),
			locale.M("Which receipts have no entry, and which entries no receipt"),
			locale.M("Which promises are overdue"),
		}},
	rota.TechCustodian: {locale.M("Looking after the router"),
		locale.M("Sees to its power, its updates and its backups. Sees no more than anybody else."), []string{
			locale.M("Where the routers stand, their power and their spare parts"),
			locale.M("Where the last backup lies, and that it was read back once"),
			locale.M("The router’s own password and the key of the Wi-Fi are new ones now"),
			locale.M("How it is locked, and what to do when it is lost"),
		}},
}

func roleOf(name string) (rota.Role, bool) {
	for _, r := range rota.Roles {
		if r.String() == name {
			return r, true
		}
	}
	return 0, false
}
