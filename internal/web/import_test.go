package web

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/op"
)

const notebook = `day;who gave;who received;hours;what
2026-10-02;Ember;Moss;0:45;Bread
2026-10-05;Robin;Moss;0:30;Haircut
2026-10-06;Moss;Ember;2;Carrying water
31.13.2026;Moss;Ember;2;Nothing
`

var columns = []string{"col-0", "day", "col-1", "giver", "col-2", "receiver", "col-3", "amount", "col-4", "note", "unit", "min"}

func TestADryRunShowsEveryRowAndWritesNothing(t *testing.T) {
	e := sit(t, "Moss", "Ember")
	moss := e.all["Moss"]
	before := e.applied()
	moss.says(moss.upload("/ledger/import", "file", []byte(notebook)), http.StatusOK, "Step 2 of 4")
	moss.says(moss.post("/ledger/import", columns...), http.StatusOK, "2 rows can stand.", "2 cannot, and are left out.",
		"3 2026-10-05 · Robin · Moss · 0:30 · Haircut There is nobody called Robin here.", "5 31.13.2026", "“31.13.2026” is not a day.", "Ember → you · Bread 45 min")
	if e.applied() != before {
		t.Error("looking at a notebook wrote something down")
	}
}

// TestWhatIsMissingInARowIsNotQuoted: a cell that holds nothing is no “”.
func TestWhatIsMissingInARowIsNotQuoted(t *testing.T) {
	moss := sit(t, "Moss", "Ember").all["Moss"]
	const empty = "day;who gave;who received;hours;what\n;Moss;Ember;2;Bread\n2026-10-05;;Moss;1;Milk\n2026-10-06;Moss;;1;Salt\n2026-10-07;Moss;Ember;;Soap\n"
	moss.upload("/ledger/import", "file", []byte(empty))
	page := moss.says(moss.post("/ledger/import", columns...), http.StatusOK,
		"The date is missing.", "It does not say who gave.", "It does not say who received.", "The amount is missing.")
	if strings.Contains(page.body, "“”") {
		t.Error("nothing is quoted")
	}
}

// TestATableOfNothingButColumnsIsNotLaidOut: as a table it would take many times the
// memory of the file. The longest notebook that there may be is none.
func TestATableOfNothingButColumnsIsNotLaidOut(t *testing.T) {
	e := sit(t, "Moss", "Ember")
	moss := e.all["Moss"]
	for _, mark := range []string{",", ";", "\t"} {
		file := "day,who gave,who received,hours\n" + strings.Repeat(mark, 500_000)
		moss.says(moss.upload("/ledger/import", "file", []byte(file)), http.StatusUnprocessableEntity, "The table is too long")
	}
	row := "2026-10-02;Ember;Moss;0:45;Bread and milk\n"
	long := "day;who gave;who received;hours;what\n" + strings.Repeat(row, ledger.MaxRows)
	moss.says(moss.upload("/ledger/import", "file", []byte(long)), http.StatusOK, "Step 2 of 4")
}

// TestALongNotebookIsLookedAtToItsLastRow, though it is done piece by piece.
func TestALongNotebookIsLookedAtToItsLastRow(t *testing.T) {
	e := sit(t, "Moss", "Ember")
	moss := e.all["Moss"]
	var rows strings.Builder
	rows.WriteString("day;who gave;who received;hours;what\n")
	for line := 2; line <= 252; line++ {
		who := "Ember"
		if line == 2 || line == 150 || line == 252 {
			who = "Robin"
		}
		fmt.Fprintf(&rows, "2026-10-02;%s;Moss;0:45;Bread\n", who)
	}
	moss.upload("/ledger/import", "file", []byte(rows.String()))
	moss.says(moss.post("/ledger/import", columns...), http.StatusOK, "248 rows can stand.", "3 cannot", "2 2026-10-02 · Robin", "150 2026-10-02 · Robin", "252 2026-10-02 · Robin")
}

func TestANotebookCountsWhenASecondPersonHasReadIt(t *testing.T) {
	e := sit(t, "Moss", "Ember")
	moss, ember := e.all["Moss"], e.all["Ember"]
	moss.upload("/ledger/import", "file", []byte(notebook))
	moss.post("/ledger/import", columns...)
	page := moss.says(moss.post("/ledger/import"), http.StatusOK, "It lies before the others.", "You brought 2 rows in")
	moss.says(moss.post(page.url+"/yes"), http.StatusUnprocessableEntity, "It is not your yes that it waits for.")
	if n := e.balance(ledger.Minutes, moss.account()); n != 0 {
		t.Fatalf("%d minutes count before a second person said yes", n)
	}
	ember.says(ember.get("/"), http.StatusOK, "Moss brought it in.")
	ember.says(ember.post(page.url+"/yes"), http.StatusOK, "A second person said yes, and it counts.")
	// Who gave has more: Moss gave 2 h and received 45 min.
	if n := e.balance(ledger.Minutes, moss.account()); n != 75 {
		t.Errorf("Moss stands at %d minutes, want 75", n)
	}
	moss.says(moss.post("/ledger/import"), http.StatusUnprocessableEntity, "Choose the file once more.")
}

// TestInGiftModeNoNotebookOfHoursIsBroughtIn (L9b): the row says so before anything is sent.
func TestInGiftModeNoNotebookOfHoursIsBroughtIn(t *testing.T) {
	e := sit(t, "Moss", "Ember")
	moss := e.all["Moss"]
	e.agree(ledger.EffectGiftMode, ledger.Switch{On: true}, "Moss", "Ember")
	if page := moss.upload("/ledger/import", "file", []byte(notebook)); strings.Contains(page.body, `value="min"`) {
		t.Error("the form asks for hours")
	}
	moss.says(moss.post("/ledger/import", columns...), http.StatusOK, "4 cannot", "We do not count in “min”.")
	if page := moss.post("/ledger/import"); strings.Contains(page.text(), "It lies before the others.") {
		t.Error("hours lie before the others")
	}
}

func TestAFileThatIsNoTableIsSentBack(t *testing.T) {
	e := sit(t, "Moss", "Ember")
	moss := e.all["Moss"]
	for _, file := range []string{"\x00\x01", "", "a,\"b\nc,d"} {
		if a := moss.upload("/ledger/import", "file", []byte(file)); a.status != http.StatusUnprocessableEntity || strings.Contains(a.text(), "import.") {
			t.Errorf("%q: %d %s", file, a.status, a.text())
		}
	}
	large := bytes.Repeat([]byte("2026-10-02;Ember;Moss;0:45;Bread\n"), importUpload/30)
	if a := moss.upload("/ledger/import", "file", large); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a file of %d bytes answers %d", len(large), a.status)
	}
	if a := moss.upload("/ledger/pay", "for", bytes.Repeat([]byte("x"), 2*bodyLimit)); a.status != http.StatusBadRequest && a.status != http.StatusForbidden {
		t.Errorf("a form as large as a file answers %d", a.status)
	}
}

func TestColumnsThatSayTooLittleAreAskedAgain(t *testing.T) {
	e := sit(t, "Moss", "Ember")
	moss := e.all["Moss"]
	moss.upload("/ledger/import", "file", []byte(notebook))
	moss.says(moss.post("/ledger/import", "col-0", "day", "col-1", "giver"), http.StatusUnprocessableEntity, "Say where the day, who gave, who received and how much are.")
	moss.says(moss.post("/ledger/import", columns...), http.StatusOK, "2 rows can stand.")
}

func TestTheDeskHoldsFewTablesAndForgetsThem(t *testing.T) {
	e := sit(t, "Moss", "Ember")
	d := &desk{}
	var all []*session
	for range importsAtOnce + 1 {
		e.now = e.now.Add(1)
		s := &session{}
		all = append(all, s)
		d.lay(s, &sheet{since: e.now}, func(*session) bool { return true })
	}
	if d.find(all[0], e.now) != nil || d.find(all[1], e.now) == nil {
		t.Error("not the oldest table was cleared away")
	}
	if d.find(all[1], e.now.Add(2*importPatience)) != nil || len(d.tables) != 0 {
		t.Error("a table was kept for longer than anybody looks at it")
	}
}

// TestANotebookThatIsSentAgainIsTold: who did not see that it had come sends it once
// more, and two yeses would count it twice. What was taken back is not told.
func TestANotebookThatIsSentAgainIsTold(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	tide, kite := e.all["Tide"], e.all["Kite"]
	const told = "The same rows were brought in before."
	tries := func(p *phone, hours string) string {
		p.upload(importURL, "file", []byte("day,from,to,hours,for\n2026-01-05,Tide,Moss,"+hours+",Wood\n"))
		return p.says(p.post(importURL, "col-0", "day", "col-1", "giver", "col-2", "receiver", "col-3", "amount", "col-4", "note", "unit", "min"), http.StatusOK, "One row can stand.").text()
	}
	if words := tries(tide, "9"); strings.Contains(words, told) {
		t.Errorf("nothing was brought in, and the page says: %s", words)
	}
	laid := tide.post(importURL)
	for _, step := range []string{"/yes", ""} { // while it waits, and once it counts
		if words := tries(tide, "9"); !strings.Contains(words, told) {
			t.Errorf("it lies there already: %s", words)
		}
		if step != "" {
			kite.says(kite.post(laid.url+step), http.StatusOK)
		}
	}
	if words := tries(tide, "8"); strings.Contains(words, told) {
		t.Errorf("these rows are others: %s", words)
	}
	again := tide.post(importURL)
	tide.says(tide.post(again.url+"/back"), http.StatusOK)
	if words := tries(tide, "8"); strings.Contains(words, told) {
		t.Errorf("it was taken back: %s", words)
	}
}

// TestARowOfANameThatTwoHaveIsNobodys: Moss and Kite called themselves Ash apart, and
// somebody calls herself as we call what is all of ours. No row is written into the
// account of whichever comes last.
func TestARowOfANameThatTwoHaveIsNobodys(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite", "Heron")
	far := e.apart("Kite")
	calls := func(p *phone, name string) {
		p.Helper()
		if _, err := p.log.Submit(p.by, op.Draft{Kind: people.KindName, Content: people.Name{Member: p.by.Member, Name: name}}); err != nil {
			t.Fatal(err)
		}
	}
	calls(e.all["Moss"], "Ash")
	calls(far.all["Kite"], "Ash")
	calls(e.all["Heron"], "The cell")
	e.meets(far)
	tide := e.all["Tide"]
	tide.upload(importURL, "file", []byte("day,from,to,hours,for\n2026-01-05,Tide,ash,9,Wood\n2026-01-06,The cell,Tide,8,Soup\n2026-01-07,Tide,Fern,7,Hay\n"))
	tide.says(tide.post(importURL, "col-0", "day", "col-1", "giver", "col-2", "receiver", "col-3", "amount", "col-4", "note", "unit", "min"), http.StatusOK,
		"More than one is called ash here.", "More than one is called The cell here.", "There is nobody called Fern here.")
}
