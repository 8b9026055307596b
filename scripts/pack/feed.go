package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A feed is what opkg downloads: the control entries of all packages in one file,
// packed, and signed.
type feed struct {
	entries []string
	files   []string // every file of the feed, by its name in dist
}

func (f *feed) add(control, file string, body []byte) {
	about, description, _ := strings.Cut(control, "Description: ")
	f.entries = append(f.entries, fmt.Sprintf("%sFilename: %s\nSize: %d\nSHA256sum: %x\nDescription: %s",
		about, file, len(body), sha256.Sum256(body), description))
	f.files = append(f.files, file)
}

// write lays the index beside the packages, and the sums of all files.
func (f *feed) write(o order) error {
	slices.Sort(f.entries)
	index := []byte(strings.Join(f.entries, "\n") + "\n")
	files := map[string][]byte{"Packages": index, "Packages.gz": quickly(index)}
	if o.key != "" {
		key, err := openKey(o.key)
		if err != nil {
			return err
		}
		files["Packages.sig"], files["celld-feed.pub"] = key.sign(index), key.public()
	}
	for _, name := range sortedKeys(files) {
		if err := os.WriteFile(filepath.Join(o.dist, name), files[name], 0o644); err != nil {
			return err
		}
		f.files = append(f.files, name)
	}
	return f.sums(o.dist)
}

func (f *feed) sums(dist string) error {
	slices.Sort(f.files)
	var sums bytes.Buffer
	for _, name := range f.files {
		b, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(b), name)
	}
	return os.WriteFile(filepath.Join(dist, "sha256sums"), sums.Bytes(), 0o644)
}
