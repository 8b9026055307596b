package op

import (
	"testing"
	"unsafe"
)

// TestMarksLieTogether holds that few of the lists that marks remember are
// allocations of their own, and that none changes with the tip.
func TestMarksLieTogether(t *testing.T) {
	c, w := &chain{}, way{seen: []uint32{1, 2, 3, 4, 5, 6, 7}}
	for i := range uint32(1000) {
		w.seen[0] = i
		c.mark(w)
	}
	alone, end := 0, (*uint32)(nil)
	for i, m := range c.marks {
		if m.seen[0] != uint32(i) || m.seen[6] != 7 || len(m.seen) != 7 {
			t.Fatalf("mark %d remembers %v", i, m.seen)
		}
		if unsafe.SliceData(m.seen) != end {
			alone++
		}
		end = (*uint32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(m.seen)), 7*unsafe.Sizeof(w.seen[0])))
	}
	if alone > 1000*7/markRoom+2 {
		t.Errorf("%d of 1000 marks begin memory of their own", alone)
	}
}
