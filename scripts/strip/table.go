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
	atStack     = 16 // pcsp: how deep the stack is
	atFile      = 20 // pcfile
	atLine      = 24 // pcln
	atTables    = 28 // npcdata: how many more tables there are
	atUnit      = 32 // cuOffset: where the names of its files begin
	atStartLine = 36
	funcSize    = 44
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

// emptyLines sets to zero what says in which file and line an instruction is
// and what other people's functions are called, and nothing else. Tables that have the same bytes are one in a program: what
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
	emptyNames(t.names)
	return nil
}

// named are the packages whose functions keep their names: ours, since they say
// most of a traceback, and the runtime's, which looks at the names of its own.
// A name that begins with a dot is a number already.
var named = []string{"main.", "celld/", "runtime.", "runtime/", "."}

// emptyNames leaves a dot and a number of every other name, where it stands: the
// runtime tells no function without a dot in it. The zeros behind are names that
// nobody has.
func emptyNames(names []byte) {
	for i := 0; len(names) > 0; i++ {
		name, rest, whole := bytes.Cut(names, []byte{0})
		if !whole {
			return
		}
		if short := numbered(i); len(short) <= len(name) && !slices.ContainsFunc(named, func(p string) bool { return bytes.HasPrefix(name, []byte(p)) }) {
			clear(name)
			copy(name, short)
		}
		names = rest
	}
}

// numbered is what the i-th name is replaced by.
func numbered(i int) string { return fmt.Sprintf(".%x", i) }

// numbers tells which names the numbers stand for.
func (t tables) numbers() map[string]string {
	known := map[string]string{}
	for i, name := range bytes.Split(t.names, []byte{0}) {
		known[numbered(i)] = string(name)
	}
	return known
}

// record is the i-th function, with the list of its tables.
func (t tables) record(i int) ([]byte, error) {
	at := int(t.Uint32(t.funcs[8*i+4:]))
	if at < 0 || at > len(t.funcs)-funcSize {
		return nil, errBroken
	}
	f := t.funcs[at:]
	more := int(t.Uint32(f[atTables:]))
	if more < 0 || more > (len(f)-funcSize)/4 {
		return nil, errBroken
	}
	return f[:funcSize+4*more], nil
}

// keep marks the tables of a function that are not about lines.
func (t tables) keep(needed []bool, f []byte) error {
	if err := t.mark(needed, int(t.Uint32(f[atStack:]))); err != nil {
		return err
	}
	for at := funcSize; at < len(f); at += 4 {
		if err := t.mark(needed, int(t.Uint32(f[at:]))); err != nil {
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
