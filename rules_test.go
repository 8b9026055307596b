package celld_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheTableOfRulesIsTrue: whatever docs/rules.md names is there.
func TestTheTableOfRulesIsTrue(t *testing.T) {
	page, err := os.ReadFile("docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testsIn(t, "internal", "cmd")
	named, files := 0, 0
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(string(page), -1) {
		switch name := m[1]; {
		case strings.HasPrefix(name, "Test"):
			if named++; !tests[name] {
				t.Errorf("there is no %s", name)
			}
		case strings.Contains(name, "/"):
			files++
			if _, err := os.Stat(filepath.Join("internal", name)); err != nil {
				t.Error(err)
			}
		}
	}
	if named < 75 || files < 40 {
		t.Errorf("the table names %d tests and %d files; has its shape changed?", named, files)
	}
	for _, rule := range strings.Fields("X1 X2 X3 X4 X5 X6 C1 C2 C3 C4 C5 C6 C7 C8 C9 C10 C11 C12 C13 C14 I1 I2 I3 I4 L1 L2 L3 L4 L5 L6 L7 L8 L9 L9a L9b L10 I5 I6 I7 I8 R1 R2 R3 R4 R6 I10") {
		if !regexp.MustCompile(`(?m)^\| ([^|]*, )?` + rule + `[ ,][^|]*\|`).Match(page) {
			t.Errorf("rule %s has no line", rule)
		}
	}
}

// testsIn lists the tests in the sources below some folders.
func testsIn(t *testing.T, roots ...string) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	begins := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, "_test.go") {
				return err
			}
			src, err := os.ReadFile(path)
			for _, m := range begins.FindAllSubmatch(src, -1) {
				found[string(m[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}
