package storagetest

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"testing"

	"celld/internal/op"
)

func chunksListed(t *testing.T, open Open) {
	e := begin(t, open)
	if got, err := e.Chunks(); err != nil || len(got) != 0 {
		t.Fatalf("an empty engine lists %d chunks, %v", len(got), err)
	}
	var want []op.Chunk
	held := map[op.Chunk][]byte{}
	for seed := range 40 {
		b := data(uint64(seed), 100+seed)
		held[nameOf(b)] = b
		want = append(want, nameOf(b))
	}
	if _, err := e.Append(nil, held); err != nil {
		t.Fatal(err)
	}
	if err := e.Erase(nil, want[:3]); err != nil {
		t.Fatal(err)
	}
	want = want[3:]
	slices.SortFunc(want, func(a, b op.Chunk) int { return bytes.Compare(a[:], b[:]) })
	if got, err := e.Chunks(); err != nil || !slices.Equal(got, want) {
		t.Errorf("%d chunks are listed of %d, or in another order, %v", len(got), len(want), err)
	}
	e.Close()
	if _, err := e.Chunks(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a closed engine lists chunks: %v", err)
	}
}
