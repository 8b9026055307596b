package vault

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"celld/internal/op"
)

// secrets is docs/vectors/secrets.json, which another program made: one that was
// written from the protocol alone.
type secrets struct {
	Cell  hexes `json:"cell"`
	Slots []struct {
		Words    string `json:"words"`
		Memory   uint32 `json:"memory"`
		Passes   uint32 `json:"passes"`
		Salt     hexes  `json:"salt"`
		Member   hexes  `json:"member"`
		Seed     hexes  `json:"identity_seed"`
		Private  hexes  `json:"opening_private"`
		Identity hexes  `json:"identity"`
		Opening  hexes  `json:"opening"`
		Bytes    hexes  `json:"bytes"`
	} `json:"slots"`
	Refused []spoilt `json:"refused"`
	Shut    []spoilt `json:"shut"`
	Wraps   []struct {
		Secret  hexes `json:"secret"`
		Epoch   hexes `json:"epoch"`
		Private hexes `json:"recipient_private"`
		Opening hexes `json:"recipient"`
		Wrap    hexes `json:"wrap"`
	} `json:"wraps"`
	Another struct {
		Epoch   hexes `json:"epoch"`
		Private hexes `json:"recipient_private"`
		Wrap    hexes `json:"wrap"`
	} `json:"another_secret"`
	Vouches []struct {
		Under hexes `json:"under_secret"`
		Epoch hexes `json:"epoch"`
		Mac   hexes `json:"mac"`
	} `json:"vouches"`
}

type spoilt struct {
	Bytes hexes  `json:"bytes"`
	Why   string `json:"why"`
}

type hexes []byte

func (h *hexes) UnmarshalText(b []byte) (err error) {
	*h, err = hex.DecodeString(string(b))
	return err
}

func readSecrets(t *testing.T) (all secrets, cell op.ID) {
	t.Helper()
	b, err := os.ReadFile("../../docs/vectors/secrets.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Slots) == 0 || len(all.Wraps) == 0 || len(all.Vouches) == 0 || len(all.Refused) == 0 || len(all.Shut) == 0 {
		t.Fatal("a part of the vectors is empty")
	}
	return all, op.ID(all.Cell)
}

// TestSlotsOfAnotherProgram pays for real derivations.
func TestSlotsOfAnotherProgram(t *testing.T) {
	all, cell := readSecrets(t)
	for _, v := range all.Slots {
		s, err := ParseSlot(v.Bytes)
		if err != nil {
			t.Fatalf("%s: %v", v.Words, err)
		}
		p := Params{Memory: v.Memory, Time: v.Passes, Threads: 1}
		if s.Params != p || string(s.Member[:]) != string(v.Member) || string(s.Identity[:]) != string(v.Identity) || string(s.Opening[:]) != string(v.Opening) {
			t.Errorf("%s: the slot reads as %+v", v.Words, s)
		}
		d := derived{argon(v.Words, v.Salt, p), [saltSize]byte(v.Salt), p}
		k, err := s.open(cell, d)
		if err != nil || string(k.identity.Seed()) != string(v.Seed) || string(k.opening[:]) != string(v.Private) {
			t.Fatalf("%s: opens to other keys: %v", v.Words, err)
		}
		if again := sealSlot(cell, s.Member, k, d).Bytes(); string(again) != string(v.Bytes) {
			t.Errorf("%s: sealed to\n%x, want\n%x", v.Words, again, v.Bytes)
		}
	}
}

func TestSlotsThatAreNone(t *testing.T) {
	all, cell := readSecrets(t)
	for _, v := range all.Refused {
		if _, err := ParseSlot(v.Bytes); err == nil {
			t.Errorf("read: %s", v.Why)
		}
	}
	for _, v := range all.Shut {
		s, err := ParseSlot(v.Bytes)
		if err != nil {
			t.Fatalf("%s: %v", v.Why, err)
		}
		if _, err := s.open(cell, derived{argon(all.Slots[0].Words, s.Salt[:], s.Params), s.Salt, s.Params}); err == nil {
			t.Errorf("opened: %s", v.Why)
		}
	}
}

func TestWrapsOfAnotherProgram(t *testing.T) {
	all, cell := readSecrets(t)
	for _, v := range all.Wraps {
		e := op.EpochOf(cell, op.Secret(v.Secret))
		if string(e[:]) != string(v.Epoch) {
			t.Errorf("epoch %v, want %x", e, v.Epoch)
		}
		if opening := openingOf([32]byte(v.Private)); string(opening[:]) != string(v.Opening) {
			t.Errorf("opening key %x, want %x", opening, v.Opening)
		}
		if got, err := OpenSecret([32]byte(v.Private), cell, e, Wrap(v.Wrap)); err != nil || string(got[:]) != string(v.Secret) {
			t.Errorf("opens to %x, %v", got, err)
		}
	}
	if _, err := OpenSecret([32]byte(all.Another.Private), cell, op.Epoch(all.Another.Epoch), Wrap(all.Another.Wrap)); err == nil {
		t.Error("a wrap with another secret than its epoch's was opened")
	}
	for _, v := range all.Vouches {
		if mac := Vouch(cell, op.Secret(v.Under), op.Epoch(v.Epoch)); string(mac[:]) != string(v.Mac) {
			t.Errorf("vouched with %x, want %x", mac, v.Mac)
		}
	}
}
