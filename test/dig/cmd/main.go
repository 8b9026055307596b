// Command cmd digs in the bare bytes of a disk for what a celld once wrote there:
//
//	go run ./test/dig/cmd -knows DIR IMAGE <WORDS
//
// DIR is a copy of that celld's folder, or another router's of the same cell,
// and tells what there is to look for; WORDS are everybody's words, a line each.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"celld/internal/logfile"
	"celld/internal/sqlite"
	"celld/internal/words"
	"celld/test/dig"
)

func main() {
	from := flag.String("knows", "", "the folder of a celld that does not run")
	flag.Parse()
	if err := run(*from, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "dig:", err)
		os.Exit(1)
	}
}

type closer interface {
	dig.Store
	io.Closer
}

func run(from, image string) error {
	var phrases []string
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		phrase, err := words.Normalize(strings.TrimSpace(lines.Text()))
		if err != nil {
			return err
		}
		phrases = append(phrases, phrase)
	}
	var s closer
	_, err := os.Stat(filepath.Join(from, "log.sqlite"))
	if err == nil {
		s, err = sqlite.Open(from)
	} else {
		s, err = logfile.Open(from)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	d, err := dig.Knowing(s, phrases...)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(image)
	if err != nil {
		return err
	}
	found, err := d.Dig(b)
	if err != nil {
		return err
	}
	fmt.Printf("of %d payloads, %d slots, %d epochs: %s\n", len(d.Written), len(d.Slots), len(d.Epochs), found)
	return nil
}
