package main

import (
	"debug/elf"
	"encoding/binary"
	"flag"
	"go/format"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

var programs = flag.Int("programs", 2, "how many random programs are tried")

// machines are those the compiler is for, and what they are emulated by.
var machines = []struct{ arch, emulator string }{{"mips", "qemu-mips-static"}, {"mipsle", "qemu-mipsel-static"}}

// folder is where the compiler is built, once for all tests that ask for it.
var folder string

var compiler = sync.OnceValues(func() (string, error) { return folder, build(folder) })

func TestMain(m *testing.M) { os.Exit(inTheModule(m)) }

func inTheModule(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "compiler"); err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	return m.Run()
}

// compile builds a program for a machine, by our compiler or Go's.
func compile(t *testing.T, arch, source string, flags ...string) string {
	t.Helper()
	if _, err := compiler(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "program")
	cmd := exec.Command("go", append(append([]string{"build", "-o", name}, flags...), source)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOMIPS=softfloat")
	if arch != "" {
		cmd.Env = append(cmd.Env, "GOOS=linux", "GOARCH="+arch)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return name
}

// ours are the flags by which a router's program is built.
func ours(t *testing.T) []string {
	t.Helper()
	folder, err := compiler()
	if err != nil {
		t.Fatal(err)
	}
	flags := output(t, "bash", "-c", `. scripts/small.sh && printf '%s\n' "${small[@]}"`)
	return append(strings.Split(strings.TrimSpace(flags), "\n"), "-toolexec", filepath.Join(folder, toolName))
}

func output(t *testing.T, name ...string) string {
	t.Helper()
	cmd := exec.Command(name[0], name[1:]...)
	cmd.Env = append(os.Environ(), "GODEBUG=asyncpreemptoff=1") // as scripts/strip leaves it
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// does compares what a program prints here, where Go's own compiler made it, with
// what it prints where ours did.
func does(t *testing.T, source string) {
	t.Helper()
	want := output(t, compile(t, "", source))
	for _, m := range machines {
		if got := output(t, m.emulator, compile(t, m.arch, source, ours(t)...)); got != want {
			t.Errorf("%s: %s", m.arch, difference(got, want))
		}
	}
}

func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "printed " + g[i] + ", and here " + w[i]
		}
	}
	return "it printed more or less"
}

func TestAProgramDoesTheSame(t *testing.T) { does(t, "./scripts/compiler/testdata/shapes") }

func TestRandomProgramsDoTheSame(t *testing.T) {
	for i := range *programs {
		seed := rand.Uint64()
		if i == 0 {
			seed = 1 // what was always tried
		}
		name := filepath.Join(t.TempDir(), "main.go")
		if err := os.WriteFile(name, random(seed), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("the program of %d", seed)
		if does(t, name); t.Failed() {
			return
		}
	}
}

// Of a thousand branches, how many are followed by a nop: all of them by Go's compiler.
func TestDelaySlotsAreFilled(t *testing.T) {
	const source = "./scripts/compiler/testdata/shapes"
	empty, all := slots(t, compile(t, "mips", source))
	if was := empty * 1000 / all; was < 950 {
		t.Errorf("Go's compiler leaves %d of 1000 empty, and was thought to leave all: is this still needed?", was)
	}
	empty, all = slots(t, compile(t, "mips", source, ours(t)...))
	if is := empty * 1000 / all; is > 400 {
		t.Errorf("ours leaves %d of 1000 empty", is)
	}
}

// slots counts branches in a program, and those with a nop behind them.
func slots(t *testing.T, name string) (empty, all int) {
	words, _ := code(t, name)
	for i, word := range words[:len(words)-1] {
		switch word >> 26 {
		case 2, 3, 4, 5, 6, 7: // j, jal, beq, bne, blez, bgtz
		case 0:
			if f := word & 63; f != 8 && f != 9 { // jr, jalr
				continue
			}
		default:
			continue
		}
		all++
		if words[i+1] == 0 {
			empty++
		}
	}
	return empty, all
}

// code is what a program for mips executes, and where in it functions begin, by name.
func code(t *testing.T, name string) (words []uint32, functions map[string]int) {
	f, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	section := f.Section(".text")
	text, err := section.Data()
	if err != nil {
		t.Fatal(err)
	}
	for ; len(text) >= 4; text = text[4:] {
		words = append(words, binary.BigEndian.Uint32(text))
	}
	symbols, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	functions = map[string]int{}
	for _, s := range symbols {
		if elf.ST_TYPE(s.Info) == elf.STT_FUNC {
			functions[s.Name] = int(s.Value-section.Addr) / 4
		}
	}
	return words, functions
}

// A function whose stack was too small is to begin again where it begins: elsewhere
// it would mostly go on as well, by luck.
func TestAGrownStackBeginsAgain(t *testing.T) {
	name := compile(t, "mips", "./scripts/compiler/testdata/shapes", ours(t)...)
	words, functions := code(t, name)
	begins := map[int]bool{}
	for _, at := range functions {
		begins[at] = true
	}
	const addsToLink = 0x27ff // addiu $ra, $ra
	found := 0
	for i, word := range words[:len(words)-1] {
		if next := words[i+1]; word>>26 == 3 && next>>16 == addsToLink { // jal
			found++
			if back := int(int16(next)); back%4 != 0 || !begins[i+2+back/4] {
				t.Fatalf("the call at %#x returns %d bytes back, where no function begins", 4*i, -back)
			}
		}
	}
	if found < len(functions)/2 {
		t.Errorf("of %d functions %d begin again in this way", len(functions), found)
	}
}

// What copies or clears memory is five and three instructions.
func TestLoopsAreShort(t *testing.T) {
	words, functions := code(t, compile(t, "mips", "./scripts/compiler/testdata/shapes", ours(t)...))
	for name, want := range map[string][]uint32{
		"main.swap":      {0x20 << 26, 0x28 << 26, 9 << 26, 5 << 26, 9 << 26}, // lb, sb, addiu, bne, addiu
		"main.clearSome": {0x2b << 26, 5 << 26, 9 << 26},                      // sw, bne, addiu
	} {
		found := false
		for i := functions[name]; i < functions[name]+400 && !found; i++ {
			found = true
			for j, op := range want {
				found = found && words[i+j]>>26 == op>>26
			}
			found = found && int16(words[i+len(want)-2]) == int16(1-len(want)) // it branches back to the first
		}
		if !found {
			t.Errorf("%s has no such loop", name)
		}
	}
}

// What cannot be read is refused, before anything is built from it.
func TestAnotherGoIsRefused(t *testing.T) {
	for _, e := range edits {
		for what, text := range map[string]string{"without the line": "package p\n", "with the line twice": e.was + e.was} {
			if is, err := e.in(text); err == nil || is != "" {
				t.Errorf("%s %s was taken for known", e.file, what)
			}
		}
	}
	if _, err := lay(t.TempDir(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "sources") {
		t.Errorf("a Go without sources: %v", err)
	}
}

// What is added is formatted and vetted like any Go, in the packages that it is for.
func TestWhatIsAddedIsTidy(t *testing.T) {
	var packages []string
	for name, text := range additions() {
		packages = append(packages, path.Dir(name))
		if is, err := format.Source([]byte(text)); err != nil || string(is) != text {
			t.Errorf("%s is not as gofmt writes it: %v", name, err)
		}
	}
	if len(packages) < len(folders) {
		t.Fatalf("only %d files are added", len(packages))
	}
	overlay, err := lay(filepath.Join(strings.TrimSpace(output(t, "go", "env", "GOROOT")), "src"), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(packages)
	output(t, append([]string{"go", "vet", "-overlay", overlay}, slices.Compact(packages)...)...)
}

// The go command keeps what it compiled by the compiler's version: one that writes
// other programs has another.
func TestItsVersionIsItsOwn(t *testing.T) {
	folder, err := compiler()
	if err != nil {
		t.Fatal(err)
	}
	tool := strings.TrimSpace(output(t, "go", "tool", "-n", "compile"))
	plain, own := output(t, tool, "-V=full"), output(t, filepath.Join(folder, toolName), tool, "-V=full")
	is := digest(additions(), edits)
	if !strings.HasPrefix(own, strings.TrimSpace(plain)) || !strings.HasSuffix(own, " celld-"+is+"\n") {
		t.Errorf("Go's is %q, ours %q", plain, own)
	}
	others := additions()
	if others["cmd/internal/obj/mips/tighten.go"] += "\n"; digest(others, edits) == is || digest(additions(), edits[1:]) == is {
		t.Error("other sources, and the same version")
	}
}
