package dnssd

import (
	"testing"
	"time"

	"github.com/miekg/dns"
)

// TestWhatIsSaidToUsAloneIsHeardWhenWeAskedForItSo: whoever whispers that somebody
// is gone, or somewhere else, says it where they cannot object (RFC 6762 section 6).
func TestWhatIsSaidToUsAloneIsHeardWhenWeAskedForItSo(t *testing.T) {
	facing(t, func(t *testing.T, x *stranger, a *router) {
		time.Sleep(time.Second / 2) // asked, and the probes go on
		x.sayAlone(port, neighbour("cell-0d0e0f", "10.0.0.9"))
		a.finds(t, "cell-0d0e0f")
		time.Sleep(settled)
		before := a.Stats()
		x.sayAlone(port, tell("_celld._udp.local. 0 IN PTR cell-0d0e0f._celld._udp.local."))
		x.sayAlone(port, tell("!cell-0d0e0f.local. 120 IN A 10.0.0.66"))
		x.sayAlone(port, neighbour("cell-0a0b0c", "10.0.0.9")) // our own names
		time.Sleep(2 * time.Second)
		a.finds(t, "cell-0d0e0f")
		found, _ := a.Found()
		if len(found) != 1 || len(found[0].Addrs) != 1 || found[0].Addrs[0].String() != "10.0.0.9" {
			t.Errorf("found %v", found)
		}
		if s := a.Stats(); s.Ignored != before.Ignored+3 || s.Conflicts != 0 {
			t.Errorf("%+v", s)
		}
		x.say(tell("_celld._udp.local. 0 IN PTR cell-0d0e0f._celld._udp.local."))
		time.Sleep(2 * time.Second)
		a.finds(t)
	})
}

// TestWhereThePortIsSharedNothingIsSaidToUsAlone: there no question wants it.
func TestWhereThePortIsSharedNothingIsSaidToUsAlone(t *testing.T) {
	world(t, func(t *testing.T) {
		seg := &segment{}
		x := seg.stranger(t, "10.0.0.9")
		a := startAs(t, "cell-0a0b0c", Mesh, func(w *wires, _ *Config) { w.shared = true }, plug{to: seg, addr: "10.0.0.1/24"})
		for range 40 {
			time.Sleep(settled / 40)
			x.sayAlone(port, neighbour("cell-0d0e0f", "10.0.0.9"))
		}
		a.finds(t)
		if n := len(x.take(func(s sighting) bool { return s.asks("_celld._udp.local.", dns.TypePTR) })); n == 0 {
			t.Error("nothing was asked")
		}
	})
}
