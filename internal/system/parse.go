package system

import (
	"fmt"
	"strings"
)

// ParseUCI reads a file as libuci does (file.c), with one difference: where that
// gives up at the first broken line, this tells each of them, leaves it out and
// reads on.
//
// A command is a line, or what stands between semicolons: package NAME, config
// TYPE [NAME], option NAME VALUE or list NAME VALUE, each also by its first
// letter. Words may be quoted, '#' begins a remark, and a section or an option
// that stands there twice is one: the last value counts.
func ParseUCI(text []byte) (UCI, []Problem) {
	p := parser{in: scanner{text: text, line: 1}}
	for {
		begin := p.in
		words, more, err := p.in.command()
		if err != nil {
			p.refuse(begin.line, "%v", err)
			p.in = begin
			p.in.skipLine()
			p.lost = p.lost || opensSection(begin.rest())
		} else if len(words) > 0 {
			p.do(begin.line, words)
		}
		if !more && err == nil || p.in.pos >= len(text) {
			return p.out, p.problems
		}
	}
}

// parser takes commands one by one.
type parser struct {
	in       scanner
	out      UCI
	problems []Problem
	section  int  // 1 + its place in out; 0: none yet
	lost     bool // the section that options belong to was refused
}

func (p *parser) refuse(line int, format string, args ...any) {
	p.problems = append(p.problems, Problem{line, fmt.Sprintf(format, args...), true})
}

func (p *parser) remark(line int, format string, args ...any) {
	p.problems = append(p.problems, Problem{line, fmt.Sprintf(format, args...), false})
}

func (p *parser) do(line int, words []string) {
	command, args := words[0], words[1:]
	switch command {
	case "p", "package":
		if len(args) != 1 || !isName(strings.ReplaceAll(args[0], "-", "_")) {
			p.refuse(line, "package is followed by one name")
		}
	case "c", "config":
		p.config(line, args)
	case "o", "option":
		p.option(line, "option", args)
	case "l", "list":
		p.option(line, "list", args)
	default:
		p.refuse(line, "%q begins nothing; there are config, option and list", command)
	}
}

// config opens a section, or again one that is there.
func (p *parser) config(line int, args []string) {
	p.lost = true
	switch {
	case len(args) == 0 || args[0] == "":
		p.refuse(line, "config is followed by the section's type")
		return
	case len(args) > 2:
		p.refuse(line, "after config, its type and its name stands %q; a name with a space needs quotes", args[2])
		return
	case !isType(args[0]):
		p.refuse(line, "%q is no type of a section", args[0])
		return
	case len(args) == 2 && args[1] != "" && !isName(args[1]):
		p.refuse(line, "%q is no name of a section: there are letters, digits and _", args[1])
		return
	}
	s := Section{Type: args[0], Line: line}
	if len(args) == 2 {
		s.Name = args[1]
	}
	for i, old := range p.out.Sections {
		if s.Name == "" || old.Name != s.Name {
			continue
		}
		if old.Type != s.Type {
			p.refuse(line, "section %s is of type %s since line %d, and cannot be of type %s as well", s.Name, old.Type, old.Line, s.Type)
			return
		}
		p.remark(line, "section %s begins at line %d already; both are read as one", s.Name, old.Line)
		p.section, p.lost = i+1, false
		return
	}
	p.out.Sections = append(p.out.Sections, s)
	p.section, p.lost = len(p.out.Sections), false
}

// option sets a value, or adds to a list.
func (p *parser) option(line int, command string, args []string) {
	switch {
	case p.lost:
		p.refuse(line, "this %s belongs to a section that was refused", command)
		return
	case p.section == 0:
		p.refuse(line, "this %s stands before the first section", command)
		return
	case len(args) == 0 || args[0] == "":
		p.refuse(line, "%s is followed by a name and a value", command)
		return
	case !isName(args[0]):
		p.refuse(line, "%q is no name of an option: there are letters, digits and _", args[0])
		return
	case len(args) > 2:
		p.refuse(line, "after %s %s and its value stands %q; a value with a space needs quotes", command, args[0], args[2])
		return
	}
	value := ""
	if len(args) == 2 {
		value = args[1]
	}
	s := &p.out.Sections[p.section-1]
	if command == "list" {
		p.add(s, line, args[0], value)
		return
	}
	if value == "" {
		return // an option without a value is none, and takes none away
	}
	if old := s.Option(args[0]); old != nil {
		p.remark(line, "%s is set at line %d already; the last one counts", args[0], old.Line)
	}
	s.Set(args[0], value)
	s.Options[len(s.Options)-1].Line = line
}

// add appends to a list. A single value that was there becomes its first.
func (p *parser) add(s *Section, line int, name, value string) {
	o := s.Option(name)
	if o == nil {
		s.Options = append(s.Options, Option{Name: name, List: true, Values: []string{value}, Line: line})
		return
	}
	if !o.List {
		p.remark(line, "%s is an option at line %d and a list here; both are read as one list", name, o.Line)
		moved := Option{Name: name, List: true, Values: o.Values}
		s.unset(name)
		s.Options = append(s.Options, moved)
		o = &s.Options[len(s.Options)-1]
	}
	o.Values, o.Line = append(o.Values, value), line
}

// opensSection reports whether a line that could not be read meant to open a
// section: what follows then belongs to none.
func opensSection(line string) bool {
	word, _, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(line), "\t", " "), " ")
	return word == "config" || word == "c"
}
