package consent

import (
	"fmt"
	"slices"
	"testing"
	"unsafe"
)

// TestPackedRoundsLieTogether holds that few of the strings of a long list are
// allocations of their own, and that none is another than it was.
func TestPackedRoundsLieTogether(t *testing.T) {
	var want []string
	l, older := &Rounds{}, []*Rounds{}
	for i := range 5*perBlock + 3 {
		want = append(want, fmt.Sprintf("round no. %90d", i))
		next := *l
		next.add(want[i])
		l, older = &next, append(older, &next)
	}
	for i, l := range older {
		got := slices.Collect(l.packed)
		slices.Reverse(got)
		if !slices.Equal(got, want[:i+1]) {
			t.Fatalf("%d rounds are %q", i+1, got)
		}
	}
	alone, last := 0, (*byte)(nil)
	for s := range l.packed { // the latest first
		if end := (*byte)(unsafe.Add(unsafe.Pointer(unsafe.StringData(s)), len(s))); end != last {
			alone++
		}
		last = unsafe.StringData(s)
	}
	if alone > 6+joinEvery {
		t.Errorf("%d of %d packed rounds begin memory of their own", alone, len(want))
	}
}
