// Command press packs files by gzip: press FROM TO writes each file of the folder
// FROM as its name and .gz into TO. What is there and unpacks to the same stays, so
// that another Go, which may pack otherwise, changes nothing.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: press FROM TO")
		os.Exit(2)
	}
	if err := press(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "press:", err)
		os.Exit(1)
	}
}

func press(from, to string) error {
	files, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, f := range files {
		body, err := os.ReadFile(filepath.Join(from, f.Name()))
		if err != nil {
			return err
		}
		if err := pack(filepath.Join(to, f.Name()+".gz"), body); err != nil {
			return err
		}
	}
	return nil
}

func pack(path string, body []byte) error {
	if is, err := os.ReadFile(path); err == nil && bytes.Equal(unpacked(is), body) {
		return nil
	}
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(body); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// unpacked is what lies in b, or nothing.
func unpacked(b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	body, err := io.ReadAll(z)
	if err != nil {
		return nil
	}
	return body
}
