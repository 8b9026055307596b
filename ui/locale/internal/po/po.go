// Package po owns the reading of catalogues in gettext's .po notation: the
// part of it that our files use, and nothing else.
package po

import (
	"fmt"
	"strconv"
	"strings"
)

// Message is one entry: a sentence, its plural when it counts, and its forms
// in the catalogue's language.
type Message struct {
	ID, Plural string
	Forms      []string
}

// Parse reads a catalogue. The header entry (an empty msgid) is left out.
func Parse(text string) ([]Message, error) {
	p := reader{}
	for i, line := range strings.Split(text, "\n") {
		if err := p.line(strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	p.flush()
	return p.out, nil
}

type reader struct {
	out []Message
	now Message
	in  *string // the string that a continued line adds to
}

func (p *reader) line(s string) error {
	if s == "" || s[0] == '#' {
		return nil
	}
	word, quoted, _ := strings.Cut(s, " ")
	if s[0] == '"' {
		word, quoted = "", s
	}
	value, err := strconv.Unquote(quoted)
	if err != nil {
		return fmt.Errorf("%q is not a quoted string", quoted)
	}
	switch {
	case word == "":
		if p.in == nil {
			return fmt.Errorf("a string stands alone")
		}
	case word == "msgid":
		p.flush()
		p.in = &p.now.ID
	case word == "msgid_plural":
		p.in = &p.now.Plural
	case strings.HasPrefix(word, "msgstr"):
		p.now.Forms = append(p.now.Forms, "")
		p.in = &p.now.Forms[len(p.now.Forms)-1]
	default:
		return fmt.Errorf("%q is not a keyword we use", word)
	}
	*p.in += value
	return nil
}

func (p *reader) flush() {
	if p.now.ID != "" {
		p.out = append(p.out, p.now)
	}
	p.now, p.in = Message{}, nil
}
