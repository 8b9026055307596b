package op

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestAReferenceIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := refs.Draw(t, "ref")
		if got, err := RefFromBytes(r.Bytes()); err != nil || got != r {
			t.Fatalf("%x: %v, %v", r.Bytes(), got, err)
		}
		if got, err := ParseRef(r.String()); err != nil || got != r {
			t.Fatalf("%s: %v, %v", r, got, err)
		}
		var got Ref
		if err := Unmarshal(MustMarshal(r), &got); err != nil || got != r {
			t.Fatalf("%x: %v, %v", MustMarshal(r), got, err)
		}
	})
}

func TestReferencesHaveOneSpellingInBytes(t *testing.T) {
	device := string(filler(8))
	for name, b := range map[string]string{
		"device alone":     device,
		"short device":     device[:7],
		"sequence 0":       device + "\x00",
		"leading zero":     device + "\x00\x07",
		"nine byte number": device + "\x01\x00\x00\x00\x00\x00\x00\x00\x00",
	} {
		if r, err := RefFromBytes([]byte(b)); err == nil {
			t.Errorf("%s: read as %v", name, r)
		}
	}
	if r, err := RefFromBytes(nil); err != nil || !r.IsZero() {
		t.Errorf("no bytes: %v, %v; they name nothing", r, err)
	}
	for name, b := range map[string][]byte{
		"null":     {0xf6},
		"a number": {0x07},
		"a text":   append([]byte{0x69}, "123456789"...),
		"an array": {0x80},
	} {
		var r Ref
		if err := Unmarshal(b, &r); err == nil {
			t.Errorf("%s: read as %v", name, r)
		}
	}
}

func TestReferencesHaveOneSpellingInAddresses(t *testing.T) {
	good := Ref{Device(filler(8)), 12}.String()
	if _, err := ParseRef(good); err != nil {
		t.Fatal(err)
	}
	device := strings.TrimSuffix(good, "-12")
	for _, s := range []string{
		"", "-", "-12", device, device + "-", device + "-0", device + "-012", device + "-+12", device + "-1_2",
		device + "-12 ", " " + good, strings.ToUpper(good), good[1:], "0" + good,
		device + "\n-12", device[:5] + "\r" + device[5:] + "-12",
		device[:12] + next(device[12]) + "-12", // a bit that no byte holds
		device + "-18446744073709551616", device + "--12", device + "-12-12",
	} {
		if r, err := ParseRef(s); err == nil {
			t.Errorf("%q: read as %v", s, r)
		}
	}
}

// next returns the letter after c in the alphabet: one that differs in the
// last bit alone when c ends in a zero bit, as the 65th bit of 64 does.
func next(c byte) string {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	i := strings.IndexByte(alphabet, c)
	return alphabet[i^1 : i^1+1]
}

func TestAMemberIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Member(bytes8.Draw(t, "member"))
		if got, err := ParseMember(m.String()); err != nil || got != m {
			t.Fatalf("%s: %v, %v", m, got, err)
		}
	})
	good := Member(filler(8)).String()
	for _, s := range []string{"", good[1:], good + "0", strings.ToUpper(good), good[:12] + next(good[12]), good[:6] + "\n" + good[6:]} {
		if m, err := ParseMember(s); err == nil {
			t.Errorf("%q: read as %v", s, m)
		}
	}
}

// TestNamesAvoidLettersThatLookAlike: people read them to each other.
func TestNamesAvoidLettersThatLookAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if s := refs.Draw(t, "ref").String(); strings.ContainsAny(s, "iloOIL") {
			t.Fatalf("%s", s)
		}
	})
}
