package cell

import (
	"strings"

	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// room is what the engine asks of every room: three pure functions.
type room struct {
	touches func(op.Opened, *reader) ([]string, error)
	judge   func(op.Opened, *reader) error
	apply   func(key string, value any, o op.Opened) any
}

// rooms by the first word of the kinds that they own.
var rooms = map[string]*room{
	"trust": {
		touches: func(o op.Opened, at *reader) ([]string, error) { return trust.Touches(o, at) },
		judge:   func(o op.Opened, at *reader) error { return trust.Judge(o, at) },
		apply:   trust.Apply,
	},
	"person": peopleRoom,
	"cell":   peopleRoom,
}

var peopleRoom = &room{
	touches: func(o op.Opened, at *reader) ([]string, error) { return people.Touches(o, at) },
	judge:   func(o op.Opened, at *reader) error { return people.Judge(o, at) },
	apply:   people.Apply,
}

// owners of the subjects, by the first word of their keys.
var owners = map[string]*room{
	trust.Key:  rooms["trust"],
	people.Key: peopleRoom,
}

func roomOf(k op.Kind) *room {
	word, _, _ := strings.Cut(string(k), ".")
	return rooms[word]
}

func roomAt(key string) *room {
	word, _, _ := strings.Cut(key, "/")
	return owners[word]
}

// routerSpeaks reports whether a router may write a sealed operation of this
// kind for itself: timers that ran out, and what it takes down for somebody
// who has no seat yet.
func routerSpeaks(k op.Kind) bool { return k == people.KindRequest }
