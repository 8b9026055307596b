package web

import (
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/op"
	"celld/ui"
)

var icsAddress = regexp.MustCompile(`/calendar/[A-Za-z0-9_-]{43}\.ics`)

// A calendar reads reviews and turns by an address that is its key, and no other
// address says anything.
func TestACalendarReadsOurDays(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	moss, fern := e.all["Moss"], e.all["Fern"]
	e.now = time.Date(2031, 3, 5, 12, 0, 0, 0, time.UTC)
	round := moss.post("/rounds/new", ui.FieldWhat, "Bread, and; more\\ of it: "+strings.Repeat("خبز ", 20), ui.FieldWhy, "The bakery closed", ui.FieldClass, "standard")
	ref, err := op.ParseRef(strings.TrimPrefix(round.url, "/r/"))
	if err != nil {
		t.Fatal(round.text())
	}
	e.consent(ref, "Moss", "Fern", "Kite")
	moss.post("/turns/treasurer/begin")
	moss.calls("2031-03-09", ui.FieldTime, "six, sharp", ui.FieldPlace, "Kitchen; back door")

	a := moss.post("/calendar")
	moss.says(a, http.StatusOK, "shown this once", "End it")
	address := icsAddress.FindString(a.body)
	if address == "" {
		t.Fatalf("there is no address in %s", a.text())
	}
	phone := e.stranger()
	feed := phone.get(address)
	if feed.status != http.StatusOK || feed.header.Get("Content-Type") != "text/calendar; charset=utf-8" || feed.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", feed.status, feed.header)
	}
	told := readCalendar(t, feed.body)
	for _, want := range []string{"2031-06-04 Look again: Bread, and; more\\ of it: خبز", "2031-05-14 Keeping the tin: the turn of Moss is over", "2031-03-09 We sit together · six, sharp"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is not in\n%s", want, told)
		}
	}

	for _, wrong := range []string{"/calendar/x.ics", "/calendar/" + strings.Repeat("A", 43) + ".ics", address[:len(address)-6] + "xx.ics"} {
		if got := phone.get(wrong); got.status != http.StatusNotFound || strings.Contains(got.body, "Bread") {
			t.Errorf("%s answers %d", wrong, got.status)
		}
	}
	next := icsAddress.FindString(moss.post("/calendar").body)
	if phone.get(address).status != http.StatusNotFound || phone.get(next).status != http.StatusOK {
		t.Error("a new address does not end the old one")
	}
	fern.says(fern.post("/calendar/end"), http.StatusOK, "leads nowhere")
	if phone.get(next).status != http.StatusOK {
		t.Error("somebody else ends it")
	}
	moss.says(moss.post("/calendar/end"), http.StatusOK, "leads nowhere")
	if phone.get(next).status != http.StatusNotFound {
		t.Error("its owner cannot end it")
	}
}

// readCalendar lets a program that is not ours read a calendar: a line a day.
func readCalendar(t *testing.T, ics string) string {
	t.Helper()
	for _, line := range strings.Split(ics, "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("not a line of a calendar: %q", line)
		}
	}
	cmd := exec.Command("/usr/bin/python3", "-c", `
import sys, icalendar
c = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
ids = [str(e["UID"]) for e in c.walk("VEVENT")]
assert len(ids) == len(set(ids)), ids
for e in c.walk("VEVENT"):
    assert not e.errors, e.errors
    e["DTSTAMP"].dt, e["URL"]
    print(e["DTSTART"].dt, e["SUMMARY"])
`)
	cmd.Stdin = strings.NewReader(ics)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("python3-icalendar: %v\n%s\n%s", err, out, ics)
	}
	return string(out)
}

// Who left reads no calendar of ours any more.
func TestACalendarEndsWithItsSeat(t *testing.T) {
	e := sit(t, "Moss", "Fern", "Kite")
	withWords(e)
	e.closeDoor("Moss", "Fern", "Kite")
	fern := e.all["Fern"]
	address := icsAddress.FindString(fern.post("/calendar").body)
	if a := e.stranger().get(address); a.status != http.StatusOK {
		t.Fatalf("%d", a.status)
	}
	leave := "/people/" + fern.by.Member.String() + "/leave"
	ref, err := op.ParseRef(strings.TrimPrefix(e.all["Moss"].post(leave, ui.FieldWhat, "Fern goes", ui.FieldWhy, "She moves away").url, "/r/"))
	if err != nil {
		t.Fatal(err)
	}
	e.consent(ref, "Moss", "Kite")
	e.all["Moss"].get("/") // carries it out
	if cell.PeopleOf(e.log.State()).IsActive(fern.by.Member) {
		t.Fatal("Fern is still here")
	}
	if a := e.stranger().get(address); a.status != http.StatusNotFound {
		t.Errorf("it answers %d", a.status)
	}
}
