package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const program = `package main

import "fmt"

type house struct{ doors int }

func (h house) String() string { return fmt.Sprint(h.doors, " doors") }

func main() {
	h := house{doors: 2}
	fmt.Println(h)
	defer func() { fmt.Println(recover()) }()
	h.must(3)
}

func (h house) must(n int) {
	if h.doors != n {
		panic("another house")
	}
}
`

// of builds a program as scripts/soak does and returns its code.
func of(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	built := filepath.Join(dir, "built")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid= -R 0x400000", "-o", built, "main.go")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	letters, err := code(built)
	if err != nil || len(letters) != 16 {
		t.Fatalf("%q, %v", letters, err)
	}
	return letters
}

// TestCommentsAndWhatNobodyCallsAreNoCode: lines that move, however far, and
// functions that the linker leaves out.
func TestCommentsAndWhatNobodyCallsAreNoCode(t *testing.T) {
	want := of(t, program)
	for name, other := range map[string]string{
		"a comment":         strings.Replace(program, "\th :=", "\t// Two of them.\n\th :=", 1),
		"thousands of them": strings.Replace(program, "\tif h.", strings.Repeat("\t// Who knows?\n", 9000)+"\tif h.", 1),
		"what nobody calls": program + "\nfunc alone() { fmt.Println(\"alone\") }\n",
		"nothing":           program,
	} {
		if got := of(t, other); got != want {
			t.Errorf("%s is taken for code", name)
		}
	}
}

// TestEachChangeOfCodeIsSeen: of an instruction, a number, a word, a type.
func TestEachChangeOfCodeIsSeen(t *testing.T) {
	want := of(t, program)
	for name, change := range map[string][2]string{
		"an instruction": {"h.doors != n", "h.doors == n"},
		"a number":       {"doors: 2", "doors: 5"},
		"a word":         {"another house", "another hause"},
		"a type":         {"doors int", "doors int64"},
		"a line":         {"\tfmt.Println(h)\n", ""},
	} {
		other := strings.Replace(program, change[0], change[1], 1)
		if name == "a type" {
			other = strings.Replace(other, "h.doors != n", "h.doors != int64(n)", 1)
		}
		if got := of(t, other); other == program || got == want {
			t.Errorf("%s is not seen", name)
		}
	}
}

func TestWhatIsNoProgramIsRefused(t *testing.T) {
	for _, name := range []string{"main.go", "nothing", "/bin/sh"} {
		if letters, err := code(name); err == nil {
			t.Errorf("%s is made of %s", name, letters)
		}
	}
}
