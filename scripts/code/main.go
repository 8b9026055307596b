// Command code tells by sixteen letters what code a program that Go built is made of:
// whatever it executes and whatever it reads, and not the tables that say on which
// lines that once stood. A comment leaves them as they are, and so does what the linker
// found nobody to call.
//
//	code PROGRAM
//
// Between the code and the data lie those tables, and addresses do not depend on how
// long they are only if the program was linked with -ldflags='-R 0x400000'.
package main

import (
	"crypto/sha256"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: code PROGRAM")
		os.Exit(2)
	}
	letters, err := code(os.Args[1])
	if err != nil {
		fmt.Fprintf(os.Stderr, "code: %v\n", err)
		os.Exit(1)
	}
	fmt.Println(letters)
}

// where are the parts of a program that lines are told in, that tell where those
// are, or that are reckoned from where all lies.
var where = []string{".gopclntab", ".go.module", ".go.fipsinfo", ".note.go.buildid", ".shstrtab"}

func code(program string) (string, error) {
	f, err := elf.Open(program)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if s := f.Section(".go.module"); s == nil || f.Section(".symtab") != nil {
		return "", errors.New("not linked by this Go with -s -w")
	}
	all := sha256.New()
	for _, s := range f.Sections {
		if slices.Contains(where, s.Name) {
			continue
		}
		fmt.Fprintf(all, "%s %d\n", s.Name, s.Size)
		if s.Type == elf.SHT_NOBITS {
			continue
		}
		if _, err := io.Copy(all, s.Open()); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", all.Sum(nil)[:8]), nil
}
