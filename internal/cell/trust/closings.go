package trust

import (
	"celld/internal/op"
)

// Covered tells how far another device's operations, made without having seen
// the operation at proof, have seen a device's log.
type Covered func(d op.Device, proof op.Ref) uint64

// Closings returns, for every device whose log has been closed, the last
// sequence number that stands. It is the one rule of trust that reaches back:
// what lies behind a closing is void whatever it had seen. ops are the lawful
// trust operations in order.
//
// A closing made by a key that an earlier one closed does not count; of
// concurrent ones the highest head stands. A forked log stands as far as
// somebody else covered it before hearing of the proof.
func Closings(ops []op.Opened, covered Covered) map[op.Device]uint64 {
	c := closings{causes: map[op.Device]*causes{}, covered: covered}
	for _, o := range ops {
		c.learn(o)
	}
	for _, o := range ops {
		if head, closed := c.causes[o.Device].head(); !closed || o.Seq <= head {
			c.close(o)
		}
	}
	return c.heads()
}

type closings struct {
	devices []introduction
	causes  map[op.Device]*causes
	covered Covered
}

// introduction is a device, and the operation that begins its log.
type introduction struct {
	Device
	by op.Opened
}

// causes are why a log is closed. Each sort stands for itself: to keep a router
// takes back its dismissal, and neither a revocation nor a fork.
type causes struct {
	revoked   []closing
	dismissed []closing
	forked    []closing
}

type closing struct {
	by   op.Ref
	head uint64
}

// add notes a closing, unless its author had seen one of the same sort: what
// is closed is not closed again further on.
func add(list []closing, o op.Opened, head uint64) []closing {
	for _, c := range list {
		if o.Saw(c.by) {
			return list
		}
	}
	return append(list, closing{o.Ref, head})
}

// head returns the last sequence number that stands by every sort of cause: of
// concurrent closings of one sort the highest, of the sorts the lowest.
func (c *causes) head() (head uint64, closed bool) {
	if c == nil {
		return 0, false
	}
	for _, list := range [][]closing{c.revoked, c.dismissed, c.forked} {
		if len(list) == 0 {
			continue
		}
		highest := uint64(0)
		for _, x := range list {
			highest = max(highest, x.head)
		}
		if !closed || highest < head {
			head, closed = highest, true
		}
	}
	return head, closed
}

func (c *closings) heads() map[op.Device]uint64 {
	out := map[op.Device]uint64{}
	for d, why := range c.causes {
		if head, closed := why.head(); closed {
			out[d] = head
		}
	}
	return out
}

func (c *closings) of(d op.Device) *causes {
	if c.causes[d] == nil {
		c.causes[d] = &causes{}
	}
	return c.causes[d]
}

func (c *closings) learn(o op.Opened) {
	switch o.Kind {
	case KindFound:
		f := read[Found](o)
		c.devices = append(c.devices, introduction{Device{Name: o.Device, Member: f.Member, Router: op.DeviceOf(f.Router)}, o})
	case KindOpen:
		n := read[Open](o)
		c.devices = append(c.devices, introduction{Device{Name: o.Device, Member: n.Member, Router: n.Router}, o})
	}
}

// close applies what o closes, if it closes anything.
func (c *closings) close(o op.Opened) {
	switch o.Kind {
	case KindRevoke:
		name := op.DeviceOf(read[Revoke](o).Key)
		c.revoke(o, func(d introduction) bool { return d.Name == name })
	case KindLeave:
		c.revoke(o, func(d introduction) bool { return d.Member == o.Member })
	case KindAct:
		// What was introduced by somebody who had seen the re-binding was granted
		// by the new key, as its own judge knows; all else by the old one.
		if a := read[Act](o); a.Verb == Remove || a.Verb == Rebind {
			c.revoke(o, func(d introduction) bool { return d.Member == a.Member && !d.by.Saw(o.Ref) })
		}
	case KindDismiss:
		c.dismiss(o)
	case KindKeep:
		c.keep(o)
	case KindFork:
		a, _, _ := read[Fork](o).headers()
		why := c.of(a.Device)
		why.forked = add(why.forked, o, c.covered(a.Device, o.Ref))
	}
}

func (c *closings) revoke(o op.Opened, concerns func(introduction) bool) {
	for _, d := range c.devices {
		if concerns(d) {
			why := c.of(d.Name)
			why.revoked = add(why.revoked, o, seenOf(o, d.Name))
		}
	}
}

func (c *closings) dismiss(o op.Opened) {
	router := read[Router](o).Router
	for _, d := range c.devices {
		if d.Router == router {
			why := c.of(d.Name)
			why.dismissed = add(why.dismissed, o, seenOf(o, d.Name))
		}
	}
}

// keep takes back the dismissals of a router that its author had seen.
func (c *closings) keep(o op.Opened) {
	router := read[Router](o).Router
	for _, d := range c.devices {
		if d.Router != router {
			continue
		}
		var left []closing
		for _, x := range c.of(d.Name).dismissed {
			if !o.Saw(x.by) {
				left = append(left, x)
			}
		}
		c.of(d.Name).dismissed = left
	}
}

// seenOf is how far o had seen a log: its own up to itself.
func seenOf(o op.Opened, d op.Device) uint64 {
	if d == o.Device {
		return o.Seq
	}
	return o.Past[d]
}

// Reaches reports whether o can change what Closings returns.
func Reaches(o op.Opened) bool { return o.Kind == KindFound || o.Kind == KindOpen || Closes(o) }

// Closes reports whether o is one of those without which Closings returns
// nothing.
func Closes(o op.Opened) bool {
	switch o.Kind {
	case KindRevoke, KindDismiss, KindKeep, KindLeave, KindFork:
		return true
	case KindAct:
		a := read[Act](o)
		return a.Verb == Remove || a.Verb == Rebind
	}
	return false
}
