package op

import (
	"bytes"
	"testing"
)

func TestADraftSpellsItsContentOnce(t *testing.T) {
	want := MustMarshal(content{Number: 7})
	for name, d := range map[string]Draft{
		"a structure": {Content: content{Number: 7}},
		"its bytes":   {Content: want},
	} {
		if got := d.ContentBytes(); !bytes.Equal(got, want) {
			t.Errorf("%s: %x", name, got)
		}
	}
	if got := (Draft{}).ContentBytes(); got == nil || len(got) != 0 {
		t.Errorf("no content: %#v", got)
	}
}

func TestOnlyTrustIsPublic(t *testing.T) {
	for kind, want := range map[Kind]bool{"trust.found": true, "trust.": true, "trust": false, "trusty.x": false, "round.open": false, "": false} {
		if kind.Public() != want {
			t.Errorf("%q is public: %v", kind, !want)
		}
	}
}
