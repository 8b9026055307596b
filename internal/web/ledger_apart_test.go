package web

import (
	"crypto/ed25519"
	"net/http"
	"strings"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// collected is a cell with a tin, into which Moss has put 80 euros; a second
// person has yet to say yes.
func collected(t *testing.T) (e *evening, in answer) {
	e = sit(t, "Moss", "Heron", "Tide", "Kite")
	e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR")}, "Moss", "Heron", "Tide", "Kite")
	return e, e.all["Moss"].post("/ledger/tin/in?unit=EUR", "amount", "80", "for", "Collected")
}

// TestOfTwoYesesApartTheStatementSaysOne: the other changed nothing.
func TestOfTwoYesesApartTheStatementSaysOne(t *testing.T) {
	e, in := collected(t)
	far := e.apart("Kite")
	for _, p := range []*phone{e.all["Heron"], far.all["Kite"]} {
		p.says(p.post(in.url+"/yes"), http.StatusOK, "it counts")
	}
	e.meets(far)
	for _, path := range []string{"/ledger/tin", accountURL(ledger.Cash("EUR"), ledger.Tin)} {
		if n := strings.Count(e.all["Moss"].get(path).text(), "Collected"); n != 1 {
			t.Errorf("%s says %d times that 80 euros came in, and they came once", path, n)
		}
	}
}

// TestWhatWasTakenBackBeforeTheYesIsNoLine: whichever of the two is first in the
// order, the balance beside the newest line is that of the book.
func TestWhatWasTakenBackBeforeTheYesIsNoLine(t *testing.T) {
	e := sit(t, "Moss", "Kite")
	moss := e.all["Moss"]
	var gave []answer
	for range 2 {
		gave = append(gave, moss.giveHours(e.all["Kite"], "1", "Digging"))
	}
	far := e.apart("Kite")
	kite := far.all["Kite"]
	moss.says(moss.post(gave[0].url+"/back"), http.StatusOK)
	kite.says(kite.post(gave[1].url+"/yes"), http.StatusOK, "it counts")
	moss.says(moss.post(gave[1].url+"/back"), http.StatusOK)
	kite.says(kite.post(gave[0].url+"/yes"), http.StatusOK, "it counts")
	e.meets(far)
	stands := map[ledger.Amount]string{0: "0:00", 60: "+1:00", 120: "+2:00"}[e.balance(ledger.Minutes, moss.account())]
	lines := moss.get(accountURL(ledger.Minutes, moss.account())).text()
	if n := strings.Count(lines, "Digging"); n != 2 {
		t.Errorf("two things were written down, and %d stand there: %s", n, lines)
	}
	if _, newest, _ := strings.Cut(lines, "Digging"); !strings.Contains(strings.SplitN(newest, "Digging", 2)[0], " "+stands) {
		t.Errorf("the book says %s: %s", stands, lines)
	}
}

// TestWhatARevokedDeviceWroteIsNoLine: pages tell what stands, and nothing that
// was written by a key after its owner had taken it back.
func TestWhatARevokedDeviceWroteIsNoLine(t *testing.T) {
	e, in := collected(t)
	eur, moss := ledger.Cash("EUR"), e.all["Moss"]
	take := e.another("Kite")
	far := e.apart("Tide", "Kite’s other")
	tide, other := far.all["Tide"], far.all["Kite’s other"]
	other.says(other.post(in.url+"/yes"), http.StatusOK, "it counts")
	made := other.post("/ledger/tin/in?unit=EUR", "amount", "7", "for", "Invented")
	tide.says(tide.post(made.url+"/yes"), http.StatusOK, "it counts")
	take()
	e.meets(far)
	if n := e.balance(eur, ledger.Tin); n != 0 {
		t.Fatalf("what a revoked device wrote counts: %d", n)
	}
	for _, path := range []string{"/ledger/tin", accountURL(eur, ledger.Tin)} {
		if lines := moss.get(path).text(); strings.Count(lines, "Collected") != 1 || strings.Contains(lines, "Invented") || strings.Contains(lines, "7.00") {
			t.Errorf("one thing was written down, and it waits: %s", lines)
		}
	}
	moss.says(moss.get(accountURL(eur, ledger.Tin)), http.StatusOK, "Waits for a second person +80.00 0.00")
	if words := moss.says(moss.get(in.url), http.StatusOK, "Waits for a yes", "Moss wrote it down.").text(); strings.Contains(words, "Kite said yes") {
		t.Errorf("the yes of a revoked device is told as if it stood: %s", words)
	}
}

// TestPagesShowWhatTheBookDoesNotList: credit was first used by a key that had been
// taken back elsewhere. What others wrote since stands, and pages show it as the
// books that leave in files do.
func TestPagesShowWhatTheBookDoesNotList(t *testing.T) {
	e := sit(t, "Moss", "Heron", "Tide", "Kite")
	take := e.another("Kite")
	far := e.apart("Tide", "Heron", "Kite’s other")
	tide, heron, other := far.all["Tide"], far.all["Heron"], far.all["Kite’s other"]
	pays := ledger.Transfer{Unit: ledger.Credit, From: tide.account(), To: ledger.Common, Amount: 5, Note: "Candles"}
	var refs []op.Ref
	for _, by := range []*phone{other, tide} {
		var err error
		if refs, err = far.log.Submit(by.by, op.Draft{Kind: ledger.KindPropose, Content: pays}); err != nil {
			t.Fatal(err)
		}
	}
	heron.says(heron.post(ledgerURL("t", refs[0])+"/yes"), http.StatusOK, "it counts")
	take()
	e.meets(far)
	if n := e.balance(ledger.Credit, tide.account()); n != -5 {
		t.Fatalf("Tide has %d", n)
	}
	moss := e.all["Moss"]
	moss.says(moss.get("/ledger"), http.StatusOK, "All of us: Credit", "Tide −5")
	moss.says(moss.get(accountURL(ledger.Credit, tide.account())), http.StatusOK, "Candles")
}

// TestWhatWasCarriedOutTwiceApartIsTold: the decision was about once. Whoever looks
// at either line is told, until one of the two is put right.
func TestWhatWasCarriedOutTwiceApartIsTold(t *testing.T) {
	e, in := collected(t)
	eur, moss, heron := ledger.Cash("EUR"), e.all["Moss"], e.all["Heron"]
	heron.says(heron.post(in.url+"/yes"), http.StatusOK, "it counts")
	moss.post("/ledger/tin/count?unit=EUR", "counted", "75")
	same := "/ledger/tin/count/" + between(heron.get("/ledger/tin").body, `action="/ledger/tin/count/`, `"`)
	heron.says(heron.post(same), http.StatusOK, "The count and the book differ.")
	round := moss.says(moss.post("/ledger/rules/new?rule=gap&unit=EUR", "why", "It is lost"), http.StatusOK, "5.00 € less in the tin")
	ref, _ := op.ParseRef(strings.TrimPrefix(round.url, "/r/"))
	e.consent(ref, "Moss", "Heron", "Tide", "Kite")
	far := e.apart("Kite")
	kite := far.all["Kite"]
	carry, told := "/ledger/carry/"+ref.String(), "It was written into the book twice."
	one, other := moss.post(carry), kite.post(carry)
	if strings.Contains(moss.get(one.url).text(), told) {
		t.Error("it was carried out once, and the page says twice")
	}
	e.meets(far)
	if n := e.balance(eur, ledger.Tin); n != 7000 {
		t.Fatalf("the tin holds %d", n)
	}
	for _, line := range []answer{one, other} {
		moss.says(moss.get(line.url), http.StatusOK, told)
	}
	right := moss.says(moss.post(other.url+"/right", "why", "Twice"), http.StatusOK)
	heron.says(heron.post(right.url+"/yes"), http.StatusOK)
	if n := e.balance(eur, ledger.Tin); n != 7500 {
		t.Fatalf("the tin holds %d", n)
	}
	for _, line := range []answer{one, other} {
		if strings.Contains(moss.get(line.url).text(), told) {
			t.Errorf("%s is put right, and still told", line.url)
		}
	}
}

// another gives somebody a second device, and returns what takes it back.
func (e *evening) another(name string) (take func()) {
	e.Helper()
	p := e.all[name]
	pub, dev := e.keys.device()
	e.comes(name+"’s other", e.granted(e.ids[name], p.by.Member, pub, dev))
	other := e.all[name+"’s other"]
	other.says(other.post("/ledger/pledge/new", "what", "Bread", "to", wholeCell, "unit", ""), http.StatusOK)
	return func() {
		word := op.Statement{Verb: op.VerbRevoke, Cell: e.log.Cell(), Member: p.by.Member, Key: pub}
		revoke := trust.Revoke{Member: p.by.Member, Key: pub, Sig: ed25519.Sign(e.ids[name], word.Bytes())}
		if _, err := e.log.Submit(p.by, op.Draft{Kind: trust.KindRevoke, Content: revoke}); err != nil {
			e.Fatal(err)
		}
	}
}

// TestAMonthThatTwoClosedApartHasOneSheet: that of the close which counts, on every
// router.
func TestAMonthThatTwoClosedApartHasOneSheet(t *testing.T) {
	e, in := collected(t)
	far := e.apart("Kite")
	moss, kite := e.all["Moss"], far.all["Kite"]
	kite.says(kite.post(in.url+"/yes"), http.StatusOK, "it counts")
	moss.says(moss.post("/ledger/close"), http.StatusOK, "Closed today by Moss.")
	kite.says(kite.post("/ledger/close"), http.StatusOK, "Closed today by Kite.", "80.00")
	e.meets(far)
	far.meets(e)
	book, _ := e.log.State().Value(keyBook).(ledger.Book)
	o, err := e.log.Read(book.LastRef)
	if err != nil || book.Closes != 2 {
		t.Fatalf("%d closes, %v", book.Closes, err)
	}
	by := map[op.Member]string{moss.by.Member: "Moss", kite.by.Member: "Kite"}[o.Member]
	for _, p := range []*phone{moss, kite} {
		p.says(p.get("/ledger/close/2026-11/sheet"), http.StatusOK, "Closed today by "+by+".")
		if n := strings.Count(p.get("/ledger/close").body, "/ledger/close/2026-11/sheet"); n != 1 {
			t.Errorf("the month is listed %d times", n)
		}
	}
}
