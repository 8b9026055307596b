package locale

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"celld/ui/locale/internal/po"
)

// sources are all that may ask for a sentence.
var sources = []string{"..", "../../internal/web", "../../internal/portal"}

func uses(t *testing.T) []po.Use {
	t.Helper()
	var all []po.Use
	for _, dir := range sources {
		if _, err := os.Stat(dir); err != nil {
			continue // the room is not built yet
		}
		found, err := po.Scan(dir)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if len(all) < 100 {
		t.Fatalf("only %d sentences found: does the scanner still know our calls?", len(all))
	}
	return all
}

// entry is a sentence in Spanish, Portuguese and Arabic.
type entry struct{ in [3]string }

func find(id string) (e entry, ok bool) {
	for i, l := range All[1:] {
		s, is := l.sentence(id)
		e.in[i], ok = s, ok || is
	}
	return e, ok
}

func TestEverySentenceOfThePagesExistsInEveryLanguage(t *testing.T) {
	for _, u := range uses(t) {
		e, ok := find(u.ID)
		if !ok {
			t.Errorf("%s: no catalogue has %q", u.File, u.ID)
			continue
		}
		for i, l := range All[1:] {
			forms := strings.Split(e.in[i], "\x00")
			if slices.Contains(forms, "") {
				t.Errorf("%q has no words in %s", u.ID, l.Code())
			}
			if u.Plural != "" && len(forms) != l.Forms() {
				t.Errorf("%q has %d forms in %s, want %d", u.ID, len(forms), l.Code(), l.Forms())
			}
		}
	}
}

// A language may say "one" in a word of its own, but loses no name.
func TestNoTranslationLosesAPlaceholder(t *testing.T) {
	for _, u := range uses(t) {
		e, ok := find(u.ID)
		if !ok {
			continue // the test above tells
		}
		for i, l := range All[1:] {
			for n, form := range strings.Split(e.in[i], "\x00") {
				missing, strange := placeholders(u, form)
				counts := u.Plural != "" && missing == "{1}" && n <= 2
				if missing != "" && !counts || strange != "" {
					t.Errorf("%s of %q: %q lacks %s, adds %s", l.Code(), u.ID, form, missing, strange)
				}
			}
		}
	}
}

func placeholders(u po.Use, form string) (missing, strange string) {
	english := u.ID + u.Plural
	for _, p := range []string{"{1}", "{2}", "{3}", "{4}", "{5}"} {
		asked, given := strings.Contains(english, p), strings.Contains(form, p)
		if asked && !given {
			missing += p
		}
		if given && !asked {
			strange += p
		}
	}
	return missing, strange
}

func TestTheBooksAreWhatTheCataloguesSay(t *testing.T) {
	files, _ := filepath.Glob("*/*.po")
	if len(files) < 9 {
		t.Fatalf("only %d catalogues found", len(files))
	}
	for _, path := range files {
		l := For(filepath.Dir(path))
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		messages, err := po.Parse(string(text))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, m := range messages {
			for n, want := range m.Forms {
				if got := l.form(m.ID, n); got != want {
					t.Errorf("%s: %q is %q in the book, %q in the catalogue: run go generate", path, m.ID, got, want)
				}
			}
		}
	}
}

func TestEachLanguageCountsByItsOwnRule(t *testing.T) {
	for _, c := range []struct {
		l    Lang
		want string // the form for 0, 1, 2, 3, 10, 11, 99, 100, 103
	}{
		{English, "101111111"}, {Spanish, "101111111"}, {Portuguese, "001111111"}, {Arabic, "012334453"},
	} {
		got := ""
		for _, n := range []int{0, 1, 2, 3, 10, 11, 99, 100, 103} {
			got += string(rune('0' + plural(c.l, n)))
		}
		if got != c.want {
			t.Errorf("%s counts %s, want %s", c.l.Code(), got, c.want)
		}
	}
}

func TestDatesSayTheWeekdayFirst(t *testing.T) {
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC) // a Sunday
	in := func(days int, hour int) time.Time { return time.Date(2026, 11, 22+days, hour, 0, 0, 0, time.UTC) }
	for _, c := range []struct{ got, want string }{
		{English.Date(now), "Sunday 22 November"},
		{Spanish.Date(now), "domingo 22 de noviembre"},
		{Portuguese.DateYear(now), "domingo, 22 de novembro de 2026"},
		{Arabic.Date(now), "الأحد 22 نوفمبر"},
		{English.Moment(in(2, 20), now), "Tuesday evening"},
		{Spanish.Moment(in(2, 20), now), "el martes por la noche"},
		{Arabic.Moment(in(2, 20), now), "مساء الثلاثاء"},
		{English.Moment(in(20, 20), now), "Saturday 12 December"},
		{English.On(in(-1, 23), now), "yesterday"},
		{English.On(in(-2, 1), now), "on Friday"},
		{Portuguese.On(in(-1, 1), now), "ontem"},
		{Portuguese.On(in(6, 1), now), "no sábado"},
		{English.On(time.Date(2025, 5, 3, 0, 0, 0, 0, time.UTC), now), "on 3 May 2025"},
	} {
		if c.got != c.want {
			t.Errorf("said %q, want %q", c.got, c.want)
		}
	}
}

func TestAmountsAreWrittenAsEachLanguageDoes(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{English.Minutes(135), "2 h 15 min"}, {English.Minutes(-45), "−45 min"}, {English.Plus(200), "+3 h 20 min"}, {English.Minutes(0), "0 min"},
		{English.Clockwise(-525), "−8:45"}, {English.Clockwise(0), "0:00"},
		{English.Money(8420, "EUR", 2), "84.20\u00a0€"}, {Spanish.Money(-5, "EUR", 2), "−0,05\u00a0€"}, {Portuguese.Number(1234567), "1.234.567"},
		{Arabic.Minutes(-45), "\u200e−45 د"}, {Arabic.Money(8420, "EUR", 2), "\u206684.20\u00a0€\u2069"},
	} {
		if c.got != c.want {
			t.Errorf("wrote %q, want %q", c.got, c.want)
		}
	}
}

func TestANameThatReadsTheOtherWayIsIsolated(t *testing.T) {
	if got := English.T("{1} objects", "طيّارة"); got != "\u2068طيّارة\u2069 objects" {
		t.Errorf("got %q", got)
	}
	if got := English.T("{1} objects", "Kite"); got != "Kite objects" {
		t.Errorf("got %q", got)
	}
}

func TestListsReadAsTheyAreSpoken(t *testing.T) {
	for l, want := range map[Lang]string{English: "Ana, Iris and Inés", Spanish: "Ana, Iris e Inés", Portuguese: "Ana, Iris e Inés"} {
		if got := l.List([]string{"Ana", "Iris", "Inés"}); got != want {
			t.Errorf("%s lists %q, want %q", l.Code(), got, want)
		}
	}
}

func TestALanguageIsFoundByItsTag(t *testing.T) {
	for code, want := range map[string]Lang{"pt-BR": Portuguese, "ES": Spanish, "ar": Arabic, "de": English, "": English} {
		if got := For(code); got != want {
			t.Errorf("%q is %s, want %s", code, got.Code(), want.Code())
		}
	}
}

// Who reads another word for the same thing doubts that it is the same: these stood
// in the catalogues, beside the word that all other pages have.
func TestOneThingHasOneName(t *testing.T) {
	strange := map[string][]string{
		"es": {"nuestra wifi", "copia de respaldo", "copias de respaldo", "Soltar uno", ": soltarlo", ": soltar este", "Suelta este", "Se apartan", "todas y todos", "vemos todo el", "vemos todas", "12.50", "250.00"},
		"pt": {"cópia de reserva", "cópias de reserva", "Backups", "Soltar um", ": soltá-lo", ": soltar este", "Solte este", "gente fica de fora", "oma as notas", "configurações", "Escolhe uma", "12.50", "250.00"},
		"ar": {"الصمت", "الاعتيادية", "تنحّى", "صفحة السلامة", "تُزال", "أُزيلت"},
	}
	files, _ := filepath.Glob("*/*.po")
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			for _, words := range strange[filepath.Dir(path)] {
				if strings.HasPrefix(line, "msgstr") && strings.Contains(line, words) {
					t.Errorf("%s: %q is said otherwise on all other pages: %s", path, words, line)
				}
			}
		}
	}
}
