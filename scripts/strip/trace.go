package main

import (
	"bufio"
	"debug/elf"
	"debug/gosym"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A traceback names a function, and on the next line how far into it the program
// was. After it comes the place that nobody knows any more, and where in the
// program it is, if that is told. Of calls that were inlined nothing is told.
var (
	called  = regexp.MustCompile(`^(\S.*)(\([^()]*\))$`)
	unknown = regexp.MustCompile(`^\t\?:0 \+0x([0-9a-f]+)(?:( fp=\S+ sp=\S+ pc=)0x([0-9a-f]+))?$`)
)

// translate copies a traceback, and says names and lines where it tells none.
func translate(program string, in io.Reader, out io.Writer) error {
	lines, err := linesOf(program)
	if err != nil {
		return err
	}
	t := translator{lines: lines, out: out}
	scan := bufio.NewScanner(in)
	for scan.Scan() {
		t.line(scan.Text())
	}
	t.flush()
	return scan.Err()
}

// translator holds a line, which may name a function, until the next tells where
// in it the program was.
type translator struct {
	lines *gosym.Table
	out   io.Writer
	held  string
	holds bool
}

func (t *translator) flush() {
	if t.holds {
		fmt.Fprintln(t.out, t.held)
	}
	t.held, t.holds = "", false
}

func (t *translator) line(text string) {
	m := unknown.FindStringSubmatch(text)
	if m != nil {
		text = t.place(m)
	}
	t.flush()
	t.held, t.holds = text, true
}

// place is the line of a traceback with file and line in it, or as it was. It
// names the function in the line before, if that has lost its name. What is told
// is where a call returns to, which is one instruction too far.
func (t *translator) place(m []string) string {
	offset, err := strconv.ParseUint(m[1], 16, 64)
	f := t.function(max(offset, 1), m[3])
	if f == nil || err != nil {
		return m[0]
	}
	file, line, _ := t.lines.PCToLine(f.Entry + max(offset, 1) - 1)
	told := fmt.Sprintf("\t%s:%d +0x%s", file, line, m[1])
	if m[3] != "" {
		told += m[2] + "0x" + m[3]
	}
	return told
}

// function is the one at pc, or nil where none is told.
func (t *translator) function(offset uint64, pc string) *gosym.Func {
	at, err := strconv.ParseUint(pc, 16, 64)
	if err != nil {
		return nil
	}
	f := t.lines.PCToFunc(at - min(offset, 1))
	name := called.FindStringSubmatch(t.held)
	if f != nil && name != nil && slices.Contains(shared, name[1]) {
		t.held = strings.Replace(f.Name, "runtime.gopanic", "panic", 1) + name[2] // as Go tells it
	}
	return f
}

// linesOf reads the tables of a program that has its lines.
func linesOf(program string) (*gosym.Table, error) {
	f, err := elf.Open(program)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s, text := f.Section(".gopclntab"), f.Section(".text")
	if s == nil || text == nil {
		return nil, fmt.Errorf("%s: no program of Go", program)
	}
	b, err := s.Data()
	if err != nil {
		return nil, err
	}
	return gosym.NewTable(nil, gosym.NewLineTable(b, text.Addr))
}
