package web

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"celld/ui"
)

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
