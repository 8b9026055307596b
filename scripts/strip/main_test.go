package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// build makes testdata/broken for a processor, as a router's is made.
func build(t *testing.T, arch string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "broken")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", name, "./testdata/broken")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch, "GOMIPS=softfloat")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return name
}

// breakDown runs a program until its end, and returns its traceback.
func breakDown(t *testing.T, emulator, name string) string {
	t.Helper()
	cmd := exec.Command(emulator, name)
	cmd.Env = append(os.Environ(), "GOTRACEBACK=2") // as a router's program asks for by itself
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err == nil {
		t.Fatal("it did not break down")
	}
	if !strings.HasPrefix(said.String(), "7\n") || !strings.Contains(said.String(), "nil pointer dereference") {
		t.Fatalf("it broke down elsewhere:\n%s", said.String())
	}
	return said.String()
}

// What differs from run to run, and what nobody can tell of a stripped program:
// what a function was called with, what was inlined, and who began a goroutine.
var (
	running   = regexp.MustCompile(`(?m)\b0x[0-9a-f]+\??|\bpc=\S+|^goroutine \d+|\bm=\d+`)
	within    = regexp.MustCompile(`(?m)^\S.*\(\.\.\.\)\n\t(\S+)\n(\S.*)\n\t\S+`)
	began     = regexp.MustCompile(`(?m)^created by .*\n.*`)
	arguments = regexp.MustCompile(`(?m)\([^()]*\)$`)
)

// comparable is the goroutine that broke down, without all of that.
func comparable(traceback string) string {
	parts := strings.SplitN(traceback, "\n\n", 3)
	text := within.ReplaceAllString(strings.Join(parts[:2], "\n\n"), "$2\n\t$1")
	return running.ReplaceAllString(arguments.ReplaceAllString(began.ReplaceAllString(text, ""), ""), "")
}

func TestAStrippedProgramWorksAndItsTracebackIsRead(t *testing.T) {
	for _, c := range []struct{ arch, emulator string }{{"mips", "qemu-mips-static"}, {"mipsle", "qemu-mipsel-static"}} {
		t.Run(c.arch, func(t *testing.T) {
			name := build(t, c.arch)
			whole := breakDown(t, c.emulator, name)
			lines := name + ".lines"
			if b, err := os.ReadFile(name); err != nil || os.WriteFile(lines, b, 0o600) != nil {
				t.Fatal(err)
			}
			if err := run([]string{name}); err != nil {
				t.Fatal(err)
			}
			said := breakDown(t, c.emulator, name)
			if strings.Contains(said, "main.") || strings.Contains(said, "sort.Slice") {
				t.Errorf("no lines and no functions were to be told:\n%s", said)
			}
			if !strings.Contains(whole, "sort.Slice(") {
				t.Errorf("it broke down without anybody else's function:\n%s", whole)
			}
			var read strings.Builder
			if err := translate(lines, strings.NewReader(said), &read); err != nil {
				t.Fatal(err)
			}
			if got, want := comparable(read.String()), comparable(whole); got != want {
				t.Errorf("the traceback was read as\n%s\nand it was\n%s", got, want)
			}
		})
	}
}

func TestStrippingTwiceIsStrippingOnce(t *testing.T) {
	name := build(t, "mips")
	var sizes [2][]byte
	for i := range sizes {
		if err := run([]string{name}); err != nil {
			t.Fatal(err)
		}
		sizes[i], _ = os.ReadFile(name)
	}
	if len(sizes[0]) == 0 || !bytes.Equal(sizes[0], sizes[1]) {
		t.Error("the second time changed something")
	}
}

// What cannot be read is told, and left as it was.
func TestWhatIsNotUnderstoodStaysAsItWas(t *testing.T) {
	good, err := os.ReadFile(build(t, "mips"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := readProgram(good)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]int{"class": 4, "end": len(good) / 2}
	for _, name := range []string{".gopclntab", ".go.module"} {
		s, err := p.section(name)
		if err != nil {
			t.Fatal(err)
		}
		places[name] = int(s.Off) + 3
	}
	tab, _ := p.section(".gopclntab")
	places["the number of functions"] = int(tab.Off) + atCount
	places["where the names begin"] = int(tab.Off) + atParts
	places["where the records begin"] = int(tab.Off) + atParts + 16
	for what, at := range places {
		b := bytes.Clone(good)
		if b[at] ^= 3; what == "end" {
			b = b[:at]
		}
		name := filepath.Join(t.TempDir(), "program")
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := run([]string{name}); err == nil {
			t.Errorf("%s: was taken for known", what)
		}
		if is, _ := os.ReadFile(name); !bytes.Equal(is, b) {
			t.Errorf("%s: was changed and refused", what)
		}
	}
	if err := run([]string{"main.go"}); err == nil {
		t.Error("a source was taken for a program")
	}
}
