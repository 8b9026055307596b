package cell

import (
	"celld/internal/cell/consent"
	"celld/internal/cell/packet"
	"celld/internal/op"
)

// packetRoom judges signatures by the rounds that are in force.
var packetRoom = &room{
	owns:    packet.Owns,
	holds:   func(key string) bool { return key == packet.Key },
	touches: func(o op.Opened, _ *reader) ([]string, error) { return packet.Touches(o) },
	judge: func(o op.Opened, at *reader) error {
		return packet.Judge(o, at, func(r op.Ref) (text [16]byte, ok bool) {
			round, _ := at.At(consent.Key(r)).(*consent.Round)
			if !round.InForce() {
				return text, false
			}
			return round.Adopted.Text, true
		})
	},
	apply: packet.Apply,
	read:  func(_ string, b []byte) (any, error) { return packet.Read(b) },
}
