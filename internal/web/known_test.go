package web

import (
	"testing"

	"celld/internal/op"
)

// TestWhatSomebodyWroteIsCountedInOneArea: no area hides another behind it.
func TestWhatSomebodyWroteIsCountedInOneArea(t *testing.T) {
	for i, a := range areas {
		if n := areaOf(op.Kind(a.prefix + ".x")); n != i {
			t.Errorf("%s.x counts as %s, not %s", a.prefix, areas[n].title, a.title)
		}
	}
	if areaOf("nothing.x") != len(areas) {
		t.Error("what belongs nowhere is counted somewhere")
	}
}
