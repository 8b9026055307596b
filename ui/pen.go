package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
	templruntime "github.com/a-h/templ/runtime"
)

// pen writes a component: the generated code of a template calls it once a
// piece. The first error stays and stops the writing, so that the pieces need
// not look for it; on a router, looking weighed as much as the pages.
type pen struct {
	ctx   context.Context
	to    *templruntime.Buffer
	inner templ.Component // what stands between the component's tags
	err   error
}

// draw is a component that a pen writes.
type draw func(w *pen)

// Render writes the component with the children that the context carries.
func (d draw) Render(ctx context.Context, to io.Writer) error {
	ctx = templ.InitializeContext(ctx)
	inner := templ.GetChildren(ctx)
	return write(templ.ClearChildren(ctx), to, inner, d)
}

func write(ctx context.Context, to io.Writer, inner templ.Component, d draw) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	buffer, lent := templruntime.GetBuffer(to)
	if !lent {
		defer func() {
			if e := templruntime.ReleaseBuffer(buffer); err == nil {
				err = e
			}
		}()
	}
	w := pen{ctx: ctx, to: buffer, inner: inner}
	d(&w)
	return w.err
}

// raw writes markup.
func (w *pen) raw(s string) {
	if w.err == nil {
		_, w.err = w.to.WriteString(s)
	}
}

// text writes words, escaped for markup and for attributes.
func (w *pen) text(s string) { w.raw(templ.EscapeString(s)) }

// url writes an address, or templ's own words in place of one that could do harm.
func (w *pen) url(s string) { w.text(string(templ.URL(s))) }

// part writes another component.
func (w *pen) part(c templ.Component) {
	if w.err == nil {
		w.err = c.Render(w.ctx, w.to)
	}
}

// around writes a component with others between its tags. Where those ask for
// their own children, the children of the component that w writes are meant.
func (w *pen) around(c templ.Component, between draw) {
	if w.err != nil {
		return
	}
	inner := w.inner
	w.err = c.Render(templ.WithChildren(w.ctx, templ.ComponentFunc(func(ctx context.Context, to io.Writer) error {
		return write(templ.InitializeContext(ctx), to, inner, between)
	})), w.to)
}

// children writes what stands between the component's tags.
func (w *pen) children() { w.part(w.inner) }

// attributes writes attributes, each with a space before it.
func (w *pen) attributes(a templ.Attributes) {
	if w.err == nil {
		w.err = templ.RenderAttributes(w.ctx, w.to, a)
	}
}
