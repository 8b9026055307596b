package ui

import (
	"bufio"
	"context"
	"html"
	"io"
	"maps"
	"slices"
	"strings"

	"celld/ui/locale"
)

// Component is a piece of a page. Every template makes one.
type Component interface {
	// Render writes the piece. It may be called more than once.
	Render(ctx context.Context, to io.Writer) error
}

// pen writes a component: the generated code of a template calls it once a
// piece. The first error stays and stops the writing, so that the pieces need
// not look for it; on a router, looking weighed as much as the pages.
type pen struct {
	ctx   context.Context
	to    *bufio.Writer
	inner draw // what stands between the component's tags; nil for nothing
	err   error
}

// draw is a component that a pen writes.
type draw func(w *pen)

// Render writes the component with nothing between its tags.
func (d draw) Render(ctx context.Context, to io.Writer) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	buffer := bufio.NewWriter(to) // to itself when it is one that is as large
	w := pen{ctx: ctx, to: buffer}
	d(&w)
	if w.err != nil {
		return w.err
	}
	return buffer.Flush()
}

// raw writes markup.
func (w *pen) raw(s string) {
	if w.err == nil {
		_, w.err = w.to.WriteString(s)
	}
}

// text writes words, escaped for markup and for attributes.
func (w *pen) text(s string) { w.raw(html.EscapeString(s)) }

// T writes a sentence of the house that has no figures in it.
func (w *pen) T(l locale.Lang, id string) { w.text(l.Raw(id)) }

// url writes an address, or "about:invalid" in place of one that could do harm.
func (w *pen) url(s string) { w.text(safe(s)) }

// safe returns the address, or one that leads nowhere when a click on it could
// do something else than lead to a page: what stands before the first colon
// must be a scheme that is known for that, or a path.
func safe(address string) string {
	scheme, _, found := strings.Cut(address, ":")
	if !found || strings.Contains(scheme, "/") {
		return address
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "mailto", "tel":
		return address
	}
	return "about:invalid"
}

// part writes another component.
func (w *pen) part(c Component) { w.around(c, nil) }

// around writes a component with others between its tags. Where those ask for
// their own children, the children of the component that w writes are meant.
func (w *pen) around(c Component, between draw) {
	d, ours := c.(draw)
	outer := w.inner
	switch {
	case w.err != nil:
	case !ours: // a drawing, which has no room between tags
		w.err = c.Render(w.ctx, w.to)
	case between == nil:
		w.with(nil, d)
	default:
		w.with(func(w *pen) { w.with(outer, between) }, d)
	}
}

// with writes d with inner between its tags.
func (w *pen) with(inner, d draw) {
	outer := w.inner
	w.inner = inner
	d(w)
	w.inner = outer
}

// children writes what stands between the component's tags.
func (w *pen) children() {
	if w.inner != nil {
		w.inner(w)
	}
}

// attributes are what a tag says besides its name. One without a value stands
// alone.
type attributes map[string]string

// attributes writes them by name, each with a space before it.
func (w *pen) attributes(all attributes) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		w.raw(" " + name)
		if value := all[name]; value != "" {
			w.raw(`="` + html.EscapeString(value) + `"`)
		}
	}
}

// joined is the names of classes, without those that are empty.
func joined(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		if n != "" && b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(n)
	}
	return b.String()
}

// where is the class where it applies, and else none.
func where(class string, applies bool) string {
	if applies {
		return class
	}
	return ""
}
