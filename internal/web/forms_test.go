package web

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"celld/ui"
)

var atField = regexp.MustCompile(`id="[a-z0-9-]+-err"`)

// errAt says whether a page says something beside a field.
func (a answer) errAt(field, words string) bool {
	m := regexp.MustCompile(`id="` + field + `-err">([^<]*)`).FindStringSubmatch(a.body)
	return m != nil && strings.Contains(m[1], words)
}

func TestWhatIsWrongIsSaidAtItsField(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"].by.Member.String()
	moss.says(moss.post("/ledger/goods/new", "name", "Honey"), http.StatusOK, "Honey")
	const (
		number, whole, hours, day = "Only a number belongs here", "Only a whole number belongs here", "Only numbers belong here", "Write it as 2026-11-30."
		long, hidden              = "Say it shorter.", "a sign in this that cannot be seen"
	)
	words := func(n int) string { return strings.Repeat("a", n) }
	for _, c := range []struct {
		path, field, wrong, said string
		form                     []string
	}{
		{"/ledger/pay", "long", "2 hours", hours, []string{"to", tide, "for", "Bread", "h", "2 hours"}},
		{"/ledger/pay", "long", "1.5", hours, []string{"to", tide, "for", "Bread", "h", "1.5", "m", "30"}},
		{"/ledger/pledge/new", "long", "two", hours, []string{"what", "Bread", "to", tide, "unit", "0", "h", "two"}},
		{"/ledger/pledge/new", "until", "30/02/2026", day, []string{"what", "Bread", "to", tide, "until", "30/02/2026"}},
		{"/ledger/bucket/new", "target", "40 hours", number, []string{"name", "The roof", "measure", "0", "target", "40 hours"}},
		{"/ledger/goods", "amount", "2 jars", whole, []string{"good", "0", "way", "in", "amount", "2 jars"}},
		{"/ledger/goods", "for", "(long)", long, []string{"good", "0", "way", "in", "amount", "2", "for", words(201)}},
		{"/ledger/goods/honey/in", "batch", "a\u202eb", hidden, []string{"amount", "2", "batch", "a\u202eb"}},
		{"/ledger/rules/new?rule=hours", "high", "twenty", "Write a whole number.", []string{"low", "10", "high", "twenty", "why", "Winter"}},
		{"/ledger/rules/new?rule=spending&unit=min", "bylarge", "all", "Write a whole number.", []string{"small", "2", "large", "10", "bylarge", "all", "why", "Trust"}},
		{"/ledger/rules/new?rule=cash", "currency", "euro", "Its three letters", []string{"currency", "euros", "why", "Winter"}},
		{"/meetings/new", "day", "2026-02-30", day, []string{"day", "2026-02-30"}},
		{"/meetings/new", "place", "(long)", long, []string{"day", "2030-02-03", "place", words(121)}},
		{"/router/time", "day", "30.11.2026", day, []string{"day", "30.11.2026", "hour", "18:30"}},
		{"/router/time", "hour", "half past six", "as on the clock on the wall", []string{"day", "2026-11-30", "hour", "half past six"}},
		{"/directory/new", "until", "tomorrow", day, []string{"sort", "need", "words", "Brakes", "until", "tomorrow"}},
		{"/projects/new", "why", "(long)", long, []string{"name", "Trees", "why", words(2001)}},
		{"/projects/new", "review", "3.4.2027", day, []string{"name", "Trees", "why", "Shade", "review", "3.4.2027"}},
		{"/commons/new", "note", "(long)", long, []string{"title", "Bread", "sort", "guide", "scope", "cell", "language", "en", "words", words(9000), "note", words(201)}},
		{"/rounds/new", "who", "(long)", long, []string{"what", words(3000), "why", "Eggs", "who", words(121)}},
		{"/rounds/new", "why", "a\u2066b", hidden, []string{"what", "Two hens", "why", "a\u2066b"}},
		{"/rounds/new", "criteria", "(long)", long, []string{"what", words(300), "why", "Eggs", "criteria", "Short\n" + words(130) + "\nShort"}},
		{"/people/" + tide + "/leave", "expires", "soon", day, []string{"what", "x", "why", "y", "expires", "soon"}},
	} {
		page := moss.says(moss.post(c.path, c.form...), http.StatusUnprocessableEntity)
		if !page.errAt(c.field, c.said) || !strings.Contains(page.body, `href="#`) {
			t.Errorf("%s, %q: not at %s: %s", c.path, c.wrong, c.field, page.text())
		}
		if said := atField.FindAllString(page.body, -1); len(said) != 1 {
			t.Errorf("%s, %q: said at %v", c.path, c.wrong, said)
		}
	}
}

func TestADateMayBeTypedInTheDigitsOfOnesLanguage(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	moss.says(moss.post("/meetings/new", "day", "٢٠٣٠-٠٢-٠٣", "what", "Seeds"), http.StatusOK, "The day is set.", "3 February 2030")
}

func TestWhatWasWrittenForAProjectThatEndedIsHandedBack(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	project := moss.says(moss.post("/projects/new", "name", "Trees", "why", "Shade"), http.StatusOK, "Trees").url
	moss.says(moss.post(project+"/close"), http.StatusOK, "It is over.")
	moss.says(moss.post(project+"/task", "words", "Dig the holes along the wall"), http.StatusUnprocessableEntity, "The project is over.", "What you wrote", "Dig the holes along the wall")
}

func TestWhoHasTwoRoundsOpenGetsTheWordsOfAThirdBack(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	for _, what := range []string{"Two hens", "A bench"} {
		moss.says(moss.post("/rounds/new", "what", what, "why", "Eggs"), http.StatusOK, what)
	}
	moss.says(moss.post("/rounds/new", "what", "A long text about a pond", "why", "Frogs", "review", "soon"), http.StatusConflict,
		"You have 2 rounds open already.", "What you wrote", "A long text about a pond")
}

func TestWhatNobodyCanSeeIsNotWritten(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	moss.says(moss.post("/board", "words", " \u200b\ufeff\n"), http.StatusUnprocessableEntity, "The note has no words yet.")
	moss.says(moss.post("/directory/new", "sort", "need", "words", "\ufeffBrakes\u200b"), http.StatusOK)
	if page := moss.get("/directory"); !strings.Contains(page.body, ">Brakes<") {
		t.Errorf("what was pasted along is kept: %q", page.text())
	}
}

func TestAPictureThatIsTooLargeIsCalledSo(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	large := moss.upload("/ledger/expense/new?unit=min", "picture", make([]byte, pictureUpload), "for", "Seeds", "amount", "1")
	moss.says(large, http.StatusRequestEntityTooLarge, "This file is too large.", "There is room for 8 MB.")
}

// What a field has room for, and the lines that it takes, the law takes too.
func TestAFormPromisesNoMoreThanTheLawTakes(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"]
	round := moss.says(moss.post("/rounds/new", "what", "Two hens", "why", "Eggs", "steps", "1"), http.StatusOK, "Two hens").url
	asked := moss.says(moss.post("/ledger/expense/new?unit=min", "for", "Seeds", "amount", "1", "payee", moss.by.Member.String()), http.StatusOK, "Seeds").url
	tide.says(tide.post(round+"/phase/clarifying"), http.StatusOK)
	tide.says(tide.post(round+"/phase/reacting"), http.StatusOK)
	for _, c := range []struct {
		who        *phone
		page, send string
		field      string
		form       []string
	}{
		{tide, "/rounds/new", "/rounds/new", ui.FieldWho, []string{"what", "A", "why", "B"}},
		{tide, "/rounds/new", "/rounds/new", ui.FieldEffort, []string{"what", "A", "why", "B"}},
		{tide, round, round + "/reaction", "reaction", nil},
		{tide, asked, asked + "/no", ui.FieldWhy, nil},
		{tide, "/ledger/pledge/new", "/ledger/pledge/new", ui.FieldWhat, []string{"to", "cell", "unit", "0", "h", "9999", "m", "59", "every", "once"}},
	} {
		form := regexp.MustCompile(`(?s)<(input|textarea) id="` + c.field + `".*?>`).FindString(c.who.get(c.page).body)
		m := regexp.MustCompile(`maxlength="(\d+)"`).FindStringSubmatch(form)
		if m == nil {
			t.Errorf("%s has no %s: %s", c.page, c.field, c.who.get(c.page).text())
			continue
		}
		n, _ := strconv.Atoi(m[1])
		words := strings.Repeat("b", n)
		if strings.HasPrefix(form, "<textarea") {
			words = words[:n-2] + "\nc"
		}
		c.who.says(c.who.post(c.send, append(c.form, c.field, words)...), http.StatusOK)
	}
}
