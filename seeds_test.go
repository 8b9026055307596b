package celld_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"strings"
	"testing"
)

// TestEveryFuzzTargetHasSeeds finds every fuzz target in the house and the
// seeds committed beside it: a folder that moved would otherwise leave a
// target that starts from nothing, in silence.
func TestEveryFuzzTargetHasSeeds(t *testing.T) {
	for _, name := range goFiles(t) {
		if !strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Fuzz") {
				continue
			}
			folder := path.Join(path.Dir(name), "testdata/fuzz", f.Name.Name)
			if seeds, err := os.ReadDir(folder); err != nil || len(seeds) == 0 {
				t.Errorf("%s: %s has no seeds in %s", name, f.Name.Name, folder)
			}
		}
	}
}
