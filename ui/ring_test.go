package ui

import (
	"context"
	"encoding/xml"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"celld/ui/locale"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares what was made with what we looked at and liked.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s changed; look at it, and run go test ./ui -update\n%s", path, got)
	}
}

// every state in turn, as many as there are seats.
func mixed12(n int) []Place {
	names := []string{"Moss", "Heron", "Lantern", "Tide", "Ember", "Fern", "Kite", "Nightfall", "Sorrel", "Wren", "Juniper", "Oak"}
	states := []Seat{Unheard, Consent, Concern, Objection, Consent, Aside, NeedTime, Consent, Stale, Left, Recused, Free}
	places := make([]Place, n)
	for i := range places {
		places[i] = Place{Name: names[i], Seat: states[i], You: i == 0, Asks: i == 1, Turn: i == 3}
	}
	if n > 7 {
		places[7].Relayed = "Heron"
	}
	return places
}

func TestEveryTableFromOneToTwelveIsDrawnAsWeLikedIt(t *testing.T) {
	var rings, minis, glyphs strings.Builder
	for n := 1; n <= 12; n++ {
		rings.WriteString(NewRing(locale.English, mixed12(n)).SVG() + "\n")
		minis.WriteString(Mini{Places: mixed12(n)}.SVG() + "\n")
	}
	for s := Unheard; s <= Spoke; s++ {
		glyphs.WriteString(Glyph{Seat: s}.SVG() + "\n" + Glyph{Seat: s, Relayed: true}.SVG() + "\n")
	}
	golden(t, "rings.svg", rings.String())
	golden(t, "minis.svg", minis.String())
	golden(t, "glyphs.svg", glyphs.String())
}

// The figures of the design page, to the decimal.
func TestSevenSeatsStandWhereTheDesignPutsThem(t *testing.T) {
	g := NewRing(locale.English, []Place{
		{Name: "Moss", You: true}, {Name: "Heron", Seat: Consent}, {Name: "Lantern", Seat: Consent, Asks: true}, {Name: "Tide", Seat: Concern},
		{Name: "Ember", Seat: Objection}, {Name: "Fern", Seat: Consent, Relayed: "Heron"}, {Name: "Kite", Seat: NeedTime},
	}).SVG()
	for _, want := range []string{
		`viewBox="0 8 360 284"`, `<circle class="board" cx="180" cy="146" r="59"`,
		`translate(180 234)`, `translate(111.2 200.9)`, `translate(94.2 126.4)`, `translate(141.8 66.7)`, `translate(265.8 126.4)`, `translate(248.8 200.9)`,
		`translate(216 71.2)`, `M123.5 133.1L104 128.6`, `x="89.3" y="227.6" text-anchor="end"`, `x="230.3" y="40.5" text-anchor="start"`,
		`y="140.2" text-anchor="middle" font-size="32">5 of 7<`, `y="161" text-anchor="middle" font-size="16">heard<`, `y="177.7" text-anchor="middle" font-size="15">1 objection<`,
		`M0 -23.6L23.6 0L0 23.6L-23.6 0z`, `M-18.7 0a18.7 18.7 0 0 0 37.4 0z`, `M0 -11.6V0l8 4.8`,
		`<title id="ringt">7 seats round the table. Five of seven have spoken.</title>`,
		`Fern: consents. Passed on by Heron. Kite: needs time.`,
	} {
		if !strings.Contains(g, want) {
			t.Errorf("the ring has no %s", want)
		}
	}
}

func TestTheViewerSitsNearestAndTheOrderOfTheTableStays(t *testing.T) {
	places := mixed12(7)
	places[0].You, places[3].You = false, true
	var order []string
	for _, p := range FromSeat(places) {
		order = append(order, p.Name)
	}
	if got := strings.Join(order, " "); got != "Tide Ember Fern Kite Moss Heron Lantern" {
		t.Errorf("the table reads %s", got)
	}
}

func TestWhoHasNotSpokenOnThisTextIsNeverCounted(t *testing.T) {
	heard, of, _ := counts([]Place{{Seat: Stale}, {Seat: NeedTime}, {Seat: Unheard}, {Seat: Consent}, {Seat: Left}, {Seat: Free}})
	if heard != 1 || of != 4 {
		t.Errorf("counted %d of %d, want 1 of 4", heard, of)
	}
}

// Names are people's own words: whatever they type, the drawing stays a drawing.
func TestARingIsWellFormedWhateverANameHolds(t *testing.T) {
	for _, name := range []string{`<script>&"'`, "طيّارة", "\u202eevil", strings.Repeat("é", 40), ""} {
		g := NewRing(locale.Arabic, []Place{{Name: name, Relayed: name}, {Name: name, Seat: Objection}}).SVG()
		d := xml.NewDecoder(strings.NewReader(g))
		for {
			_, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("with %q: %v", name, err)
			}
		}
	}
}

func TestLongNamesAreCutInTheDrawingOnly(t *testing.T) {
	for name, want := range map[string]string{"Nightfall": "Nightfall", "Nightfalls": "Nightfal…", "طيّارةٌ": "طيّارةٌ", "Marisol del Mar": "Marisol…"} {
		if got := cut(name, 360); got != want {
			t.Errorf("%q is drawn as %q, want %q", name, got, want)
		}
	}
}

func TestNoNameRunsOutOfTheFrame(t *testing.T) {
	for name, want := range map[string]string{"Samambaia": "Sama…", "Lantern": "Lantern", "Nightfall": "Nightfall", "WWWWWWWWW": "WWW…"} {
		if got := cut(name, 67); got != want {
			t.Errorf("beside a seat %q is drawn as %q, want %q", name, got, want)
		}
	}
}

func TestNobodyIsAwaitedOnceARoundIsOver(t *testing.T) {
	g := NewRing(locale.English, []Place{{Name: "Moss", You: true, Seat: Consent}, {Name: "Kite"}})
	if !strings.Contains(g.SVG(), "awaited") {
		t.Error("an open round does not await Kite")
	}
	g.Closed = true
	if strings.Contains(g.SVG(), "awaited") {
		t.Error("a closed round still awaits Kite")
	}
}

func TestPeoplesWordsAreEscapedInSentences(t *testing.T) {
	var b strings.Builder
	c := Rich(locale.English, "{1} looks after the round.", Strong(`<b>&`))
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != "<b><bdi>&lt;b&gt;&amp;</bdi></b> looks after the round." {
		t.Errorf("the sentence became %s", got)
	}
}
