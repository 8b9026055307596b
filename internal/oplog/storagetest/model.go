package storagetest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
	"celld/internal/oplog"
)

// agreesWithMap does whatever comes to rapid's mind to the engine and to a
// slice and a map, and compares.
func agreesWithMap(t *testing.T, open Open) {
	parent := TempDir(t)
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(parent, "")
		if err != nil {
			t.Fatal(err)
		}
		m := &model{open: open, dir: dir, chunks: map[op.Chunk][]byte{}}
		m.start(t)
		defer func() { m.engine.Close() }()
		t.Repeat(map[string]func(*rapid.T){
			"append":  m.append,
			"erase":   m.erase,
			"compact": m.compact,
			"reopen":  m.reopen,
			"":        m.check,
		})
		m.compareAll(t)
	})
}

type model struct {
	open   Open
	dir    string
	engine oplog.Engine

	operations [][]byte
	chunks     map[op.Chunk][]byte
}

func (m *model) start(t *rapid.T) {
	e, err := m.open(m.dir)
	if err != nil {
		t.Fatal(err)
	}
	m.engine = e
}

// entry draws an operation or a chunk. Its bytes come from a seed: what they
// are does not matter, and rapid need not shrink them.
func entry(t *rapid.T, what string) []byte {
	return data(rapid.Uint64().Draw(t, what), rapid.OneOf(
		rapid.IntRange(1, 40), rapid.IntRange(1, oplog.MaxEntry)).Draw(t, "size"))
}

func (m *model) append(t *rapid.T) {
	var batch [][]byte
	for range rapid.IntRange(0, 5).Draw(t, "operations") {
		batch = append(batch, entry(t, "operation"))
	}
	chunks := map[op.Chunk][]byte{}
	for range rapid.IntRange(0, 2).Draw(t, "chunks") {
		// A few names only, so that chunks meet again.
		name := op.Chunk{byte(rapid.IntRange(0, 5).Draw(t, "name"))}
		chunks[name] = entry(t, "chunk")
	}
	first, err := m.engine.Append(batch, chunks)
	if err != nil || int(first) != len(m.operations) {
		t.Fatalf("append at %d: %v", first, err)
	}
	m.operations = append(m.operations, batch...)
	for name, chunk := range chunks {
		if m.chunks[name] == nil {
			m.chunks[name] = chunk
		}
	}
}

func (m *model) erase(t *rapid.T) {
	operations := map[uint32][]byte{}
	if n := len(m.operations); n > 0 {
		for range rapid.IntRange(0, 3).Draw(t, "operations") {
			pos := rapid.IntRange(0, n-1).Draw(t, "pos")
			operations[uint32(pos)] = entry(t, "operation")
		}
	}
	var names []op.Chunk
	for range rapid.IntRange(0, 2).Draw(t, "chunks") {
		names = append(names, op.Chunk{byte(rapid.IntRange(0, 6).Draw(t, "name"))})
	}
	if err := m.engine.Erase(operations, names); err != nil {
		t.Fatal(err)
	}
	for pos, operation := range operations {
		m.operations[pos] = operation
	}
	for _, name := range names {
		delete(m.chunks, name)
	}
}

func (m *model) compact(t *rapid.T) {
	if err := m.engine.Compact(); err != nil {
		t.Fatal(err)
	}
}

func (m *model) reopen(t *rapid.T) {
	if err := m.engine.Close(); err != nil {
		t.Fatal(err)
	}
	m.start(t)
	m.compareAll(t)
}

func (m *model) check(t *rapid.T) {
	if int(m.engine.Len()) != len(m.operations) {
		t.Fatalf("%d operations, want %d", m.engine.Len(), len(m.operations))
	}
	for i := range 7 {
		name := op.Chunk{byte(i)}
		got, err := m.engine.Chunk(name)
		if want := m.chunks[name]; want == nil != errors.Is(err, fs.ErrNotExist) || !bytes.Equal(got, want) {
			t.Fatalf("chunk %d: %d bytes, want %d; %v", i, len(got), len(want), err)
		}
	}
	if n := len(m.operations); n > 0 {
		pos := rapid.IntRange(0, n-1).Draw(t, "pos")
		if got, err := m.engine.Read(uint32(pos)); err != nil || !bytes.Equal(got, m.operations[pos]) {
			t.Fatalf("operation %d: %v", pos, err)
		}
	}
}

func (m *model) compareAll(t *rapid.T) {
	told := 0
	err := m.engine.Each(0, func(pos uint32, operation []byte) error {
		told++
		if !bytes.Equal(operation, m.operations[pos]) {
			t.Fatalf("each tells another operation at %d", pos)
		}
		return nil
	})
	if err != nil || told != len(m.operations) {
		t.Fatalf("each told %d operations of %d, %v", told, len(m.operations), err)
	}
}
