package main

import (
	"bufio"
	"debug/elf"
	"debug/gosym"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// A traceback names a function, and on the next line how far into it the program
// was. After it comes the place that nobody knows any more.
var (
	called  = regexp.MustCompile(`^(\S.*)\([^()]*\)$`)
	created = regexp.MustCompile(`^created by (\S+)`)
	unknown = regexp.MustCompile(`^\t\?:0 \+0x([0-9a-f]+)$`)
)

// translate copies a traceback, and says names and lines where it tells none.
func translate(program string, in io.Reader, out io.Writer) error {
	lines, names, err := tablesOf(program)
	if err != nil {
		return err
	}
	var function string
	for scan := bufio.NewScanner(in); ; {
		if !scan.Scan() {
			return scan.Err()
		}
		text := scan.Text()
		if m := unknown.FindStringSubmatch(text); m != nil {
			text = place(lines, function, m[1], text)
		}
		for _, of := range [...]*regexp.Regexp{called, created} {
			if at := of.FindStringSubmatchIndex(text); at != nil {
				if function = text[at[2]:at[3]]; names[function] != "" {
					function = names[function]
					text = text[:at[2]] + function + text[at[3]:]
				}
			}
		}
		fmt.Fprintln(out, text)
	}
}

// tablesOf reads the tables of a program that has its lines, and which names the
// numbers stand for.
func tablesOf(program string) (*gosym.Table, map[string]string, error) {
	f, err := elf.Open(program)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	s, text := f.Section(".gopclntab"), f.Section(".text")
	if s == nil || text == nil {
		return nil, nil, fmt.Errorf("%s: no program of Go", program)
	}
	b, err := s.Data()
	if err != nil {
		return nil, nil, err
	}
	t, err := readTables(b, f.ByteOrder)
	if err != nil {
		return nil, nil, err
	}
	lines, err := gosym.NewTable(nil, gosym.NewLineTable(b, text.Addr))
	return lines, t.numbers(), err
}

// place is the line of a traceback with file and line in it, or as it was.
// What is told is where a call returns to, which is one instruction too far.
func place(lines *gosym.Table, function, offset, otherwise string) string {
	f := lines.LookupFunc(function)
	off, err := strconv.ParseUint(offset, 16, 64)
	if f == nil || err != nil {
		return otherwise
	}
	file, line, _ := lines.PCToLine(f.Entry + max(off, 1) - 1)
	return fmt.Sprintf("\t%s:%d +0x%s", file, line, offset)
}
