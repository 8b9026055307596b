package main

import (
	"celld/internal/cell"
	"celld/internal/cell/rota"
	"celld/internal/op"
)

// turns lets what goes round go round, when a turn is over: the rounds, the
// notes, the tin and the router. Nobody speaks for the cell outside, and
// everybody can see that.
func (d *demo) turns() {
	posts, _ := d.log.State().Value(rota.Key).(*rota.Rota)
	for _, r := range []rota.Role{rota.Facilitator, rota.NoteKeeper, rota.Treasurer, rota.TechCustodian} {
		if now, _ := d.unix(); posts.Post(r).Term.Over(now, true) {
			d.pass(r)
		}
	}
}

// lastTin is which turn at the tin the year ends in.
const lastTin = 6

// pass gives a role to whose turn it is. Both tick all that is handed over; only
// who keeps the tin now has not found everything yet.
func (d *demo) pass(role rota.Role) {
	if d.err != nil {
		return
	}
	before, _ := d.log.State().Value(rota.Key).(*rota.Rota)
	next := d.named(before.Next(role, rota.Here(d.log.State().Now())))
	number := before.Post(role).Term.Number + 1
	d.submit(next, op.Draft{Kind: rota.KindBegin, Content: rota.Begin{Role: role, Number: number, Length: role.Length()}})
	if number == 1 || d.err != nil {
		return
	}
	every := uint64(1)<<role.Things() - 1
	d.submit(d.named(before.Holder(role)), op.Draft{Kind: rota.KindTick, Content: rota.Tick{Role: role, Number: number, Things: every}})
	if role == rota.Treasurer && number == lastTin {
		every = 1
	}
	d.submit(next, op.Draft{Kind: rota.KindTick, Content: rota.Tick{Role: role, Number: number, Things: every}})
}

func (d *demo) named(m op.Member) string { return cell.PeopleOf(d.log.State()).Name(m) }
