package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"testing"

	"celld/internal/system"
)

// luci is what the package luci-app-celld puts on a router.
const luci = "../../openwrt/luci-app-celld/files"

func luciFile(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(luci, path))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestLuCIMayCallWhatThePluginKnows holds the rights that rpcd gives against the
// plugin: every method, those that change something for who may write, and
// nothing for a group that is not ours (lime-app's is everybody's).
func TestLuCIMayCallWhatThePluginKnows(t *testing.T) {
	type rights struct{ Ubus map[string][]string }
	var groups map[string]struct{ Read, Write rights }
	if err := json.Unmarshal(luciFile(t, "usr/share/rpcd/acl.d/luci-app-celld.json"), &groups); err != nil {
		t.Fatal(err)
	}
	ours, ok := groups["luci-app-celld"]
	if !ok || len(groups) != 1 {
		t.Fatalf("groups: %v", groups)
	}
	if want := []string{"cells", "status"}; !slices.Equal(ours.Read.Ubus["celld"], want) {
		t.Errorf("who may only read calls %v", ours.Read.Ubus["celld"])
	}
	all := slices.Concat(ours.Read.Ubus["celld"], ours.Write.Ubus["celld"])
	sort.Strings(all)
	known := slices.Sorted(maps.Keys(plugin{}.list()))
	if !slices.Equal(all, known) {
		t.Errorf("LuCI may call %v, and there are %v", all, known)
	}
}

// TestWhoMakesABackupMayFetchIt: cgi-io asks rpcd whether a session may read "download",
// and the file. A list of objects grants what the part it stands in is called, so that
// among what may be written it would grant writing.
func TestWhoMakesABackupMayFetchIt(t *testing.T) {
	var groups map[string]struct{ Write map[string]json.RawMessage }
	if err := json.Unmarshal(luciFile(t, "usr/share/rpcd/acl.d/luci-app-celld.json"), &groups); err != nil {
		t.Fatal(err)
	}
	for scope, objects := range map[string][]string{
		"cgi-io": {"download"},
		"file":   {"/var/run/celld/backup/*.age", "/tmp/run/celld/backup/*.age"},
	} {
		var may map[string][]string
		if err := json.Unmarshal(groups["luci-app-celld"].Write[scope], &may); err != nil {
			t.Errorf("%s is no table: %v", scope, err)
		}
		for _, object := range objects {
			if !slices.Equal(may[object], []string{"read"}) {
				t.Errorf("of %s, %s: may %v", scope, object, may[object])
			}
		}
	}
}

// TestLuCISetsWhatCelldReads holds the form against the options.
func TestLuCISetsWhatCelldReads(t *testing.T) {
	source := luciFile(t, "www/luci-static/resources/view/celld/settings.js")
	found := regexp.MustCompile(`(?:(value|list)\(s, '\w+'|taboption\('\w+', form\.(\w+)), '(\w+)'`).FindAllStringSubmatch(string(source), -1)
	if len(found) < 12 {
		t.Fatalf("only %d options were found in the form", len(found))
	}
	for _, m := range found {
		isList := m[1] == "list" || m[2] == "DynamicList"
		if name := m[3]; isList != slices.Contains(listOptions, name) {
			t.Errorf("%s is a list in LuCI: %v", name, isList)
		} else if _, err := checkOption(system.Option{Name: name, List: isList, Values: []string{sample(name)}}); err != nil {
			t.Errorf("LuCI sets %s, and celld says: %v", name, err)
		}
	}
}

// sample is a good value of an option.
func sample(name string) string {
	values := map[string]string{"http": ":80", "https": ":443", "mesh": ":7431", "announce": "mesh", "store": "file", "log": "info",
		"peers": "192.0.2.1:7431", "dir": "/srv/x", "enabled": "1", "memory": "32"}
	if v, ok := values[name]; ok {
		return v
	}
	return "x"
}
