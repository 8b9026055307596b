package storagetest

import (
	"bytes"
	"fmt"
	"testing"

	"celld/internal/op"
)

// erasedLeave looks for erased bytes in the raw files, where a thief would.
func erasedLeave(t *testing.T, open Open) {
	dir := t.TempDir()
	e, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { e.Close() }()

	secret := func(i int) []byte { return fmt.Appendf(nil, "what %04d said in the room", i) }
	body := func(i int) []byte { return append(append(data(uint64(i), 200), secret(i)...), data(uint64(i), 200)...) }
	shorter := map[uint32][]byte{}
	var names []op.Chunk
	for i := range 200 {
		chunk := append([]byte("chunk: "), body(i)...)
		pos, err := e.Append([][]byte{body(i)}, map[op.Chunk][]byte{nameOf(chunk): chunk})
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			shorter[pos] = body(i)[:200]
			names = append(names, nameOf(chunk))
		}
	}
	if foundIn(t, dir, secret(0)) == nil {
		t.Fatal("this test would not see what it looks for")
	}
	if err := e.Erase(shorter, names); err != nil {
		t.Fatal(err)
	}
	if err := e.Compact(); err != nil {
		t.Fatal(err)
	}
	check := func(when string) {
		t.Helper()
		for i := range 200 {
			files := foundIn(t, dir, secret(i))
			if i%2 == 0 && files != nil {
				t.Fatalf("%s: operation %d was erased and still stands in %v", when, i, files)
			}
			if i%2 == 1 && files == nil {
				t.Fatalf("%s: operation %d was not erased and is gone", when, i)
			}
		}
	}
	check("after compacting")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	check("after closing")
	if e, err = open(dir); err != nil {
		t.Fatal(err)
	}
	for i, operation := range all(t, e, 0) {
		want := body(i)
		if i%2 == 0 {
			want = want[:200]
		}
		if !bytes.Equal(operation, want) {
			t.Fatalf("operation %d after erasing others", i)
		}
	}
}

func compactShrinks(t *testing.T, open Open) {
	e := begin(t, open)
	shorter := map[uint32][]byte{}
	for i := range uint32(20) {
		var batch [][]byte
		for j := range uint32(50) {
			batch = append(batch, data(uint64(i), 1000))
			shorter[i*50+j] = []byte{1}
		}
		add(t, e, batch...)
	}
	size := func() int64 {
		n, err := e.Size()
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	full := size()
	if full < 1_000_000 {
		t.Errorf("a million bytes were stored in %d", full)
	}
	if err := e.Erase(shorter, nil); err != nil {
		t.Fatal(err)
	}
	if err := e.Compact(); err != nil {
		t.Fatal(err)
	}
	if left := size(); left > full/20 {
		t.Errorf("%d bytes are left of %d after nearly all was erased", left, full)
	}
	if e.Len() != 1000 {
		t.Errorf("%d operations", e.Len())
	}
	add(t, e, data(7, 10))
	if got, err := e.Read(1000); err != nil || !bytes.Equal(got, data(7, 10)) {
		t.Errorf("appending after compacting: %v", err)
	}
}
