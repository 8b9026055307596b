package op

import (
	"errors"
	"strings"
	"testing"
)

func TestTextThatHidesOrOverflowsIsRefused(t *testing.T) {
	for _, c := range []struct {
		name, text string
		lines      bool
		code       string
	}{
		{"empty", "", false, ""},
		{"plain", "Borrow the church hall", false, ""},
		{"arabic with its mark", "نص\u200f عربي", false, ""},
		{"lines where they may be", "one\ntwo", true, ""},
		{"lines where they may not", "one\ntwo", false, "text.hidden"},
		{"carriage return", "one\r\ntwo", true, "text.hidden"},
		{"tab", "one\ttwo", true, "text.hidden"},
		{"nul", "a\x00b", true, "text.hidden"},
		{"right-to-left override", "a\u202eb", true, "text.hidden"},
		{"first embedding", "a\u202ab", true, "text.hidden"},
		{"isolate", "a\u2066b", true, "text.hidden"},
		{"last isolate", "a\u2069b", true, "text.hidden"},
		{"line separator", "a\u2028b", true, "text.hidden"},
		{"not UTF-8", "a\xffb", false, "text.spelling"},
		{"leading space", " a", false, "text.space"},
		{"trailing line", "a\n", true, "text.space"},
		{"as long as it may be", strings.Repeat("é", 30), false, ""},
		{"one too long", strings.Repeat("é", 31), false, "text.long"},
		{"far too long", strings.Repeat("a", 500), false, "text.long"},
	} {
		err := CheckText(c.text, 30, c.lines)
		if c.code == "" && err == nil {
			continue
		}
		if !errors.Is(err, Refuse(c.code)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
		var r Refusal
		if errors.As(err, &r) && TextRefusals[r.Code] == "" {
			t.Errorf("%s: code %q is not in the list", c.name, r.Code)
		}
	}
}
