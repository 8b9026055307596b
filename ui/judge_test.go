package ui

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"pgregory.net/rapid"
)

// templ is the judge of the pen: what the pen escapes, orders and refuses by
// itself, templ would have escaped, ordered and refused as well.

// drawn is what the pen writes.
func drawn(t rapid.TB, d draw) string {
	t.Helper()
	var b strings.Builder
	if err := d.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sharp draws strings in which something that must be escaped is likely.
var sharp = rapid.StringOf(rapid.OneOf(rapid.SampledFrom([]rune("<>&'\"\x00\n`=/:;ä\u2028")), rapid.Rune()))

func TestWordsAreEscapedAsTemplEscapesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sharp.Draw(t, "words")
		if got, want := drawn(t, func(w *pen) { w.text(s) }), templ.EscapeString(s); got != want {
			t.Errorf("%q is written %q, and by templ %q", s, got, want)
		}
	})
}

func TestAnAddressIsWrittenWhereTemplTrustsItAndItsSchemeIsForPages(t *testing.T) {
	schemes := rapid.SampledFrom([]string{"", "http:", "HTTPS:", "mailto:", "tel:", "ftp:", "ftps:", "javascript:", "JavaScript:", "data:", "vbscript:",
		" javascript:", "java\nscript:", "\x01javascript:", "file:", "blob:", "about:", "http", "ht:tp:", "/", "//", "?x=", "#"})
	refused := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		s := schemes.Draw(t, "scheme") + rapid.OneOf(sharp, schemes).Draw(t, "rest")
		trusted := templ.URL(s) != templ.FailedSanitizationURL
		files := strings.HasPrefix(strings.ToLower(s), "ftp:") || strings.HasPrefix(strings.ToLower(s), "ftps:")
		want := "about:invalid"
		if trusted && !files {
			want = s
		}
		if got := safe(s); got != want {
			t.Errorf("%q becomes %q, not %q", s, got, want)
		}
		if got := drawn(t, func(w *pen) { w.url(s) }); got != templ.EscapeString(want) {
			t.Errorf("%q is written %q", s, got)
		}
		refused[!trusted]++
	})
	// The race detector is given five, which may well be of one kind.
	if refused[true]+refused[false] >= 50 && (refused[true] == 0 || refused[false] == 0) {
		t.Errorf("the addresses are not mixed: %v", refused)
	}
}

func TestClassesAreJoinedAsTemplJoinsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var names []string
		var judged templ.CSSClasses
		for _, n := range []string{"field", "bad", "low"} {
			on := rapid.Bool().Draw(t, n)
			names, judged = append(names, where(n, on)), append(judged, templ.KV(n, on))
		}
		if got, want := joined(names...), judged.String(); got != want {
			t.Errorf("%q, and by templ %q", got, want)
		}
	})
}

func TestTheAttributesOfAFieldAreWrittenAsTemplWritesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Field{Name: sharp.Draw(t, "name"), Hint: sharp.Draw(t, "hint"), Err: sharp.Draw(t, "err"), Complete: sharp.Draw(t, "complete"),
			Max: rapid.IntRange(0, 9).Draw(t, "max"), Required: rapid.Bool().Draw(t, "must"), LTR: rapid.Bool().Draw(t, "ltr"),
			Kind: rapid.SampledFrom([]FieldKind{Line, Area, Secret, Figure, Code, Day, Hour, File}).Draw(t, "kind")}
		judged := templ.Attributes{}
		for name, value := range f.attributes() {
			judged[name] = value
			if value == "" {
				judged[name] = true
			}
		}
		var want strings.Builder
		if err := templ.RenderAttributes(context.Background(), &want, judged); err != nil {
			t.Fatal(err)
		}
		if got := drawn(t, func(w *pen) { w.attributes(f.attributes()) }); got != want.String() {
			t.Errorf("%s, and by templ %s", got, want.String())
		}
	})
}

func TestChildrenStandWhereTheyWereGiven(t *testing.T) {
	say := func(s string) draw { return func(w *pen) { w.raw(s) } }
	box := draw(func(w *pen) { w.raw("["); w.children(); w.raw("]") })
	// A component that puts its own children into another, and asks for them
	// again beside and behind it.
	nest := draw(func(w *pen) {
		w.around(box, func(w *pen) { w.raw("a"); w.children(); w.part(box) })
		w.children()
	})
	for _, c := range []struct {
		page draw
		want string
	}{
		{box, "[]"},
		{func(w *pen) { w.around(box, say("x")) }, "[x]"},
		{func(w *pen) { w.around(nest, say("x")) }, "[ax[]]x"},
		{func(w *pen) { w.around(nest, func(w *pen) { w.part(nest); w.around(box, say("y")) }) }, "[a[a[]][y][]][a[]][y]"},
		{Around(nest, Words("<"), box).(draw), "[a&lt;[][]]&lt;[]"},
		{Around(Glyph{}, Words("x")).(draw), Glyph{}.SVG()}, // a drawing has no room for any
	} {
		if got := drawn(t, c.page); got != c.want {
			t.Errorf("%s, not %s", got, c.want)
		}
	}
}
