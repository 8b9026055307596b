package main

import (
	"celld/internal/cell/packet"
	"celld/internal/op"
)

// packets lets Fern go along with Kite, who would like to go through it all once
// more: half of it is done.
func (d *demo) packets(daysAgo int) {
	if daysAgo != 9 || d.err != nil {
		return
	}
	d.at(daysAgo, 17)
	kite := d.by("Kite").Member
	d.submit("Fern", op.Draft{Kind: packet.KindBuddy, Content: packet.Buddy{For: kite, Yes: true}},
		op.Draft{Kind: packet.KindTick, Content: packet.Tick{For: kite, Things: packet.Talked}})
	d.submit("Kite", op.Draft{Kind: packet.KindTick, Content: packet.Tick{For: kite, Things: packet.Talked | packet.Pledged}})
}
