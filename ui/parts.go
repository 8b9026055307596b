package ui

import (
	"html"
	"strconv"
	"strings"
)

// Opt is one of several answers that exclude each other.
type Opt struct {
	Name, Value, Text, Hint string
	Seat                    Seat
	Drawn                   bool // shows the seat's glyph
	More                    bool // has questions of its own
}

// Speech is what a neighbour said.
type Speech struct {
	Text    string
	By      string   // who, or a whole line such as "Ember objects"
	Details []string // when, about what
	Raised  bool     // an objection
	Answer  bool     // answers the words above it
}

// Fact is a small question and its answer; one without an answer is left out.
type Fact struct {
	Question, Answer string
	Said             bool // the answer is in people's own words, and reads in their direction
}

// Row is one entry of a list; the whole row is the link.
type Row struct {
	URL    string
	Seats  []Place // a small ring; one seat alone is a glyph; none draws nothing
	Title  string
	Text   string
	Number string // an amount at the end
	Struck bool   // put right since
	Mixed  bool   // Title is a sentence of the house with people's words in it
}

// Ways are more ways on, a line for each that has an address. It is called from
// many pages and stays one function, so that none of them grows.
//
//go:noinline
func Ways(links ...Link) Component {
	return draw(func(w *pen) {
		after := ""
		for _, to := range links {
			if to.URL == "" {
				continue
			}
			if after == "" {
				w.raw(`<ul class="ways">`)
				after = "</ul>"
			}
			w.raw(`<li><a href="` + html.EscapeString(safe(to.URL)) + `"><bdi>` + html.EscapeString(to.Text) + `</bdi></a></li>`)
		}
		w.raw(after)
	})
}

// figureDir lets a figure find its own direction ("6 × honey" on an Arabic page), but
// for one with a sign: the mark that keeps the sign on its left would turn around
// the hours and minutes after it.
func figureDir(s string) attributes {
	if strings.HasPrefix(s, "\u200e") {
		return nil
	}
	return attributes{"dir": "auto"}
}

func rows(n int) string { return strconv.Itoa(max(n, 2)) }

// attributes are those that every kind of field shares.
func (f Field) attributes() attributes {
	a := attributes{}
	if f.Max > 0 {
		a["maxlength"] = strconv.Itoa(f.Max)
	}
	if f.Required {
		a["required"] = ""
	}
	if d := f.describes(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Err != "" {
		a["aria-invalid"] = "true"
	}
	if f.Complete != "" {
		a["autocomplete"] = f.Complete
	} else if f.Kind != Area {
		a["autocomplete"] = "off"
	}
	return f.reading(a)
}

// reading adds how the answer is typed.
func (f Field) reading(a attributes) attributes {
	if f.LTR {
		a["dir"] = "ltr"
	}
	switch f.Kind {
	case Figure:
		a["inputmode"] = "decimal"
	case Code:
		a["autocapitalize"] = "characters"
		a["spellcheck"] = "false"
	case Secret:
		a["autocapitalize"] = "none"
		a["spellcheck"] = "false"
	}
	return a
}
