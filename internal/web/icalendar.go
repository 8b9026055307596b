package web

import (
	"strings"
	"time"
	"unicode/utf8"
)

// event is a whole day in a calendar, by the clock of this router.
type event struct {
	id    string // the same at every reading
	day   time.Time
	text  string
	url   string
	place string
}

// iCalendar writes days as RFC 5545 has them.
func iCalendar(name string, now time.Time, days []event) []byte {
	var b strings.Builder
	line := func(name, value string) { fold(&b, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//celld//calendar//EN")
	line("X-WR-CALNAME", escapeText(name))
	line("REFRESH-INTERVAL;VALUE=DURATION", "PT12H") // RFC 7986, section 5.7
	for _, e := range days {
		line("BEGIN", "VEVENT")
		line("UID", e.id+"@celld.internal")
		line("DTSTAMP", now.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE", e.day.Format("20060102"))
		line("SUMMARY", escapeText(e.text))
		line("URL", e.url)
		if e.place != "" {
			line("LOCATION", escapeText(e.place))
		}
		line("TRANSP", "TRANSPARENT") // the day is free
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return []byte(b.String())
}

// escapeText keeps people's words from being read as more lines (section 3.3.11).
func escapeText(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`).Replace(s)
}

// fold ends a line, and breaks it where it has more than 75 bytes, never within
// a letter (section 3.1).
func fold(b *strings.Builder, line string) {
	const most = 75
	for room := most; len(line) > room; room = most - 1 {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut] + "\r\n ")
		line = line[cut:]
	}
	b.WriteString(line + "\r\n")
}
