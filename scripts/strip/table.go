package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// magic begins the tables of every Go since 1.20 (internal/abi, Go120PCLnTabMagic).
const magic = 0xfffffff1

// The places of a function's fields (runtime.funcInfo, runtime2.go: _func), in
// bytes. They are the same on every processor.
const (
	atName      = 4  // nameOff: where its name begins
	atStack     = 16 // pcsp: how deep the stack is
	atFile      = 20 // pcfile
	atLine      = 24 // pcln
	atTables    = 28 // npcdata: how many more tables there are
	atUnit      = 32 // cuOffset: where the names of its files begin
	atStartLine = 36
	atFacts     = 43 // nfuncdata: how many facts there are, in one byte
	funcSize    = 44
)

// Of the tables and facts behind a record, these say what a traceback writes of
// a call's arguments (internal/abi, symtab.go), and nothing asks for them else.
const (
	tableOfArgs     = 3          // PCDATA_ArgLiveIndex
	factOfArgs      = 5          // FUNCDATA_ArgInfo
	factOfLivingArg = 6          // FUNCDATA_ArgLiveInfo
	none            = 0xffffffff // instead of where a fact is
)

var errBroken = errors.New("its tables of functions are broken")

// tables are the parts of a .gopclntab (runtime.pcHeader).
type tables struct {
	binary.ByteOrder
	names        []byte // of functions
	units, files []byte // names of sources
	values       []byte // what holds from where on: depth of the stack, lines, ...
	funcs        []byte // an index, then a record a function
	count        int
}

// readTables divides a .gopclntab into its parts.
func readTables(b []byte, order binary.ByteOrder) (tables, error) {
	t := tables{ByteOrder: order}
	if len(b) < 8 || order.Uint32(b) != magic {
		return t, errors.New("not the tables that Go writes since 1.20; this program must be taught the new ones")
	}
	size := int(b[7])
	if size != 4 && size != 8 || len(b) < 8+8*size {
		return t, errBroken
	}
	word := func(i int) int {
		at := b[8+i*size:]
		if size == 4 {
			return int(order.Uint32(at))
		}
		return int(order.Uint64(at))
	}
	t.count = word(0)
	parts := [...]int{word(3), word(4), word(5), word(6), word(7), len(b)}
	for i, at := range parts[:5] {
		if at < 0 || at > parts[i+1] {
			return t, errBroken
		}
	}
	t.names, t.units, t.files = b[parts[0]:parts[1]], b[parts[1]:parts[2]], b[parts[2]:parts[3]]
	t.values, t.funcs = b[parts[3]:parts[4]], b[parts[4]:]
	if t.count < 0 || t.count > len(t.funcs)/8 {
		return t, errBroken
	}
	return t, nil
}

// emptyLines sets to zero what says in which file and line an instruction is,
// what its function was called with and what other people's functions are called,
// and nothing else. Tables that have the same bytes are one in a program: what
// anything else needs stays.
func emptyLines(b []byte, order binary.ByteOrder) error {
	t, err := readTables(b, order)
	if err != nil {
		return err
	}
	needed := make([]bool, len(t.values))
	var records [][]byte
	for i := range t.count {
		f, err := t.record(i)
		if err != nil {
			return err
		}
		records = append(records, f)
		if err := t.keep(needed, f); err != nil {
			return fmt.Errorf("function %d: %w", i, err)
		}
	}
	for _, f := range records {
		t.emptyArgs(f)
		for _, at := range [...]int{atFile, atLine, atUnit, atStartLine} {
			clear(f[at : at+4])
		}
	}
	for i := range t.values {
		if !needed[i] {
			t.values[i] = 0
		}
	}
	clear(t.units)
	clear(t.files)
	return t.emptyNames(records)
}

// named are the packages whose functions keep their names: ours, since they say
// most of a traceback, and the runtime's and those close to it, since it stops no
// goroutine inside of what is called so (runtime, isAsyncSafePoint).
var named = []string{"main.", "celld/", "runtime.", "runtime/", "internal/runtime/", "reflect."}

// emptyNames gives all other functions one name, a dot: the runtime tells of no
// function without a dot in its name.
func (t tables) emptyNames(records [][]byte) error {
	dot := bytes.Index(t.names, []byte("\x00.\x00")) + 1 // it was here before
	if dot == 0 {
		dot = bytes.IndexByte(t.names, 0) + 1 // and not 0: there the runtime finds no name
	}
	if dot+1 >= len(t.names) || t.names[dot] == 0 || kept(t.names[dot:]) {
		return errBroken
	}
	for _, f := range records {
		at := int(int32(t.Uint32(f[atName:])))
		if at < 0 || at >= len(t.names) {
			return errBroken
		}
		if !kept(t.names[at:]) {
			t.PutUint32(f[atName:], uint32(dot))
		}
	}
	for names := t.names; len(names) > 0; {
		name, rest, _ := bytes.Cut(names, []byte{0})
		if !kept(name) {
			clear(name)
		}
		names = rest
	}
	t.names[dot] = '.'
	return nil
}

// kept reports whether a function keeps its name.
func kept(name []byte) bool {
	return slices.ContainsFunc(named, func(p string) bool { return bytes.HasPrefix(name, []byte(p)) })
}

// emptyArgs takes away what says how the arguments of a function lie.
func (t tables) emptyArgs(f []byte) {
	more := int(t.Uint32(f[atTables:]))
	if more > tableOfArgs {
		t.PutUint32(f[funcSize+4*tableOfArgs:], 0)
	}
	for _, fact := range [...]int{factOfArgs, factOfLivingArg} {
		if fact < int(f[atFacts]) {
			t.PutUint32(f[funcSize+4*(more+fact):], none)
		}
	}
}

// record is the i-th function, with the list of its tables and facts.
func (t tables) record(i int) ([]byte, error) {
	at := int(t.Uint32(t.funcs[8*i+4:]))
	if at < 0 || at > len(t.funcs)-funcSize {
		return nil, errBroken
	}
	f := t.funcs[at:]
	more := int(t.Uint32(f[atTables:]))
	if more < 0 || more > (len(f)-funcSize)/4-int(f[atFacts]) {
		return nil, errBroken
	}
	return f[:funcSize+4*(more+int(f[atFacts]))], nil
}

// keep marks the tables of a function that are not about lines.
func (t tables) keep(needed []bool, f []byte) error {
	if err := t.mark(needed, int(t.Uint32(f[atStack:]))); err != nil {
		return err
	}
	for i := range int(t.Uint32(f[atTables:])) {
		if i == tableOfArgs {
			continue
		}
		if err := t.mark(needed, int(t.Uint32(f[funcSize+4*i:]))); err != nil {
			return err
		}
	}
	return nil
}

// mark marks one table: pairs of numbers, seven bits a byte, until a first one
// of a pair is zero that is not the first of all (runtime, step).
func (t tables) mark(needed []bool, from int) error {
	if from == 0 {
		return nil // there is none
	}
	at := from
	for first := true; ; first = false {
		value, next, ok := t.number(at)
		if !ok {
			return errBroken
		}
		if at = next; value == 0 && !first {
			break
		}
		if _, at, ok = t.number(at); !ok {
			return errBroken
		}
	}
	for i := from; i < at; i++ {
		needed[i] = true
	}
	return nil
}

// number reads one number of a table, and where the next begins.
func (t tables) number(at int) (value uint64, next int, ok bool) {
	if at < 0 || at >= len(t.values) {
		return 0, 0, false
	}
	value, n := binary.Uvarint(t.values[at:])
	return value, at + n, n > 0
}
