package web

import (
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/ui"
)

// giveHours writes down that b gave hours to another, and returns the page.
func (b *phone) giveHours(to *phone, hours, what string) answer {
	b.Helper()
	return b.post("/ledger/pay", "way", "gave", "to", to.by.Member.String(), "h", hours, "m", "", "for", what)
}

func TestHoursCountWhenTheOtherSaysYes(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide, kite := e.all["Moss"], e.all["Tide"], e.all["Kite"]
	page := moss.says(moss.giveHours(tide, "2", "Mending the gate"), http.StatusOK, "It counts when Tide says yes", "You gave Tide: 2 h.")
	tide.says(tide.get("/"), http.StatusOK, "Mending the gate", "Moss wrote down 2 h. It counts when you say yes.")
	if words := kite.get("/").text(); strings.Contains(words, "Mending the gate") {
		t.Errorf("what waits for Tide lies before Kite: %s", words)
	}
	kite.says(kite.post(page.url+"/yes"), http.StatusUnprocessableEntity, "It is not your yes that it waits for.")
	if n := e.balance(ledger.Minutes, moss.account()); n != 0 {
		t.Fatalf("%d minutes count before Tide said yes", n)
	}
	tide.says(tide.post(page.url+"/yes"), http.StatusOK, "Both said yes, and it counts.")
	moss.says(moss.get("/ledger"), http.StatusOK, "Hours +2 h", "Mending the gate, for Tide", "Tide −2:00", "Together 0:00")
	moss.says(moss.get(accountURL(ledger.Minutes, moss.account())), http.StatusOK, "Mending the gate, for Tide", "+2:00 +2:00")
}

func TestALimitShowsTheWaysOnAndChangesNothing(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	first := moss.giveHours(tide, "8:45", "Carrying water")
	tide.post(first.url + "/yes")
	tide.post("/ledger/pledge/new", "what", "Bicycle repair", "to", wholeCell, "unit", "")
	before := e.applied()
	page := moss.says(moss.giveHours(tide, "2", "Fixing the stove"), http.StatusUnprocessableEntity,
		"Tide can receive 1 h 15 min more, not 2 h.", "We agreed that nobody goes below −10 h.", "Up to 1 h 15 min fits today.", "Write 1 h 15 min now", "Bicycle repair")
	if e.applied() != before {
		t.Error("a refused transfer was written down")
	}
	if !strings.Contains(page.body, `value="Fixing the stove"`) {
		t.Error("what was typed is gone")
	}
	link := between(page.body, `href="/ledger/pay?`, `"`)
	again := moss.get("/ledger/pay?" + strings.ReplaceAll(link, "&amp;", "&"))
	for _, want := range []string{`name="h" type="text" inputmode="numeric" dir="ltr" autocomplete="off" maxlength="4" value="1"`, `value="15"`, `value="Fixing the stove"`} {
		if !strings.Contains(again.body, want) {
			t.Errorf("the form that fits has no %s", want)
		}
	}
	moss.says(moss.giveHours(tide, "1:15", "Fixing the stove"), http.StatusOK, "1 h 15 min")
}

func between(s, from, to string) string {
	_, rest, _ := strings.Cut(s, from)
	out, _, _ := strings.Cut(rest, to)
	return out
}

func TestAFormComesBackWithWhatIsMissing(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	tide := e.all["Tide"].by.Member.String()
	for _, c := range []struct{ to, h, m, what, says string }{
		{"", "2", "", "x", "With whom was it?"},
		{tide, "2", "", "", "Say what it is for."},
		{tide, "", "", "x", "Only numbers belong here: 1 and 30 are an hour and a half."},
		{tide, "two", "", "x", "Only numbers belong here: 1 and 30 are an hour and a half."},
		{tide, "1", "60", "x", "Only numbers belong here: 1 and 30 are an hour and a half."},
		{tide, "-1", "", "x", "Only numbers belong here: 1 and 30 are an hour and a half."},
		{moss.by.Member.String(), "1", "", "x", "Both sides are the same."},
		{wholeCell, "1", "", "x", "What we share does not pay by itself."},
	} {
		moss.says(moss.post("/ledger/pay", "way", "gave", "to", c.to, "h", c.h, "m", c.m, "for", c.what), http.StatusUnprocessableEntity, c.says)
	}
}

func TestAMistakeIsPutRightByBothAndStaysToBeSeen(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide, kite := e.all["Moss"], e.all["Tide"], e.all["Kite"]
	wrong := moss.giveHours(tide, "5", "Haircut")
	tide.post(wrong.url + "/yes")
	if strings.Contains(kite.get(wrong.url).text(), "Put it right together") {
		t.Error("Kite is offered to correct what is between others")
	}
	tide.says(tide.post(wrong.url+"/right", "why", ""), http.StatusUnprocessableEntity, "Say what was wrong.")
	fix := tide.says(tide.post(wrong.url+"/right", "why", "It was half an hour"), http.StatusOK, "A correction", "It counts when Moss says yes.")
	moss.says(moss.post(fix.url+"/yes"), http.StatusOK, "Both said yes")
	if a, b := e.balance(ledger.Minutes, moss.account()), e.balance(ledger.Minutes, tide.account()); a != 0 || b != 0 {
		t.Errorf("after the correction they stand at %d and %d", a, b)
	}
	kite.says(kite.get(wrong.url), http.StatusOK, "Put right", "Haircut", "It was half an hour")
	if n := strings.Count(moss.get(accountURL(ledger.Minutes, moss.account())).body, "<s>"); n != 2 {
		t.Errorf("%d cells of the statement are struck, want the one line's two", n)
	}
}

func TestAStatementReadsBackwardsPageByPage(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	for range 25 {
		page := moss.giveHours(tide, "0:10", "Reading aloud")
		tide.post(page.url + "/yes")
	}
	first := moss.says(moss.get(accountURL(ledger.Minutes, moss.account())), http.StatusOK, "+0:10 +4:10", "+0:10 +1:00")
	older := "/ledger/account/" + between(first.body, `href="/ledger/account/min/`+string(moss.account())+"?", `"`)
	older = accountURL(ledger.Minutes, moss.account()) + "?" + strings.TrimPrefix(older, "/ledger/account/")
	second := moss.says(moss.get(older), http.StatusOK, "+0:10 +0:50", "+0:10 +0:10")
	if n := strings.Count(first.body, "Reading aloud") + strings.Count(second.body, "Reading aloud"); n != 25 {
		t.Errorf("two pages show %d lines, want all 25", n)
	}
}

func TestWhoAsksNeitherApprovesNorPays(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Tide", "Kite")
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR")}, "Moss", "Heron", "Tide", "Kite")
	moss, heron, tide, kite := e.all["Moss"], e.all["Heron"], e.all["Tide"], e.all["Kite"]
	in := moss.says(moss.post("/ledger/tin/in?unit=EUR", "amount", "84,20", "for", "Collected"), http.StatusOK, "84.20 €")
	heron.post(in.url + "/yes")

	fare := tide.says(tide.upload("/ledger/expense/new?unit=EUR", "picture", nil, "for", "Bus fare", "amount", "25", "payee", tide.by.Member.String()),
		http.StatusOK, "Two of these have to approve it.")
	tide.says(tide.post(fare.url+"/yes"), http.StatusUnprocessableEntity, "Who asks or receives does not approve.")
	tide.says(tide.post(fare.url+"/pay"), http.StatusUnprocessableEntity, "Whoever asked does not pay it out.")
	for _, b := range []*phone{moss, heron} {
		b.says(b.get("/"), http.StatusOK, "Tide asks for 25.00 €. You can approve it.")
		b.says(b.post(fare.url+"/yes"), http.StatusOK, "You approved it.")
	}
	if strings.Contains(tide.get("/").text(), "Bus fare") {
		t.Error("Tide is asked to pay what Tide asked for")
	}
	kite.says(kite.get("/"), http.StatusOK, "It is approved, and somebody has to pay it out.")
	kite.says(kite.post(fare.url+"/pay"), http.StatusOK, "Paid, not checked yet")
	kite.says(kite.post(fare.url+"/checked"), http.StatusUnprocessableEntity, "Whoever paid does not check it.")
	moss.says(moss.post(fare.url+"/checked"), http.StatusOK, "Paid and checked")
	if n := e.balance(ledger.Cash("EUR"), ledger.Tin); n != 5920 {
		t.Errorf("%d cents lie in the tin", n)
	}
	moss.says(moss.get("/ledger/tin"), http.StatusOK, "59.20 €", "Nov 84.20 25.00 59.20", "Bus fare")
}

// TestATinOfSmallCoinsIsToldWhole: three lawful postings of dinars, each in a thousand
// parts, are more than 32 bits hold, which is all that an int has on a small router.
func TestATinOfSmallCoinsIsToldWhole(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("IQD")}, "Moss", "Heron")
	moss, heron := e.all["Moss"], e.all["Heron"]
	for range 3 {
		in := moss.post("/ledger/tin/in?unit=IQD", "amount", "900000", "for", "Collected")
		heron.post(in.url + "/yes")
	}
	const all = "2,700,000.000"
	for at, words := range map[string][]string{
		"/ledger": {all}, "/ledger/tin?unit=IQD": {all + " IQD", "Nov " + all + " 0.000 " + all},
		"/ledger/close": {all, "−" + all}, "/ledger/fund?unit=IQD": {all},
	} {
		moss.says(moss.get(at), http.StatusOK, words...)
	}
}

// TestATinThatTwoEmptiedIsToldEverywhere, with the ways in which it is settled:
// on the first screen, on the tin's page, and to who would take out more.
func TestATinThatTwoEmptiedIsToldEverywhere(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Tide", "Kite")
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR")}, "Moss", "Heron", "Tide", "Kite")
	moss, heron, tide := e.all["Moss"], e.all["Heron"], e.all["Tide"]
	in := moss.post("/ledger/tin/in?unit=EUR", "amount", "80", "for", "Collected")
	heron.post(in.url + "/yes")
	var asked []string
	for _, amount := range []string{"50", "45", "1"} {
		fare := moss.upload("/ledger/expense/new?unit=EUR", "picture", nil, "for", "Bus fare", "amount", amount, "payee", string(outside))
		heron.post(fare.url + "/yes")
		tide.post(fare.url + "/yes")
		asked = append(asked, fare.url)
	}
	far := e.apart("Kite")
	kite := far.all["Kite"]
	tide.says(tide.post(asked[0]+"/pay"), http.StatusOK, "Paid, not checked yet")
	kite.says(kite.post(asked[1]+"/pay"), http.StatusOK, "Paid, not checked yet")
	const told = "The book shows more taken out than there was."
	if strings.Contains(moss.get("/").text(), told) {
		t.Fatal("there is enough in the tin, and the page says there is not")
	}
	e.meets(far)
	far.meets(e)
	for _, p := range []*phone{moss, kite} {
		p.says(p.get("/"), http.StatusOK, told)
		p.says(p.get("/ledger/tin"), http.StatusOK, "−15.00 €", told, "until what is missing is put in, or until we count it and agree on the difference")
	}
	heron.says(heron.post(asked[2]+"/pay"), http.StatusUnprocessableEntity, told)
	in = moss.post("/ledger/tin/in?unit=EUR", "amount", "15", "for", "What was missing")
	heron.post(in.url + "/yes")
	if strings.Contains(moss.get("/").text(), told) {
		t.Error("it is settled, and the page says it is not")
	}
}

func TestALargeRequestIsBroughtToTheCircle(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Tide")
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR")}, "Moss", "Heron", "Tide")
	tide := e.all["Tide"]
	stove := tide.says(tide.upload("/ledger/expense/new?unit=EUR", "picture", nil, "for", "A stove", "amount", "300", "payee", string(outside)),
		http.StatusOK, "So all of us decide, in a round.")
	round := tide.says(tide.post(stove.url+"/round"), http.StatusOK, "We pay 300.00 € for: A stove.", "Up to 300.00 € may be paid out for: A stove.")
	if !strings.Contains(tide.get(stove.url).body, round.url) {
		t.Error("the request does not lead to its round")
	}
	if again := tide.post(stove.url + "/round"); again.url != round.url {
		t.Errorf("a second round about it was opened at %s", again.url)
	}
	moss := e.all["Moss"]
	in := moss.post("/ledger/tin/in?unit=EUR", "amount", "400", "for", "Collected")
	e.all["Heron"].post(in.url + "/yes")
	moss.says(moss.post(stove.url+"/pay"), http.StatusUnprocessableEntity, "More of us have to approve it first.")
	ref, _ := op.ParseRef(strings.TrimPrefix(round.url, "/r/"))
	e.consent(ref, "Moss", "Heron", "Tide")
	moss.says(moss.get("/"), http.StatusOK, "A stove", "somebody has to pay it out")
	tide.says(tide.post(stove.url+"/pay"), http.StatusUnprocessableEntity, "Whoever asked does not pay it out.")
	moss.says(moss.post(stove.url+"/pay"), http.StatusOK, "Paid, not checked yet")
}

func TestATinIsCountedByTwo(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Tide")
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR"), Label: "In the kitchen"}, "Moss", "Heron", "Tide")
	moss, heron := e.all["Moss"], e.all["Heron"]
	moss.post("/ledger/tin/count?unit=EUR", "counted", "0.90")
	moss.says(moss.post("/ledger/tin/count?unit=EUR", "counted", "1.00"), http.StatusOK, "You counted 1.00 €", "1.00 € more than the book says")
	if words := heron.says(heron.get("/"), http.StatusOK, "Moss counted 1.00 €.").text(); strings.Contains(words, "0.90") {
		t.Errorf("Heron is still asked for the count before: %s", words)
	}
	same := "/ledger/tin/count/" + between(heron.get("/ledger/tin").body, `action="/ledger/tin/count/`, `"`)
	moss.says(moss.post(same), http.StatusUnprocessableEntity, "It is not your yes that it waits for.")
	heron.says(heron.post(same), http.StatusOK, "Counted today by Moss and Heron.", "The count and the book differ.")
	if n := e.balance(ledger.Cash("EUR"), ledger.Tin); n != 0 {
		t.Errorf("a count changed the book to %d", n)
	}
}

func TestWhereBandsAreAgreedOthersFiguresStayTheirs(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide, kite := e.all["Moss"], e.all["Tide"], e.all["Kite"]
	gave := moss.giveHours(tide, "3", "Haircut")
	tide.post(gave.url + "/yes")
	e.agree(ledger.EffectBands, ledger.Switch{On: true}, "Moss", "Tide", "Kite")
	for _, path := range []string{gave.url, accountURL(ledger.Minutes, moss.account())} {
		kite.says(kite.get(path), http.StatusNotFound)
	}
	told := regexp.MustCompile(`\b(3:00|180|Haircut)\b`) // a token may hold any three digits
	for _, path := range []string{"/ledger", "/ledger/close", "/ledger/export.journal", "/ledger/export.csv"} {
		if body := kite.get(path).body; told.MatchString(body) {
			t.Errorf("%s tells Kite what Moss gave Tide", path)
		}
	}
	moss.says(moss.get(gave.url), http.StatusOK, "Haircut")
	for _, path := range []string{"/ledger/leaving?who=", "/ledger/rules/new?rule=bear&unit=min&who="} {
		kite.says(kite.get(path+tide.by.Member.String()), http.StatusNotFound)
	}
	refused := kite.says(kite.giveHours(tide, "9", "Digging"), http.StatusUnprocessableEntity, "Tide cannot receive that much.", "nobody goes below −10 h")
	if words := refused.text(); strings.Contains(words, "7") {
		t.Errorf("a refusal tells how far Tide is from the limit: %s", words)
	}
}

// TestWhereBandsAreAgreedNobodyIsRanked: who stands where within a band is theirs,
// too, and what the old notebook says of two others once it stands.
func TestWhereBandsAreAgreedNobodyIsRanked(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite", "Heron")
	moss, tide, kite, heron := e.all["Moss"], e.all["Tide"], e.all["Kite"], e.all["Heron"]
	first := tide.upload(importURL, ui.FieldFile, []byte("day,from,to,hours,for\n2026-01-05,Tide,Heron,9,Wood\n2026-01-06,Moss,Kite,8,Haircut\n"))
	tide.says(first, http.StatusOK)
	tide.post(importURL, "col-0", "day", "col-1", "giver", "col-2", "receiver", "col-3", "amount", "col-4", "note", ui.FieldUnit, "min")
	laid := tide.says(tide.post(importURL), http.StatusOK, "Haircut")
	e.agree(ledger.EffectBands, ledger.Switch{On: true}, "Moss", "Tide", "Kite", "Heron")
	heron.says(heron.get(laid.url), http.StatusOK, "Wood", "Haircut") // it has to be compared with the notebook
	heron.says(heron.post(laid.url+"/yes"), http.StatusOK, "Wood")
	if words := heron.get(laid.url).text(); strings.Contains(words, "Haircut") {
		t.Errorf("the notebook tells Heron what Moss gave Kite: %s", words)
	}
	if n := e.balance(ledger.Minutes, moss.account()); n != 480 {
		t.Fatalf("Moss has %d minutes", n)
	}
	order := func(p *phone) bool {
		words := between(p.get("/ledger").body, "We agreed to show only which way", "</table>")
		return strings.Index(words, "Moss") < strings.Index(words, "Tide")
	}
	before := order(kite)
	more := moss.giveHours(kite, "2", "Digging")
	kite.says(kite.post(more.url+"/yes"), http.StatusOK)
	if order(kite) != before {
		t.Error("in one band Moss and Tide change places when Moss gives more than Tide")
	}
}

// TestWhereBandsAreAgreedNoFileTellsOthersFigures: a close and a notebook name
// everybody, and so came whole to each of them with what is known of them.
func TestWhereBandsAreAgreedNoFileTellsOthersFigures(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide, kite := e.all["Moss"], e.all["Tide"], e.all["Kite"]
	moss.upload(importURL, "file", []byte("day;who gave;who received;hours;what\n2026-10-02;Tide;Moss;7:13;Haircut\n2026-10-03;Kite;Moss;0:20;Eggs\n"))
	moss.post(importURL, columns...)
	brought := moss.post(importURL)
	kite.says(kite.get(brought.url), http.StatusOK, "Haircut", "Eggs")
	tide.post(brought.url + "/yes")
	moss.says(moss.post("/ledger/close"), http.StatusOK, "7:33")
	e.agree(ledger.EffectBands, ledger.Switch{On: true}, "Moss", "Tide", "Kite")
	if shown := kite.says(kite.get(brought.url), http.StatusOK, "Eggs"); strings.Contains(shown.body, "Haircut") {
		t.Error("a notebook that counts is shown whole")
	}
	kite.says(kite.get("/safety/known"), http.StatusOK, "What you have and do here Hours")
	file := kite.get("/safety/known/file").body
	if !strings.Contains(file, string(ledger.KindClose)) || !strings.Contains(file, hex.EncodeToString([]byte("Eggs"))) {
		t.Errorf("what is Kite's own is not in the file: %s", file)
	}
	for _, theirs := range []string{hex.EncodeToString([]byte("Haircut")), string(tide.account()), "-453]"} { // keys hold any three digits
		if strings.Contains(file, theirs) {
			t.Errorf("Kite's file tells %s", theirs)
		}
	}
}

func TestWhoIsFarToOneSideIsLedTowardsTheOther(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide, kite := e.all["Moss"], e.all["Tide"], e.all["Kite"]
	tide.post(moss.giveHours(tide, "5:30", "The roof").url + "/yes")
	tide.says(tide.get("/ledger"), http.StatusOK, "Say what you could do for somebody")
	if body := moss.get("/ledger").text(); strings.Contains(body, "See what others offer") {
		t.Error("who is not half way to the limit is led on")
	}
	kite.post(moss.giveHours(kite, "5:30", "The roof, too").url + "/yes")
	moss.says(moss.get("/ledger"), http.StatusOK, "See what others offer")
}

func TestAnAgreementSaysWhatItChanges(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss := e.all["Moss"]
	page := moss.says(moss.post("/ledger/rules/new?rule=hours", "low", "15", "high", "25", "why", "Winter is long"), http.StatusOK, "Nobody goes below −15 h or above +25 h.")
	moss.says(moss.get("/ledger/rules"), http.StatusOK, "Nobody goes below −15 h or above +25 h.", "Nobody goes below −10 h or above +20 h.")
	if !strings.HasPrefix(page.url, "/r/") {
		t.Errorf("the change led to %s", page.url)
	}
	moss.says(moss.post("/ledger/rules/new?rule=hours", "low", "0", "high", "25", "why", "x"), http.StatusUnprocessableEntity, "These figures do not go together.")
}

func TestAPromiseIsAcceptedAndKept(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	page := tide.says(tide.post("/ledger/pledge/new", "what", "Bread", "to", moss.by.Member.String(), "unit", "0", "h", "1", "m", "", "every", "week"), http.StatusOK, "Bread, 1 h", "every week")
	moss.says(moss.get("/"), http.StatusOK, "Tide promises it.")
	moss.says(moss.post(page.url+"/yes"), http.StatusOK, "Write down what was given")
	moss.says(moss.post(page.url+"/done"), http.StatusOK, "Kept so far one time")
	tide.says(tide.post(page.url+"/back"), http.StatusOK, "taken back")
}

func TestEveryRouteOfTheLedgerAsksWhoComes(t *testing.T) {
	for _, r := range ledgerRoutes() {
		if r.Who != Member {
			t.Errorf("%s %s is open to who is not signed in", r.Method, r.Pattern)
		}
	}
}

func TestFiguresReadAsPeopleWriteThem(t *testing.T) {
	for s, want := range map[string]ledger.Amount{"12": 1200, "12.5": 1250, "12,50": 1250, "١٢٫٥": 1250, " 7 ": 700, "0.05": 5,
		"": -1, "12.505": -1, "1.000,00": -1, "1,000": -1, "-3": -1, "x": -1, ".5": -1, "5.": -1, "99999999999999": -1} {
		got, ok := figure(s, 2)
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q reads as %d, %v, want %d", s, got, ok, want)
		}
	}
	for hm, want := range map[[2]string]ledger.Amount{{"2", ""}: 120, {"1.5", ""}: 90, {"1:30", ""}: 90, {"", "45"}: 45, {"", "90"}: 90, {"0", "90"}: 90, {"1", "15"}: 75, {"0", "0"}: 0,
		{"", ""}: -1, {"1.5", "10"}: -1, {"1", "60"}: -1, {"1:", ""}: 60, {"a", ""}: -1} {
		got, ok := minutes(hm[0], hm[1])
		if ok != (want >= 0) || ok && got != want {
			t.Errorf("%q reads as %d, %v, want %d", hm, got, ok, want)
		}
	}
}

func TestWhatTheHouseProposesInArabicCanBeWrittenDown(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss := e.all["Moss"]
	cash := moss.post("/ledger/rules/new?rule=cash&lang=ar", "currency", "EUR", "why", "للمواصلات")
	if cash.status != http.StatusOK || !strings.HasPrefix(cash.url, "/r/") {
		t.Fatalf("a tin in EUR is refused: %d %s", cash.status, cash.text())
	}
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("USD")}, "Moss", "Heron")
	fare := moss.says(moss.upload("/ledger/expense/new?unit=USD&lang=ar", "picture", nil, "for", "حافلة", "amount", "300", "payee", string(outside)), http.StatusOK)
	if round := moss.post(fare.url + "/round?lang=ar"); !strings.HasPrefix(round.url, "/r/") {
		t.Errorf("a round about an expense is refused: %d %s", round.status, round.text())
	}
	if p := moss.post("/ledger/pledge/new?lang=ar", "what", "Bread", "to", e.all["Heron"].by.Member.String(), "unit", "0", "h", "1", "every", "once"); !strings.HasPrefix(p.url, "/ledger/pledge/") || p.status != http.StatusOK {
		t.Errorf("a promise is refused: %d %s", p.status, p.text())
	}
	page := moss.get("/people/" + e.all["Heron"].by.Member.String() + "/leave?lang=ar")
	if what := between(page.body, "<textarea", "</textarea>"); strings.ContainsAny(what, "\u2066\u2067\u2068\u2069\u200e") {
		t.Errorf("the house offers a text that it will refuse: %q", what)
	}
}

// For whom a router signs, the page says afterwards (X6), and before where one yes
// more makes it count: in a round as in the books, and not where nothing was written.
func TestWhatTheRouterSignsForSomebodyItSays(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"]
	const signed = "This router has written it down for "
	at := roundURL(moss.brings("standard"))
	tide.says(tide.post(at+"/say", "voice", "consent"), http.StatusOK, signed+"Tide.")
	if words := tide.post(at+"/say", "voice", "nothing").text(); strings.Contains(words, signed) {
		t.Errorf("nothing was written, and the page says: %s", words)
	}
	gave := moss.giveHours(tide, "3", "Haircut")
	tide.says(tide.get(gave.url), http.StatusOK, "This router writes it down for Tide.")
	tide.says(tide.post(gave.url+"/yes"), http.StatusOK, signed+"Tide.")
}

// TestInGiftModeNoPageOffersToCountHours: what was put aside before can be taken back.
func TestInGiftModeNoPageOffersToCountHours(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Tide")
	moss := e.all["Moss"]
	bench := moss.says(moss.post("/ledger/bucket/new", "name", "A bench", "measure", "0", "target", "2", "cap", ""), http.StatusOK)
	moss.says(moss.post(bench.url+"/in", "put-h", "1", "put-m", ""), http.StatusOK, "You put it in.")
	e.agree(ledger.EffectGiftMode, ledger.Switch{On: true}, "Moss", "Heron", "Tide")
	if page := moss.get(bench.url).body; strings.Contains(page, bench.url+"/in") {
		t.Error("the page of what is put aside takes hours")
	}
	moss.says(moss.post(bench.url+"/in", "put-h", "1", "put-m", ""), http.StatusUnprocessableEntity, "We do not count amounts.")
	for _, path := range []string{"/ledger/bucket/new", "/ledger/expense/new?unit=min", "/ledger/expense/new?from=pool:common"} {
		if page := moss.get(path); strings.HasPrefix(page.url, "/ledger/bucket") || strings.HasPrefix(page.url, "/ledger/expense") {
			t.Errorf("%s offers to count hours: %s", path, page.text())
		}
	}
	if page := moss.post("/ledger/bucket/new", "name", "A wall", "measure", "0", "target", "2"); page.status >= 500 {
		t.Errorf("%s", page.text())
	}
	moss.says(moss.post(bench.url+"/out", "taken-h", "1", "taken-m", ""), http.StatusOK, "You took it back.")
}

// Whom something is promised to may also let it be: else the first screen would ask
// for a yes until there is one.
func TestAPromiseThatNobodyWantsIsLetGo(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide, kite := e.all["Moss"], e.all["Tide"], e.all["Kite"]
	page := moss.says(moss.post("/ledger/pledge/new", "what", "A song every morning", "to", tide.id(), "unit", "", "every", "once"), http.StatusOK)
	tide.says(tide.get("/"), http.StatusOK, "Moss promises it. Say whether you accept.")
	kite.lacks(kite.get(page.url), "Let it end")
	tide.says(tide.get(page.url), http.StatusOK, "Yes, gladly", "Let it end")
	tide.says(tide.post(page.url+"/over"), http.StatusOK, "It has ended.")
	tide.lacks(tide.get("/"), "A song every morning")
}

// Who owes as much again as the cell bore once is led to a second round about it.
func TestADebtThatComesAgainIsDecidedAgain(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"]
	carry := regexp.MustCompile(`href="(/ledger/carry/[^"]+)"`)
	for range 2 {
		given := moss.giveHours(tide, "2", "Mending the gate")
		tide.says(tide.post(given.url+"/yes"), http.StatusOK)
		page := tide.says(tide.get("/ledger/leaving"), http.StatusOK)
		begin := regexp.MustCompile(`href="(/ledger/rules/new\?rule=bear[^"]+)"`).FindStringSubmatch(page.body)
		if begin == nil {
			t.Fatalf("no round about 2 h that Tide owes: %s", page.text())
		}
		round := tide.says(tide.post(strings.ReplaceAll(begin[1], "&amp;", "&"), "why", "I go far away"), http.StatusOK, "It lies on the table.")
		ref, err := op.ParseRef(strings.TrimPrefix(round.url, "/r/"))
		if err != nil {
			t.Fatal(err)
		}
		e.consent(ref, "Moss", "Tide", "Kite")
		way := carry.FindStringSubmatch(tide.get("/ledger/leaving").body)
		if way == nil {
			t.Fatal("nothing leads to where the decision is written into the book")
		}
		tide.says(tide.post(way[1]), http.StatusOK, "It stands in the book.")
		if n := e.balance(ledger.Minutes, tide.account()); n != 0 {
			t.Fatalf("Tide stands at %d", n)
		}
	}
}

// Nothing is offered to whose account is closed, nor with them, that the book would refuse.
func TestNothingIsOfferedOnAClosedAccount(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"]
	bucket := moss.says(moss.post("/ledger/bucket/new", "name", "A bench", "measure", "0", "target", "2", "cap", "4"), http.StatusOK)
	project := moss.says(moss.post("/projects/new", "name", "A bench", "why", "We sit there"), http.StatusOK)
	tide.says(tide.get(bucket.url), http.StatusOK, "Put")
	tide.says(tide.post("/ledger/leaving"), http.StatusOK, "The account is closed.")
	for _, at := range []string{"/ledger/pay", "/ledger/pledge/new"} {
		moss.lacks(moss.get(at), "Tide")
		if page := tide.says(tide.get(at), http.StatusOK, "This account is closed."); strings.Contains(page.body, `action="`+at) {
			t.Errorf("%s offers a form", at)
		}
	}
	for _, at := range []string{bucket.url, project.url} {
		if page := tide.get(at); strings.Contains(page.body, `action="`+at+`/in"`) {
			t.Errorf("%s takes something in from a closed account", at)
		}
	}
}

// No yes is asked for that the book would not take, since one of the two has left.
func TestNoYesIsOfferedWithWhoHasLeft(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide := e.all["Moss"], e.all["Tide"]
	given := moss.giveHours(tide, "2", "Mending the gate")
	fine := moss.giveHours(tide, "1", "Reading aloud")
	tide.says(tide.post(fine.url+"/yes"), http.StatusOK)
	e.wrote("Moss", op.Draft{Kind: trust.KindLeave})
	page := tide.says(tide.get(given.url), http.StatusOK, "Moss no longer has a seat at our table.", "No, it was not so")
	tide.lacks(page, "Yes, so it was")
	tide.lacks(tide.get(fine.url), "Put it right together")
	tide.says(tide.post(given.url+"/no"), http.StatusOK, "You said no.")
}

// Nobody is called to count a tin that the cell does not have any more.
func TestATinThatWasDroppedIsNotCounted(t *testing.T) {
	e := sit(t, "Moss", "Tide", "Kite")
	moss, tide, kite := e.all["Moss"], e.all["Tide"], e.all["Kite"]
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR")}, "Moss", "Tide", "Kite")
	tide.says(tide.post("/ledger/tin/count?unit=EUR", "counted", "4"), http.StatusOK)
	kite.says(kite.get("/"), http.StatusOK, "Count the tin")
	now := "/rounds/new?amends=" + between(moss.get("/rounds").body, `href="/r/`, `"`)
	round := moss.says(moss.post(now, "what", "No tin any more", "why", "It is empty", "class", "agreement"), http.StatusOK, "It lies on the table.")
	ref, err := op.ParseRef(strings.TrimPrefix(round.url, "/r/"))
	if err != nil {
		t.Fatal(err)
	}
	e.consent(ref, "Moss", "Tide", "Kite")
	kite.says(kite.get("/ledger/tin"), http.StatusOK, "Propose a change")
	kite.lacks(kite.get("/"), "Count the tin")
}
