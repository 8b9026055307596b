// Package celld_test holds the plan of the house as a test: which room may
// import which, what the pure core may never ask for, and how big a function
// or a file may grow. It reads the sources themselves, since a subprocess
// would hide from the test cache what it read.
package celld_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A room is a package, or with "/..." a package and all below it, and what of
// ours it may import. Where several fit a package, the longest one rules, and
// of equals the first.
type room struct {
	name string
	may  []string
}

// plan is the table of ARCHITECTURE.md. A package that stands nowhere in it
// fails the test: the house grows by a line here first.
var plan = []room{
	{"cmd/celld", []string{"internal/...", "ui/..."}},
	{"internal/op", nil},
	{"internal/op/optest", []string{"internal/op"}}, // for tests
	{"internal/words", nil},
	{"internal/cell", []string{"internal/op", "internal/cell/..."}},
	{"internal/cell/...", []string{"internal/op"}},
	{"internal/cell/ledger/...", []string{"internal/op", "internal/cell/ledger"}},
	{"internal/oplog", []string{"internal/op", "internal/cell", "internal/cell/trust"}},
	{"internal/oplog/storagetest", []string{"internal/op", "internal/oplog"}}, // one test suite for every engine
	{"internal/sqlite", []string{"internal/op"}},
	{"internal/logfile", []string{"internal/op"}},
	{"internal/backup", []string{"internal/op"}},
	{"internal/replication", []string{"internal/op"}},
	{"internal/receipts", []string{"internal/op"}},
	{"internal/vault", []string{"internal/op", "internal/words"}},
	{"internal/vault/vaulttest", []string{"internal/vault"}}, // for tests
	{"internal/dnssd", nil},
	{"internal/netstate", nil},
	{"internal/system", nil},
	{"internal/portal", nil},
	{"internal/gitserve", nil},
	{"internal/web", []string{"internal/op", "internal/cell/...", "internal/words", "internal/gitserve", "ui/..."}},
	{"ui/...", []string{"ui/..."}},
	{"scripts/strip", nil}, // a tool of the build
	{"scripts/compiler", nil},
	{"scripts/code", nil}, // and one of scripts/soak
}

// foreign says which packages that are not ours only some rooms may import.
var foreign = []room{
	{"database/sql/...", []string{"internal/sqlite"}},
	{"modernc.org/sqlite/...", []string{"internal/sqlite"}},
	{"github.com/a-h/templ/...", nil}, // the pages' language, and not needed where they are shown
	// Either costs 2.1 MB on a router and stops the linker from pruning.
	{"text/template/...", nil},
	{"html/template/...", nil},
	{"filippo.io/age/...", []string{"internal/backup"}},
	{"github.com/miekg/dns/...", []string{"internal/dnssd"}},
	{"golang.org/x/net/...", []string{"internal/dnssd"}},
	{"github.com/mdlayher/netlink/...", []string{"internal/netstate"}},
	{"github.com/jsimonetti/rtnetlink/v2/...", []string{"internal/netstate"}},
	{"github.com/pion/...", []string{"internal/replication"}},
}

// The pure core is arithmetic: it asks for no clock, no chance and no I/O, and
// shares nothing between goroutines.
var (
	core      = []string{"internal/op", "internal/cell/..."}
	notInCore = []string{
		"time/...", "context/...", "os/...", "net/...", "log/...", "math/rand/...", "crypto/rand/...",
		"database/sql/...", "sync/...", "syscall/...", "unsafe/...",
	}
)

const (
	module       = "celld"
	longFunction = 80
	longFile     = 600
)

// allowedLong names what may be longer, as "dir/file.go" or "dir/file.go:Func",
// each with its reason.
var allowedLong = map[string]string{}

type source struct {
	path string // from the root of the module
	dir  string
	fset *token.FileSet
	file *ast.File
}

func TestImportsFollowThePlan(t *testing.T) {
	unplanned := map[string]bool{}
	for _, s := range production(t) {
		if _, ok := roomOf(plan, s.dir); !ok && !outside(s.dir) {
			unplanned[s.dir] = true
			continue
		}
		for _, imported := range s.imports(t) {
			if err := mayImport(s.dir, imported); err != nil {
				t.Errorf("%s: %v", s.path, err)
			}
		}
	}
	for dir := range unplanned {
		t.Errorf("%s is not in the plan of the house", dir)
	}
}

// TestArchitectureShowsEveryRoom keeps the page and the house together.
func TestArchitectureShowsEveryRoom(t *testing.T) {
	page, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, s := range production(t) {
		top := strings.HasPrefix(s.dir, "cmd/") || strings.HasPrefix(s.dir, "internal/")
		shown[s.dir] = !top || strings.Contains(string(page), "`"+s.dir+"`") ||
			strings.Contains(string(page), "`.../"+path.Base(s.dir)+"`")
	}
	for dir, ok := range shown {
		if !ok {
			t.Errorf("ARCHITECTURE.md does not show %s", dir)
		}
	}
}

func TestEveryRoomSaysWhatItOwns(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range production(t) {
		doc := s.file.Doc.Text()
		documented[s.dir] = documented[s.dir] || strings.HasSuffix(strings.TrimSpace(firstSentence(doc)), ".")
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s: no package comment that says in a sentence what it owns", dir)
		}
	}
}

func TestFunctionsAndFilesStaySmall(t *testing.T) {
	for _, name := range goFiles(t) {
		if !strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if n := bytes.Count(b, []byte("\n")); err != nil || n > longFile {
			t.Errorf("%s: %d lines, %v", name, n, err)
		}
	}
	for _, s := range production(t) {
		if ast.IsGenerated(s.file) {
			continue
		}
		for name, lines := range s.long() {
			if allowedLong[name] == "" {
				t.Errorf("%s: %d lines", name, lines)
			}
		}
	}
}

// TestThePlanCanRefuse keeps the rules above from going blind.
func TestThePlanCanRefuse(t *testing.T) {
	for _, c := range []struct {
		from, to string
		ok       bool
	}{
		{"internal/cell", "celld/internal/cell/trust", true},
		{"internal/cell/ledger", "celld/internal/op", true},
		{"internal/cell/ledger/export", "celld/internal/cell/ledger", true},
		{"internal/cell/consent", "fmt", true},
		{"internal/web", "celld/internal/cell/consent", true},
		{"internal/web", "net/http", true},
		{"ui/locale", "celld/ui", true},
		{"cmd/celld", "celld/internal/sqlite", true},
		{"internal/op", "celld/internal/cell", false},
		{"internal/cell/consent", "celld/internal/cell/ledger", false},
		{"internal/cell/ledger/export", "celld/internal/cell/consent", false},
		{"internal/cell/rota", "celld/internal/cell", false},
		{"internal/sqlite", "celld/internal/logfile", false},
		{"internal/web", "celld/internal/oplog", false},
		{"internal/oplog", "celld/internal/sqlite", false},
		{"ui", "celld/internal/cell", false},
		{"ui", "rsc.io/qr", false},
		{"ui", "github.com/a-h/templ", false},
		{"internal/web", "database/sql", false},
		{"internal/dnssd", "celld/internal/netstate", false},
		{"internal/web", "github.com/miekg/dns", false},
		{"internal/web", "html/template", false},
		{"internal/portal", "celld/internal/web", false},
		{"internal/web", "celld/internal/portal", false},
		{"internal/op", "time", false},
		{"internal/cell/consent", "math/rand/v2", false},
		{"internal/cell", "log/slog", false},
		{"internal/cellar", "fmt", false},
	} {
		if err := mayImport(c.from, c.to); (err == nil) != c.ok {
			t.Errorf("%s imports %s: allowed %v, want %v", c.from, c.to, err == nil, c.ok)
		}
	}
}

// mayImport judges one import by one package of ours.
func mayImport(dir, imported string) error {
	if outside(dir) {
		return nil // what tests and measures the house is no room of it
	}
	rule, ok := roomOf(plan, dir)
	if !ok {
		return fmt.Errorf("%s is not in the plan of the house", dir)
	}
	if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
		if !fits(rule.may, ours) {
			return fmt.Errorf("%s may not import %s", dir, ours)
		}
		return nil
	}
	if fits(core, dir) && fits(notInCore, imported) {
		return fmt.Errorf("the pure core may not import %s", imported)
	}
	if fits([]string{"ui/..."}, dir) && strings.Contains(imported, ".") {
		return fmt.Errorf("ui imports the standard library, not %s", imported)
	}
	if only, ok := roomOf(foreign, imported); ok && !fits(only.may, dir) {
		return fmt.Errorf("%s may not import %s", dir, imported)
	}
	return nil
}

// outside reports whether dir holds programs that test or measure the house.
func outside(dir string) bool { return fits([]string{"scripts/...", "test/..."}, dir) }

func roomOf(rooms []room, name string) (best room, ok bool) {
	for _, r := range rooms {
		if fits([]string{r.name}, name) && (!ok || depth(r) > depth(best)) {
			best, ok = r, true
		}
	}
	return best, ok
}

func depth(r room) int { return len(strings.TrimSuffix(r.name, "/...")) }

func fits(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		below, tree := strings.CutSuffix(p, "/...")
		return name == below || tree && strings.HasPrefix(name, below+"/")
	})
}

func firstSentence(doc string) string {
	sentence, _, _ := strings.Cut(strings.ReplaceAll(doc, "\n", " ")+" ", ". ")
	if sentence == strings.TrimSpace(doc)+" " {
		return doc
	}
	return sentence + "."
}

func (s source) imports(t *testing.T) (paths []string) {
	for _, spec := range s.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatalf("%s: %v", s.path, err)
		}
		paths = append(paths, p)
	}
	return paths
}

// long returns what is too long in s, by name.
func (s source) long() map[string]int {
	out := map[string]int{}
	if n := s.fset.File(s.file.Pos()).LineCount(); n > longFile {
		out[s.path] = n
	}
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1; n > longFunction {
				out[s.path+":"+f.Name.Name] = n
			}
		}
	}
	return out
}

// production parses every Go file of this module that is not a test.
func production(t *testing.T) (out []source) {
	t.Helper()
	for _, name := range goFiles(t) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, source{name, path.Dir(name), fset, file})
	}
	if len(out) < 5 {
		t.Fatalf("only %d sources found: the plan has nothing to guard", len(out))
	}
	return out
}

// goFiles lists the Go files of this module, with slashes, from its root.
func goFiles(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && name != "." && notOurs(name, d.Name()) {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, ".go") {
			names = append(names, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// notOurs reports whether the go command would not look into a folder either,
// or it is another module.
func notOurs(name, base string) bool {
	if base == "testdata" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(name, "go.mod"))
	return err == nil
}
