package oplog

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"celld/internal/op"
)

var update = flag.Bool("update", false, "write the fuzz seeds anew")

// nothing is a storage that holds nothing.
type nothing struct{ Storage }

func (nothing) Read(uint32) ([]byte, error) { return nil, fs.ErrNotExist }

// FuzzSnapshot takes apart what need not be a snapshot.
func FuzzSnapshot(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := split(b)
		if err != nil {
			return
		}
		if !bytes.HasPrefix(b, []byte(magic)) || len(p.public)+len(p.sealed)+len(magic)+4+32+32+saltSize != len(b) {
			t.Fatal("a part is missing")
		}
		if _, _, err := p.unseal(op.Secret{1}); err == nil {
			t.Fatal("a seal opens to a key that it was not made with")
		}
		var clear public
		if op.Unmarshal(p.public, &clear) != nil {
			return
		}
		l := &Log{storage: nothing{}}
		l.reset()
		if l.recallFrom(clear) == nil {
			t.Fatal("an index is believed that nothing bears out")
		}
	})
}

// snapshotSeeds are a snapshot of one operation, and worse.
func snapshotSeeds() map[string][]byte {
	o, err := op.Sign(op.Header{Version: op.Version, Device: op.DeviceOf(make([]byte, 32)), Seq: 1, Level: op.LevelRouter}, []byte{1}, op.Key(make([]byte, 64)))
	if err != nil {
		panic(err)
	}
	g := op.NewGraph()
	if _, err := g.Add(o); err != nil {
		panic(err)
	}
	whole := func(p public) []byte {
		clear := op.MustMarshal(p)
		b := append([]byte(magic), binary.BigEndian.AppendUint32(nil, uint32(len(clear)))...)
		b = append(b, clear...)
		sum := sha256.Sum256(b)
		return append(append(b, sum[:]...), make([]byte, 32+saltSize+40)...)
	}
	one := whole(public{Cell: o.ID, Graph: g.Bytes(), Where: []byte{1}})
	return map[string][]byte{
		"one": one, "short": one[:len(one)-60], "bare": []byte(magic),
		"elsewhere": whole(public{Cell: o.ID, Graph: g.Bytes(), Where: []byte{2}}),
	}
}

func TestSnapshotSeedsAreThoseOfToday(t *testing.T) {
	for name, b := range snapshotSeeds() {
		file := filepath.Join("testdata/fuzz/FuzzSnapshot", name)
		want := fmt.Sprintf("go test fuzz v1\n[]byte(%s)\n", strconv.Quote(string(b)))
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is another one: %v, %d bytes", name, err, strings.Count(string(got), ""))
		}
	}
	if p, err := split(snapshotSeeds()["one"]); err != nil || len(p.public) == 0 {
		t.Errorf("a whole one is refused: %v", err)
	}
}
