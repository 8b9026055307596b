package replication

import (
	"time"

	"celld/internal/op"
)

func (p *peer) readHello(_ time.Time, b []byte) error {
	h, err := DecodeHello(b)
	if err != nil {
		return err
	}
	p.hello = &h
	switch {
	case h.Lowest > versionMost || h.Highest < versionLeast:
		p.end(ByeVersion)
	case !p.agree(h.Cell):
		p.end(ByeCell)
	}
	p.readClock(h.Time, h.Clock)
	return nil
}

// agree reports whether both are of one cell. One of them may have none yet: a
// router that was taken in, and that learns here into what.
func (p *peer) agree(theirs op.ID) bool {
	none := op.ID{}
	if p.cell == none && theirs != none && p.adopt != nil {
		p.adopt(theirs)
		p.cell = theirs
	}
	return p.cell != none && (theirs == p.cell || theirs == none)
}

// readClock holds a neighbour's time against ours. It orders nothing here;
// somebody without a clock may ask for it.
func (p *peer) readClock(t uint64, q op.Clock) {
	own, quality := p.clock()
	if quality.Trusted() && q.Trusted() && max(t, own)-min(t, own) > maxLag {
		p.fault(FaultClock)
	}
	p.hello.Time, p.hello.Clock = t, q
}

func (p *peer) readPing(_ time.Time, b []byte) error {
	ping, err := DecodePing(b)
	if err == nil {
		p.readClock(ping.Time, ping.Clock)
	}
	return err
}
