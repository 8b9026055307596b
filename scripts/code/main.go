// Command code tells by sixteen letters what code a test, or a program, is made of: the
// text of whatever of this module the linker found somebody to call, without comments,
// and what is embedded; for all else go.mod, go.sum and Go's version. What nobody calls
// leaves the letters as they are, and so does where things stand.
//
//	code [-test] [-overlay FILE] PACKAGE
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

func main() {
	test := flag.Bool("test", false, "of the tests of the package, not of its program")
	overlay := flag.String("overlay", "", "as go build takes it")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: code [-test] [-overlay FILE] PACKAGE")
		os.Exit(2)
	}
	letters, err := code(".", flag.Arg(0), *overlay, *test)
	if err != nil {
		fmt.Fprintf(os.Stderr, "code: %v\n", err)
		os.Exit(1)
	}
	fmt.Println(letters)
}

// room is a package as go list tells of it.
type room struct {
	ImportPath, Name, Dir              string
	GoFiles, TestGoFiles, XTestGoFiles []string
	EmbedFiles, TestEmbedFiles         []string
	XTestEmbedFiles                    []string
	Module                             *struct{ Main bool }
}

func code(dir, name, overlay string, test bool) (string, error) {
	called, err := symbols(dir, name, overlay, test)
	if err != nil {
		return "", err
	}
	rooms, err := ours(dir, name, test)
	if err != nil {
		return "", err
	}
	all := sha256.New()
	fmt.Fprintln(all, runtime.Version())
	for _, file := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
		fmt.Fprintf(all, "%s %d\n%s", file, len(b), b)
	}
	if err := write(all, rooms, called); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", all.Sum(nil)[:8]), nil
}

// run is the output of a command of Go's.
func run(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	var complaints bytes.Buffer
	cmd.Dir, cmd.Stderr = dir, &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", args[0], err, complaints.Bytes())
	}
	return out, nil
}

// parameters are those of a generic function, told in brackets that may hold others.
var parameters = regexp.MustCompile(`\[[^\[\]]*\]`)

// symbols are the names of all that is linked, where nothing of the module is inlined.
func symbols(dir, name, overlay string, test bool) (map[string]bool, error) {
	work, err := os.MkdirTemp("", "code-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	module, err := run(dir, "list", "-m")
	if err != nil {
		return nil, err
	}
	program := filepath.Join(work, "program")
	build := []string{"build"}
	if test {
		build = []string{"test", "-c", "-vet=off"}
	}
	build = append(build, "-overlay", overlay, "-gcflags="+strings.TrimSpace(string(module))+"/...=-l", "-ldflags=-w", "-o", program, name)
	if overlay == "" {
		build = slices.DeleteFunc(build, func(a string) bool { return a == "-overlay" || a == "" })
	}
	if _, err := run(dir, build...); err != nil {
		return nil, err
	}
	out, err := run(dir, "tool", "nm", program)
	if err != nil {
		return nil, err
	}
	called := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		_, symbol, _ := strings.Cut(strings.TrimSpace(line), " ") // after where it is
		_, symbol, _ = strings.Cut(symbol, " ")                   // and what
		for parameters.MatchString(symbol) {
			symbol = parameters.ReplaceAllString(symbol, "")
		}
		called[symbol] = true
	}
	return called, nil
}

// ours are the packages of the module that the one is made of; of the one itself the
// tests, too.
func ours(dir, name string, test bool) ([]room, error) {
	args := []string{"list", "-deps", "-json"}
	if test {
		args = append(args, "-test")
	}
	one, err := run(dir, "list", name)
	if err != nil {
		return nil, err
	}
	out, err := run(dir, append(args, name)...)
	if err != nil {
		return nil, err
	}
	var rooms []room
	for in := json.NewDecoder(bytes.NewReader(out)); ; {
		var r room
		if err := in.Decode(&r); err == io.EOF {
			return rooms, nil
		} else if err != nil {
			return nil, err
		}
		if r.Module == nil || !r.Module.Main || strings.ContainsAny(r.ImportPath, " ") || strings.HasSuffix(r.ImportPath, ".test") {
			continue // another's, or one that go test makes
		}
		if r.ImportPath != strings.TrimSpace(string(one)) || !test {
			r.TestGoFiles, r.XTestGoFiles, r.TestEmbedFiles, r.XTestEmbedFiles = nil, nil, nil, nil
		}
		rooms = append(rooms, r)
	}
}
