package web

import (
	"net/http"
	"strings"
	"testing"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

// TestNoPageCorrectsWhatWasPutAside: it is taken back on the page of what it is for.
func TestNoPageCorrectsWhatWasPutAside(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	b := e.wrote("Moss", op.Draft{Kind: ledger.KindBucket, Content: ledger.Purpose{Name: "a new oven", Unit: ledger.Minutes, Target: 60, Cap: 60}})[0]
	put := e.wrote("Moss", op.Draft{Kind: ledger.KindFund, Subject: b, Content: ledger.Posting{Unit: ledger.Minutes, From: moss.account(), To: ledger.ProjectAccount(b), Amount: 60}})[0]
	page := moss.get(ledgerURL("t", put))
	if moss.says(page, http.StatusOK, "a new oven"); strings.Contains(page.text(), "Put it right together") {
		t.Error("the page offers to correct what was put aside")
	}
	moss.says(moss.post(ledgerURL("t", put)+"/right", "why", "I want it back"), http.StatusUnprocessableEntity, "What is put aside has a page of its own.")
}

// TestNoPagePassesOnAYesToWhatThePoolBears: an objection can be passed on there.
func TestNoPagePassesOnAYesToWhatThePoolBears(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"]
	w := ledger.WriteOff{Unit: ledger.Minutes, From: ledger.Common, To: moss.account(), Amount: 60}
	a, err := consent.Open(e.log.State().Now(), moss.by.Member, consent.Opening{Class: consent.Standard, Text: consent.Text{What: "What I owe", Why: "It was a hard year",
		Effect: &consent.Effect{Kind: ledger.EffectWriteOff, Content: op.MustMarshal(w)}}})
	if err != nil {
		t.Fatal(err)
	}
	ref := e.wrote("Moss", op.Draft{Kind: consent.KindOpen, Content: &a})[0]
	at := "/r/" + ref.String() + "/relay"
	if page := moss.get(at); strings.Contains(page.body, `value="consent"`) || !strings.Contains(page.body, `value="objection"`) {
		t.Error("the page offers to pass a yes on")
	}
	yes := moss.post(at, "who", tide.by.Member.String(), "voice", "consent", "reason-consent", "by phone")
	moss.says(yes, http.StatusUnprocessableEntity, "On a decision this weighty a yes cannot be passed on, an objection can.")
	no := moss.post(at, "who", tide.by.Member.String(), "voice", "objection", "reason-objection", "by phone", ui.FieldLens, "harm")
	moss.says(no, http.StatusOK, "Passed on.")
}
