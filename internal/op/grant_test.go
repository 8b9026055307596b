package op

import (
	"crypto/ed25519"
	"errors"
	"testing"
)

// TestAStatementStandsForNothingElse: a grant is for one member of one cell,
// one key and one router, and is not a revocation.
func TestAStatementStandsForNothingElse(t *testing.T) {
	identity := keyOf("ada's identity")
	said := Statement{
		Verb: VerbGrant, Cell: ID(filler(32)), Member: Member(filler(8)),
		Key: publicOf(keyOf("ada")), Router: deviceNamed("router"),
	}
	sig := ed25519.Sign(identity, said.Bytes())
	if err := said.Verify(publicOf(identity), sig); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Statement){
		"verb":   func(s *Statement) { s.Verb = VerbRevoke },
		"cell":   func(s *Statement) { s.Cell = ID{} },
		"member": func(s *Statement) { s.Member = Member{} },
		"key":    func(s *Statement) { s.Key = publicOf(keyOf("bo")) },
		"router": func(s *Statement) { s.Router = Device{} },
	} {
		other := said
		spoil(&other)
		if err := other.Verify(publicOf(identity), sig); !errors.Is(err, ErrSignature) {
			t.Errorf("stands for another %s: %v", name, err)
		}
	}
	if err := said.Verify(publicOf(keyOf("bo")), sig); !errors.Is(err, ErrSignature) {
		t.Errorf("under another identity: %v", err)
	}
	if err := said.Verify(publicOf(identity)[:31], sig); err == nil {
		t.Error("under a key of 31 bytes")
	}
	// The label keeps a device key's signature from being an identity's.
	if o := mustSign(founding(), nil, "ada"); said.Verify(publicOf(keyOf("ada")), o.sig) == nil {
		t.Error("an operation's signature is a statement")
	}
}
