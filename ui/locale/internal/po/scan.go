package po

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

// Use is a sentence that a source file asks for, and its English plural.
type Use struct {
	ID, Plural string
	File       string
}

// calls that take a sentence: the function's name, and how many leading
// string literals it takes.
var calls = map[string]int{"T": 1, "M": 1, "Raw": 1, "Rich": 1, "N": 2, "Plural": 2}

// Scan finds the sentences in the Go files under dir, tests left out.
func Scan(dir string) ([]Use, error) {
	var uses []Use
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				uses = append(uses, inCall(call, path)...)
			}
			return true
		})
		return nil
	})
	return uses, err
}

func inCall(call *ast.CallExpr, path string) []Use {
	want := calls[name(call.Fun)]
	if want == 0 {
		return nil
	}
	var words []string
	for _, arg := range call.Args {
		if s, ok := literal(arg); ok && len(words) < want {
			words = append(words, s)
		}
	}
	if len(words) != want {
		return nil
	}
	return []Use{{ID: words[0], Plural: strings.Join(words[1:], ""), File: path}}
}

func name(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// literal reads a string literal, or several joined by plus signs.
func literal(e ast.Expr) (string, bool) {
	switch v := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(v.Value)
		return s, v.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		a, okA := literal(v.X)
		b, okB := literal(v.Y)
		return a + b, okA && okB
	}
	return "", false
}
