package system

import (
	"errors"
	"strings"
)

// scanner cuts a file into commands and their words.
type scanner struct {
	text []byte
	pos  int
	line int
}

// command returns the words up to the next end of a line or semicolon outside
// quotes, and whether anything follows.
func (s *scanner) command() (words []string, more bool, err error) {
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == '\n' || c == ';':
			s.take()
			return words, true, nil
		case c == '#':
			s.skipLine()
			return words, true, nil
		case isSpace(c):
			s.take()
		default:
			w, err := s.word()
			if err != nil {
				return nil, false, err
			}
			words = append(words, w)
		}
	}
	return words, false, nil
}

// take returns the next byte and counts lines.
func (s *scanner) take() byte {
	c := s.text[s.pos]
	s.pos++
	if c == '\n' {
		s.line++
	}
	return c
}

// skipLine goes to the beginning of the next line.
func (s *scanner) skipLine() {
	for s.pos < len(s.text) && s.take() != '\n' {
	}
}

// rest is what is left of this line.
func (s *scanner) rest() string {
	line, _, _ := strings.Cut(string(s.text[s.pos:]), "\n")
	return line
}

var (
	errZero   = errors.New("there is a zero byte in it")
	errSingle = errors.New("a ' is opened and never closed")
	errDouble = errors.New("a \" is opened and never closed")
)

// word reads up to the next space: bare, in quotes, or both in one.
func (s *scanner) word() (string, error) {
	var b []byte
	for s.pos < len(s.text) {
		var err error
		switch c := s.text[s.pos]; {
		case isSpace(c) || c == ';' || c == '#':
			return string(b), nil
		case c == 0:
			return "", errZero
		case c == '\'':
			b, err = s.quoted(b, errSingle)
		case c == '"':
			b, err = s.quoted(b, errDouble)
		case c == '\\':
			b, err = s.escaped(b)
		default:
			b = append(b, s.take())
		}
		if err != nil {
			return "", err
		}
	}
	return string(b), nil
}

// quoted reads to the closing quote, over the ends of lines. Only within double
// ones a backslash is special.
func (s *scanner) quoted(b []byte, unclosed error) (_ []byte, err error) {
	quote := s.take()
	for s.pos < len(s.text) {
		switch c := s.text[s.pos]; {
		case c == quote:
			s.take()
			return b, nil
		case c == 0:
			return nil, errZero
		case c == '\\' && quote == '"':
			if b, err = s.escaped(b); err != nil {
				return nil, err
			}
		default:
			b = append(b, s.take())
		}
	}
	return nil, unclosed
}

// escaped takes what follows a backslash as it is. At the end of a line it joins
// the next one.
func (s *scanner) escaped(b []byte) ([]byte, error) {
	s.take()
	rest := s.text[s.pos:]
	switch {
	case len(rest) == 0:
		return b, nil
	case rest[0] == 0:
		return nil, errZero
	case rest[0] == '\n':
		s.take()
	case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
		s.take()
		s.take()
	default:
		b = append(b, s.take())
	}
	return b, nil
}

// isSpace is isspace(3) in the C locale.
func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
