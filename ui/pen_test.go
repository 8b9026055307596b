package ui_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"celld/ui"
	"celld/ui/internal/sample"
	"celld/ui/locale"
)

// full is a reader that left: it takes so many writes and no more.
type full struct{ writes int }

func (f *full) Write(p []byte) (int, error) {
	if f.writes--; f.writes < 0 {
		return 0, errGone
	}
	return len(p), nil
}

var errGone = errors.New("gone")

func TestAPageEndsWithTheFirstError(t *testing.T) {
	for _, p := range sample.Pages(locale.Arabic) {
		if err := p.View.Render(t.Context(), &full{writes: 0}); !errors.Is(err, errGone) {
			t.Errorf("%s: to a reader that left: %v", p.Name, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var b strings.Builder
		if err := p.View.Render(ctx, &b); !errors.Is(err, context.Canceled) || b.Len() > 0 {
			t.Errorf("%s: when nobody waits any more: %v, and %d bytes", p.Name, err, b.Len())
		}
	}
	broken := templ.ComponentFunc(func(context.Context, io.Writer) error { return errGone })
	var b strings.Builder
	err := ui.Around(ui.Post(ui.Page{Token: "secret"}, "/x"), broken).Render(t.Context(), &b)
	if !errors.Is(err, errGone) || strings.Contains(b.String(), "</form>") {
		t.Errorf("around a component that breaks: %v, %s", err, b.String())
	}
}

func TestAnAddressThatCouldDoHarmIsNotWritten(t *testing.T) {
	var b strings.Builder
	if err := ui.Go("javascript:alert(1)", `<"&`).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); strings.Contains(s, "javascript") || !strings.Contains(s, ">&lt;&#34;&amp;</a>") {
		t.Errorf("written: %s", s)
	}
}

// BenchmarkPages writes every page of the gallery once.
func BenchmarkPages(b *testing.B) {
	for _, l := range []locale.Lang{locale.English, locale.Arabic} {
		pages := sample.Pages(l)
		b.Run(l.Code(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, p := range pages {
					if err := p.View.Render(b.Context(), io.Discard); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
