package main

import (
	"debug/elf"
	"encoding/binary"
)

// module is runtime.moduledata (symtab.go), as Go 1.26 lays it out: all words of
// four bytes. Slices are an address, a length and a capacity.
type module struct {
	binary.ByteOrder
	words []byte
}

// The words of it that tell where tables are.
const (
	wordHeader = 0
	sliceNames = 1
	sliceUnits = 4
	sliceFiles = 7
	sliceValue = 10
	sliceFuncs = 13 // from the index on, all records and what follows
	sliceIndex = 16
	wordFinder = 19
	wordFacts  = 40
	wordEnd    = 41
	sliceTypes = 45 // the section .typelink
	sliceItabs = 48 // the section .itablink
	words      = 74
)

func (m module) get(word int) uint32     { return m.Uint32(m.words[4*word:]) }
func (m module) set(word int, to uint32) { m.PutUint32(m.words[4*word:], to) }
func (m module) slice(word int, at, n int) {
	m.set(word, uint32(at))
	m.set(word+1, uint32(n))
	m.set(word+2, uint32(n))
}

// strip takes out of a program what only a traceback asks for, and returns the
// program that is left.
func strip(b []byte) ([]byte, error) {
	p, err := readProgram(b)
	if err != nil {
		return nil, err
	}
	var s [4]*elf.Section32
	for i, name := range [...]string{".gopclntab", ".go.module", ".typelink", ".itablink"} {
		if s[i], err = p.section(name); err != nil {
			return nil, err
		}
	}
	tab, mod, types, itabs := s[0], s[1], s[2], s[3]
	m := module{p.ByteOrder, p.data(mod)}
	if err := m.check(p, tab, types, itabs); err != nil {
		return nil, err
	}
	t, err := readTables(p.data(tab), p.ByteOrder, int(m.get(wordFacts)-tab.Addr), int(m.get(wordFinder)-tab.Addr))
	if err != nil {
		return nil, err
	}
	parts, err := shrink(t)
	if err != nil {
		return nil, err
	}
	p.replace(tab, parts.all)
	m.words = p.data(mod) // the file is a new one
	m.point(parts, int(tab.Addr), t.count)
	m.set(sliceTypes, types.Addr)
	m.set(sliceItabs, itabs.Addr)
	return p.file()
}

// check refuses a module that is not laid out as this program knows it.
func (m module) check(p *program, tab, types, itabs *elf.Section32) error {
	if len(m.words) != 4*words || p.segment(tab) == nil {
		return errUnknown
	}
	header := p.data(tab)
	if len(header) < headerSize {
		return errUnknown
	}
	for i, slice := range [...]int{sliceNames, sliceUnits, sliceFiles, sliceValue, sliceFuncs} {
		if m.get(slice) != tab.Addr+m.Uint32(header[atParts+4*i:]) {
			return errUnknown
		}
	}
	if m.get(wordHeader) != tab.Addr || m.get(sliceIndex) != m.get(sliceFuncs) || m.get(wordEnd) != tab.Addr+tab.Size ||
		m.get(sliceTypes) != types.Addr || m.get(sliceItabs) != itabs.Addr {
		return errUnknown
	}
	return nil
}

// point tells the runtime where the tables are now.
func (m module) point(p parts, at, count int) {
	m.slice(sliceNames, at+p.names, p.units-p.names)
	m.slice(sliceUnits, at+p.units, 1)
	m.slice(sliceFiles, at+p.files, 1)
	m.slice(sliceValue, at+p.values, p.funcs-p.values)
	m.slice(sliceFuncs, at+p.funcs, p.facts-p.funcs)
	m.slice(sliceIndex, at+p.funcs, count+1)
	m.set(wordFinder, uint32(at+p.finder))
	m.set(wordFacts, uint32(at+p.facts))
	m.set(wordEnd, uint32(at+len(p.all)))
}
