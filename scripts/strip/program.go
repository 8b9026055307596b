package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"
)

// program is a file of 32 bits that Go linked: the table of its sections stands
// near its beginning, what is never loaded at its end.
type program struct {
	binary.ByteOrder
	bytes    []byte
	head     elf.Header32
	segments []elf.Prog32
	sections []elf.Section32
	names    []string
}

// readProgram reads where what is, and refuses what is laid out in another way.
func readProgram(b []byte) (*program, error) {
	f, err := elf.NewFile(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	if f.Class != elf.ELFCLASS32 {
		return nil, fmt.Errorf("%v: only programs of 32 bits are stripped", f.Class)
	}
	p := &program{ByteOrder: f.ByteOrder, bytes: b}
	for _, s := range f.Sections {
		p.names = append(p.names, s.Name)
	}
	p.sections = make([]elf.Section32, len(f.Sections))
	p.segments = make([]elf.Prog32, len(f.Progs))
	if err := p.at(0, &p.head); err != nil {
		return nil, err
	}
	if err := p.at(p.head.Phoff, p.segments); err != nil {
		return nil, err
	}
	return p, p.at(p.head.Shoff, p.sections)
}

// at reads a structure of the file.
func (p *program) at(from uint32, into any) error {
	_, err := binary.Decode(p.bytes[min(int(from), len(p.bytes)):], p.ByteOrder, into)
	return err
}

// section is one that has to be there.
func (p *program) section(name string) (*elf.Section32, error) {
	i := slices.Index(p.names, name)
	if i < 0 {
		return nil, fmt.Errorf("no program of Go: it has no %s", name)
	}
	return &p.sections[i], nil
}

func (p *program) data(s *elf.Section32) []byte { return p.bytes[s.Off : s.Off+s.Size] }

// segment is the one that is loaded where a section is.
func (p *program) segment(s *elf.Section32) *elf.Prog32 {
	i := slices.IndexFunc(p.segments, func(g elf.Prog32) bool {
		return elf.ProgType(g.Type) == elf.PT_LOAD && g.Vaddr <= s.Addr && s.Addr+s.Size <= g.Vaddr+g.Filesz
	})
	if i < 0 {
		return nil
	}
	return &p.segments[i]
}

// replace puts other bytes in the place of a section's, in a new file. What is
// loaded behind it in its segment moves down in memory, by what it returns; the
// segments behind stay where they were in memory, and what the file holds of them
// follows closely.
func (p *program) replace(s *elf.Section32, b []byte) (moved uint32) {
	const align = 32 // of all that moves
	own := p.segment(s)
	moved = (s.Size - uint32(len(b))) &^ (align - 1)
	out := append(slices.Clone(p.bytes[:s.Off]), b...)
	for _, o := range p.behind(func(o *elf.Section32) bool { return o != s && p.segment(o) == own && o.Addr > s.Addr }) {
		data := p.data(o)
		o.Off, o.Addr = o.Off-moved, o.Addr-moved
		out = append(pad(out, o.Off), data...)
	}
	s.Size = uint32(len(b))
	end := own.Vaddr + own.Filesz
	own.Filesz, own.Memsz = own.Filesz-moved, own.Memsz-moved
	for i := range p.segments {
		g := &p.segments[i]
		if elf.ProgType(g.Type) == elf.PT_LOAD && g.Vaddr >= end {
			out = p.follow(g, out)
		}
	}
	for _, o := range p.behind(func(o *elf.Section32) bool { return o.Addr == 0 && elf.SectionType(o.Type) != elf.SHT_NULL }) {
		data := p.data(o)
		out = pad(out, uint32(len(out)+3)&^3)
		o.Off = uint32(len(out))
		out = append(out, data...)
	}
	p.bytes = out
	return moved
}

// follow appends what the file holds of a segment to a new file, as far from a page as it was.
func (p *program) follow(g *elf.Prog32, out []byte) []byte {
	data := p.bytes[g.Off : g.Off+g.Filesz]
	off := (uint32(len(out))+g.Align-1)&^(g.Align-1) + g.Off%g.Align
	for i := range p.sections {
		o := &p.sections[i]
		if o.Addr >= g.Vaddr && o.Addr < g.Vaddr+g.Memsz {
			o.Off = o.Off - g.Off + off
		}
	}
	g.Off = off
	return append(pad(out, off), data...)
}

// behind are some of the sections, in the order of the file.
func (p *program) behind(some func(*elf.Section32) bool) []*elf.Section32 {
	var list []*elf.Section32
	for i := range p.sections {
		if some(&p.sections[i]) {
			list = append(list, &p.sections[i])
		}
	}
	slices.SortFunc(list, func(a, b *elf.Section32) int { return int(a.Off) - int(b.Off) })
	return list
}

func pad(b []byte, until uint32) []byte {
	return append(b, make([]byte, int(until)-len(b))...)
}

// file is the program with its tables of segments and sections as they are now.
func (p *program) file() ([]byte, error) {
	for _, part := range []struct {
		at uint32
		is any
	}{{p.head.Phoff, p.segments}, {p.head.Shoff, p.sections}} {
		if _, err := binary.Encode(p.bytes[part.at:], p.ByteOrder, part.is); err != nil {
			return nil, err
		}
	}
	return p.bytes, nil
}
