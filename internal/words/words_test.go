package words

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

func TestEachListHas2048WordsThatNobodyMixesUp(t *testing.T) {
	for _, l := range lists() {
		all := strings.Fields(l.text)
		if len(all) != size || l.text != strings.Join(all, "\n")+"\n" {
			t.Errorf("%s: %d words, want %d, one a line", l.lang, len(all), size)
		}
		begins := map[string]string{}
		for _, w := range all {
			letters := []rune(fold(w))
			if len(letters) < 3 || len(letters) > longest || len([]rune(w)) != len(letters) {
				t.Errorf("%s: %s has %d letters", l.lang, w, len(letters))
			}
			// This also says that no two differ by accents alone.
			start := string(letters[:min(4, len(letters))])
			if other := begins[start]; other != "" {
				t.Errorf("%s: %s and %s begin alike", l.lang, other, w)
			}
			begins[start] = w
		}
	}
}

func TestEveryWordIsInTheLettersOfItsLanguage(t *testing.T) {
	for _, l := range lists() {
		script, accents := unicode.Latin, map[string]string{"en": "", "es": "áéíóúüñ", "pt": "áàâãéêíóôõúüç"}[l.lang]
		if l.lang == "ar" {
			script = unicode.Arabic
		}
		for _, w := range strings.Fields(l.text) {
			for _, r := range w {
				plain := r >= 'a' && r <= 'z' || script == unicode.Arabic
				if !unicode.Is(script, r) || unicode.IsMark(r) || !plain && !strings.ContainsRune(accents, r) {
					t.Errorf("%s: %q in %s", l.lang, r, w)
				}
			}
		}
	}
}

func TestTheListsAreSmall(t *testing.T) {
	if n := len(en) + len(es) + len(pt) + len(ar); n > 60<<10 {
		t.Errorf("the lists have %d bytes", n)
	}
}

// TestNoWordIsEverTakenBack: a word that left a list would lock out whoever
// has it on paper.
func TestNoWordIsEverTakenBack(t *testing.T) {
	want := map[string]string{
		"en": "2524a3f1c936ca42e95076e166686c5a9d3d39c21563002bd6964c28ca8ba894",
		"es": "3162e0a1baf42867d14a995c60c2626ea8e127ef3093039fbe4fe25b7fa31f95",
		"pt": "fde73765d06d34fc7fab38ef6c5731f5f602d12673ee025df31122e8186ff0ed",
		"ar": "ffeffceeaf4be6cd9f44f076ee23a015c6ade93dea6f856c850b27a5870b7905",
	}
	for _, l := range lists() {
		if got := fmt.Sprintf("%x", sha256.Sum256([]byte(l.text))); got != want[l.lang] {
			t.Errorf("%s: the list changed to %s", l.lang, got)
		}
	}
}

func TestWhatIsDrawnIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lang := rapid.SampledFrom(Languages()).Draw(t, "language")
		chance := rapid.SliceOfN(rapid.Byte(), 2*Count, 2*Count).Draw(t, "chance")
		drawn, err := Generate(lang, bytes.NewReader(chance))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Normalize(strings.Join(drawn, " "))
		if err != nil {
			t.Fatal(err)
		}
		if again, err := Normalize(got); err != nil || again != got {
			t.Fatalf("%q normalises to %q, %v", got, again, err)
		}
		spaces := rapid.SampledFrom([]string{"  ", "-", " - ", ", ", "\n", "\u00a0", "\u200f \u200f", ". "}).Draw(t, "between")
		if loud, err := Normalize(spaces + strings.ToUpper(strings.Join(drawn, spaces)) + spaces); err != nil || loud != got {
			t.Fatalf("%q is read as %q, %v", drawn, loud, err)
		}
	})
}

func TestEveryWordCanBeDrawn(t *testing.T) {
	for _, l := range lists() {
		all, drawn := strings.Fields(l.text), map[string]bool{}
		for i := range size {
			b := bytes.Repeat([]byte{byte(i >> 8), byte(i)}, Count)
			five, err := Generate(l.lang, bytes.NewReader(b))
			if err != nil || five[0] != all[i] || five[4] != all[i] {
				t.Fatalf("%s: %d gives %v, %v", l.lang, i, five, err)
			}
			drawn[five[0]] = true
		}
		if len(drawn) != size {
			t.Errorf("%s: %d words can be drawn", l.lang, len(drawn))
		}
	}
	if five, err := Generate("xx", rand.Reader); err != nil || !strings.Contains(en, "\n"+five[0]+"\n") && five[0] != "able" {
		t.Errorf("a language without a list: %v, %v", five, err)
	}
	if _, err := Generate("en", bytes.NewReader(nil)); err == nil {
		t.Error("words were drawn without chance")
	}
}

func TestTypingIsForgiven(t *testing.T) {
	for typed, want := range map[string]string{
		"  Canyon\tRIVER  - candle, seven. orbit ":                "canyon river candle seven orbit",
		"1. canyon 2. river 3. candle 4. seven 5. orbit":          "canyon river candle seven orbit",
		"ÁRBOL árbol arbol a\u0301rbol Arbol":                     "arbol arbol arbol arbol arbol",
		"maçã maca\u0303 MAC\u0327A\u0303 maca Maçã":              "maca maca maca maca maca",
		"أرنب ارنب أَرْنَب إرنب أرنـــب":                          "ارنب ارنب ارنب ارنب ارنب",
		"حديقة حديقه \u200fحديقة\u200f حَدِيقَة حدیقة":            "حديقه حديقه حديقه حديقه حديقه",
		"can\u00adyon ri\u200dver \u2068candle\u2069 seven orbit": "canyon river candle seven orbit",
		"canyon árbol maçã أرنب river":                            "canyon arbol maca ارنب river",
	} {
		if got, err := Normalize(typed); err != nil || got != want {
			t.Errorf("%q is read as %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestUnknownWordIsNamedWithItsNearest(t *testing.T) {
	for _, c := range []struct {
		typed, word string
		place       int
		nearest     string
	}{
		{"canyon rivr candle seven orbit", "rivr", 2, "river"},
		{"canyon river cnadle seven orbit", "cnadle", 3, "candle"},
		{"canyon river candle seven ORBITT", "ORBITT", 5, "orbit"},
		{"canyon river candle seven qqqqqq", "qqqqqq", 5, ""},
		{"canyon river candle seven pneumonoultramicroscopic", "pneumonoultramicroscopic", 5, ""},
		{"canyon ri candle seven orbit", "ri", 2, ""},
		{"أرنب حديقة سفينة قنديل صندوقق", "صندوقق", 5, "صندوق"},
		// One slip from a word of each; the other words tell which is meant.
		{"árbol verano puente nieve caminno", "caminno", 5, "camino"},
		{"coelho panela inverno maçã caminno", "caminno", 5, "caminho"},
	} {
		_, err := Normalize(c.typed)
		if want := (Unknown{c.word, c.place, c.nearest}); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", c.typed, err, want)
		}
	}
}

func TestOtherThanFiveWordsAreCounted(t *testing.T) {
	for typed, n := range map[string]int{
		"": 0, " - ": 0, "river": 1, "canyon river candle seven": 4,
		"canyon river candle seven orbit orbit": 6,
		strings.Repeat("river ", 1000):          66,
	} {
		var count Miscount
		if _, err := Normalize(typed); !errors.As(err, &count) || count.Got/2 != n/2 {
			t.Errorf("%.40q: %v, want %d", typed, err, n)
		}
	}
}

func TestASlipIsOneSlip(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"river", "river", 0}, {"rivr", "river", 1}, {"riveer", "river", 1}, {"rover", "river", 1},
		{"irver", "river", 1}, {"rievr", "river", 1}, {"ivre", "river", 2}, {"", "ab", 2}, {"maple", "river", 3},
	} {
		if got := slips([]rune(c.a), []rune(c.b), 3); got != c.want {
			t.Errorf("from %q to %q: %d slips, want %d", c.a, c.b, got, c.want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := Normalize(typed)
		if err != nil {
			return
		}
		if again, err := Normalize(got); err != nil || again != got {
			t.Errorf("%q normalises to %q and that to %q, %v", typed, got, again, err)
		}
		if len(strings.Fields(got)) != Count {
			t.Errorf("%q has not five words", got)
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Fuzz(func(t *testing.T, typed string) {
		c, err := ParseCode(typed)
		if err != nil {
			return
		}
		if again, err := ParseCode(c.String()); err != nil || !again.Equal(c) {
			t.Errorf("%q is shown as %q, which reads as %q, %v", typed, c, again, err)
		}
	})
}

func TestFuzzSeedsAreThere(t *testing.T) {
	for _, name := range []string{"FuzzNormalize", "FuzzParseCode"} {
		if seeds, err := os.ReadDir("testdata/fuzz/" + name); err != nil || len(seeds) < 2 {
			t.Errorf("%s: %d seeds, %v", name, len(seeds), err)
		}
	}
}

func BenchmarkNormalize(b *testing.B) {
	for b.Loop() {
		if _, err := Normalize("canyon river candle seven orbit"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHint(b *testing.B) {
	for b.Loop() {
		if _, err := Normalize("canyon river candle seven orbtt"); err == nil {
			b.Fatal("it was read")
		}
	}
}

func TestLanguagesAreTheFourOfThePages(t *testing.T) {
	if got := Languages(); !slices.Equal(got, []string{"en", "es", "pt", "ar"}) {
		t.Errorf("lists in %v", got)
	}
}
