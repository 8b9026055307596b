package dnssd

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryTestThatThePageNamesIsThere keeps docs/discovery.md honest.
func TestEveryTestThatThePageNamesIsThere(t *testing.T) {
	page, err := os.ReadFile("../../docs/discovery.md")
	if err != nil {
		t.Fatal(err)
	}
	var sources strings.Builder
	for _, pattern := range []string{"*_test.go", "../netstate/*_test.go", "../replication/*_test.go", "../cell/*_test.go", "../cell/trust/*_test.go", "../../cmd/celld/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			sources.Write(data)
		}
	}
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z]+)`").FindAllStringSubmatch(string(page), -1)
	if len(named) < 50 {
		t.Fatalf("the page names %d tests only", len(named))
	}
	for _, n := range named {
		if !strings.Contains(sources.String(), "func "+n[1]+"(") {
			t.Errorf("the page names %s, which is not there", n[1])
		}
	}
}
