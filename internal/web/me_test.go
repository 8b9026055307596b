package web

import (
	"net/http"
	"strings"
	"testing"

	"celld/ui"
)

// TestWhoeverWantsNewWordsGetsThem with what the page asks for, and is told when those
// that they give are not the old ones.
func TestWhoeverWantsNewWordsGetsThem(t *testing.T) {
	e := sit(t, "Moss")
	withWords(e)
	tide, old := e.comeIn("Moss", "Tide")
	page := tide.get("/me/words")
	five := wordsOn(t, page)
	for _, field := range []string{ui.FieldMark, ui.FieldWritten, ui.FieldSecret} {
		if !strings.Contains(page.body, `name="`+field+`"`) {
			t.Errorf("the page does not ask for %s", field)
		}
	}
	send := func(words string) answer {
		return tide.post("/me/words", ui.FieldMark, ui.MarkOf(strings.Fields(five)), ui.FieldWritten, "1", ui.FieldSecret, words)
	}
	tide.says(send(five), http.StatusUnauthorized, "These are not your words.", five)
	tide.says(send(""), http.StatusUnprocessableEntity, "There are five words", five)
	tide.says(send(old), http.StatusOK, "Your new words open the door from now on.")
	tide.says(tide.post("/out"), http.StatusOK)
	tide.says(tide.signIn("Tide", old), http.StatusUnauthorized)
	tide.says(tide.signIn("Tide", five), http.StatusOK, "Tide")
}
