package ledger_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/spreadsheet"
)

// TestEveryRefusalIsInTheTable reads the sources: each code is a constant, each
// constant is used and has a meaning, and the table knows no others.
func TestEveryRefusalIsInTheTable(t *testing.T) {
	for dir, table := range map[string]map[string]string{".": ledger.Refusals, "spreadsheet": spreadsheet.Refusals} {
		codes, uses := codesIn(t, dir)
		for name, code := range codes {
			if table[code] == "" {
				t.Errorf("%s: %s has no meaning", dir, code)
			}
			if uses[name] < 2 { // the table is one
				t.Errorf("%s: nothing refuses with %s", dir, code)
			}
		}
		if len(codes) != len(table) || len(codes) == 0 {
			t.Errorf("%s: %d codes, %d meanings", dir, len(codes), len(table))
		}
	}
}

func codesIn(t *testing.T, dir string) (codes map[string]string, uses map[string]int) {
	t.Helper()
	codes, uses = map[string]string{}, map[string]int{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), dir+"/"+e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if strings.HasPrefix(name.Name, "code") && i < len(n.Values) {
						codes[name.Name], _ = strconv.Unquote(n.Values[i].(*ast.BasicLit).Value)
						uses[name.Name]-- // its own declaration
					}
				}
			case *ast.Ident:
				uses[n.Name]++
			}
			return true
		})
	}
	return codes, uses
}
