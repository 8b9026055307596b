package commons_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

func sample() commons.File {
	from := commons.Origin{Cell: "Mill Lane", Page: commons.ID{1}, Title: "Bread", Base: commons.Hash{2}, Licence: commons.Licence}
	with := commons.Origin{Cell: "الحي", Page: commons.ID{3}, Title: "خبز", Base: commons.Hash{4}, Licence: "CC0"}
	return commons.File{Cell: "Hill", Page: commons.ID{5}, Kind: commons.Guide, Slug: "bread", Language: "es", Title: "Pan", Version: commons.Hash{6},
		Licence: commons.Licence, Origin: &from, Credits: []commons.Origin{with}, Text: "# Pan\n\nHarina."}
}

func TestAFileReadsBackAsItWasWritten(t *testing.T) {
	f := sample()
	got, err := commons.ParseFile(f.Encode())
	if err != nil || !reflect.DeepEqual(got, f) {
		t.Errorf("%+v, %v", got, err)
	}
	if line := got.Lineage(); len(line) != 2 || line[0].Cell != "Mill Lane" || line[1].Cell != "الحي" {
		t.Errorf("%+v", line)
	}
}

func TestNobodysNameIsInAFile(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Flour"))
	p := commons.Find(x, page)
	b := commons.FileOf(op.ID{7}, "Hill", p, p.Current(), "Flour").Encode()
	for _, secret := range []string{moss.String(), page.String(), op.ID{7}.String()} {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s is in\n%s", secret, b)
		}
	}
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	good := string(sample().Encode())
	for name, bad := range map[string]string{
		"nothing":        "",
		"no head":        strings.TrimPrefix(good, "---\n"),
		"another form":   strings.Replace(good, "page: 1", "page: 2", 1),
		"an agreement":   strings.Replace(good, "kind: guide", "kind: agreement", 1),
		"a short id":     strings.Replace(good, "page: 05", "page: ", 1),
		"a way up":       strings.Replace(good, "name: bread", "name: ../bread", 1),
		"turned around":  strings.Replace(good, "Harina", "Hari\u202ena", 1),
		"no words":       good[:strings.LastIndex(good, "---")] + "---\n",
		"no title":       strings.Replace(good, "title: Pan", "title: ", 1),
		"a source torn":  strings.Replace(good, " | CC0", "", 1),
		"not UTF-8":      good + "\xff",
		"longer than is": good + strings.Repeat("x", commons.MaxText),
	} {
		if bad == good {
			t.Errorf("%s: nothing was changed", name)
		}
		if f, err := commons.ParseFile([]byte(bad)); err == nil {
			t.Errorf("%s is taken: %+v", name, f)
		}
	}
	if _, err := commons.ParseFile([]byte(strings.Replace(good, "licence:", "colour: blue\nlicence:", 1))); err != nil {
		t.Errorf("a line of a later version: %v", err)
	}
}

func FuzzParseFile(f *testing.F) {
	seeds, err := filepath.Glob("testdata/*.page")
	if err != nil || len(seeds) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range seeds {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := commons.ParseFile(b)
		if err != nil {
			return
		}
		b = file.Encode()
		for _, i := range file.Pictures {
			b = append(b, i.Along()...)
		}
		again, err := commons.ParseFile(b)
		if err != nil || !reflect.DeepEqual(again, file) {
			t.Fatalf("%+v\n%+v, %v", file, again, err)
		}
	})
}

func FuzzMerge(f *testing.F) {
	f.Add("a\n\nb", "a\n\nc", "b")
	f.Fuzz(func(t *testing.T, base, mine, theirs string) {
		commons.Merge(base, mine, theirs)
		if got := commons.Pull(mine, theirs, func(int) bool { return true }); len(commons.Paragraphs(got)) < len(commons.Paragraphs(theirs)) {
			t.Fatalf("%q", got)
		}
		if out, found := commons.Without(mine, theirs, ""); !found && out != mine {
			t.Fatalf("%q", out)
		}
	})
}
