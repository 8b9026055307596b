package ui

import (
	"context"
	"html"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"celld/ui/locale"
)

// The frame of the full ring, in its own units.
const (
	centreX, centreY = 180.0, 146.0
	ringR            = 88.0
	nameSize         = 16
	nameLetters      = 9
)

// Place is one seat of a ring and who sits on it.
type Place struct {
	Name    string
	Seat    Seat
	You     bool   // the viewer's own seat; it carries the halo
	Asks    bool   // brought the proposal; it carries the stem
	Turn    bool   // whose turn it is; the wedge points here
	Relayed string // who passed this voice on
}

// Middle is one line on the board of a ring.
type Middle struct {
	Text string
	Kind MiddleKind
}

// MiddleKind is how a line on the board is set.
type MiddleKind uint8

// The three settings: the count, a quiet word, and at most one note.
const (
	Word MiddleKind = iota
	Count
	Note
)

func (k MiddleKind) size() float64 { return [...]float64{16, 32, 15}[k] }

func (k MiddleKind) class() string { return [...]string{"mid", "big", "note"}[k] }

// Ring is the full drawing of a table. It is a component. The first
// place stands at the bottom, the others follow clockwise, and it never
// mirrors: two neighbours with two languages see the same table.
type Ring struct {
	Lang   locale.Lang
	Places []Place
	Middle []Middle
	Title  string // one sentence for who cannot see the drawing
	Desc   string // seat by seat
	ID     string // makes the ids of title and desc unique on a page that has two rings
	Bare   bool   // no names are drawn, and the frame is shorter
	Closed bool   // the round is over: who was not heard is not awaited any more
}

// Render writes the ring as SVG.
func (g Ring) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, g.SVG())
	return err
}

// SVG returns the drawing. Presentation attributes carry all of it, so that it
// stands without a style sheet.
func (g Ring) SVG() string {
	n := len(g.Places)
	r := seatRadius(n)
	top := 8.0
	if g.Bare {
		top = centreY - ringR - r - 6
	}
	height := f(292 - top)
	var b strings.Builder
	b.WriteString(`<svg class="ring" width="360" height="` + height + `" viewBox="0 ` + f(top) + ` 360 ` + height +
		`" role="img" aria-labelledby="ring` + g.ID + `t ring` + g.ID + `d"><title id="ring` + g.ID + `t">` + html.EscapeString(g.Title) +
		`</title><desc id="ring` + g.ID + `d">` + html.EscapeString(g.Desc) + `</desc>`)
	b.WriteString(`<circle class="board" cx="180" cy="146" r="` + f(ringR-r-9) + `" fill="none" stroke="currentColor" stroke-opacity=".25"/>`)
	g.middle(&b)
	for k, p := range g.Places {
		g.place(&b, p, k, n, r)
	}
	b.WriteString("</svg>")
	return b.String()
}

// seatRadius leaves room between seats, whatever the size of the table.
func seatRadius(n int) float64 {
	switch {
	case n <= 6:
		return 22
	case n <= 8:
		return 20
	case n <= 10:
		return 18
	}
	return 16
}

// angle is where seat k of n stands, in degrees clockwise from three o'clock.
func angle(k, n int) float64 { return 90 + float64(k)*360/float64(n) }

func polar(cx, cy, r, degrees float64) (x, y float64) {
	a := degrees * math.Pi / 180
	return cx + r*math.Cos(a), cy + r*math.Sin(a)
}

func (g Ring) middle(b *strings.Builder) {
	height := 0.0
	for _, m := range g.Middle {
		height += 1.1 * m.Kind.size()
	}
	y := centreY - height/2
	dir := ""
	if g.Lang.Dir() == "rtl" {
		dir = ` direction="rtl"`
	}
	for _, m := range g.Middle {
		size := m.Kind.size()
		b.WriteString(`<text class="` + m.Kind.class() + `" x="180" y="` + f(y+.9*size) + `" text-anchor="middle" font-size="` +
			f(size) + `"` + dir + `>` + html.EscapeString(m.Text) + `</text>`)
		y += 1.1 * size
	}
}

func (g Ring) place(b *strings.Builder, p Place, k, n int, r float64) {
	a := angle(k, n)
	if p.Turn {
		b.WriteString(`<path class="turn" transform="rotate(` + f(a) + ` 180 146) translate(` + f(centreX+ringR-r-26) + ` 146)" d="M0-9L15 0L0 9z" fill="currentColor"/>`)
	}
	if p.Asks {
		x1, y1 := polar(centreX, centreY, ringR-r-10, a)
		x2, y2 := polar(centreX, centreY, ringR-r/2, a)
		b.WriteString(`<path class="stem" d="M` + f(x1) + " " + f(y1) + "L" + f(x2) + " " + f(y2) + `" stroke="currentColor" stroke-width="5"/>`)
	}
	x, y := polar(centreX, centreY, p.Seat.place(ringR, r), a)
	b.WriteString(`<g class="` + p.Seat.class(p.You) + `" transform="translate(` + f(x) + " " + f(y) + `)">`)
	if p.You {
		b.WriteString(`<circle class="halo" r="` + f(r+5.5) + `" fill="none" stroke="currentColor" stroke-width="1.5"/>`)
	}
	b.WriteString(p.Seat.full(r, max(1.5, .13*r), p.Relayed != "") + "</g>")
	if p.Name != "" && !(g.Bare && !p.You) {
		g.name(b, p, a, r)
	}
}

// name writes who sits there, outside the seat, so that it never meets its
// neighbour's.
func (g Ring) name(b *strings.Builder, p Place, a, r float64) {
	away := ringR + r + 8
	if p.You {
		away += 5
	}
	if p.Seat == Aside {
		away += .4 * r
	}
	x, y := polar(centreX, centreY, away, a)
	sin, cos := math.Sincos(a * math.Pi / 180)
	anchor := "middle"
	switch {
	case cos > .3:
		anchor = "start"
	case cos < -.3:
		anchor = "end"
	}
	switch {
	case sin < -.8:
		y--
	case sin > .8:
		y += 13
	default:
		y += 5.5 + 6*sin
	}
	b.WriteString(`<text direction="ltr" class="` + g.nameClass(p) + `" x="` + f(x) + `" y="` + f(y) + `" text-anchor="` + anchor +
		`" font-size="` + strconv.Itoa(nameSize) + `">` + html.EscapeString(cut(p.Name, room(x, anchor))) + `</text>`)
}

func (g Ring) nameClass(p Place) string {
	switch {
	case p.You:
		return "who me"
	case p.Seat.Awaited() && !g.Closed || p.Turn:
		return "who awaited"
	}
	return "who"
}

// room is how far a name may reach from x before it leaves the frame.
func room(x float64, anchor string) float64 {
	switch anchor {
	case "start":
		return 2*centreX - x
	case "end":
		return x
	}
	return 2 * min(x, 2*centreX-x)
}

// cut shortens a name of more than nine letters, or one that would leave the
// frame; the table beside has it whole.
func cut(name string, room float64) string {
	runes := []rune(name)
	letters, width, fits := 0, 0.0, 0
	for i, c := range runes {
		if unicode.Is(unicode.Mn, c) || c == '\u0640' {
			continue
		}
		letters++
		width += breadth(c) * nameSize
		if letters < nameLetters && width+breadth('…')*nameSize <= room {
			fits = i + 1
			for fits < len(runes) && unicode.Is(unicode.Mn, runes[fits]) {
				fits++
			}
		}
		if letters > nameLetters || width > room {
			return strings.TrimSpace(string(runes[:fits])) + "…"
		}
	}
	return name
}

// breadth is about how wide a letter is in the fonts of phones, in ems, on the
// wide side: a name that is cut early is better than one that runs out.
func breadth(c rune) float64 {
	switch {
	case strings.ContainsRune("mwMW@…—", c):
		return .92
	case strings.ContainsRune("ilI.,'’ íìïł", c):
		return .28
	case strings.ContainsRune("tfrj-", c):
		return .4
	case unicode.IsUpper(c):
		return .68
	case unicode.Is(unicode.Han, c) || unicode.Is(unicode.Hangul, c):
		return 1
	}
	return .58
}

// Mini is the small drawing beside words that say the same; it is hidden from
// screen readers. It is a component.
type Mini struct {
	Places []Place
	Mark   bool // the sign of the cell in the head of a page
}

// Render writes the small ring as SVG.
func (m Mini) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, m.SVG())
	return err
}

// SVG returns the small drawing.
func (m Mini) SVG() string {
	n := len(m.Places)
	R, r := miniSize(n)
	board := R - r - 7
	if n <= 3 {
		board = R - r - 10
	}
	class := "mini"
	if m.Mark {
		class = "mini mark"
	}
	var b strings.Builder
	b.WriteString(`<svg class="` + class + `" width="64" height="64" viewBox="0 0 100 100" aria-hidden="true" focusable="false">`)
	if n > 1 {
		b.WriteString(`<circle class="board" cx="50" cy="50" r="` + f(board) + `" fill="none" stroke="currentColor" stroke-opacity=".25"/>`)
	}
	for k, p := range m.Places {
		miniPlace(&b, p, angle(k, n), R, r)
	}
	b.WriteString("</svg>")
	return b.String()
}

// miniSize is the ring's and the seat's radius of a small ring of n.
func miniSize(n int) (R, r float64) {
	switch {
	case n <= 1:
		return 0, 12
	case n <= 3:
		return 34, 12
	case n <= 6:
		return 38, 11
	case n <= 8:
		return 38, 10
	case n <= 10:
		return 38, 8.5
	}
	return 38, 7.5
}

func miniPlace(b *strings.Builder, p Place, a, R, r float64) {
	if p.Turn {
		b.WriteString(`<path class="turn" transform="rotate(` + f(a) + ` 50 50) translate(` + f(30+R-r) + ` 50)" d="M0-8L12 0L0 8z" fill="currentColor"/>`)
	}
	at := p.Seat.place(R, r)
	if p.Seat == Aside {
		at = R + .2*r // the frame has no room further out
	}
	if p.You && R > 0 {
		at -= 3
	}
	x, y := polar(50, 50, at, a)
	b.WriteString(`<g class="` + p.Seat.class(p.You) + `" transform="translate(` + f(x) + " " + f(y) + `)">`)
	if p.You {
		b.WriteString(`<circle class="halo" r="` + f(r+3.8) + `" fill="none" stroke="currentColor" stroke-width="1.8"/>`)
	}
	b.WriteString(p.Seat.full(r, .2*r, p.Relayed != "") + "</g>")
}

// Glyph is one seat in the row of a table or beside an option.
type Glyph struct {
	Seat    Seat
	Relayed bool
}

// Render writes the glyph as SVG.
func (g Glyph) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, g.SVG())
	return err
}

// SVG returns the glyph.
func (g Glyph) SVG() string {
	return `<svg class="glyph" width="28" height="28" viewBox="0 0 28 28" aria-hidden="true" focusable="false"><g class="` +
		g.Seat.class(false) + `" transform="translate(14 14)">` + g.Seat.full(10, 1.7, g.Relayed) + `</g></svg>`
}

// Full returns the places of n people who have all spoken, the viewer at the
// near seat: the sign of a cell, and the picture of a quiet table.
func Full(n int, you bool) []Place {
	places := make([]Place, n)
	for i := range places {
		places[i] = Place{Seat: Consent, You: you && i == 0}
	}
	return places
}

// FromSeat turns the places so that the viewer's own comes first, keeping the
// order of the table. On paper, where nobody is "you", nothing moves.
func FromSeat(places []Place) []Place {
	for i, p := range places {
		if p.You {
			return append(append([]Place{}, places[i:]...), places[:i]...)
		}
	}
	return places
}
