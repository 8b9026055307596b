package web

import (
	"html"
	"regexp"
	"strings"
	"testing"

	"celld/ui"
)

var nextField = regexp.MustCompile(`name="` + ui.FieldNextURL + `" value="([^"]*)"`)

// A link that somebody sent leads on to its page, once they have signed in. A
// circle's address is not said twice, and a stream of news is no page.
func TestALinkLeadsOnToItsPageAfterSigningIn(t *testing.T) {
	e := sit(t, "Moss")
	for asked, want := range map[string]string{
		"/directory?page=2": "/directory?page=2",
		"/rounds":           "/rounds",
		"/":                 "/",
		"/circles":          "/",
		"/live?after=1":     "/",
		"/rounds?x=" + strings.Repeat("0", mostNext): "/",
	} {
		door := e.stranger().get(asked)
		if (door.url == "/in") != (want == "/") || !strings.HasPrefix(door.url, "/in") {
			t.Errorf("%s leads to %s", asked, door.url)
		}
		if next := nextField.FindStringSubmatch(door.body); next == nil || html.UnescapeString(next[1]) != want {
			t.Errorf("%s, then signed in: to %q, want %s", asked, next, want)
		}
	}
}
