package ledger

import "celld/internal/op"

// A pledge that comes back is a solidarity subscription: of hours, of goods or
// of cash. It is due a week or a month after it was accepted or last kept, by
// clocks that could be trusted, or on the day that people agreed on. Then pages
// remind who gives. Nothing is ever paid by itself.

// since remembers when the turn at hand of a pledge began.
func (p Pledge) since(o op.Opened) Pledge {
	if p.Every != Once && o.Clock.Trusted() {
		p.Since = DayOf(o.Time)
	}
	return p
}

// Due returns the day on which a pledge is to be kept next; 0 when none is
// known, or it does not run.
func (p Pledge) Due() Day {
	switch {
	case !p.running():
		return 0
	case p.Day != 0 || p.Since == 0:
		return p.Day
	case p.Every == EveryWeek:
		d := p.Since
		for range 7 {
			d = d.Next()
		}
		return d
	case p.Every == EveryMonth:
		return p.Since.monthOn()
	}
	return 0
}

// monthOn is the same day of the next month, or the last one of that month.
func (d Day) monthOn() Day {
	y, m, day := d.Date()
	if m++; m > 12 {
		y, m = y+1, 1
	}
	return MakeDay(y, m, min(day, monthLength(y, m)))
}

// Running reports whether p was accepted and has not ended.
func (p Pledge) Running() bool { return p.running() }
