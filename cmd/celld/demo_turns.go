package main

import (
	"celld/internal/cell"
	"celld/internal/cell/rota"
	"celld/internal/op"
)

// turns lets what goes round go round: the rounds every two weeks, the tin, the
// router and the notes every ten. Nobody speaks for the cell outside, and
// everybody can see that.
func (d *demo) turns(day int) {
	if day%15 == 0 {
		d.pass(rota.Facilitator, true)
	}
	if day%72 == 3 {
		for _, r := range []rota.Role{rota.NoteKeeper, rota.Treasurer, rota.TechCustodian} {
			d.pass(r, day > 72 || r != rota.Treasurer)
		}
	}
}

// pass gives a role to whose turn it is. Both tick all that is handed over, or
// who takes it still looks for most of it.
func (d *demo) pass(role rota.Role, all bool) {
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
	if !all {
		every = 1
	}
	d.submit(next, op.Draft{Kind: rota.KindTick, Content: rota.Tick{Role: role, Number: number, Things: every}})
}

func (d *demo) named(m op.Member) string { return cell.PeopleOf(d.log.State()).Name(m) }
