package main

import (
	"fmt"
	"slices"
	"strings"
)

// shared are the names that are left. By the first ones the runtime knows whose
// code it is in: it stops no goroutine in its own or in reflect's (isAsyncSafePoint),
// and reads no clock of a profile inside an atomic (sigprof). All others are one
// dot: the runtime tells of no function without a dot in its name.
var shared = []string{"runtime.", "internal/runtime/atomic.", "internal/runtime/", "reflect.", "."}

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
	s.forget(&f, name)
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

// forget drops what of a function serves tracebacks alone, and what it then ends
// with that says nothing. Whose code is inlined in the runtime's own makes no
// difference to the runtime.
func (s *shrinker) forget(f *function, name uint32) {
	drop := func(list []uint32, i int, none uint32) {
		if i < len(list) {
			list[i] = none
		}
	}
	drop(f.tables, tableOfArgs, noTable)
	drop(f.facts, factOfArgs, noFact)
	drop(f.facts, factOfLivingArg, noFact)
	if name == s.nameAt[0] {
		drop(f.tables, tableOfInlined, noTable)
		drop(f.facts, factOfInlined, noFact)
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
	for i, from := range f.facts {
		at, err := s.fact(from)
		if err != nil {
			return err
		}
		s.records = s.word(s.records, at)
		if i == factOfInlined && at != noFact {
			if err := s.inlined(from, at, f.tables); err != nil {
				return err
			}
		}
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
	b, _, err := s.table(from)
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

// inlined renames the inlined calls of a function. How many there are only the
// table says that points to them.
func (s *shrinker) inlined(from, at uint32, tables []uint32) error {
	if len(tables) <= tableOfInlined || tables[tableOfInlined] == noTable {
		return nil // nobody asks for them
	}
	_, highest, err := s.table(tables[tableOfInlined])
	if err != nil || (highest+1)*inlinedSize > int64(s.factEnd[from]-from) {
		return errBroken
	}
	for i := range uint32(highest + 1) {
		was, now := s.tables.facts[from+i*inlinedSize:], s.facts[at+i*inlinedSize:]
		name, err := s.renamed(s.Uint32(was[inlinedName:]))
		if err != nil {
			return err
		}
		s.PutUint32(now[inlinedName:], name)
		s.PutUint32(now[inlinedStartLine:], 0)
	}
	return nil
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
