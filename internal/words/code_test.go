package words

import (
	"bytes"
	"crypto/rand"
	"testing"
)

func TestCodeIsReadAsPeopleTypeIt(t *testing.T) {
	c, err := NewCode(bytes.NewReader([]byte{0, 1, 10, 31, 32, 33, 200, 255}))
	if err != nil {
		t.Fatal(err)
	}
	if c.String() != "01AZ-018Z" {
		t.Fatalf("the code is %s", c)
	}
	for _, typed := range []string{"01AZ-018Z", "01az018z", " o1 az - ol8z ", "OIAZ–OL8Z", "0 1 A Z 0 1 8 Z"} {
		if got, err := ParseCode(typed); err != nil || !got.Equal(c) {
			t.Errorf("%q is read as %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "01AZ-018", "01AZ-018ZZ", "01AZ-018U", "01AZ_018Z", "٠١٢٣٤٥٦٧"} {
		if got, err := ParseCode(typed); err == nil {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
}

func TestNoCodeEqualsNothing(t *testing.T) {
	a, err := NewCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewCode(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if a.Equal(b) || (Code{}).Equal(Code{}) || a.Equal(Code{}) || (Code{}).Equal(a) || !a.Equal(a) {
		t.Error("codes are mixed up")
	}
	if (Code{}).String() != "" {
		t.Error("no code has letters")
	}
	if _, err := NewCode(bytes.NewReader([]byte{1, 2})); err == nil {
		t.Error("a code was drawn without chance")
	}
}
