package main

import (
	"bytes"
	"encoding/binary"
	"errors"
)

// magic begins the tables of every Go since 1.20 (internal/abi, Go120PCLnTabMagic).
const magic = 0xfffffff1

// The places of a function's fields (runtime2.go: _func), in bytes.
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

// Of the tables and facts behind a record (internal/abi, symtab.go), those of
// arguments and of inlined calls serve tracebacks. Those of stops say where a
// goroutine can be stopped that does not call anything.
const (
	tableOfStops    = 0 // PCDATA_UnsafePoint
	tableOfInlined  = 2 // PCDATA_InlTreeIndex
	tableOfArgs     = 3 // PCDATA_ArgLiveIndex
	factOfInlined   = 3 // FUNCDATA_InlTree
	factOfArgs      = 5 // FUNCDATA_ArgInfo
	factOfLivingArg = 6 // FUNCDATA_ArgLiveInfo

	noTable = 0
	noFact  = 0xffffffff
)

var (
	errBroken  = errors.New("its tables of functions are broken")
	errUnknown = errors.New("its tables are not those of Go 1.26: this program must be taught the new ones")
)

// tables are the parts of a .gopclntab, as Go 1.26 lays them out: pcHeader, names
// of functions, two of sources, values, functions, facts and buckets.
type tables struct {
	binary.ByteOrder
	header []byte // runtime.pcHeader
	names  []byte // of functions
	values []byte // what holds from where on: depth of the stack, lines, ...
	funcs  []byte // an index, then a record a function
	facts  []byte // what of its frame are pointers, which calls were inlined, ...
	finder []byte // in which part of the index an address is
	count  int    // of functions
}

const (
	headerSize = 40
	atCount    = 8
	atParts    = 20 // where names, units, files, values and functions begin
)

// readTables divides a .gopclntab into its parts; the header tells where all but
// the last two begin.
func readTables(b []byte, order binary.ByteOrder, facts, finder int) (tables, error) {
	t := tables{ByteOrder: order}
	if len(b) < headerSize || order.Uint32(b) != magic || b[7] != 4 {
		return t, errUnknown
	}
	var at [8]int
	for i := range 5 {
		at[i] = int(order.Uint32(b[atParts+4*i:]))
	}
	at[5], at[6], at[7] = facts, finder, len(b)
	for i, from := range at[:7] {
		if from < headerSize || from > at[i+1] {
			return t, errBroken
		}
	}
	t.header, t.names, t.values = b[:headerSize], b[at[0]:at[1]], b[at[3]:at[4]]
	t.funcs, t.facts, t.finder = b[at[4]:at[5]], b[at[5]:at[6]], b[at[6]:]
	t.count = int(order.Uint32(b[atCount:]))
	if t.count < 1 || t.count > (len(t.funcs)-4)/8 {
		return t, errBroken
	}
	return t, nil
}

// function is a record, with the tables and facts behind it.
type function struct {
	head          []byte
	tables, facts []uint32
}

// function reads the i-th record.
func (t tables) function(i int) (function, error) {
	at := int(t.Uint32(t.funcs[8*i+4:]))
	if at < 0 || at > len(t.funcs)-funcSize {
		return function{}, errBroken
	}
	b := t.funcs[at:]
	tables, facts := int(t.Uint32(b[atTables:])), int(b[atFacts])
	if tables < 0 || tables > (len(b)-funcSize)/4-facts {
		return function{}, errBroken
	}
	list := make([]uint32, tables+facts)
	for i := range list {
		list[i] = t.Uint32(b[funcSize+4*i:])
	}
	return function{b[:funcSize], list[:tables], list[tables:]}, nil
}

// name is the one that begins at a place, or the beginning of a long one.
func (t tables) name(at uint32) (string, error) {
	if int64(at) >= int64(len(t.names)) {
		return "", errBroken
	}
	rest := t.names[at:]
	name, _, _ := bytes.Cut(rest[:min(64, len(rest))], []byte{0})
	return string(name), nil
}

// table is one of values: pairs of numbers, seven bits a byte, until a first one
// of a pair is zero that is not the first of all (runtime, step).
func (t tables) table(from uint32) ([]byte, error) {
	at := int(from)
	for first := true; ; first = false {
		change, next, ok := t.number(at)
		if !ok {
			return nil, errBroken
		}
		if at = next; change == 0 && !first {
			return t.values[from:at], nil
		}
		if _, at, ok = t.number(at); !ok {
			return nil, errBroken
		}
	}
}

// number reads one number of a table, and where the next begins.
func (t tables) number(at int) (value uint64, next int, ok bool) {
	if at < 0 || at >= len(t.values) {
		return 0, 0, false
	}
	value, n := binary.Uvarint(t.values[at:])
	return value, at + n, n > 0
}
