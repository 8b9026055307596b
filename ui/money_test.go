package ui

import (
	"testing"

	"celld/ui/locale"
)

func TestSumsAreWrittenAsTheirMeasureAsks(t *testing.T) {
	credit, honey := Measure{Kind: InCredit}, Measure{Kind: InGoods, Name: "honey"}
	en, es, ar := locale.English, locale.Spanish, locale.Arabic
	for _, c := range []struct{ got, want string }{
		{Hours(135).Words(en), "2\u00a0h 15\u00a0min"}, {Hours(200).Signed(en), "+3\u00a0h 20\u00a0min"}, {Hours(-525).Balance(en), "−8:45"}, {Hours(0).Signed(en), "0\u00a0min"},
		{Sum{8420, euros}.Words(en), "84.20\u00a0€"}, {Sum{8420, euros}.Balance(es), "+84,20"}, {Sum{-8420, euros}.Signed(en), "−84.20\u00a0€"},
		{Sum{1, credit}.Words(en), "1\u00a0credit"}, {Sum{12, credit}.Signed(en), "+12\u00a0credits"}, {Sum{3, honey}.Words(en), "3\u00a0×\u00a0honey"},
		{Sum{8420, euros}.Signed(ar), "\u2066+84.20\u00a0€\u2069"}, {Sum{12, euros}.Balance(ar), "\u200e+0.12"}, {Sum{-12, euros}.Balance(ar), "\u200e−0.12"},
	} {
		if c.got != c.want {
			t.Errorf("wrote %q, want %q", c.got, c.want)
		}
	}
}

func TestSharedThingsAreNamedInTheWordsOfTheLanguage(t *testing.T) {
	tin := Side{Kind: OfTin}
	for l, want := range map[locale.Lang]string{
		locale.English: "from the tin, for the tin", locale.Portuguese: "da lata, para a lata", locale.Spanish: "de la lata, para la lata",
	} {
		if got := tin.From(l) + ", " + tin.For(l); got != want {
			t.Errorf("%s says %q, want %q", l.Code(), got, want)
		}
	}
}

func TestABalanceSaysHowFarItLeans(t *testing.T) {
	for n, want := range map[int]leaning{0: even, 1: given, 600: given, 601: farGiven, 5000: farGiven, -1: received, -300: received, -301: farReceived} {
		if got := lean(n, -600, 1200); got != want {
			t.Errorf("%d leans %d, want %d", n, got, want)
		}
	}
}
