package ui

import (
	"context"
	"html"
	"io"
	"strings"
	"unicode/utf8"

	"celld/ui/locale"
)

// The drawings of the ledger. Each stands beside a table or a sentence that
// says the same; presentation attributes carry all of it, so that it also
// stands without a style sheet and on paper. Full is given or put in, hollow is
// received or taken out. Lines and bars mirror where the language does; the
// tin's numbers cannot, so its months are set the other way round instead.

const (
	lineFrom, lineTo = 8.0, 312.0 // where a line of amounts begins and ends
	barMiddle        = 60.0
	barReach         = 56.4 // the longest bar
	solid            = ` fill="currentColor"`
	hollow           = ` fill="none" stroke="currentColor" stroke-width="2"`
)

// Scale draws one balance on its line, true to scale from limit to limit.
type Scale struct {
	Lang     locale.Lang
	Balance  Sum
	Min, Max int
}

// Render writes the line as SVG.
func (s Scale) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, s.SVG())
	return err
}

// SVG returns the drawing.
func (s Scale) SVG() string {
	n := int(s.Balance.N)
	line := span{min(s.Min, n, 0), max(s.Max, n, 0)}
	low, high, zero, at := line.x(s.Min), line.x(s.Max), line.x(0), line.x(n)
	var b strings.Builder
	b.WriteString(`<svg class="scale flip" width="320" height="60" viewBox="0 0 320 60" overflow="visible" role="img" aria-label="` + html.EscapeString(s.Label()) + `">`)
	b.WriteString(`<path class="base" d="M8 30H312M` + f(low) + ` 22v16M` + f(high) + ` 22v16" stroke="currentColor" stroke-width="2" fill="none" stroke-linecap="round"/>`)
	b.WriteString(`<path class="base" d="M` + f(zero) + ` 8V52" stroke="currentColor" stroke-width="2"/>`)
	switch {
	case n > 0:
		b.WriteString(rect(zero, 25, at-zero, 10, solid))
	case n < 0:
		b.WriteString(rect(at, 26, zero-at, 8, ` class="hollow"`+hollow))
	}
	b.WriteString(`<circle cx="` + f(at) + `" cy="30" r="13" fill="currentColor"/>`)
	b.WriteString(`<circle class="halo" cx="` + f(at) + `" cy="30" r="18" fill="none" stroke="currentColor" stroke-width="1.5"/></svg>`)
	return b.String()
}

// Label says the drawing.
func (s Scale) Label() string {
	l, of := s.Lang, s.Balance
	var where string
	switch {
	case of.N > 0:
		where = l.T("Your place on the line: {1} to the giving side of zero.", of.Words(l))
	case of.N < 0:
		where = l.T("Your place on the line: {1} to the receiving side of zero.", of.Size().Words(l))
	default:
		where = l.T("Your place on the line: at zero.")
	}
	return where + " " + l.T("The line runs from {1} received to {2} given.", of.Of(int64(s.Min)).Size().Words(l), of.Of(int64(s.Max)).Words(l))
}

// span is a stretch of amounts that a line is drawn for.
type span struct{ from, to int }

func (s span) x(n int) float64 {
	if s.to == s.from {
		return lineFrom
	}
	return lineFrom + (lineTo-lineFrom)*float64(n-s.from)/float64(s.to-s.from)
}

func rect(x, y, w, h float64, paint string) string {
	return `<rect x="` + f(x) + `" y="` + f(y) + `" width="` + f(w) + `" height="` + f(h) + `"` + paint + `/>`
}

// Bar is one row of the bars: N against the largest of all rows.
type Bar struct {
	N, Largest int
}

// Render writes the bar as SVG.
func (r Bar) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, r.SVG())
	return err
}

// SVG returns the bar and its piece of the centre line, which the rows above
// and below it carry on.
func (r Bar) SVG() string {
	const still = ` vector-effect="non-scaling-stroke"`
	s := `<svg class="bar flip" width="120" height="24" viewBox="0 0 120 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">`
	if r.N != 0 && r.Largest > 0 {
		long := barReach * float64(min(max(r.N, -r.N), r.Largest)) / float64(r.Largest)
		if r.N > 0 {
			s += rect(barMiddle, 7, long, 10, solid)
		} else {
			s += rect(barMiddle-long, 7.5, long, 9, hollow+still)
		}
	}
	return s + `<path d="M60 0V24" stroke="currentColor" stroke-width="2"` + still + ` class="base"/></svg>`
}

// Flow is one month of a tin.
type Flow struct {
	Month   string // "Nov", or "November 2026" where there is room
	Short   string // under the bar
	In, Out int64
	Left    int64 // what lay in the tin at the end of it
}

// TinChart draws the last months of a tin: above the line what was put in,
// below it what was taken out, the numbers on the bars.
type TinChart struct {
	Lang  locale.Lang
	In    Measure
	Flows []Flow // the oldest first
	ID    string // makes the ids of title and desc unique on a page that has two charts
}

// chartMonths is as many as have room for their numbers on a small phone.
const chartMonths = 6

// Frame of the chart in its own units.
const (
	chartWide   = 328.0
	chartReach  = 109.75 // both bars of one month together, at most
	chartTop    = 30.75
	columnWide  = 26.0
	chartMonthY = 184.0
)

// Render writes the chart as SVG.
func (c TinChart) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, c.SVG())
	return err
}

func (c TinChart) last() []Flow { return c.Flows[max(0, len(c.Flows)-chartMonths):] }

// SVG returns the drawing.
func (c TinChart) SVG() string {
	flows := c.last()
	up, down := int64(0), int64(0)
	for _, m := range flows {
		up, down = max(up, m.In), max(down, m.Out)
	}
	unit := 0.0
	if up+down > 0 {
		unit = chartReach / float64(up+down)
	}
	base := chartTop + float64(up)*unit
	var b strings.Builder
	b.WriteString(`<svg class="chart" width="328" height="180" viewBox="0 10 328 180" overflow="visible" role="img" aria-labelledby="tin` + c.ID + `t tin` + c.ID + `d" direction="ltr"><title id="tin` + c.ID + `t">` +
		html.EscapeString(c.Lang.T("The tin")) + `</title><desc id="tin` + c.ID + `d">` + html.EscapeString(c.Sentence()) + `</desc>`)
	b.WriteString(`<path class="base" d="M0 ` + f(base) + `H328" stroke="currentColor" stroke-width="2"/>`)
	slot := chartWide / float64(len(flows))
	for i, m := range flows {
		at := i
		if c.Lang.Dir() == "rtl" {
			at = len(flows) - 1 - i
		}
		x := float64(at)*slot + slot/2
		c.month(&b, m, x, base, unit)
		b.WriteString(label(x, c.monthY(i), m.Short))
	}
	b.WriteString("</svg>")
	return b.String()
}

func (c TinChart) month(b *strings.Builder, m Flow, middle, base, unit float64) {
	x := middle - columnWide/2
	if up := float64(m.In) * unit; m.In > 0 {
		b.WriteString(rect(x, base-up, columnWide, up, solid))
		b.WriteString(label(middle, base-up-5, c.figure(m.In)))
	}
	if down := float64(m.Out) * unit; m.Out > 0 {
		b.WriteString(rect(x+1, base+1, columnWide-2, down, hollow))
		b.WriteString(label(middle, base+1+down+16, c.figure(m.Out)))
	}
}

// monthY is the line on which the name of month i stands. Where names are long,
// as in Arabic, every second one stands higher, so that they never touch.
func (c TinChart) monthY(i int) float64 {
	for _, m := range c.last() {
		if i%2 == 0 && utf8.RuneCountInString(m.Short) > 4 {
			return chartMonthY - 14
		}
	}
	return chartMonthY
}

func label(x, y float64, text string) string {
	return `<text x="` + f(x) + `" y="` + f(y) + `" text-anchor="middle" font-size="16">` + html.EscapeString(text) + `</text>`
}

// figure is an amount as it fits over a bar: no needless zeros, no cents from a
// hundred on, and in thousands from a hundred thousand on. The table has it whole.
func (c TinChart) figure(n int64) string {
	whole := int64(1)
	for range c.In.Places {
		whole *= 10
	}
	coins := int(n / whole)
	if coins >= 100000 {
		return c.Lang.T("{1}k", (coins+500)/1000)
	}
	if coins >= 100 || n%whole == 0 {
		return c.Lang.Number(int((n + whole/2) / whole))
	}
	return strings.TrimRight(c.Lang.Decimal(n, c.In.Places), "0")
}

// Sentence says the chart: which months, and what they have in common.
func (c TinChart) Sentence() string {
	flows, l := c.last(), c.Lang
	if len(flows) == 0 {
		return ""
	}
	first, last := flows[0].Month, flows[len(flows)-1].Month
	s := l.T("What went in and out of the tin, from {1} to {2}.", first, last)
	var worse []string
	for _, m := range flows {
		if m.Out > m.In {
			worse = append(worse, m.Month)
		}
	}
	switch len(worse) {
	case 0:
		return s + " " + l.T("In no month did more go out than came in.")
	case len(flows):
		return s + " " + l.T("In every month more went out than came in.")
	}
	return s + " " + l.T("More went out than came in: {1}.", l.List(worse))
}

// Filling draws a bucket to scale: what is in it, what is missing to its
// target, and the room above it up to the cap.
type Filling struct {
	Lang              locale.Lang
	In                Measure
	Put, Target, Most int
}

// Render writes the line as SVG.
func (p Filling) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, p.SVG())
	return err
}

// SVG returns the drawing.
func (p Filling) SVG() string {
	line := span{0, max(p.Most, p.Target, p.Put, 1)}
	at, target, most := line.x(p.Put), line.x(p.Target), line.x(p.Most)
	s := `<svg class="scale flip" width="320" height="44" viewBox="0 0 320 44" role="img" aria-label="` + html.EscapeString(p.Sentence()) + `">` +
		`<path class="base" d="M8 22H312M8 14v16M` + f(most) + ` 14v16" stroke="currentColor" stroke-width="2" fill="none" stroke-linecap="round"/>`
	if p.Put > 0 {
		s += rect(lineFrom, 14, at-lineFrom, 16, solid)
	}
	if p.Put < p.Target {
		s += rect(at, 15, target-at, 14, ` class="hollow"`+hollow)
	}
	return s + `<path class="base" d="M` + f(target) + ` 4V40" stroke="currentColor" stroke-width="2"/></svg>`
}

// Sentence says the drawing: "60.00 € of 90.00 €. 30.00 € are missing."
func (p Filling) Sentence() string {
	l := p.Lang
	say := func(n int) string { return Sum{int64(n), p.In}.Words(l) }
	s := l.T("{1} of {2}.", say(p.Put), say(p.Target))
	switch {
	case p.Put < p.Target:
		s += " " + l.T("Missing: {1}.", say(p.Target-p.Put))
	case p.Put >= p.Most:
		return s + " " + l.T("It is full and takes no more.")
	default:
		s += " " + l.T("The aim is reached.")
	}
	if p.Most > p.Target {
		s += " " + l.T("It takes up to {1}.", say(p.Most))
	}
	return s
}
