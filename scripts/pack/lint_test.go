package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryFileOfAPackageIsOfAKindThatIsChecked reads what lies in openwrt/: JSON,
// UCI, scripts and the rest. A file of a kind that nobody checks fails. What a
// shell script says is the step shellcheck's, and nft's rules are nft's own to
// judge, which needs root: test/packages/live asks it.
func TestEveryFileOfAPackageIsOfAKindThatIsChecked(t *testing.T) {
	seen := map[string]int{}
	for _, root := range []string{"files", "control"} {
		folders, err := filepath.Glob("../../openwrt/*/" + root)
		if err != nil || len(folders) == 0 {
			t.Fatalf("no packages: %v", err)
		}
		for _, folder := range folders {
			err := filepath.WalkDir(folder, func(path string, at fs.DirEntry, err error) error {
				if err != nil || at.IsDir() || at.Type()&fs.ModeSymlink != 0 {
					return err
				}
				b, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				inside, _ := filepath.Rel(folder, path)
				kind := kindOf("/"+inside, string(b))
				seen[kind]++
				if what := wrong(t, kind, path, string(b)); what != "" {
					t.Errorf("%s (%s): %s", path, kind, what)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, kind := range []string{"uci", "json", "shell", "paths"} {
		if seen[kind] == 0 {
			t.Errorf("no file of kind %s was found: the check has lost its way", kind)
		}
	}
}

// kindOf tells a file's kind by where it lies and how it begins.
func kindOf(path, text string) string {
	switch ext := filepath.Ext(path); {
	case strings.HasPrefix(path, "/etc/config/"), strings.HasSuffix(path, "/lime-community"):
		return "uci"
	case strings.HasPrefix(path, "/lib/upgrade/keep.d/"):
		return "paths"
	case strings.HasSuffix(path, "/celld-portal/probes"):
		return "hosts"
	case ext == ".json":
		return "json"
	case ext == ".js":
		return "luci"
	case ext == ".html":
		return "html"
	case ext == ".nft":
		return "nft"
	case ext == ".lmo":
		return "lmo"
	case ext == ".conf" && strings.Contains(path, "dnsmasq"):
		return "dnsmasq"
	case strings.HasPrefix(text, "#!/bin/sh") || strings.HasPrefix(text, "# shellcheck shell="):
		return "shell"
	}
	return "unknown"
}

// wrong says what is wrong with a file of that kind, or nothing.
func wrong(t *testing.T, kind, path, text string) string {
	switch kind {
	case "uci":
		return wrongUCI(text)
	case "json":
		if !json.Valid([]byte(text)) {
			return "no JSON"
		}
	case "paths":
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "/") || strings.ContainsAny(strings.TrimSpace(line), " \t") {
				return "no path: " + line
			}
		}
	case "hosts":
		for line := range strings.Lines(text) {
			if !hostLine.MatchString(line) {
				return "no host name: " + line
			}
		}
	case "luci":
		// What LuCI loads is the body of a function.
		out, err := said(t, []byte("(function(){"+text+"\n})"), "node", "--check", "-")
		if err != nil {
			return out
		}
	case "shell":
		out, err := said(t, []byte(text), "busybox", "sh", "-n")
		if err != nil {
			return out
		}
	case "html":
		if !strings.HasPrefix(text, "<!doctype html>\n") || strings.Contains(text, "<script") {
			return "a page begins with its doctype and runs no script"
		}
	case "lmo": // TestLuCISaysEverySentenceInFourLanguages
	case "nft", "dnsmasq": // test/packages/live
	default:
		return "nobody checks such files"
	}
	return ""
}

var hostLine = regexp.MustCompile(`^([a-z0-9-]+\.)+[a-z]+\n$`)

var uciLine = regexp.MustCompile(`^(config [a-z_]+( '[a-zA-Z0-9_]+')?|\t(option|list) [a-z0-9_]+ '[^']*')$`)

// wrongUCI holds a file that we ship to one spelling of UCI's syntax, the one that
// uci itself writes.
func wrongUCI(text string) string {
	inside := false
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		switch bare := strings.TrimSpace(line); {
		case bare == "" || strings.HasPrefix(bare, "#"):
		case !uciLine.MatchString(line):
			return "no line of UCI: " + line
		case strings.HasPrefix(line, "\t") && !inside:
			return "an option of no section: " + line
		default:
			inside = true
		}
	}
	return ""
}

func TestTheUCICheckSeesWhatIsWrong(t *testing.T) {
	for text, good := range map[string]bool{
		"config celld 'cell'\n\toption a 'b'\n\tlist c 'd e'\n": true,
		"# words\n\nconfig celld\n":                             true,
		"\toption a 'b'\n":                                      false,
		"config celld 'cell'\n\toption a b\n":                   false,
		"config celld 'cell\n":                                  false,
		"config celld 'a-b'\n":                                  false,
		"config celld\n\toptoin a 'b'\n":                        false,
	} {
		if got := wrongUCI(text) == ""; got != good {
			t.Errorf("%q: good is %v", text, got)
		}
	}
}
