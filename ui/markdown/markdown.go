// Package markdown owns how the few marks that people put into a page become
// markup: headings, lists, quotes, bold words and links, and nothing else.
//
// What is written is never believed: every letter of it that could be markup is
// escaped, a link leads to the web or to a page of the house, and a sign that
// turns directions is left out. Each block finds its own direction.
package markdown

import (
	"html"
	"strings"
	"unicode"
)

// Pictures tells where a picture lies that a text shows by its name; without a
// place, what stands instead of it.
type Pictures func(name string) (src, instead string)

// HTML is the markup of a text.
func HTML(text string) string { return Page(text, nil) }

// Page is the markup of a text that shows pictures: ![words](name), where the
// name is 16 hex digits and .jpg. Without pictures such marks are letters.
func Page(text string, pictures Pictures) string {
	w := &writer{level: 1, pictures: pictures}
	for _, line := range strings.Split(clean(text), "\n") {
		w.line(strings.TrimRight(line, " "))
	}
	w.close()
	return w.out.String()
}

// clean leaves out controls and what overrides or isolates direction.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == ' ':
			return r
		case r == '\t', r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069', r == '\ufeff', r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, s)
}

// writer goes through a text line by line. Open is the block it is in: "p",
// "blockquote", "ul", "ol", or none.
type writer struct {
	out   strings.Builder
	open  string
	level int // of the last heading; the page's title is the first

	pictures Pictures
}

func (w *writer) line(s string) {
	if s == "" {
		w.close()
		return
	}
	if n := heading(s); n > 0 {
		w.close()
		w.level = min(n+1, w.level+1, 4)
		tag := "h" + string(rune('0'+w.level))
		w.out.WriteString("<" + tag + ` dir="auto">`)
		w.inline(strings.TrimSpace(s[n:]))
		w.out.WriteString("</" + tag + ">\n")
		return
	}
	block, rest := blockOf(s)
	if block != w.open {
		w.begin(block)
	} else if block == "p" || block == "blockquote" {
		w.out.WriteString("<br>\n")
	}
	if block == "ul" || block == "ol" {
		w.out.WriteString(`<li dir="auto">`)
		w.inline(rest)
		w.out.WriteString("</li>\n")
		return
	}
	w.inline(rest)
}

func (w *writer) begin(block string) {
	w.close()
	w.open = block
	switch block {
	case "blockquote":
		w.out.WriteString(`<blockquote class="said"><p dir="auto">`)
	case "p":
		w.out.WriteString(`<p dir="auto">`)
	default:
		w.out.WriteString("<" + block + ">\n")
	}
}

func (w *writer) close() {
	switch w.open {
	case "":
		return
	case "blockquote":
		w.out.WriteString("</p></blockquote>\n")
	default:
		w.out.WriteString("</" + w.open + ">\n")
	}
	w.open = ""
}

// heading counts the marks of a heading; 0 for a line that is none.
func heading(s string) int {
	n := 0
	for n < len(s) && s[n] == '#' {
		n++
	}
	if n > 4 || n == 0 || n >= len(s) || s[n] != ' ' || strings.TrimSpace(s[n:]) == "" {
		return 0
	}
	return n
}

// blockOf tells which block a line belongs to, and what of it is words.
func blockOf(s string) (block, rest string) {
	t := strings.TrimLeft(s, " ")
	for _, mark := range []string{"- ", "* ", "• "} {
		if rest, ok := strings.CutPrefix(t, mark); ok {
			return "ul", rest
		}
	}
	if rest, ok := strings.CutPrefix(t, "> "); ok {
		return "blockquote", rest
	}
	digits := 0
	for digits < len(t) && digits < 3 && t[digits] >= '0' && t[digits] <= '9' {
		digits++
	}
	if digits > 0 && strings.HasPrefix(t[digits:], ". ") {
		return "ol", t[digits+2:]
	}
	return "p", t
}

// inline writes a line with its bold words and its links.
func (w *writer) inline(s string) {
	for s != "" {
		i := strings.IndexAny(s, "*[!")
		if i < 0 {
			break
		}
		w.out.WriteString(html.EscapeString(s[:i]))
		s = s[i:]
		n := w.bold(s)
		if n == 0 {
			n = w.link(s)
		}
		if n == 0 {
			n = w.picture(s)
		}
		if n == 0 {
			w.out.WriteString(html.EscapeString(s[:1]))
			n = 1
		}
		s = s[n:]
	}
	w.out.WriteString(html.EscapeString(s))
}

// most bounds how far a mark looks for its other end, so that many marks cost
// little.
const most = 1500

// bold writes **words** or *words*, which are alike here, and tells how much
// of s that was.
func (w *writer) bold(s string) int {
	mark := "*"
	if strings.HasPrefix(s, "**") {
		mark = "**"
	} else if s[0] != '*' {
		return 0
	}
	words, _, closed := strings.Cut(s[len(mark):min(len(s), most)], mark)
	if !closed || words == "" || strings.TrimSpace(words) != words || strings.Contains(words, "*") {
		return 0
	}
	w.out.WriteString("<b>")
	if strings.Contains(words, "[") {
		w.inline(words)
	} else {
		w.out.WriteString(html.EscapeString(words))
	}
	w.out.WriteString("</b>")
	return len(words) + 2*len(mark)
}

// link writes [words](address) where the address is one that a page may lead to.
func (w *writer) link(s string) int {
	words, rest, ok := strings.Cut(s[:min(len(s), most)], "](")
	to, _, closed := strings.Cut(rest, ")")
	if s[0] != '[' || !ok || !closed || strings.ContainsAny(words[1:], "[]") || strings.TrimSpace(words[1:]) == "" || !leads(to) {
		return 0
	}
	w.out.WriteString(`<a href="` + html.EscapeString(to) + `" rel="noopener noreferrer"><bdi>` + html.EscapeString(words[1:]) + "</bdi></a>")
	return len(words) + len("](") + len(to) + 1
}

// picture writes ![words](name), and tells how much of s that was.
func (w *writer) picture(s string) int {
	words, rest, ok := strings.Cut(s[:min(len(s), most)], "](")
	name, _, closed := strings.Cut(rest, ")")
	if w.pictures == nil || !strings.HasPrefix(s, "![") || !ok || !closed || strings.ContainsAny(words[2:], "[]") || !isPicture(name) {
		return 0
	}
	if src, instead := w.pictures(name); src != "" {
		w.out.WriteString(`<img class="photo" src="` + html.EscapeString(src) + `" alt="` + html.EscapeString(words[2:]) + `">`)
	} else {
		w.out.WriteString("<i>[" + html.EscapeString(instead) + " <bdi>" + html.EscapeString(words[2:]) + "</bdi>]</i>")
	}
	return len(words) + len("](") + len(name) + 1
}

func isPicture(name string) bool {
	hex, ok := strings.CutSuffix(name, ".jpg")
	return ok && len(hex) == 16 && strings.Trim(hex, "0123456789abcdef") == ""
}

// leads reports whether an address is one of the web, or a page of the house.
func leads(to string) bool {
	for _, r := range to {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'<>\\`{}|^", r) {
			return false
		}
	}
	for _, scheme := range []string{"https://", "http://"} {
		if rest, ok := strings.CutPrefix(to, scheme); ok {
			return rest != "" && rest[0] != '/'
		}
	}
	return len(to) > 1 && to[0] == '/' && to[1] != '/'
}
