package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/ipk"
)

var update = flag.Bool("update", false, "write the lists of what is in each package anew")

// packed makes all packages of openwrt/ into a folder, with a program that is none.
func packed(t *testing.T, change func(*order)) (order, string) {
	t.Helper()
	program := filepath.Join(t.TempDir(), "celld")
	if err := os.WriteFile(program, []byte("no program\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	o := order{
		packages: "../../openwrt", dist: t.TempDir(), version: "0.1.0-r1", date: time.Unix(1e9, 0).UTC(), quick: true,
		programs: map[string]string{"mips": program, "amd64": program},
	}
	o.key = filepath.Join(t.TempDir(), "feed.sec")
	if change != nil {
		change(&o)
	}
	if err := o.run(); err != nil {
		t.Fatal(err)
	}
	return o, o.dist
}

// said runs a program that is not ours.
func said(t *testing.T, in []byte, name string, args ...string) (string, error) {
	t.Helper()
	c := exec.Command(name, args...)
	c.Stdin = bytes.NewReader(in)
	c.Env = append(os.Environ(), "TZ=UTC", "LC_ALL=C")
	out, err := c.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		t.Fatalf("this test needs %s: %v", name, err)
	}
	return string(out), err
}

func must(t *testing.T, in []byte, name string, args ...string) string {
	t.Helper()
	out, err := said(t, in, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

// members lists a packed tar by GNU tar, sizes left out: they change with every
// word of a file.
func members(t *testing.T, packed []byte) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(must(t, packed, "tar", "--warning=no-unknown-keyword", "--numeric-owner", "--full-time", "-tvz")) {
		f := strings.Fields(line) // mode, owner, size, date, time, name
		b.WriteString(strings.Join(append(f[:2:2], f[3:]...), " ") + "\n")
	}
	return b.String()
}

// TestEveryPackageHoldsWhatItsListSays unpacks with GNU tar, which is not ours, and
// holds names, modes, owners and times against a list that a person has looked at.
func TestEveryPackageHoldsWhatItsListSays(t *testing.T) {
	_, dist := packed(t, nil)
	for _, name := range made(t, dist, "*.ipk") {
		whole, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil {
			t.Fatal(err)
		}
		got := "# " + name + "\n" + members(t, whole)
		for _, inner := range []string{"control.tar.gz", "data.tar.gz"} {
			part := must(t, whole, "tar", "-xzO", "./"+inner)
			got += "# " + inner + "\n" + members(t, []byte(part))
		}
		compare(t, name, got)
	}
	for _, name := range made(t, dist, "*.apk") {
		whole, err := os.ReadFile(filepath.Join(dist, name))
		if err != nil {
			t.Fatal(err)
		}
		compare(t, name, "# "+name+"\n"+members(t, whole))
	}
}

// made are the packages of one architecture, and those of all.
func made(t *testing.T, dist, pattern string) []string {
	t.Helper()
	var names []string
	for _, arch := range []string{"_mips_24kc", "_all", "_noarch"} {
		found, err := filepath.Glob(filepath.Join(dist, strings.Replace(pattern, "*.", "*"+arch+".", 1)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			names = append(names, filepath.Base(f))
		}
	}
	if len(names) == 0 {
		t.Fatalf("no %s was made", pattern)
	}
	return names
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	golden := filepath.Join("testdata", name+".list")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s holds\n%s\nand should, by its list (go test -update writes it):\n%s", name, got, want)
	}
}

// TestEveryListIsOfAPackage finds lists that outlived their package.
func TestEveryListIsOfAPackage(t *testing.T) {
	_, dist := packed(t, nil)
	lists, err := filepath.Glob("testdata/*.list")
	if err != nil || len(lists) == 0 {
		t.Fatalf("no lists: %v", err)
	}
	for _, list := range lists {
		name := strings.TrimSuffix(filepath.Base(list), ".list")
		if _, err := os.Stat(filepath.Join(dist, name)); err != nil {
			t.Errorf("%s is of no package that is made", list)
		}
	}
}

func TestTwoRunsMakeTheSameBytes(t *testing.T) {
	one, first := packed(t, nil)
	_, again := packed(t, func(o *order) { o.key = one.key })
	if out, err := said(t, nil, "diff", "-r", first, again); err != nil {
		t.Errorf("two runs differ:\n%s", out)
	}
}

// TestNfpmPacksTheSame holds our .ipk against that of nfpm: the same files, with the
// same modes and the same content.
func TestNfpmPacksTheSame(t *testing.T) {
	o, dist := packed(t, nil)
	d, err := readDescription(filepath.Join(o.packages, "celld", "package"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(o.programs["mips"])
	if err != nil {
		t.Fatal(err)
	}
	files, err := d.collect(program)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	info, err := d.staged(folder, files, o)
	if err != nil {
		t.Fatal(err)
	}
	info.Arch, info.IPK.Arch = "mips_24kc", "mips_24kc"
	var theirs bytes.Buffer
	if err := ipk.Default.Package(nfpm.WithDefaults(info), &theirs); err != nil {
		t.Fatal(err)
	}
	ours, err := os.ReadFile(filepath.Join(dist, "celld_0.1.0-r1_mips_24kc.ipk"))
	if err != nil {
		t.Fatal(err)
	}
	want, got := regular(t, unpack(t, theirs.Bytes())["data.tar.gz"]), regular(t, unpack(t, ours)["data.tar.gz"])
	if len(want) != len(files) {
		t.Errorf("nfpm packed %d files of %d", len(want), len(files))
	}
	if w, g := strings.Join(want, "\n"), strings.Join(got, "\n"); w != g {
		t.Errorf("we pack\n%s\nand nfpm\n%s", g, w)
	}
}

// unpack reads a packed tar by member.
func unpack(t *testing.T, b []byte) map[string][]byte {
	t.Helper()
	m := map[string][]byte{}
	each(t, b, func(h *tar.Header, body []byte) { m[strings.TrimPrefix(h.Name, "./")] = body })
	return m
}

// regular describes every file and link of a packed tar.
func regular(t *testing.T, b []byte) []string {
	t.Helper()
	var list []string
	each(t, b, func(h *tar.Header, body []byte) {
		if h.Typeflag != tar.TypeDir {
			mode := h.FileInfo().Mode().Perm()
			if h.Linkname != "" {
				mode = 0 // nobody asks for a link's mode
			}
			list = append(list, strings.Join([]string{h.Name, mode.String(), h.Linkname, string(body)}, " "))
		}
	})
	return list
}

func each(t *testing.T, b []byte, see func(*tar.Header, []byte)) {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		see(h, body)
	}
}

func TestADescriptionIsRefusedForWhatIsWrongInIt(t *testing.T) {
	good := "Package: x\nSection: net\nCategory: Network\nTitle: X\nDepends: celld\nLicense: Apache-2.0\nDescription: Some\n words.\n"
	for what, text := range map[string]string{
		"":                           good,
		"is missing":                 strings.Replace(good, "Title: X\n", "", 1),
		"is no line":                 strings.Replace(good, "Title: X\n", "Titel: X\n", 1),
		"\"Section: net\" is no":     strings.Replace(good, "Title: X\n", "Title: X\nSection: net\n", 1),
		"describes y":                strings.Replace(good, "Package: x", "Package: y", 1),
		"is no file of the package:": good + "Conffiles: /etc/config/x\n",
	} {
		folder := filepath.Join(t.TempDir(), "x")
		path := filepath.Join(folder, "package")
		if err := errors.Join(os.Mkdir(folder, 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
		d, err := readDescription(path)
		if err == nil {
			_, err = d.collect(nil)
		}
		if what == "" && err != nil || what != "" && (err == nil || !strings.Contains(err.Error(), what)) {
			t.Errorf("%q: %v", what, err)
		}
	}
}

// TestInstalledSizeIsWhatFlashHasToHold: opkg compares it with what is free on the
// flash, before it unpacks.
func TestInstalledSizeIsWhatFlashHasToHold(t *testing.T) {
	random := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{1}).Read(random)
	words := bytes.Repeat([]byte("the same words on every page\n"), 1<<20/29)
	for what, c := range map[string]struct {
		body        []byte
		least, most int64
	}{
		"what cannot be packed":                {random, 1 << 20, 1<<20 + 1<<20/40},
		"what packs to next to nothing":        {words, 1 << 20 / flashPage * flashHead, 1 << 20 / 20},
		"a page that is like no other of them": {bytes.Repeat(random[:flashPage], 256), 1 << 20, 1<<20 + 1<<20/40},
		"an empty file":                        {nil, 1, flashPage},
	} {
		if got := (tree{{path: "usr/sbin/celld", body: c.body}}).onFlash(); got < c.least || got > c.most {
			t.Errorf("%s: %d, and not from %d to %d", what, got, c.least, c.most)
		}
	}
	_, dist := packed(t, func(o *order) {
		if err := os.WriteFile(o.programs["mips"], words, 0o700); err != nil {
			t.Fatal(err)
		}
	})
	ipk, err := os.ReadFile(filepath.Join(dist, "celld_0.1.0-r1_mips_24kc.ipk"))
	if err != nil {
		t.Fatal(err)
	}
	_, size, _ := strings.Cut(string(unpack(t, unpack(t, ipk)["control.tar.gz"])["control"]), "Installed-Size: ")
	size, _, _ = strings.Cut(size, "\n")
	if n, err := strconv.Atoi(size); err != nil || n < len(words)/flashPage*flashHead || n > len(words)/10 {
		t.Errorf("Installed-Size: %s, of a program of %d bytes that packs well", size, len(words))
	}
}

// TestEveryConfigurationIsKept: sysupgrade keeps what packages call configuration, but
// that of LibreMesh keeps what stands in the list that it is told of, and no more.
func TestEveryConfigurationIsKept(t *testing.T) {
	kept, err := os.ReadFile("../../openwrt/celld/files/lib/upgrade/keep.d/celld")
	if err != nil {
		t.Fatal(err)
	}
	packages, err := filepath.Glob("../../openwrt/*/package")
	if err != nil || len(packages) == 0 {
		t.Fatalf("no packages: %v", err)
	}
	for _, name := range packages {
		d, err := readDescription(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range d.conffiles() {
			if !strings.Contains("\n"+string(kept), "\n"+file+"\n") {
				t.Errorf("%s of %s is lost when LibreMesh is upgraded", file, d.name)
			}
		}
	}
}
