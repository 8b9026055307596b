package web

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"celld/internal/op"
	"celld/internal/words"
)

// Mesh is what the pages know of other routers. What is seen is a hint and
// nothing more.
type Mesh interface {
	// Peers tells of the cell's other routers, each once, whether met or not.
	Peers() []Peer
	// Seen lists routers nearby that are not of the cell.
	Seen() []Seen
	// Greet asks a router that looks for a cell for its keys, which somebody
	// then compares.
	Greet(ctx context.Context, router op.Device) (Greeted, error)
	// Carried returns what tells whether another router is known to hold an
	// operation.
	Carried() func(op.Ref) bool
}

// Peer is another router of the cell, as far as this one has met it.
type Peer struct {
	Router op.Device
	Met    time.Time // last; zero for never
	Here   bool      // it is within reach now
	Lacks  int       // things written here that it has not got, when last met
	Ahead  int       // things that it has, and this router lacks
	// How well it is heard; zero where nothing tells.
	Signal  int    // by a radio, in dBm
	Arrives int    // of a hundred that are sent
	Trip    int    // there and back, in milliseconds
	Fault   string // code of what it did that this router refused; empty for nothing
}

// Seen is a router that announces itself nearby.
type Seen struct {
	Router  op.Device
	At      string // its address
	Looking bool   // it says that it looks for a cell
	Since   time.Time
}

// Greeted are the keys that a router shows, and its word that they are its own.
type Greeted struct {
	Key, Opening, Word []byte
}

// Seeking is a router that belongs to nobody and lets a cell take it in.
type Seeking interface {
	// Seek begins or ends it; Sought tells which.
	Seek(on bool)
	Sought() bool
	// Keys are this router's own.
	Keys() Greeted
	// Asking is the key of the router that wants to take this one in.
	Asking() (key []byte, ok bool)
	// Answer says yes or no to that. Joins tells whether somebody said yes: the
	// cell is on its way here.
	Answer(yes bool) error
	Joins() bool
}

// codeLabel begins the long code of a router.
const codeLabel = "celld-router-"

// Code is the keys as people copy or scan them.
func (g Greeted) Code() string {
	return codeLabel + base64.RawURLEncoding.EncodeToString(slices.Concat(g.Key, g.Opening, g.Word))
}

// ParseGreeted reads such a code, whatever space a screen put into it.
func ParseGreeted(code string) (Greeted, bool) {
	code, labelled := strings.CutPrefix(strings.Join(strings.Fields(code), ""), codeLabel)
	b, err := base64.RawURLEncoding.Strict().DecodeString(code)
	if !labelled || err != nil || len(b) != 128 {
		return Greeted{}, false
	}
	g := Greeted{Key: b[:32], Opening: b[32:64], Word: b[64:]}
	return g, ed25519.Verify(g.Key, op.RouterWord(g.Opening), g.Word)
}

// keyWords are the six words by which people compare a router's key.
func keyWords(key []byte) []string {
	hash := sha256.Sum256(append([]byte("celld key words v1\x00"), key...))
	return words.Fingerprint(hash[:])
}

func (g Greeted) router() op.Device { return op.DeviceOf(g.Key) }
