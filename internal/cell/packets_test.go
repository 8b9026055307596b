package cell_test

import (
	"pgregory.net/rapid"

	"celld/internal/cell/packet"
	"celld/internal/op"
)

func init() { everyday = append(everyday, welcome) }

// welcome goes along with somebody, ticks something, or signs.
func welcome(t *rapid.T, x *replica, m *member) {
	whom := rapid.SampledFrom(x.world.members).Draw(t, "whom").id
	d := rapid.SampledFrom([]op.Draft{
		{Kind: packet.KindBuddy, Content: packet.Buddy{For: whom, Yes: true}}, {Kind: packet.KindBuddy, Content: packet.Buddy{For: whom}},
		{Kind: packet.KindTick, Content: packet.Tick{For: whom, Things: packet.Talked}}, {Kind: packet.KindSign},
	}).Draw(t, "welcome")
	if d.Kind == packet.KindSign {
		r := anyRound(t, x)
		if r == nil {
			return
		}
		d.Content = packet.Sign{Agreements: []packet.Agreement{{Round: r.Ref, Text: [16]byte(r.Current)}}}
	}
	x.write(m.id, d)
}
