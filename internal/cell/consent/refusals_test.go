package consent

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Pages translate the listed codes: so each that is used is listed, and each
// that is listed is used.
func TestEveryRefusalIsListed(t *testing.T) {
	used := map[string]bool{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") {
			refusalsIn(t, file, used)
		}
	}
	if len(used) < 50 {
		t.Errorf("only %d codes were found in the sources", len(used))
	}
	for code := range used {
		if Refusals[code] == "" {
			t.Errorf("%s is used and not listed", code)
		}
	}
	for code := range Refusals {
		if !used[code] {
			t.Errorf("%s is listed and not used", code)
		}
	}
}

// refusalsIn notes the first argument of every call of Refuse and lack.
func refusalsIn(t *testing.T, file string, used map[string]bool) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 || !refuses(call.Fun) {
			return true
		}
		if lit, ok := call.Args[0].(*ast.BasicLit); ok {
			code, _ := strconv.Unquote(lit.Value)
			used[code] = true
		}
		return true
	})
}

func refuses(fun ast.Expr) bool {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name == "lack"
	case *ast.SelectorExpr:
		return f.Sel.Name == "Refuse"
	}
	return false
}
