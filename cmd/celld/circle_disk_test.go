package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"celld/internal/cell/circle"
	"celld/internal/cell/letter"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/vault"
)

// carve finds every whole operation in an image, wherever it lies: in a file, in
// blocks that once were one, in a page of a database.
func carve(image []byte) (ops []op.Operation) {
	seen := map[string]bool{}
	for at := 0; at+2 < len(image); at++ {
		// An array of three, of which the first is a string of 24 bytes or more.
		if image[at] != 0x83 || image[at+1] != 0x58 && image[at+1] != 0x59 {
			continue
		}
		end := at + 1
		for range 3 {
			end = behind(image, end)
		}
		if end > len(image) || end-at > op.MaxEncoded || seen[string(image[at:end])] {
			continue
		}
		if o, err := op.Parse(image[at:end]); err == nil {
			seen[string(image[at:end])] = true
			ops = append(ops, o)
		}
	}
	return ops
}

// behind is where a byte string that begins at a place ends, or null does.
func behind(b []byte, at int) int {
	switch {
	case at+3 > len(b):
		return len(b) + 1
	case b[at] == 0xf6:
		return at + 1
	case b[at] == 0x58:
		return at + 2 + int(b[at+1])
	case b[at] == 0x59:
		return at + 3 + int(binary.BigEndian.Uint16(b[at+1:]))
	case b[at]>>5 == 2 && b[at]&31 < 24:
		return at + 1 + int(b[at]&31)
	}
	return len(b) + 1
}

// plunder is what somebody reads who has an image, every slot in it and all words.
type plunder struct {
	operations, letters, sealed int
	said                        map[string]bool // facts of circles, written out
}

// loot opens what can be opened of an image with everybody's words.
func loot(t *testing.T, image []byte, words []string) plunder {
	t.Helper()
	ops := carve(image)
	out := plunder{operations: len(ops), said: map[string]bool{}}
	v, err := vault.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	bodies := map[int]op.Body{}
	for i, o := range ops {
		if len(o.Header.Scope) == 0 {
			v.Bind(o.ID)
		}
		if body, err := op.ParseBody(o.Payload); err == nil && o.Header.EpochID().IsZero() {
			bodies[i] = body
		}
	}
	members := logInAll(t, v, bodies, words)
	for range 3 { // a wrap may lie before what brings its key
		for _, b := range bodies {
			var w trust.Wrap
			if b.Kind != trust.KindWrap || op.Unmarshal(b.Content, &w) != nil {
				continue
			}
			for _, s := range w.Wraps {
				if len(s.Key) == len(vault.Wrap{}) {
					v.AddWrap(vault.OpeningKey{}, w.Epoch, vault.Wrap(s.Key))
				}
			}
		}
	}
	for _, o := range ops {
		secret, open := v.Secret(o.Header.EpochID())
		if o.Header.EpochID().IsZero() || o.Payload == nil || !open {
			continue
		}
		clear, err := op.Open(o.Header, secret, o.Payload)
		body, bad := op.ParseBody(clear)
		if err != nil || bad != nil {
			continue
		}
		if out.sealed++; body.Kind == letter.KindWrite {
			out.letters++
			out.read(v, members, body.Content)
		}
	}
	return out
}

// read tries every member's key on a letter.
func (p plunder) read(v *vault.Vault, members []op.Member, sealed []byte) {
	for _, m := range members {
		_, said, mine := v.ReadLetter(m, op.Ref{Seq: uint64(p.letters)}, func() []byte { return sealed })
		if page, ok := circle.ParsePage(said); mine && ok {
			for _, f := range page.Facts {
				p.said[fmt.Sprintf("%x %d %s", page.ID, f.Verb, f.What)] = true
			}
		}
	}
}

// logInAll opens every slot that some words fit.
func logInAll(t *testing.T, v *vault.Vault, bodies map[int]op.Body, words []string) (members []op.Member) {
	t.Helper()
	tried := map[string]bool{}
	var slots []vault.Slot
	for _, b := range bodies {
		var s trust.Slot
		if b.Kind != trust.KindSlot || op.Unmarshal(b.Content, &s) != nil || tried[string(s.Slot)] {
			continue
		}
		tried[string(s.Slot)] = true
		slot, err := vault.ParseSlot(s.Slot)
		if err != nil {
			t.Fatal(err)
		}
		slots = append(slots, slot)
	}
	for _, five := range words {
		in, err := v.LoginAny(context.Background(), slots, vault.Request{Passphrase: five})
		if err != nil {
			t.Fatalf("a slot of %d does not open: %v", len(slots), err)
		}
		members = append(members, in.Member)
	}
	return members
}

// follow sends a form and is led on to a page, whose address it returns.
func (v *visitor) follow(t *testing.T, path string, values ...string) string {
	t.Helper()
	r, err := v.post(path, values...)
	if err != nil || r.status != http.StatusSeeOther {
		t.Fatalf("%s answers %d: %v: %s", path, r.status, err, r.body)
	}
	return r.leadsTo()
}

// idOf finds a member by name on the page that calls a circle.
func (v *visitor) idOf(t *testing.T, name string) string {
	t.Helper()
	page, err := v.get("/circles/call")
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`name="whom" value="([^"]+)"[^>]*>` + name + `<`).FindStringSubmatch(page.body)
	if id == nil {
		t.Fatalf("%s is not on the page that calls a circle", name)
	}
	return id[1]
}

// circleStory plays a circle to its plan, and returns its address and its people.
func circleStory(t *testing.T, p *program) (url string, people []*visitor) {
	t.Helper()
	moss, heron, tide := signIn(t, p, 0), signIn(t, p, 1), signIn(t, p, 3)
	url = moss.follow(t, "/circles/call", "whom", moss.idOf(t, "Heron"))
	heron.follow(t, url+"/come")
	moss.follow(t, url+"/ask", "whom", moss.idOf(t, "Tide"))
	tide.follow(t, url+"/agree")
	moss.follow(t, url+"/accept")
	heron.follow(t, url+"/accept")
	tide.follow(t, url+"/begin")
	moss.follow(t, url+"/ready")
	heron.follow(t, url+"/ready")
	tide.follow(t, url+"/plan", "day", "2030-01-02")
	tide.follow(t, url+"/held")
	moss.follow(t, url+"/will", "whom", moss.idOf(t, "Heron"), "what", "Bring the cart back by noon")
	return url, []*visitor{moss, heron, tide}
}

// expunge ends a circle for good by the word of all its people.
func expunge(t *testing.T, url string, people []*visitor) {
	t.Helper()
	people[0].follow(t, url+"/otherwise")
	for _, v := range people {
		v.follow(t, url+"/forget")
	}
}

// TestNothingOfACircleIsLeftOnABareDisk is I11. Who has the raw disk, every slot
// and everybody's words opens the circle before it is expunged, and nothing of it
// after; and the rest of the cell's history both times.
func TestNothingOfACircleIsLeftOnABareDisk(t *testing.T) {
	for _, store := range []string{storeFile, storeSQLite} {
		t.Run(store, func(t *testing.T) {
			disk := newImage(t, "1024")
			dir := filepath.Join(disk.mount, "cell")
			p := startProgram(t, dir, "-demo", "-store", store)
			var words []string
			for seat := range demoNames {
				words = append(words, demoWords(seat))
			}
			url, people := circleStory(t, p)
			p.kill() // as a power cut does, and as somebody does who takes the disk
			before := loot(t, disk.bytes(t), words)
			if before.letters < 10 || !contains(before.said, "Bring the cart back by noon") {
				t.Fatalf("before it is expunged the tool opens %d letters and reads %v", before.letters, before.said)
			}
			p = startProgram(t, dir, "-store", store)
			for i, seat := range []int{0, 1, 3} {
				people[i] = signIn(t, p, seat)
			}
			expunge(t, url, people)
			p.kill()
			after := loot(t, disk.bytes(t), words)
			if len(after.said) > 0 {
				t.Errorf("after it was expunged the tool still reads %v", after.said)
			}
			if after.sealed < before.sealed/2 {
				t.Errorf("the tool opens %d of %d: it has lost what else there is", after.sealed, before.sealed)
			}
			t.Logf("%d operations, %d opened, of them %d letters, %d facts; afterwards %d, %d, %d and %d",
				before.operations, before.sealed, before.letters, len(before.said), after.operations, after.sealed, after.letters, len(after.said))
		})
	}
}

func contains(said map[string]bool, words string) bool {
	for s := range said {
		if strings.Contains(s, words) {
			return true
		}
	}
	return false
}

// The tool finds what lies anywhere, and is not led astray by what only looks so.
func TestAnOperationIsCarvedOutOfWhateverLiesAroundIt(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	h := op.Header{Version: op.Version, Device: op.DeviceOf(public), Scope: make([]byte, 32), Seq: 2, Prev: make([]byte, 32), Level: op.LevelRouter, Time: 1}
	o, err := op.Sign(h, []byte("payload"), op.Key(private))
	if err != nil {
		t.Fatal(err)
	}
	whole := o.Encode()
	noise := bytes.Repeat([]byte{0x83, 0x58, 0x83, 0x59, 0xff}, 100)
	image := append(append(append(bytes.Clone(noise), whole...), noise...), whole[:len(whole)-1]...)
	if got := carve(image); len(got) != 1 || got[0].ID != o.ID {
		t.Errorf("%d operations are carved", len(got))
	}
}
