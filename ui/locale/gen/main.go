// Command gen packs the catalogues <language>/<area>.po into the books that the
// program links; it needs bzip2. With -missing it prints the sentences in the given folders
// that no catalogue has, ready to be translated.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"celld/ui/locale"
	"celld/ui/locale/internal/po"
)

var languages = []string{"es", "pt", "ar"}

func main() {
	missing := flag.Bool("missing", false, "print what the sources use and the catalogues lack")
	flag.Parse()
	areas, err := read()
	if err == nil && *missing {
		err = lacking(areas, flag.Args())
	} else if err == nil {
		err = write(areas)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// table is an area: for each sentence its forms in each language.
type table map[string]map[string]string

func read() (map[string]table, error) {
	areas := map[string]table{}
	for _, lang := range languages {
		files, err := filepath.Glob(filepath.Join(lang, "*.po"))
		if err != nil {
			return nil, err
		}
		for _, path := range files {
			area := strings.TrimSuffix(filepath.Base(path), ".po")
			if areas[area] == nil {
				areas[area] = table{}
			}
			if err := areas[area].add(lang, path); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
		}
	}
	return areas, nil
}

func (t table) add(lang, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	messages, err := po.Parse(string(text))
	if err != nil {
		return err
	}
	for _, m := range messages {
		if t[m.ID] == nil {
			t[m.ID] = map[string]string{}
		}
		if t[m.ID][lang] != "" {
			return fmt.Errorf("%q stands twice", m.ID)
		}
		t[m.ID][lang] = strings.Join(m.Forms, "\x00")
	}
	return nil
}

// write packs a book for each language, and the marks of their sentences, in the
// order of the marks.
func write(areas map[string]table) error {
	all := map[uint32]string{}
	forms := table{}
	for _, area := range areas {
		for id, in := range area {
			if other, twice := all[locale.Mark(id)]; twice {
				return fmt.Errorf("%q and %q have one mark, or stand in two areas: say one of them otherwise", other, id)
			}
			all[locale.Mark(id)], forms[id] = id, in
		}
	}
	var marks []byte
	books, last := map[string][]string{}, uint32(0)
	for _, mark := range slices.Sorted(maps.Keys(all)) {
		marks = binary.AppendUvarint(marks, uint64(mark-last))
		last = mark
		for _, lang := range languages {
			books[lang] = append(books[lang], forms[all[mark]][lang])
		}
	}
	for _, lang := range languages {
		if err := pack("books/"+lang+".bz2", strings.Join(books[lang], "\x01")); err != nil {
			return err
		}
	}
	return os.WriteFile("books/marks", marks, 0o644)
}

// pack writes by bzip2, which packs these texts a sixth smaller than what Go can
// write, and writes the same bytes everywhere. Blocks of 200 kB take 0.8 MB to read.
func pack(path, text string) error {
	cmd := exec.Command("bzip2", "-2", "-c")
	cmd.Stdin = strings.NewReader(text)
	b, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("bzip2: %w", err)
	}
	return os.WriteFile(path, b, 0o644)
}

func lacking(areas map[string]table, dirs []string) error {
	var seen []string
	for _, dir := range dirs {
		uses, err := po.Scan(dir)
		if err != nil {
			return err
		}
		for _, u := range uses {
			if slices.Contains(seen, u.ID) || known(areas, u.ID) {
				continue
			}
			seen = append(seen, u.ID)
			fmt.Printf("#: %s\nmsgid %q\n", u.File, u.ID)
			if u.Plural != "" {
				fmt.Printf("msgid_plural %q\n", u.Plural)
			}
			fmt.Println()
		}
	}
	return nil
}

func known(areas map[string]table, id string) bool {
	for _, t := range areas {
		if len(t[id]) == len(languages) {
			return true
		}
	}
	return false
}
