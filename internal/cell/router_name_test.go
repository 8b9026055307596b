package cell_test

import (
	"errors"
	"strings"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/op"
)

func TestARouterIsCalledWhatAMemberSays(t *testing.T) {
	w := newWorld(t, 2, 2)
	here, there := w.replica[0], w.replica[1]
	moss, heron := w.members[0].id, w.members[1].id
	kitchen := deviceOf(there.key)
	name := func(x *replica, by op.Member, router op.Device, text string) op.Opened {
		return x.write(by, op.Draft{Kind: people.KindRouter, Content: people.RouterName{Router: router, Name: text}})
	}
	for _, c := range []struct {
		router op.Device
		text   string
		code   string
	}{
		{kitchen, "", "name.empty"},
		{kitchen, strings.Repeat("x", people.MaxRouter+1), "text.long"},
		{op.Device{9}, "The barn", "trust.router-unknown"},
	} {
		var r op.Refusal
		if err := here.state.Refused(name(here, moss, c.router, c.text).Ref); !errors.As(err, &r) || r.Code != c.code {
			t.Errorf("%q: %v, want %s", c.text, err, c.code)
		}
	}
	name(here, moss, kitchen, "Kitchen")
	if got := cell.PeopleOf(here.state).Router(kitchen); got != "Kitchen" {
		t.Errorf("it is called %q", got)
	}
	if got := cell.PeopleOf(here.state).Router(deviceOf(here.key)); got != "" {
		t.Errorf("the other is called %q", got)
	}
	there.hear(here)
	name(there, heron, kitchen, "Pantry")
	name(here, moss, kitchen, "Hall") // without having heard of it
	w.settle()
	if a, b := cell.PeopleOf(here.state).Router(kitchen), cell.PeopleOf(there.state).Router(kitchen); a != b || a == "Kitchen" {
		t.Errorf("here %q, there %q", a, b)
	}
}
