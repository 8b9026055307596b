package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"strings"
	"testing"
)

// What the tables say of each function stays, place by place: how deep its stack
// is, what of it are pointers. Where it may be stopped is gone, and with it every
// name of which the runtime would stop one.
func TestWhatTheRuntimeAsksIsAnsweredAsBefore(t *testing.T) {
	before, err := os.ReadFile(build(t, "mips"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := strip(before)
	if err != nil {
		t.Fatal(err)
	}
	was, is := tablesOf(t, before), tablesOf(t, after)
	if was.count != is.count || was.count < 1000 || len(after) >= len(before) {
		t.Fatalf("%d functions of %d, %d bytes of %d", is.count, was.count, len(after), len(before))
	}
	for i := range was.count {
		f, g := must(t)(was.function(i)), must(t)(is.function(i))
		if !bytes.Equal(f.head[:atName], g.head[:atName]) || !bytes.Equal(f.head[8:atStack], g.head[8:atStack]) || !bytes.Equal(f.head[40:43], g.head[40:43]) ||
			!bytes.Equal(was.funcs[8*i:8*i+4], is.funcs[8*i:8*i+4]) {
			t.Fatalf("function %d: another entry, other arguments or another kind", i)
		}
		same(t, was, is, was.Uint32(f.head[atStack:]), is.Uint32(g.head[atStack:]))
		name := nameOf(t, was, f)
		if got := nameOf(t, is, g); got != shared[sharedName(name)] {
			t.Fatalf("%s is called %s", name, got)
		}
		for _, j := range []int{1, 4} { // which map of pointers holds, and what was out of bounds
			same(t, was, is, entry(f.tables, j, noTable), entry(g.tables, j, noTable))
		}
		for _, j := range []int{tableOfStops, tableOfInlined, tableOfArgs} {
			if entry(g.tables, j, noTable) != noTable {
				t.Fatalf("%s has a table that serves nothing", name)
			}
		}
		if got := nameOf(t, is, g); !strings.HasPrefix(got, "runtime.") && !strings.HasPrefix(got, "internal/runtime/") {
			t.Fatalf("%s could be stopped as %s", name, got)
		}
		for _, j := range []int{0, 1, 2, 4, 7} { // maps of pointers, objects, defers, what it wraps
			sameFact(t, was, is, j, entry(f.facts, j, noFact), entry(g.facts, j, noFact))
		}
	}
	if !bytes.Equal(was.finder, is.finder) {
		t.Error("functions are found elsewhere")
	}
}

// By these beginnings the runtime knows whose code it is in.
func TestWhoseCodeItIsCanStillBeTold(t *testing.T) {
	for name, want := range map[string]string{
		"runtime.mallocgc": "runtime.", "internal/runtime/maps.(*Iter).Next": "internal/runtime/.",
		"internal/runtime/atomic.goXadd64": "internal/runtime/atomic.", "reflect.Value.Call": "internal/runtime/.",
		"runtime/debug.Stack": "internal/runtime/.", "main.main": "internal/runtime/.", "celld/internal/op.Decode": "internal/runtime/.", "": "internal/runtime/.",
	} {
		if got := shared[sharedName(name)]; got != want {
			t.Errorf("%q is called %q, want %q", name, got, want)
		}
	}
}

// A kernel maps whole pages, so what the file holds of a segment lies as far from a
// page as it is to lie in memory.
func TestWhatMovedIsWhereItIsSoughtInFileAndMemory(t *testing.T) {
	before, err := os.ReadFile(build(t, "mipsle"))
	if err != nil {
		t.Fatal(err)
	}
	after, err := strip(before)
	if err != nil {
		t.Fatal(err)
	}
	was, err1 := readProgram(before)
	is, err2 := readProgram(after)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	for _, g := range is.segments {
		if g.Align > 1 && g.Off%g.Align != g.Vaddr%g.Align {
			t.Errorf("a segment for %#x lies at %#x", g.Vaddr, g.Off)
		}
	}
	for i, name := range is.names {
		s, old := is.sections[i], was.sections[i]
		if elf.SectionType(s.Type) == elf.SHT_NOBITS || name == ".gopclntab" || name == ".go.module" || name == ".shstrtab" || name == "" {
			continue
		}
		if !bytes.Equal(is.data(&s), was.data(&old)) {
			t.Errorf("%s is not what it was", name)
		}
		if g := is.segment(&s); s.Addr != 0 && (g == nil || s.Addr-g.Vaddr != s.Off-g.Off) {
			t.Errorf("%s is at %#x of the file and %#x of memory", name, s.Off, s.Addr)
		}
	}
}

func must(t *testing.T) func(function, error) function {
	return func(f function, err error) function {
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
}

func tablesOf(t *testing.T, b []byte) tables {
	t.Helper()
	p, err := readProgram(b)
	if err != nil {
		t.Fatal(err)
	}
	tab, _ := p.section(".gopclntab")
	mod, _ := p.section(".go.module")
	m := module{p.ByteOrder, p.data(mod)}
	all, err := readTables(p.data(tab), p.ByteOrder, int(m.get(wordFacts)-tab.Addr), int(m.get(wordFinder)-tab.Addr))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func nameOf(t *testing.T, in tables, f function) string {
	name, err := in.name(in.Uint32(f.head[atName:]))
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// entry is one of a list, or none behind its end.
func entry(list []uint32, i int, none uint32) uint32 {
	if i < len(list) {
		return list[i]
	}
	return none
}

func same(t *testing.T, was, is tables, a, b uint32) {
	t.Helper()
	if a == noTable && b == noTable {
		return
	}
	x, err1 := was.table(a)
	y, err2 := is.table(b)
	if a == noTable || b == noTable || err1 != nil || err2 != nil || !bytes.Equal(x, y) {
		t.Fatalf("the table at %d is not the one at %d", b, a)
	}
}

// sameFact compares as many bytes as the runtime reads of such a fact.
func sameFact(t *testing.T, was, is tables, kind int, a, b uint32) {
	t.Helper()
	if a == noFact && b == noFact {
		return
	}
	if a == noFact || b == noFact || a%4 != b%4 {
		t.Fatalf("the fact at %d is not the one at %d", b, a)
	}
	x, y := was.facts[a:], is.facts[b:]
	size := 4
	switch kind {
	case 0, 1: // stackmap: how many maps, of how many bits each
		size = 8 + int(was.Uint32(x))*int((was.Uint32(x[4:])+7)/8)
	case 2: // stackObjectRecord, after their number
		size = 4 + 16*int(was.Uint32(x))
	case 4: // two numbers, seven bits a byte
		_, n := binary.Uvarint(x)
		_, m := binary.Uvarint(x[n:])
		size = n + m
	}
	if !bytes.Equal(x[:size], y[:size]) {
		t.Fatalf("the fact at %d differs from the one at %d", b, a)
	}
}
