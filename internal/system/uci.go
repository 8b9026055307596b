package system

import (
	"fmt"
	"strings"
)

// UCI is one configuration file as uci(1) reads it: sections in their order,
// each with its options. Comments are no part of it.
type UCI struct{ Sections []Section }

// Section is a block of options. One without a name is anonymous.
type Section struct {
	Type    string
	Name    string
	Line    int // where it begins, from 1; no part of what a file says
	Options []Option
}

// Option is a value, or with List several, in their order.
type Option struct {
	Name   string
	List   bool
	Values []string
	Line   int // where it was last set
}

// Problem is a line of a file that is not as it should be. Refused: it does not
// count. Otherwise it counts as uci(1) would have it, and is worth a word.
type Problem struct {
	Line    int    `json:"line"`
	Text    string `json:"text"`
	Refused bool   `json:"refused"`
}

// Section returns the named section, or nil.
func (u *UCI) Section(name string) *Section {
	for i := range u.Sections {
		if s := &u.Sections[i]; s.Name == name && name != "" {
			return s
		}
	}
	return nil
}

// Option returns the option of that name, or nil.
func (s *Section) Option(name string) *Option {
	for i := range s.Options {
		if o := &s.Options[i]; o.Name == name {
			return o
		}
	}
	return nil
}

// Get returns the value of an option, of a list its first, and "" for one that
// is not set.
func (s *Section) Get(name string) string {
	if o := s.Option(name); o != nil {
		return o.Values[0]
	}
	return ""
}

// Set gives an option one value, "" for none.
func (s *Section) Set(name, value string) {
	s.unset(name)
	if value != "" {
		s.Options = append(s.Options, Option{Name: name, Values: []string{value}})
	}
}

func (s *Section) unset(name string) {
	var left []Option
	for _, o := range s.Options {
		if o.Name != name {
			left = append(left, o)
		}
	}
	s.Options = left
}

// Truth reads a value as OpenWrt's scripts read one that is on or off.
func Truth(value string) (on, ok bool) {
	switch value {
	case "1", "on", "true", "yes", "enabled":
		return true, true
	case "0", "off", "false", "no", "disabled":
		return false, true
	}
	return false, false
}

// Text spells u as uci(1) does when it writes a file.
func (u UCI) Text() []byte {
	var b strings.Builder
	for _, s := range u.Sections {
		fmt.Fprintf(&b, "\nconfig %s", word(s.Type))
		if s.Name != "" {
			b.WriteString(" " + quote(s.Name))
		}
		b.WriteByte('\n')
		for _, o := range s.Options {
			command := "option"
			if o.List {
				command = "list"
			}
			for _, v := range o.Values {
				fmt.Fprintf(&b, "\t%s %s %s\n", command, o.Name, quote(v))
			}
		}
	}
	return []byte(b.String())
}

// word leaves a type bare where every reader takes it bare.
func word(s string) string {
	if isName(s) {
		return s
	}
	return quote(s)
}

// quote is how a value stands in a file: within single quotes nothing is
// special but the quote itself.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// isName knows what may name an option or a section: what a shell takes as part
// of a variable's name.
func isName(s string) bool {
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_') {
			return false
		}
	}
	return s != ""
}

// isType knows what may be a section's type: any printable ASCII.
func isType(s string) bool {
	for _, c := range []byte(s) {
		if c < 33 || c > 126 {
			return false
		}
	}
	return s != ""
}
