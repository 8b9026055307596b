// Command compiler builds Go's compiler so that it writes smaller programs for
// routers, and lets the go command use it. MIPS executes one instruction behind a
// branch before it is taken; Go's assembler puts a nop there, every eighth
// instruction of a program. Here that place is filled with what stood before or
// behind the branch (mips), and what is smaller than its call is copied into its
// caller (inline).
//
//	compiler -build FOLDER       builds the compiler there, from the sources of the Go in use
//	go build -toolexec FOLDER/go-tool -gcflags=all=-l=2 ...
//
// The sources of Go stay as they are: for this build alone, files are added to two
// packages and three lines read otherwise. A Go in which these lines are not found as
// they are known is refused. The assembler, which the runtime's own assembly goes
// through, is Go's, and so are the linker and every package.
package main

import (
	"crypto/sha256"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// The texts are no Go of this module: they compile in the packages that they are for.
//
//go:embed mips/*.go.txt inline/*.go.txt
var added embed.FS

// folders says which package of the compiler gets the files of which folder.
var folders = map[string]string{
	"mips":   "cmd/internal/obj/mips",
	"inline": "cmd/compile/internal/inline",
}

// An edit is a line of the compiler that reads otherwise.
type edit struct{ file, was, is string }

var edits = []edit{
	{"cmd/internal/obj/mips/obj0.go", "\n\tif nosched {\n", "\n\tc.tighten()\n\tif nosched {\n"},
	{"cmd/compile/internal/inline/inl.go", "\n\tbudget := int32(inlineMaxBudget)\n", "\n\tbudget := within(inlineMaxBudget)\n"},
	{"cmd/compile/internal/inline/inl.go", "\n\tmaxCost := int32(inlineMaxBudget)\n", "\n\tmaxCost := within(inlineMaxBudget)\n"},
}

// toolName is what this program is called where the go command uses it.
const toolName = "go-tool"

func main() {
	var err error
	switch {
	case len(os.Args) == 3 && os.Args[1] == "-build":
		err = build(os.Args[2])
	case len(os.Args) > 1 && filepath.Base(os.Args[0]) == toolName:
		err = use(os.Args[1], os.Args[2:])
	default:
		err = errors.New("usage: compiler -build FOLDER, then go build -toolexec FOLDER/" + toolName)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "compiler: %v\n", err)
		os.Exit(1)
	}
}

// build leaves the compiler in a folder, and this program beside it.
func build(folder string) error {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	work, err := os.MkdirTemp("", "compiler")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	overlay, err := lay(filepath.Join(strings.TrimSpace(string(root)), "src"), work)
	if err != nil {
		return err
	}
	for _, one := range [][]string{
		{"-pgo=off", "-overlay", overlay, "-o", filepath.Join(folder, "compile"), "cmd/compile"},
		{"-o", filepath.Join(folder, toolName), "./scripts/compiler"},
	} {
		cmd := exec.Command("go", append([]string{"build"}, one...)...)
		cmd.Stderr = os.Stderr
		if err := cmd.Run(); err != nil {
			return fmt.Errorf("go build %s: %w", one[len(one)-1], err)
		}
	}
	return nil
}

// lay writes into a folder what is to be read instead of the sources of Go, and the
// list of it that go build -overlay takes.
func lay(sources, folder string) (overlay string, err error) {
	texts := additions()
	for _, e := range edits {
		if texts[e.file] == "" {
			b, err := os.ReadFile(filepath.Join(sources, e.file))
			if err != nil {
				return "", fmt.Errorf("the sources of Go's compiler are not here: %w", err)
			}
			texts[e.file] = string(b)
		}
		if texts[e.file], err = e.in(texts[e.file]); err != nil {
			return "", err
		}
	}
	replace := map[string]string{}
	for name, text := range texts {
		instead := filepath.Join(folder, strings.ReplaceAll(name, "/", "-"))
		if err := os.WriteFile(instead, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(sources, name)] = instead
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(folder, "overlay.json")
	return overlay, os.WriteFile(overlay, list, 0o600)
}

// additions are the files that the compiler gets, by where they lie in the sources.
func additions() map[string]string {
	texts := map[string]string{}
	for from, to := range folders {
		files, _ := fs.Glob(added, from+"/*.go.txt")
		for _, name := range files {
			b, _ := added.ReadFile(name) // it is part of this program
			texts[path.Join(to, strings.TrimSuffix(path.Base(name), ".txt"))] = string(b)
		}
	}
	return texts
}

// in is a text with the edit in it. The line has to be there, once.
func (e edit) in(text string) (string, error) {
	if strings.Count(text, e.was) != 1 {
		return "", fmt.Errorf("%s is not the one of Go 1.26: scripts/compiler must be taught the new one", e.file)
	}
	return strings.Replace(text, e.was, e.is, 1), nil
}

// use runs a tool of Go's, as go build -toolexec asks for; the compiler is ours. Its
// version names the sources it was built from, by which the go command knows what it
// has compiled with which.
func use(tool string, args []string) error {
	if filepath.Base(tool) != "compile" {
		return syscall.Exec(tool, append([]string{tool}, args...), os.Environ())
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	ours := filepath.Join(filepath.Dir(self), "compile")
	if len(args) != 1 || args[0] != "-V=full" {
		return syscall.Exec(ours, append([]string{ours}, args...), os.Environ())
	}
	said, err := exec.Command(ours, args...).Output()
	if err != nil {
		return fmt.Errorf("%s -V=full: %w", ours, err)
	}
	fmt.Printf("%s celld-%s\n", strings.TrimSpace(string(said)), digest(additions(), edits))
	return nil
}

// digest names what a compiler has that Go's has not.
func digest(additions map[string]string, edits []edit) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", additions, edits)) // in the order of names
	return fmt.Sprintf("%x", sum[:8])
}
