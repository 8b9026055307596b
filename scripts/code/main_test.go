package main

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const head = `package main

import "fmt"

type house struct{ doors int }

type window struct{ panes int }

const (
	first = iota
	second
)

var rooms = map[string]int{"kitchen": second}

func (h house) String() string { return fmt.Sprint(h.doors, " doors") }
`

const method = `
func (h house) must(n int) {
	if h.doors != n {
		panic("another house")
	}
}
`

const tail = `
func main() {
	h := house{doors: 2}
	fmt.Println(h, rooms["kitchen"], all(window{4}))
	defer func() { fmt.Println(recover()) }()
	h.must(3)
}

func all[T any](x T) string { return fmt.Sprintf("%v", x) }
`

const program = head + method + tail

// of tells the code of a program in a module of its own.
func of(t *testing.T, source string) string {
	t.Helper()
	return told(t, map[string]string{"main.go": source}, false)
}

// told tells the code of a module of these files, one of which may be an overlay.
func told(t *testing.T, files map[string]string, test bool) string {
	t.Helper()
	dir, overlay := t.TempDir(), ""
	if files["overlay"] != "" {
		overlay = filepath.Join(dir, "overlay")
	}
	for name, text := range files {
		put(t, dir, name, strings.ReplaceAll(text, "DIR", dir))
	}
	put(t, dir, "go.mod", "module house\n\ngo 1.26\n")
	letters, err := code(dir, ".", overlay, test)
	if err != nil || len(letters) != 16 {
		t.Fatalf("%q, %v", letters, err)
	}
	return letters
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestCommentsAndWhatNobodyCallsAreNoCode: lines that move, however far, and what the
// linker leaves out.
func TestCommentsAndWhatNobodyCallsAreNoCode(t *testing.T) {
	want := of(t, program)
	for name, other := range map[string]string{
		"a comment":         strings.Replace(program, "\th :=", "\t// Two of them.\n\th :=", 1),
		"what nobody calls": program + "\nfunc alone() { fmt.Println(nobody, loner{}, ever) }\n\nvar nobody = 7\n\ntype loner struct{}\n\nconst ever = 1\n",
		"another place":     head + tail + method,
		"nothing":           program,
	} {
		if got := of(t, other); got != want {
			t.Errorf("%s is taken for code", name)
		}
	}
}

// TestEachChangeOfCodeIsSeen: of whatever there is.
func TestEachChangeOfCodeIsSeen(t *testing.T) {
	want := of(t, program)
	for name, change := range map[string][2]string{
		"an instruction":     {"h.doors != n", "h.doors == n"},
		"a number":           {"doors: 2", "doors: 5"},
		"a word":             {"another house", "another hause"},
		"a type":             {"panes int", "panes int64"},
		"a line":             {"\th.must(3)\n", ""},
		"what counts":        {"first = iota", "first = iota + 1"},
		"a variable":         {`"kitchen": second`, `"kitchen": first`},
		"what is generic":    {`"%v"`, `"%d"`},
		"what prints itself": {`" doors"`, `" gates"`},
	} {
		other := strings.Replace(program, change[0], change[1], 1)
		if got := of(t, other); other == program || got == want {
			t.Errorf("%s is not seen", name)
		}
	}
}

// TestOfTestsTheirOwnAreSeen: both that stand in the package and beside it, without
// those that an overlay takes out.
func TestOfTestsTheirOwnAreSeen(t *testing.T) {
	house := map[string]string{
		"house.go":       "package house\n\nfunc doors() int { return 1 }\n",
		"in_test.go":     "package house\n\nimport \"testing\"\n\nfunc TestIn(t *testing.T) { must(t, 1) }\n\nfunc must(t *testing.T, n int) {\n\tif n != doors() {\n\t\tt.Fatal(n)\n\t}\n}\n",
		"beside_test.go": "package house_test\n\nimport \"testing\"\n\nfunc TestBeside(t *testing.T) { t.Log(3) }\n",
	}
	without := map[string]string{
		"overlay":   `{"Replace": {"DIR/beside_test.go": "DIR/taken.out"}}`,
		"taken.out": strings.Replace(house["beside_test.go"], "TestBeside", "_", 1),
	}
	for name, change := range map[string][2]string{"house.go": {"1", "2"}, "in_test.go": {"n !=", "n <"}, "beside_test.go": {"3", "4"}} {
		other := maps.Clone(house)
		other[name] = strings.Replace(house[name], change[0], change[1], 1)
		if told(t, other, true) == told(t, house, true) {
			t.Errorf("%s is not seen", name)
		}
		maps.Copy(other, without)
		less := maps.Clone(house)
		maps.Copy(less, without)
		if same := told(t, other, true) == told(t, less, true); same != (name == "beside_test.go") {
			t.Errorf("%s is taken for the same without what was taken out: %v", name, same)
		}
	}
}

func TestWhatIsNoPackageIsRefused(t *testing.T) {
	for _, name := range []string{"main.go", "./nothing"} {
		if letters, err := code(t.TempDir(), name, "", false); err == nil {
			t.Errorf("%s is made of %s", name, letters)
		}
	}
}
