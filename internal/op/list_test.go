package op

import (
	"slices"
	"testing"
)

func TestInsert(t *testing.T) {
	for i := range 4 {
		list := append(make([]int, 0, 3+i%2), 0, 1, 2) // with and without room for one more
		want := slices.Insert(slices.Clone(list), i, 9)
		if got := Insert(list, i, 9); !slices.Equal(got, want) {
			t.Errorf("at %d: %v, want %v", i, got, want)
		}
	}
}
