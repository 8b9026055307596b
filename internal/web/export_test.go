package web

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
)

func TestTheBooksCanBeTakenAlong(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	gave := moss.giveHours(tide, "2:15", "=Mending the gate")
	tide.post(gave.url + "/yes")
	moss.says(moss.get("/ledger/export"), http.StatusOK, "hledger", "beancount", "CSV")
	for ending, kind := range map[string]string{"journal": "text/plain", "beancount": "text/plain", "csv": "text/csv"} {
		a := moss.get("/ledger/export." + ending)
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), kind) ||
			!strings.HasPrefix(a.header.Get("Content-Disposition"), `attachment; filename="mill-lane-`) || !strings.HasSuffix(a.header.Get("Content-Disposition"), ending+`"`) {
			t.Errorf("%s: %d %v", ending, a.status, a.header)
		}
		if !strings.Contains(a.body, "135") || !strings.Contains(a.body, "Mending the gate") {
			t.Errorf("%s does not tell what Moss gave:\n%s", ending, a.body)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(moss.get("/ledger/export.csv").body, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("the table has %d rows: %v", len(rows), err)
	}
	for _, r := range rows {
		if strings.HasPrefix(r[5], "=") {
			t.Error("the table holds a formula")
		}
	}
}
