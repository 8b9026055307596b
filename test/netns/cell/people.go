package main

import (
	"fmt"

	"celld/test/visit"
)

// person is a member of the demo cell and the five words that open their seat.
type person struct{ name, words string }

// seat is a member who sits at a router, and signs in there first if need be.
func (c *cell) seat(x *router, who int) (*visit.Browser, error) {
	if b := x.seats[who]; b != nil {
		return b, nil
	}
	b := visit.New(x.url())
	if err := b.SignIn(c.people[who].name, c.people[who].words); err != nil {
		return nil, fmt.Errorf("at router %d: %w", x.number, err)
	}
	x.seats[who] = b
	return b, nil
}

// shows reports whether a member finds words at a page of a router.
func (c *cell) shows(x *router, who int, path, words string) error {
	b, err := c.seat(x, who)
	if err != nil {
		return err
	}
	if err := b.Shows(path, words); err != nil {
		return fmt.Errorf("router %d: %w", x.number, err)
	}
	return nil
}
