package replication_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"celld/internal/op"
	"celld/internal/replication"
)

var update = flag.Bool("update", false, "write docs/vectors/frames.json and the fuzz seeds anew")

const vectorFile = "../../docs/vectors/frames.json"

// vectors is the file that other programs are held against.
type vectors struct {
	Cell       string        `json:"cell"`
	Operations []string      `json:"operations"`
	Frames     []frameVector `json:"frames"`
	Refused    []refused     `json:"refused"`
	Bundle     bundleVector  `json:"bundle"`
}

type frameVector struct {
	Name   string `json:"name"`
	Bytes  string `json:"bytes"`
	Kind   uint8  `json:"kind"`
	Number uint32 `json:"number"`
	Body   any    `json:"body,omitempty"`
	// Of a Run frame: which of the operations above come out of it.
	Operations []int `json:"operations,omitempty"`
	// The first one as it comes out without its payload.
	Dropped string `json:"dropped,omitempty"`
}

type refused struct {
	Why   string `json:"why"`
	Bytes string `json:"bytes"`
}

type bundleVector struct {
	Bytes      string `json:"bytes"`
	By         string `json:"by"`
	Operations int    `json:"operations"`
}

// fixed is a short history of two devices, the same everywhere.
func fixed(t testing.TB) (cell op.ID, ops []op.Operation) {
	t.Helper()
	sign := func(h op.Header, name string, payload string) op.Operation {
		key := keyOf("vector", name)
		h.Version, h.Device, h.Level = op.Version, op.DeviceOf(public(key)), op.LevelRouter
		o, err := op.Sign(h, []byte(payload), op.Key(key))
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, o)
		return o
	}
	a := sign(op.Header{Seq: 1, Time: 1795000000}, "ada", "the founding")
	cell = a.ID
	epoch := bytes.Repeat([]byte{7}, 32)
	for i := range 3 {
		a = sign(op.Header{Scope: cell[:], Seq: uint64(i + 2), Prev: append([]byte{}, a.ID[:]...), Time: 1795000100 + uint64(i), Clock: op.ClockNTP, Epoch: epoch}, "ada", "sealed "+strconv.Itoa(i))
	}
	sign(op.Header{Scope: cell[:], Seq: 1, Seen: []op.Seen{{Device: a.Header.Device, Seq: a.Header.Seq, Hash: a.Seen8()}}, Time: 1795000200}, "bo", "a public one")
	sign(op.Header{Scope: cell[:], Seq: 5, Prev: append([]byte{}, a.ID[:]...), Epoch: epoch, Expires: 1795604800}, "ada", "a note with a time to go")
	return cell, ops
}

func encoded(k replication.Kind, number uint32, body any) string {
	return hex.EncodeToString(replication.Frame{Kind: k, Number: number, Body: op.MustMarshal(body)}.Encode())
}

func makeVectors(t testing.TB) vectors {
	cell, ops := fixed(t)
	v := vectors{Cell: cell.String()}
	for _, o := range ops {
		v.Operations = append(v.Operations, hex.EncodeToString(o.Encode()))
	}
	add := func(name string, k replication.Kind, number uint32, body any) {
		v.Frames = append(v.Frames, frameVector{Name: name, Kind: uint8(k), Number: number, Body: body, Bytes: encoded(k, number, body)})
	}
	head := func(o op.Operation) replication.Head {
		return replication.Head{Device: o.Header.Device, Seq: o.Header.Seq, Hash: o.Seen8()}
	}
	header, sig := ops[2].Signed()
	add("hello", replication.KindHello, 1, replication.Hello{Lowest: 1, Highest: 1, Cell: cell, Features: []uint16{}, Time: 1795000300, Clock: op.ClockNTP})
	add("hello of a later version, with a feature", replication.KindHello, 1, replication.Hello{Lowest: 1, Highest: 3, Cell: cell, Features: []uint16{300}, Time: 0, Clock: op.ClockNone})
	heads := []replication.Head{head(ops[3]), head(ops[4])}
	if bytes.Compare(heads[0].Device[:], heads[1].Device[:]) > 0 {
		heads[0], heads[1] = heads[1], heads[0]
	}
	add("have, whole", replication.KindHave, 2, replication.Have{First: true, Last: true, Heads: heads})
	add("have, nothing", replication.KindHave, 2, replication.Have{First: true, Last: true, Heads: []replication.Head{}})
	add("have, what changed", replication.KindHave, 300, replication.Have{Heads: []replication.Head{head(ops[5])}})
	add("want", replication.KindWant, 4, replication.Want{Names: []op.Chunk{{1, 2, 3}}})
	add("proof", replication.KindProof, 5, replication.Proof{Header: header, Signature: sig})
	add("ping", replication.KindPing, 70000, replication.Ping{Time: 1795000400, Clock: op.ClockNTP})
	add("bye, conduct", replication.KindBye, 0, replication.Bye{Reason: replication.ByeConduct})
	add("chunk", replication.KindChunk, 1, replication.Piece{Chunk: bytes.Repeat([]byte{9}, 40)})
	add("ack", replication.KindAck, 0, replication.Ack{Classes: [3]replication.Got{{Next: 7}, {Next: 40, Bits: 0x80000001}, {Next: 1}}})
	add("of a kind that nobody knows yet", 14, 6, "later")
	for _, r := range []struct {
		name string
		end  bool
		ops  []int
	}{{"run, the founding", false, []int{0}}, {"run, one epoch said once", false, []int{1, 2, 3}}, {"run, two logs", true, []int{3, 4}}} {
		var list []op.Operation
		for _, i := range r.ops {
			list = append(list, ops[i])
		}
		f := replication.Pack(r.end, list...)
		f.Number = 9
		v.Frames = append(v.Frames, frameVector{Name: r.name, Kind: uint8(f.Kind), Number: 9, Bytes: hex.EncodeToString(f.Encode()), Operations: r.ops})
	}
	f := replication.Pack(true, ops[5].WithoutPayload())
	f.Number = 10
	v.Frames = append(v.Frames, frameVector{Name: "run, a payload that was dropped", Kind: uint8(f.Kind), Number: 10, Bytes: hex.EncodeToString(f.Encode()),
		Dropped: hex.EncodeToString(ops[5].WithoutPayload().Encode())})
	add("run, nothing more", replication.KindRun, 11, replication.Runs{End: true, Runs: []replication.Run{}})
	v.Refused = refusals(cell, ops)
	v.Bundle = bundleOf(t, cell, ops)
	return v
}

// refusals are bytes that are no frame, or whose body cannot be read.
func refusals(cell op.ID, ops []op.Operation) (list []refused) {
	no := func(why, b string) { list = append(list, refused{why, b}) }
	hello := replication.Hello{Lowest: 1, Highest: 1, Cell: cell, Features: []uint16{}}
	no("an array of two", "820101")
	no("a number that is written longer than it must be", "83011801a0")
	no("a numbered kind without a number", encoded(replication.KindPing, 0, replication.Ping{}))
	no("an acknowledgement with a number", encoded(replication.KindAck, 1, replication.Ack{Classes: [3]replication.Got{{Next: 1}, {Next: 1}, {Next: 1}}}))
	no("a kind of no class", "8318300100")
	no("no body", "830101")
	no("bytes after the end", encoded(replication.KindPing, 1, replication.Ping{})+"00")
	hello.Lowest = 2
	no("a lowest version above the highest", encoded(replication.KindHello, 1, hello))
	hello.Lowest, hello.Features = 1, []uint16{2, 2}
	no("a feature twice", encoded(replication.KindHello, 1, hello))
	no("a head at 0", encoded(replication.KindHave, 1, replication.Have{Heads: []replication.Head{{}}}))
	no("heads out of order", encoded(replication.KindHave, 1, replication.Have{Heads: []replication.Head{{Device: op.Device{2}, Seq: 1}, {Device: op.Device{1}, Seq: 1}}}))
	no("nothing wanted", encoded(replication.KindWant, 1, replication.Want{Names: []op.Chunk{}}))
	no("a proof without a header", encoded(replication.KindProof, 1, replication.Proof{Header: []byte{0x80}, Signature: make([]byte, 64)}))
	no("a clock of quality 5", encoded(replication.KindPing, 1, replication.Ping{Clock: 5}))
	no("an empty chunk", encoded(replication.KindChunk, 1, replication.Piece{Chunk: []byte{}}))
	no("an acknowledgement that begins at 0", encoded(replication.KindAck, 0, replication.Ack{}))
	body, err := replication.DecodeRuns(replication.Pack(true, ops[1], ops[2]).Body)
	if err != nil {
		panic(err)
	}
	again := *body.Runs[0].Items[0].Epoch
	body.Runs[0].Items[1].Epoch = &again
	no("an epoch said twice", encoded(replication.KindRun, 1, body))
	body.Runs[0].Items[1].Epoch, body.Runs[0].Items[0].Epoch = nil, nil
	no("no epoch before it is said", encoded(replication.KindRun, 1, body))
	body.Runs[0].Items = body.Runs[0].Items[:1]
	body.Runs[0].Items[0].Epoch, body.Runs[0].Items[0].Hash = &again, make([]byte, 32)
	no("a hash beside its payload", encoded(replication.KindRun, 1, body))
	body.Runs[0].Items[0].Hash, body.Runs[0].Scope = nil, replication.Founding
	no("a founding that is not the first", encoded(replication.KindRun, 1, body))
	no("no run, and no end", encoded(replication.KindRun, 1, replication.Runs{Runs: []replication.Run{}}))
	return list
}

func bundleOf(t testing.TB, cell op.ID, ops []op.Operation) bundleVector {
	var file bytes.Buffer
	key := keyOf("vector", "router")
	done, err := replication.Export(&file, still{cell, ops}, cell, nil, 1795000500, op.ClockNTP, stamp(key))
	if err != nil {
		t.Fatal(err)
	}
	return bundleVector{Bytes: hex.EncodeToString(file.Bytes()), By: hex.EncodeToString(public(key)), Operations: done.Operations}
}

// still is a history that nothing is added to.
type still struct {
	cell op.ID
	ops  []op.Operation
}

func (s still) Have() (heads []replication.Head) {
	last := map[op.Device]op.Operation{}
	for _, o := range s.ops {
		last[o.Header.Device] = o
	}
	for d, o := range last {
		heads = append(heads, replication.Head{Device: d, Seq: o.Header.Seq, Hash: o.Seen8()})
	}
	if len(heads) == 2 && bytes.Compare(heads[0].Device[:], heads[1].Device[:]) > 0 {
		heads[0], heads[1] = heads[1], heads[0]
	}
	return heads
}

func (s still) Hash(op.Ref) ([8]byte, bool) { return [8]byte{}, false }
func (s still) Accept(op.Device, []op.Operation) (replication.Receipt, error) {
	return replication.Receipt{}, nil
}
func (s still) ChunksOf(op.Ref) []op.Chunk     { return nil }
func (s still) Chunk(op.Chunk) ([]byte, error) { return nil, os.ErrNotExist }

func (s still) Lacking(op.Past) func() (op.Operation, bool, error) {
	left := s.ops
	return func() (op.Operation, bool, error) {
		if len(left) == 0 {
			return op.Operation{}, false, nil
		}
		o := left[0]
		left = left[1:]
		return o, true, nil
	}
}

func TestFramesAreThoseOfTheVectors(t *testing.T) {
	want, err := json.MarshalIndent(makeVectors(t), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(vectorFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
		writeSeeds(t)
	}
	got, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("this program writes other frames than docs/vectors/frames.json; -update writes it anew")
	}
}

// read reads the file as another program would.
func read(t testing.TB) (v vectors, cell op.ID) {
	t.Helper()
	b, err := os.ReadFile(vectorFile)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v, op.ID(unhex(t, v.Cell))
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryVectorIsReadAndWrittenAlike(t *testing.T) {
	v, cell := read(t)
	for _, x := range v.Frames {
		f, err := replication.ParseFrame(unhex(t, x.Bytes))
		if err != nil || uint8(f.Kind) != x.Kind || f.Number != x.Number || hex.EncodeToString(f.Encode()) != x.Bytes {
			t.Errorf("%s: %+v, %v", x.Name, f, err)
			continue
		}
		ops, err := readBody(f, cell)
		if err != nil {
			t.Errorf("%s: %v", x.Name, err)
		}
		want := []string{}
		for _, i := range x.Operations {
			want = append(want, v.Operations[i])
		}
		if x.Dropped != "" {
			want = append(want, x.Dropped)
		}
		if len(ops) != len(want) {
			t.Errorf("%s: %d operations", x.Name, len(ops))
			continue
		}
		for i, o := range ops {
			if hex.EncodeToString(o.Encode()) != want[i] {
				t.Errorf("%s: operation %d is another one", x.Name, i)
			}
		}
	}
	for _, r := range v.Refused {
		f, err := replication.ParseFrame(unhex(t, r.Bytes))
		if err == nil {
			_, err = readBody(f, cell)
		}
		if err == nil {
			t.Errorf("%s is read", r.Why)
		}
	}
	in, err := replication.Inspect(bytes.NewReader(unhex(t, v.Bundle.Bytes)))
	if err != nil || hex.EncodeToString(in.By) != v.Bundle.By || in.Operations != v.Bundle.Operations || in.Cell != cell {
		t.Errorf("the bundle: %+v, %v", in, err)
	}
}

// readBody reads what a frame says, and makes its operations.
func readBody(f replication.Frame, cell op.ID) (ops []op.Operation, err error) {
	switch f.Kind {
	case replication.KindHello:
		_, err = replication.DecodeHello(f.Body)
	case replication.KindHave:
		_, err = replication.DecodeHave(f.Body)
	case replication.KindWant:
		_, err = replication.DecodeWant(f.Body)
	case replication.KindProof:
		_, err = replication.DecodeProof(f.Body)
	case replication.KindPing:
		_, err = replication.DecodePing(f.Body)
	case replication.KindBye:
		_, err = replication.DecodeBye(f.Body)
	case replication.KindAck:
		_, err = replication.DecodeAck(f.Body)
	case replication.KindChunk:
		_, err = replication.DecodePiece(f.Body)
	case replication.KindRun:
		var runs replication.Runs
		if runs, err = replication.DecodeRuns(f.Body); err != nil {
			return nil, err
		}
		for _, r := range runs.Runs {
			made, err := r.Operations(cell)
			if err != nil {
				return nil, err
			}
			ops = append(ops, made...)
		}
	}
	return ops, err
}

// writeSeeds writes every vector as a seed of the fuzz targets.
func writeSeeds(t testing.TB) {
	v := makeVectors(t)
	seed := func(target, name string, b []byte) {
		dir := filepath.Join("testdata/fuzz", target)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		content := "go test fuzz v1\n[]byte(" + strconv.Quote(string(b)) + ")\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i, x := range v.Frames {
		seed("FuzzFrame", "vector-"+strconv.Itoa(i), unhex(t, x.Bytes))
		seed("FuzzPeer", "vector-"+strconv.Itoa(i), unhex(t, x.Bytes))
	}
	for i, x := range v.Refused {
		seed("FuzzFrame", "refused-"+strconv.Itoa(i), unhex(t, x.Bytes))
	}
	seed("FuzzInspect", "vector", unhex(t, v.Bundle.Bytes))
}
