package backup_test

import (
	"bytes"
	"testing"

	"celld/internal/backup"
)

// FuzzRead wants of every file that is read to its end that writing it again
// gives the same bytes, but for chunks in another order or named twice.
func FuzzRead(f *testing.F) {
	f.Add([]byte{})
	for _, c := range []*cell{some(0, 0), some(1, 0), some(0, 1), some(3, 2)} {
		f.Add(written(f, c))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, cell, err := read(b)
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := backup.Write(&again, cell, c, nil); err != nil {
			t.Fatal(err)
		}
		if len(c.chunks) < 2 && !bytes.Equal(again.Bytes(), b) && again.Len() == len(b) {
			t.Fatal("two spellings of one backup")
		}
	})
}
