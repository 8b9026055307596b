package ui

import (
	"context"
	"html"
	"io"
	"strconv"
	"strings"
)

// QR is a square code. It is a component. Who draws a page fills in the
// squares, so that ui needs no encoder.
type QR struct {
	Size int
	Dark func(x, y int) bool
	Says string // for who cannot see it: "Square code for mill-lane.internal"
}

// Render writes the code as SVG, each run of dark squares as one rectangle.
func (q QR) Render(_ context.Context, w io.Writer) error {
	if q.Size == 0 {
		return nil
	}
	var b strings.Builder
	size := strconv.Itoa(q.Size)
	b.WriteString(`<svg class="qr" width="176" height="176" viewBox="0 0 ` + size + " " + size + `" role="img" aria-label="` +
		html.EscapeString(q.Says) + `" shape-rendering="crispEdges"><path fill="currentColor" d="`)
	for y := range q.Size {
		q.row(&b, y)
	}
	b.WriteString(`"/></svg>`)
	_, err := io.WriteString(w, b.String())
	return err
}

func (q QR) row(b *strings.Builder, y int) {
	for x := 0; x < q.Size; x++ {
		if !q.Dark(x, y) {
			continue
		}
		from := x
		for x < q.Size && q.Dark(x, y) {
			x++
		}
		n := strconv.Itoa(x - from)
		b.WriteString("M" + strconv.Itoa(from) + " " + strconv.Itoa(y) + "h" + n + "v1h-" + n + "z")
	}
}
