package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const luciApp = "../../openwrt/luci-app-celld/"

// luciLangs is by which names LuCI asks for a language of ours.
var luciLangs = map[string][]string{"es": {"es"}, "pt": {"pt", "pt-br"}, "ar": {"ar"}}

var (
	inJS  = regexp.MustCompile(`\b_\('((?:[^'\\]|\\.)*)'\)`)
	holes = regexp.MustCompile(`%[a-z]|\b[A-Z]{3,}\b`)
)

// sentences are what LuCI shows of ours: in the views, in the menu, and where rights
// are given.
func sentences(t *testing.T) []string {
	t.Helper()
	all := map[string]bool{}
	files, err := filepath.Glob(luciApp + "files/www/luci-static/resources/*/*.js")
	more, err2 := filepath.Glob(luciApp + "files/www/luci-static/resources/view/celld/*.js")
	if err != nil || err2 != nil || len(files)+len(more) < 5 {
		t.Fatalf("%d files, %v, %v", len(files)+len(more), err, err2)
	}
	for _, file := range append(files, more...) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inJS.FindAllSubmatch(b, -1) {
			all[string(m[1])] = true
		}
		if n := bytes.Count(b, []byte(" _(")) + bytes.Count(b, []byte("(_(")); n > len(inJS.FindAll(b, -1)) {
			t.Errorf("%s: a sentence of %d is not written out", file, n)
		}
	}
	var menu map[string]struct{ Title string }
	var rights map[string]struct{ Description string }
	for name, into := range map[string]any{"luci/menu.d": &menu, "rpcd/acl.d": &rights} {
		b, err := os.ReadFile(luciApp + "files/usr/share/" + name + "/luci-app-celld.json")
		if err == nil {
			err = json.Unmarshal(b, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range menu {
		all[m.Title] = true
	}
	for _, r := range rights {
		all[r.Description] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// TestLuCISaysEverySentenceInFourLanguages holds the catalogues against the views,
// and what is packed against the catalogues; -update writes that.
func TestLuCISaysEverySentenceInFourLanguages(t *testing.T) {
	want := sentences(t)
	for name, said := range catalogues(t) {
		if got := slices.Sorted(maps.Keys(said)); !slices.Equal(got, want) {
			t.Errorf("%s: it lacks %q, and has %q for nothing", name, without(want, got), without(got, want))
		}
		for id, str := range said {
			if template := name == "templates"; (str == "") != template {
				t.Errorf("%s: %q is said as %q", name, id, str)
			} else if a, b := holes.FindAllString(id, -1), holes.FindAllString(str, -1); !template && strings.Contains(id, "%") && !slices.Equal(a, b) {
				t.Errorf("%s: %q has the holes %q, and %q has %q", name, id, a, str, b)
			}
		}
		packed, err := lmo(said)
		if err != nil {
			t.Fatal(err)
		}
		for _, lang := range luciLangs[name] {
			file := luciApp + "files/usr/lib/lua/luci/i18n/celld." + lang + ".lmo"
			if *update {
				if err := os.WriteFile(file, packed, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if b, err := os.ReadFile(file); err != nil || !bytes.Equal(b, packed) {
				t.Errorf("%s is not what its catalogue says today (%v); go test . -update writes it", file, err)
			}
		}
	}
}

func catalogues(t *testing.T) map[string]map[string]string {
	t.Helper()
	files, err := filepath.Glob(luciApp + "po/*/celld.po*")
	if err != nil || len(files) != len(luciLangs)+1 {
		t.Fatalf("%q, %v", files, err)
	}
	all := map[string]map[string]string{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		said, err := readPo(string(b))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[filepath.Base(filepath.Dir(file))] = said
	}
	return all
}

func without(all, these []string) (left []string) {
	for _, s := range all {
		if !slices.Contains(these, s) {
			left = append(left, s)
		}
	}
	return left
}

func TestACatalogueIsRefusedForWhatIsWrongInIt(t *testing.T) {
	for what, text := range map[string]string{
		"no quotes":       "msgid a\nmsgstr \"b\"\n",
		"twice":           "msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"\n",
		"bare":            "\"a\"\n",
		"a plural":        "msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"c\"\n",
		"quotes unclosed": "msgid \"a\nmsgstr \"b\"\n",
	} {
		if said, err := readPo(text); err == nil {
			t.Errorf("%s: %q", what, said)
		}
	}
	if _, err := lmo(map[string]string{"two  spaces": "x"}); err == nil {
		t.Error("LuCI would never find it")
	}
}
