package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// ipk writes a package for opkg: a gzip'ed tar of three members. nfpm writes that
// format, too, and is what a test compares with; but it compresses as gzip -6
// does, where a router's flash is worth better, names the members without "./",
// puts names of owners beside their numbers, and has no field Require-User.
func (d description) ipk(control string, data []byte, o order) ([]byte, error) {
	scripts, err := d.ipkScripts()
	if err != nil {
		return nil, err
	}
	about := append(scripts, entry{path: "control", mode: 0o644, body: []byte(control)})
	if files := d.conffiles(); len(files) > 0 {
		about = append(about, entry{path: "conffiles", mode: 0o644, body: []byte(strings.Join(files, "\n") + "\n")})
	}
	slices.SortFunc(about, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	inner, err := o.compress(about.tar(o.date))
	if err != nil {
		return nil, err
	}
	whole := tree{
		{path: "debian-binary", mode: 0o644, body: []byte("2.0\n")},
		{path: "data.tar.gz", mode: 0o644, body: data},
		{path: "control.tar.gz", mode: 0o644, body: inner},
	}
	return quickly(whole.members(o.date)), nil
}

// compress makes a gzip file with no name and no time in it. Where speed does not
// matter libdeflate does it: deflate that every gunzip reads, and a twentieth
// smaller than what gzip -9 finds (docs/decisions/0004-small-binaries.md).
func (o order) compress(b []byte) ([]byte, error) {
	if o.quick {
		return quickly(b), nil
	}
	var out, errs bytes.Buffer
	c := exec.Command("libdeflate-gzip", "-12", "-c")
	c.Stdin, c.Stdout, c.Stderr = bytes.NewReader(b), &out, &errs
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("libdeflate-gzip: %w: %s", err, errs.String())
	}
	return out.Bytes(), nil
}

func quickly(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if _, err := w.Write(b); err != nil {
		panic("pack: writing into memory: " + err.Error())
	}
	if err := w.Close(); err != nil {
		panic("pack: writing into memory: " + err.Error())
	}
	return out.Bytes()
}
