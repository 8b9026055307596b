// Command strip takes the line numbers and the names of other people's functions
// out of a program that Go built, as strip(1) takes its symbols: a router's flash
// is small, and they are a ninth of what a package carries.
//
//	strip PROGRAM            empties the tables, in place
//	strip -trace WITH-LINES  reads what a program told when it broke down, and
//	                         writes it with the names and lines of the same
//	                         program before it was stripped
//
// The runtime asks these tables for nothing but a traceback, where it then writes
// a dot for a name and "?:0" for a line, how far into the function it was and, if the
// program asks for it (debug.SetTraceback), where in the program. Which build that
// was, is known: two builds of the same sources are equal.
package main

import (
	"debug/elf"
	"errors"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "strip: %v\n", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "-trace":
		return translate(args[1], os.Stdin, os.Stdout)
	case len(args) == 1:
		return stripFile(args[0])
	}
	return errors.New("usage: strip PROGRAM, or strip -trace WITH-LINES < TRACEBACK")
}

// stripFile empties the line tables of a program where it lies. What it does not
// know it leaves as it was.
func stripFile(name string) error {
	f, err := elf.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	s := f.Section(".gopclntab")
	if s == nil {
		return fmt.Errorf("%s: no program of Go: it has no .gopclntab", name)
	}
	b, err := s.Data()
	if err != nil {
		return err
	}
	if err := emptyLines(b, f.ByteOrder); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	out, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = out.WriteAt(b, int64(s.Offset))
	return errors.Join(err, out.Close())
}
