package consent

import (
	"crypto/sha256"
	"strings"

	"celld/internal/op"
)

// How long people's words may be, in characters.
const (
	MaxTitle    = 120
	MaxWords    = 4000 // what and why
	MaxReason   = 1000
	MaxBrief    = 280 // a reaction, a note, a line
	MaxCriteria = 10
	maxEffect   = 4096 // bytes
)

const labelText = "celld text v1\x00"

// Hash names a version of a text: 128 bits of the labelled SHA-256 over the
// version it is based on and its words. The base is part of it, so that going
// back to old words is a new version and wakes no old voices.
type Hash [16]byte

// IsZero reports whether h names no text.
func (h Hash) IsZero() bool { return h == Hash{} }

// Text is what a round proposes. What and Why must be there; the rest is the
// fuller record of an agreement (who, how we will know, when we look again).
type Text struct {
	Title     string   `cbor:"1,keyasint,omitempty"`
	What      string   `cbor:"2,keyasint,omitempty"`
	Why       string   `cbor:"3,keyasint,omitempty"` // the driver
	Who       string   `cbor:"4,keyasint,omitempty"`
	Effort    string   `cbor:"5,keyasint,omitempty"`
	Criteria  []string `cbor:"6,keyasint,omitempty"`
	ReviewOn  uint64   `cbor:"7,keyasint,omitempty"` // Unix seconds; 0: three months after adoption
	ExpiresOn uint64   `cbor:"8,keyasint,omitempty"` // Unix seconds; 0: never
	Effect    *Effect  `cbor:"9,keyasint,omitempty"`
}

// Effect is what an adopted text changes by itself, such as a standing rule.
// This room carries it and does not read it.
type Effect struct {
	_       struct{} `cbor:",toarray"`
	Kind    string
	Content []byte
}

// HashOf returns the name of t as the version that follows base.
func HashOf(base Hash, t Text) Hash {
	h := sha256.New()
	h.Write([]byte(labelText))
	h.Write(base[:])
	h.Write(op.MustMarshal(t))
	return Hash(h.Sum(nil)[:16])
}

// Wording returns the text that o brought to a round, if that is the one named.
func Wording(o op.Opened, name Hash) (Text, bool) {
	act, err := decode(o)
	if err != nil {
		return Text{}, false
	}
	switch a := act.(type) {
	case *Opening:
		return a.Text, HashOf(Hash{}, a.Text) == name
	case *Revise:
		return a.Text, HashOf(a.Base, a.Text) == name
	}
	return Text{}, false
}

// Heading returns the title, or the beginning of What where nobody gave one.
func (t Text) Heading() string {
	if t.Title != "" {
		return t.Title
	}
	line, _, _ := strings.Cut(t.What, "\n")
	runes := []rune(line)
	if len(runes) <= MaxTitle {
		return line
	}
	return strings.TrimSpace(string(runes[:MaxTitle-1])) + "…"
}

func (t Text) check() error {
	if t.What == "" {
		return op.Refuse("text.what")
	}
	if t.Why == "" {
		return op.Refuse("text.why")
	}
	if len(t.Criteria) > MaxCriteria {
		return op.Refuse("text.criteria", MaxCriteria)
	}
	if t.ReviewOn > maxTime || t.ExpiresOn > maxTime {
		return op.Refuse("text.date")
	}
	if e := t.Effect; e != nil && (e.Kind == "" || len(e.Kind) > 32 || len(e.Content) > maxEffect) {
		return op.Refuse("text.effect")
	}
	return t.checkWords()
}

// maxTime is the bound that operations have on their own times.
const maxTime = 1 << 40

func (t Text) checkWords() error {
	lines := append([]string{t.Title, t.Who, t.Effort}, t.Criteria...)
	for _, s := range lines {
		if err := op.CheckText(s, MaxTitle, false); err != nil {
			return err
		}
	}
	for _, s := range t.Criteria {
		if s == "" {
			return op.Refuse("words.missing")
		}
	}
	for _, s := range []string{t.What, t.Why} {
		if err := op.CheckText(s, MaxWords, true); err != nil {
			return err
		}
	}
	return nil
}

// words checks what somebody says that must not be empty.
func words(s string, most int) error {
	if s == "" {
		return op.Refuse("words.missing")
	}
	return op.CheckText(s, most, true)
}
