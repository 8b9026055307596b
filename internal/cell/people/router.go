package people

import (
	"slices"

	"celld/internal/op"
)

// RouterName says what a router is called: where it stands, mostly.
type RouterName struct {
	Router op.Device `cbor:"1,keyasint"`
	Name   string    `cbor:"2,keyasint"`
}

// Called is a router that has a name.
type Called struct {
	_      struct{} `cbor:",toarray"`
	Router op.Device
	Name   string
}

// Router returns what a router is called, or the empty string.
func (p *People) Router(d op.Device) string {
	if i := p.router(d); i >= 0 {
		return p.Routers[i].Name
	}
	return ""
}

func (p *People) router(d op.Device) int {
	if p == nil {
		return -1
	}
	return slices.IndexFunc(p.Routers, func(c Called) bool { return c.Router == d })
}

// judgeRouter lets every member name a router that the cell has taken in. Two
// may have one name; the pages tell them apart by their keys.
func judgeRouter(_ *People, known roster, o op.Opened) error {
	var n RouterName
	if err := o.Decode(&n); err != nil {
		return err
	}
	switch {
	case !known.HasRouter(n.Router):
		return op.Refuse("trust.router-unknown")
	case n.Name == "":
		return op.Refuse("name.empty")
	}
	return op.CheckText(n.Name, MaxRouter, false)
}

func applyRouter(p *People, o op.Opened) {
	n := read[RouterName](o)
	if i := p.router(n.Router); i >= 0 {
		p.Routers[i].Name = n.Name
		return
	}
	p.Routers = append(p.Routers, Called{Router: n.Router, Name: n.Name})
}
