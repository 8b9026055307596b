package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"celld/internal/op"
	"celld/ui"
)

// tap sends a form as a browser does whose owner taps before the answer is
// there: with the cookies that it had, and nothing of what came meanwhile.
func (e *evening) tap(path string, jar map[string]string, values ...string) *http.Response {
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Host = "cell.test"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	e.server.ServeHTTP(w, r)
	return w.Result()
}

// stampOn is the token of the forms on a page.
func (b *phone) stampOn(path string) string { return tokens.FindStringSubmatch(b.get(path).body)[1] }

func TestTwoTapsWriteOneThingDown(t *testing.T) {
	e := sit(t, "Moss", "Heron")
	moss, heron := e.all["Moss"], e.all["Heron"]
	jar := map[string]string{cookieName: moss.cookie}
	hour := func(stamp string) string {
		return e.tap(payURL, jar, "token", stamp, ui.FieldWay, "gave", ui.FieldTo, heron.by.Member.String(), ui.FieldHours, "1", ui.FieldMinutes, "", ui.FieldFor, "Soup").Header.Get("Location")
	}
	wait := func(n int) {
		t.Helper()
		if got := strings.Count(moss.get("/ledger").body, "Soup, for Heron"); got != n {
			t.Errorf("%d wait for Heron, want %d", got, n)
		}
	}
	stamp := moss.stampOn(payURL)
	first, second := hour(stamp), hour(stamp)
	if !strings.HasPrefix(first, "/ledger/t/") || second != first {
		t.Errorf("two taps lead to %q and %q", first, second)
	}
	wait(1)
	// Whoever cooks a second soup opens the form a second time.
	if again := hour(moss.stampOn(payURL)); again == first {
		t.Errorf("what is written down again leads to %q", again)
	}
	wait(2)
	// A no that stands beside a field comes as often as it is asked for.
	stamp = moss.stampOn("/board")
	for range 2 {
		if a := e.tap("/board", jar, "token", stamp, ui.FieldWords, ""); a.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("an empty note is answered %d", a.StatusCode)
		}
	}
}

// onceOnly is a Claim whose code works once.
type onceOnly struct{ used bool }

func (c *onceOnly) Try(code string) error {
	if c.used || code != "AAAA-AAAA" {
		return op.Refuse("claim.used", code)
	}
	c.used = true
	return nil
}

func TestTwoTapsOnTheCodeOfARouterFoundACell(t *testing.T) {
	e := sit(t, "Moss")
	bare := New(House{Log: nobody{e.log}, Keys: e.keys, Clock: e, Claim: &onceOnly{}, Hosts: []string{"cell.test"}, Logger: e.server.Logger})
	e.server = bare
	first := e.tap("/claim", nil, ui.FieldCode, "AAAA-AAAA")
	second := e.tap("/claim", nil, ui.FieldCode, "AAAA-AAAA")
	if first.StatusCode != http.StatusSeeOther || second.StatusCode != http.StatusSeeOther {
		t.Fatalf("they are answered %d and %d", first.StatusCode, second.StatusCode)
	}
	if a, b := first.Cookies(), second.Cookies(); len(b) != 1 || a[0].Value != b[0].Value {
		t.Errorf("the second tap is given %v, the first was %v", b, a)
	}
	if other := e.tap("/claim", nil, ui.FieldCode, "BBBB-BBBB"); other.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("another code is answered %d", other.StatusCode)
	}
}

// nobody is the log of a router that belongs to nobody.
type nobody struct{ Log }

func (nobody) Cell() op.ID { return op.ID{} }

func TestASecondTapWaitsForTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Server
		serves := 0
		slow := Route{http.MethodPost, "/in", Visitor, func(v *visit) error {
			serves++
			time.Sleep(time.Second)
			setCookie(v.w, v.r, cookieName, "a session")
			return away("/")
		}}
		sends := func(words string) (http.Header, error) {
			r := httptest.NewRequest(http.MethodPost, "/in", nil)
			r.PostForm = url.Values{ui.FieldSecret: {words}}
			w := httptest.NewRecorder()
			err := (&visit{Server: &s, w: w, r: r, now: time.Now()}).once(slow)
			return w.Header(), err
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if h, err := sends("five"); err != away("/") || h.Get("Set-Cookie") == "" {
					t.Errorf("it is answered %v, %v", err, h)
				}
			})
		}
		wg.Wait()
		if serves != 1 {
			t.Errorf("three taps are served %d times", serves)
		}
		// Who signs in once more later is another browser, for all that anybody knows.
		if sends("five"); serves != 2 {
			t.Error("a session is given away")
		}
		if len(s.taps.all) != 0 {
			t.Errorf("%d are remembered", len(s.taps.all))
		}
	})
}

func TestTapsAreForgotten(t *testing.T) {
	var ts taps
	now := time.Unix(1e9, 0)
	for i := range 2 * tapsMost {
		if x, first := ts.begin([32]byte{byte(i)}, op.Member{}, now); !first {
			t.Fatalf("%d came already", i)
		} else if i%2 == 0 {
			x.to = "/"
			ts.end([32]byte{byte(i)}, x, now, true)
		}
	}
	if len(ts.all) != tapsMost {
		t.Fatalf("%d are remembered", len(ts.all))
	}
	if ts.clear(); len(ts.all) != tapsMost/2 {
		t.Errorf("%d of those under way are left after the lock", len(ts.all))
	}
	x, _ := ts.begin([32]byte{0xff}, op.Member{}, now)
	x.to = "/"
	ts.end([32]byte{0xff}, x, now, true)
	if _, first := ts.begin([32]byte{0xff}, op.Member{}, now.Add(tapTime)); first {
		t.Error("it is forgotten too early")
	}
	if _, first := ts.begin([32]byte{0xff}, op.Member{}, now.Add(tapTime+1)); !first {
		t.Error("it is remembered too long")
	}
}

// TestAStrangersFormsCrowdOutNoMembers: each says another thing and leads on, the cross on
// a page for one, and the member's second tap counted.
func TestAStrangersFormsCrowdOutNoMembers(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	for i := range 2 * tapsMost {
		if a := e.tap("/away", nil, "token", "a.b."+strconv.Itoa(i)); a.StatusCode != http.StatusSeeOther {
			t.Fatalf("the cross is answered %d", a.StatusCode)
		}
	}
	stamp := moss.stampOn("/board")
	for range 2 {
		e.tap("/board", map[string]string{cookieName: moss.cookie}, "token", stamp, ui.FieldWords, "Soup at seven")
	}
	if n := strings.Count(moss.get("/board").body, "Soup at seven"); n != 1 {
		t.Errorf("two taps leave %d notes", n)
	}
}

// Guests have no token: their cookie tells them apart, which over HTTPS has another
// name. Who shares an address with somebody is not given their place at the door.
func TestGuestsAtOneAddressAreToldApartByHTTPSToo(t *testing.T) {
	var s Server
	serves := 0
	door := Route{http.MethodPost, "/join/words", Visitor, func(v *visit) error {
		serves++
		setCookie(v.w, v.r, guestCookie, "another place")
		return away("/join/wait")
	}}
	for _, scheme := range []string{"http", "https"} {
		sends := func(guest string) string {
			r := httptest.NewRequest(http.MethodPost, scheme+"://cell.test/join/words", nil)
			r.AddCookie(&http.Cookie{Name: called(r, guestCookie), Value: guest})
			r.PostForm = url.Values{ui.FieldWritten: {"1"}}
			w := httptest.NewRecorder()
			if err := (&visit{Server: &s, w: w, r: r, now: time.Now()}).once(door); err != away("/join/wait") {
				t.Errorf("%s: %v", scheme, err)
			}
			return w.Header().Get("Set-Cookie")
		}
		serves = 0
		first := sends("Kite " + scheme)
		if sends("Fern " + scheme); serves != 2 {
			t.Errorf("%s: of two guests one is served", scheme)
		}
		if again := sends("Kite " + scheme); serves != 2 || again != first {
			t.Errorf("%s: a second tap is served anew", scheme)
		}
	}
}
