// Command strip takes out of a program that Go built what serves tracebacks alone:
// names of functions, lines, and what calls were made with. It is to these tables
// what strip(1) is to symbols: a router's flash is small, and they are an eighth of
// a program.
//
//	strip PROGRAM            strips it, in place
//	strip -trace WITH-LINES  reads what a program told when it broke down, and
//	                         writes it with the names and lines of the same
//	                         program before it was stripped
//
// A stripped program writes a dot for a name and "?:0" for a line, how far into the
// function it was and, if it asks for that (debug.SetTraceback), where in the program.
// Which build that was, is known: two builds of the same sources are equal.
//
// program.go moves what lies in the file, module.go tells the runtime where its tables
// are now, table.go reads the old ones and shrink.go writes the new ones.
package main

import (
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

// stripFile strips a program where it lies. What it does not know it leaves as it
// was.
func stripFile(name string) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if b, err = strip(b); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, b, 0o755)
}
