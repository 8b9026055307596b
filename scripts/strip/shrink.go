package main

import (
	"fmt"
	"slices"
	"strings"
)

// shared are the names that are left. By them the runtime knows whose code it is in.
// What panics in its own ends the program (panicCheck1), and it reads no clock of a
// profile inside an atomic (sigprof). It sends no signal home in the middle of what
// begins as the last one does (isAsyncSafePoint), which is what everybody else is
// called here: a goroutine gives way where it calls a function, as with
// GODEBUG=asyncpreemptoff=1, and nothing need say where else it could. The runtime
// tells of no function without a dot in its name.
var shared = []string{"runtime.", "internal/runtime/atomic.", "internal/runtime/."}

// sharedName is the place in shared of what a function is called from now on.
func sharedName(name string) int {
	i := slices.IndexFunc(shared, func(s string) bool { return strings.HasPrefix(name, s) })
	if i < 0 {
		return len(shared) - 1
	}
	return i
}

// shrinker writes tables anew, without what only a traceback asks for.
type shrinker struct {
	tables
	names   []byte
	nameAt  []uint32 // of the shared ones
	values  []byte
	valueAt map[uint32]uint32 // where a table lies, by where it lay
	records []byte
	index   []byte
	facts   []byte
	factAt  map[uint32]uint32
	factEnd map[uint32]uint32 // where the next begins
}

// parts are new tables, and where in them the runtime's slices begin.
type parts struct {
	all                                               []byte
	names, units, files, values, funcs, facts, finder int
}

// shrink returns the tables that the runtime needs. What they say of a function
// is what the old ones say.
func shrink(t tables) (parts, error) {
	s := shrinker{tables: t, values: []byte{0}, valueAt: map[uint32]uint32{noTable: noTable},
		factAt: map[uint32]uint32{noFact: noFact}, factEnd: map[uint32]uint32{}}
	s.names = []byte{0} // nameless things begin at 0
	for _, name := range shared {
		s.nameAt = append(s.nameAt, uint32(len(s.names)))
		s.names = append(append(s.names, name...), 0)
	}
	functions := make([]function, t.count)
	for i := range functions {
		f, err := t.function(i)
		if err != nil {
			return parts{}, err
		}
		functions[i] = f
	}
	s.bounds(functions)
	for i, f := range functions {
		if err := s.function(i, f); err != nil {
			return parts{}, fmt.Errorf("function %d: %w", i, err)
		}
	}
	return s.assemble(), nil
}

// bounds finds where each fact ends: where the next one begins.
func (s *shrinker) bounds(functions []function) {
	all := []uint32{uint32(len(s.tables.facts))}
	for _, f := range functions {
		for _, at := range f.facts {
			if at != noFact {
				all = append(all, at)
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for i, at := range all[:len(all)-1] {
		s.factEnd[at] = all[i+1]
	}
}

// function writes one record, with its tables and facts where they were not yet.
func (s *shrinker) function(i int, f function) error {
	name, err := s.renamed(s.Uint32(f.head[atName:]))
	if err != nil {
		return err
	}
	forget(&f)
	head := slices.Clone(f.head)
	s.PutUint32(head[atName:], name)
	for _, at := range [...]int{atFile, atLine, atUnit, atStartLine} {
		s.PutUint32(head[at:], 0)
	}
	stack, err := s.value(s.Uint32(head[atStack:]))
	if err != nil {
		return err
	}
	s.PutUint32(head[atStack:], stack)
	s.PutUint32(head[atTables:], uint32(len(f.tables)))
	head[atFacts] = byte(len(f.facts))
	s.index = append(s.index, s.tables.funcs[8*i:8*i+4]...)
	s.index = s.word(s.index, uint32(8*s.count+4+len(s.records)))
	s.records = append(s.records, head...)
	return s.behind(f)
}

// forget drops what of a function serves tracebacks alone, or stopping it anywhere,
// and what it then ends with that says nothing.
func forget(f *function) {
	drop := func(list []uint32, i int, none uint32) {
		if i < len(list) {
			list[i] = none
		}
	}
	for _, i := range [...]int{tableOfStops, tableOfInlined, tableOfArgs} {
		drop(f.tables, i, noTable)
	}
	for _, i := range [...]int{factOfInlined, factOfArgs, factOfLivingArg} {
		drop(f.facts, i, noFact)
	}
	for len(f.tables) > 0 && f.tables[len(f.tables)-1] == noTable {
		f.tables = f.tables[:len(f.tables)-1]
	}
	for len(f.facts) > 0 && f.facts[len(f.facts)-1] == noFact {
		f.facts = f.facts[:len(f.facts)-1]
	}
}

// behind writes where the tables and facts of a function are.
func (s *shrinker) behind(f function) error {
	for _, from := range f.tables {
		at, err := s.value(from)
		if err != nil {
			return err
		}
		s.records = s.word(s.records, at)
	}
	for _, from := range f.facts {
		at, err := s.fact(from)
		if err != nil {
			return err
		}
		s.records = s.word(s.records, at)
	}
	return nil
}

func (s *shrinker) word(b []byte, n uint32) []byte {
	b = append(b, 0, 0, 0, 0)
	s.PutUint32(b[len(b)-4:], n)
	return b
}

func (s *shrinker) renamed(at uint32) (uint32, error) {
	name, err := s.name(at)
	return s.nameAt[sharedName(name)], err
}

// value copies a table of values, once, and says where it lies now.
func (s *shrinker) value(from uint32) (uint32, error) {
	at, known := s.valueAt[from]
	if known {
		return at, nil
	}
	b, err := s.table(from)
	if err != nil {
		return 0, err
	}
	at = uint32(len(s.values))
	s.valueAt[from] = at
	s.values = append(s.values, b...)
	return at, nil
}

// fact copies a fact, once, and says where it lies now: as far from a whole word
// as it was.
func (s *shrinker) fact(from uint32) (uint32, error) {
	at, known := s.factAt[from]
	if known {
		return at, nil
	}
	end := s.factEnd[from]
	if end <= from || int64(end) > int64(len(s.tables.facts)) {
		return 0, errBroken
	}
	for len(s.facts)%4 != int(from%4) {
		s.facts = append(s.facts, 0)
	}
	at = uint32(len(s.facts))
	s.factAt[from] = at
	s.facts = append(s.facts, s.tables.facts[from:end]...)
	return at, nil
}

// assemble puts the parts one behind the other, as Go's linker does. Of sources
// there is one unit, of one file, that has no name.
func (s *shrinker) assemble() parts {
	var p parts
	put := func(at *int, align int, b []byte) {
		for len(p.all)%align != 0 {
			p.all = append(p.all, 0)
		}
		*at = len(p.all)
		p.all = append(p.all, b...)
	}
	var header int
	put(&header, 1, s.header)
	put(&p.names, 1, s.names)
	put(&p.units, 4, []byte{0xff, 0xff, 0xff, 0xff})
	put(&p.files, 1, []byte{0})
	put(&p.values, 1, s.values)
	end := s.tables.funcs[8*s.count : 8*s.count+4]
	put(&p.funcs, 4, slices.Concat(s.index, end, s.records))
	put(&p.facts, 32, s.facts)
	put(&p.finder, 4, s.finder)
	for i, at := range [...]int{p.names, p.units, p.files, p.values, p.funcs} {
		s.PutUint32(p.all[atParts+4*i:], uint32(at))
	}
	return p
}
