package op

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"sort"
	"strconv"
	"testing"
)

const vectorsFile = "../../docs/vectors/op.json"

// hexBytes stand in the file as hex, as everything of bytes there.
type hexBytes []byte

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *hexBytes) UnmarshalText(b []byte) (err error) {
	*h, err = hex.DecodeString(string(b))
	return err
}

// vectors is docs/vectors/op.json; docs/protocol.md tells what each part is.
type vectors struct {
	About      string            `json:"about"`
	Keys       []keyVector       `json:"keys"`
	References []refVector       `json:"references"`
	Operations []operationVector `json:"operations"`
	Sealed     []sealedVector    `json:"sealed"`
	Chunks     []chunkVector     `json:"chunks"`
	History    []historyVector   `json:"history"`
	Statements []statementVector `json:"statements"`
	Refused    []refusedVector   `json:"refused"`
}

type keyVector struct {
	Name   string   `json:"name"`
	Seed   hexBytes `json:"seed"`
	Public hexBytes `json:"public"`
	Device string   `json:"device"`
}

type refVector struct {
	Device hexBytes `json:"device"`
	Seq    string   `json:"seq"`
	Bytes  hexBytes `json:"bytes"`
	Text   string   `json:"text"`
}

type operationVector struct {
	Name      string   `json:"name"`
	Key       string   `json:"key"`
	Header    hexBytes `json:"header"`
	Signature hexBytes `json:"signature"`
	Bytes     hexBytes `json:"bytes"`
	Dropped   hexBytes `json:"without_payload"`
	ID        hexBytes `json:"id"`
}

type sealedVector struct {
	Cell    hexBytes `json:"cell"`
	Secret  hexBytes `json:"secret"`
	Epoch   hexBytes `json:"epoch"`
	Salt    hexBytes `json:"salt"`
	Key     hexBytes `json:"payload_key"`
	Bound   hexBytes `json:"bound_header"`
	Body    hexBytes `json:"body"`
	Payload hexBytes `json:"payload"`
	Bytes   hexBytes `json:"operation"`
}

type chunkVector struct {
	Length int      `json:"content_length"`
	Secret hexBytes `json:"secret"`
	Salt   hexBytes `json:"salt"`
	Body   hexBytes `json:"body"`
	Count  int      `json:"chunks"`
	All    hexBytes `json:"sha256_of_sorted_names"`
}

type historyVector struct {
	Bytes hexBytes          `json:"bytes"`
	Ref   string            `json:"ref"`
	Rank  uint64            `json:"rank"`
	Past  map[string]uint64 `json:"past"`
	Place int               `json:"place_in_order"`
}

type statementVector struct {
	Key       string   `json:"key"`
	Bytes     hexBytes `json:"signed_bytes"`
	Signature hexBytes `json:"signature"`
}

type refusedVector struct {
	As    string   `json:"as"`
	Bytes hexBytes `json:"bytes"`
	Why   string   `json:"why"`
}

func TestVectorsAreThoseOfToday(t *testing.T) {
	want, err := json.MarshalIndent(makeVectors(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		write(t, vectorsFile, string(want))
	}
	got, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what this program makes: the format changed, or go test -update is due", vectorsFile)
	}
}

func makeVectors() vectors {
	return vectors{
		About:      "Test vectors of docs/protocol.md. Byte strings are hex. Keys are Ed25519 seeds (RFC 8032, 5.1.5). Filler is the concatenation of SHA-256(0), SHA-256(1), ... of four-byte big-endian counters.",
		Keys:       makeKeys(),
		References: makeReferences(),
		Operations: makeOperations(),
		Sealed:     makeSealed(),
		Chunks:     makeChunks(),
		History:    makeHistory(),
		Statements: makeStatements(),
		Refused:    makeRefused(),
	}
}

func makeKeys() (out []keyVector) {
	for _, name := range []string{"ada", "bo", "cy"} {
		key := keyOf(name)
		out = append(out, keyVector{name, hexBytes(key.Seed()), hexBytes(publicOf(key)), deviceNamed(name).String()})
	}
	return out
}

func makeReferences() (out []refVector) {
	device := Device(filler(8))
	for _, seq := range []uint64{1, 255, 256, 1<<32 + 7, 1<<64 - 1} {
		r := Ref{device, seq}
		out = append(out, refVector{device[:], strconv.FormatUint(seq, 10), r.Bytes(), r.String()})
	}
	return out
}

func makeOperations() (out []operationVector) {
	add := func(name, key string, h Header, payload []byte) {
		o := mustSign(h, payload, key)
		out = append(out, operationVector{name, key, o.header, o.sig, o.Encode(), o.WithoutPayload().Encode(), o.ID[:]})
	}
	add("a founding operation with the shortest payload", "ada", founding(), nil)
	public := founding()
	public.Device, public.Scope = deviceNamed("bo"), filler(32)
	add("the first of a log, public", "bo", public, Body{Kind: "trust.open", Content: []byte{0xa0}}.Bytes())
	add("something in every field", "ada", full(), filler(100))
	link := full()
	link.Scope, link.Seen, link.Expires, link.Epoch = filler(64), nil, 0, nil
	add("in a link's scope, nothing seen, no expiry", "ada", link, []byte{0x00})
	return out
}

func makeSealed() (out []sealedVector) {
	cell, secret, salt := ID(filler(32)), Secret(filler(64)[32:]), [16]byte(filler(16))
	epoch := EpochOf(cell, secret)
	h := full()
	h.Epoch = epoch[:]
	for _, body := range []Body{
		{Kind: "round.open", Content: MustMarshal(content{Text: "Señal", Number: 7})},
		{Kind: "tx.sign", Subject: Ref{Device(filler(8)), 300}},
	} {
		payload := Seal(h, secret, salt, body.Bytes())
		out = append(out, sealedVector{
			cell[:], secret[:], epoch[:], salt[:], payloadKey(secret, salt, ""), h.Bound(),
			body.Bytes(), payload, mustSign(h, payload, "ada").Encode(),
		})
	}
	return out
}

func makeChunks() (out []chunkVector) {
	secret, salt := Secret(filler(32)), [16]byte(filler(16))
	for _, n := range lengths() {
		body, chunks := Split(secret, salt, Body{Kind: "doc.write", Content: filler(n)})
		out = append(out, chunkVector{n, secret[:], salt[:], body.Bytes(), len(chunks), digestOf(chunks)})
	}
	return out
}

// digestOf is the SHA-256 of the names in the order of their bytes.
func digestOf(chunks map[Chunk][]byte) []byte {
	names := slices.Collect(maps.Keys(chunks))
	slices.SortFunc(names, func(a, b Chunk) int { return bytes.Compare(a[:], b[:]) })
	h := sha256.New()
	for _, name := range names {
		h.Write(name[:])
	}
	return h.Sum(nil)
}

// makeHistory lets three devices write, apart and together.
func makeHistory() (out []historyVector) {
	var h history
	a, b, c := &router{name: "ada", graph: NewGraph()}, &router{name: "bo", graph: NewGraph()}, &router{name: "cy", graph: NewGraph()}
	h.write(a)
	h.meet(b, a)
	h.meet(c, a)
	h.write(b)
	h.write(b)
	h.write(c)
	h.write(a)
	h.meet(a, b)
	h.write(a)
	h.meet(a, c)
	h.meet(c, b)
	h.write(c)
	h.meet(a, c)
	h.write(a)
	places := make([]Place, 0, len(h.all))
	for _, o := range h.all {
		p, _ := a.graph.Place(o.Ref())
		places = append(places, p)
	}
	sort.Slice(places, func(i, j int) bool { return places[i].Before(places[j]) })
	for _, o := range h.all {
		v := historyVector{Bytes: o.Encode(), Ref: o.Ref().String(), Past: map[string]uint64{}}
		for d, seq := range a.graph.Past(o.Ref()) {
			if seq > 0 {
				v.Past[d.String()] = seq
			}
		}
		v.Place = 1 + slices.IndexFunc(places, func(p Place) bool { return p.Ref == o.Ref() })
		v.Rank = places[v.Place-1].Rank
		out = append(out, v)
	}
	return out
}

func makeStatements() (out []statementVector) {
	for _, s := range []Statement{
		{Verb: VerbGrant, Cell: ID(filler(32)), Member: Member(filler(8)), Key: publicOf(keyOf("bo")), Router: deviceNamed("cy")},
		{Verb: VerbVeto, Cell: ID(filler(32)), Member: Member(filler(8))},
	} {
		out = append(out, statementVector{"ada", s.Bytes(), ed25519.Sign(keyOf("ada"), s.Bytes())})
	}
	return out
}

func makeRefused() (out []refusedVector) {
	good := mustSign(full(), filler(20), "ada")
	add := func(as, why string, b []byte) { out = append(out, refusedVector{as, b, why}) }
	header := func(why string, spoil func(*Header)) {
		h := good.Header
		spoil(&h)
		add("header", why, h.Bytes())
	}
	header("version 2", func(h *Header) { h.Version = 2 })
	header("sequence 0", func(h *Header) { h.Seq, h.Prev = 0, nil })
	header("sequence 1 with a previous hash", func(h *Header) { h.Seq = 1 })
	header("no scope at sequence 2", func(h *Header) { h.Scope = nil })
	header("entries of the frontier out of order", func(h *Header) { slices.Reverse(h.Seen) })
	header("a frontier that names its own device", func(h *Header) { h.Seen = []Seen{{Device: h.Device, Seq: 1}} })
	header("an epoch of 31 bytes", func(h *Header) { h.Epoch = filler(31) })
	header("more than 352 bytes", func(h *Header) {
		h.Seen = nil
		for i := range byte(10) {
			h.Seen = append(h.Seen, Seen{Device: Device{i + 1}, Seq: 1})
		}
	})
	header("header and payload of more than 1100 bytes", func(h *Header) { h.Size = MaxSize })
	add("header", "null for the list of what was seen", bytes.Replace(mustSign(founding(), nil, "ada").header, []byte{0x01, 0x40, 0x80}, []byte{0x01, 0x40, 0xf6}, 1))
	spoiled := good.Encode()
	spoiled[len(spoiled)-1] ^= 1
	add("operation", "a payload that is not the one signed", spoiled)
	short := good
	short.sig = good.sig[:63]
	add("operation", "a signature of 63 bytes", short.Encode())
	add("operation", "a byte after the end", append(good.Encode(), 0))
	add("operation", "an array of indefinite length", append(append([]byte{0x9f}, good.Encode()[1:]...), 0xff))
	add("body", "no kind", Body{}.Bytes())
	add("body", "content and chunks", Body{Kind: "a.b", Content: []byte{1}, Chunks: make([]Chunk, 1)}.Bytes())
	add("body", "17 chunks", Body{Kind: "a.b", Chunks: make([]Chunk, 17)}.Bytes())
	add("reference", "sequence 0", append(filler(8), 0))
	add("reference", "a leading zero", append(filler(8), 0, 7))
	return out
}

func readVectors(t *testing.T) (v vectors) {
	t.Helper()
	b, err := os.ReadFile(vectorsFile)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestTheVectorsHold reads the file as another program would: it takes from it
// everything but the rules.
func TestTheVectorsHold(t *testing.T) {
	v := readVectors(t)
	keys := map[string]ed25519.PublicKey{}
	for _, k := range v.Keys {
		public := publicOf(ed25519.NewKeyFromSeed(k.Seed))
		if !bytes.Equal(public, k.Public) || DeviceOf(public).String() != k.Device {
			t.Errorf("key %s", k.Name)
		}
		keys[k.Name] = public
	}
	for _, r := range v.References {
		got, err := ParseRef(r.Text)
		if err != nil || !bytes.Equal(got.Bytes(), r.Bytes) || fmt.Sprint(got.Seq) != r.Seq {
			t.Errorf("reference %s: %v, %v", r.Text, got, err)
		}
	}
	for _, c := range v.Operations {
		o, err := Parse(c.Bytes)
		if err != nil || !bytes.Equal(o.ID[:], c.ID) || !bytes.Equal(o.header, c.Header) || o.Verify(keys[c.Key]) != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		if bare, err := Parse(c.Dropped); err != nil || bare.ID != o.ID || bare.Payload != nil {
			t.Errorf("%s, without its payload: %v", c.Name, err)
		}
	}
	for i, s := range v.Sealed {
		o, err := Parse(s.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		body, err := Open(o.Header, Secret(s.Secret), o.Payload)
		if err != nil || !bytes.Equal(body, s.Body) || o.Header.EpochID() != EpochOf(ID(s.Cell), Secret(s.Secret)) {
			t.Errorf("sealed %d: %v", i, err)
		}
	}
	for _, s := range v.Statements {
		if !ed25519.Verify(keys[s.Key], s.Bytes, s.Signature) {
			t.Errorf("statement %x", s.Bytes)
		}
	}
}

// TestTheHistoryHoldsInEveryOrder feeds the history backwards and forwards.
func TestTheHistoryHoldsInEveryOrder(t *testing.T) {
	list := readVectors(t).History
	for round := range 2 {
		slices.Reverse(list)
		g := NewGraph()
		for range list {
			for _, h := range list {
				o, err := Parse(h.Bytes)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = g.Add(o) // what waits comes again
			}
		}
		for _, h := range list {
			r, err := ParseRef(h.Ref)
			if err != nil {
				t.Fatal(err)
			}
			place, ok := g.Place(r)
			if !ok || place.Rank != h.Rank {
				t.Fatalf("round %d: %s stands at %v, %v; want rank %d", round, h.Ref, place, ok, h.Rank)
			}
			past := map[string]uint64{}
			for d, seq := range g.Past(r) {
				if seq > 0 {
					past[d.String()] = seq
				}
			}
			if !maps.Equal(past, h.Past) {
				t.Errorf("%s saw %v, want %v", h.Ref, past, h.Past)
			}
		}
	}
}

func TestWhatTheVectorsRefuseIsRefused(t *testing.T) {
	parse := map[string]func([]byte) error{
		"operation": func(b []byte) error { _, err := Parse(b); return err },
		"header":    func(b []byte) error { _, err := ParseHeader(b); return err },
		"body":      func(b []byte) error { _, err := ParseBody(b); return err },
		"reference": func(b []byte) error { _, err := RefFromBytes(b); return err },
	}
	list := readVectors(t).Refused
	if len(list) < 15 {
		t.Fatalf("only %d", len(list))
	}
	for _, r := range list {
		if parse[r.As](r.Bytes) == nil {
			t.Errorf("%s: %s was accepted", r.As, r.Why)
		}
	}
}
