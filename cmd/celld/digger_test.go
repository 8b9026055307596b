package main

import (
	"bytes"
	"context"
	"os"
	"testing"

	"celld/internal/op"
	"celld/internal/vault"
)

// digger is somebody who has the bare bytes of a disk, every member's sealed
// keys and every member's words, and every header that was ever written: all
// that neighbours, phones and paper could give away. It looks for keys and
// ciphertext wherever they lie, whatever file they belonged to, and opens what
// it can.
type digger struct {
	cell    op.ID
	slots   []vault.Slot
	phrases []string
	epochs  []op.Epoch
	written []op.Operation // with their payloads, to know one when it is found
}

// dug is what it found.
type dug struct {
	Keys    int // members' keys that words open, and routers' that lay in the clear
	Wraps   int // secrets sealed to somebody
	Secrets int // of those, the ones that opened
	Found   int // payloads that lie there
	Opened  int // of those, the ones that could be read
}

// knowing learns from a house what a digger could know of it.
func knowing(t *testing.T, h *house, phrases ...string) *digger {
	t.Helper()
	d := &digger{cell: h.log.Cell(), phrases: phrases}
	facts := h.desk.trust()
	for _, m := range facts.Members {
		if s, err := vault.ParseSlot(m.Slot); err == nil {
			d.slots = append(d.slots, s)
		}
	}
	for _, e := range facts.Readable() {
		d.epochs = append(d.epochs, e.ID)
	}
	err := h.store.Each(0, func(_ uint32, b []byte) error {
		o, err := op.Parse(b)
		if err == nil && o.Payload != nil && !o.Header.EpochID().IsZero() {
			d.written = append(d.written, o)
		}
		return err
	})
	if err != nil || len(d.written) == 0 || len(d.slots) == 0 {
		t.Fatalf("there is nothing to look for: %d written, %d slots, %v", len(d.written), len(d.slots), err)
	}
	return d
}

// dig goes through a disk's bytes.
func (d *digger) dig(t *testing.T, image []byte) (out dug) {
	t.Helper()
	wraps := wrapsIn(image)
	out.Wraps = len(wraps)
	secrets := map[op.Epoch]op.Secret{}
	d.byWords(t, wraps, secrets, &out)
	d.byKeys(image, wraps, secrets, &out)
	out.Secrets = len(secrets)
	for _, o := range d.written {
		if !bytes.Contains(image, o.Payload) {
			continue
		}
		out.Found++
		if s, open := secrets[o.Header.EpochID()]; open {
			if _, err := op.Open(o.Header, s, o.Payload); err == nil {
				out.Opened++
			}
		}
	}
	return out
}

// byWords opens every slot with every passphrase, each in a vault of its own so
// that no wrong words make it wait, and every wrap with what comes out.
func (d *digger) byWords(t *testing.T, wraps []vault.Wrap, secrets map[op.Epoch]op.Secret, out *dug) {
	for _, s := range d.slots {
		for _, words := range d.phrases {
			v, err := vault.Open(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			v.Bind(d.cell)
			if _, err := v.Login(context.Background(), vault.Request{Slot: s, Passphrase: words}); err != nil {
				continue
			}
			out.Keys++
			for _, e := range d.epochs {
				for _, w := range wraps {
					v.AddWrap(vault.OpeningKey{}, e, w)
				}
				if s, open := v.Secret(e); open {
					secrets[e] = s
				}
			}
		}
	}
}

// byKeys takes whatever looks like 32 bytes that celld wrote for a key in the
// clear, or for a secret.
func (d *digger) byKeys(image []byte, wraps []vault.Wrap, secrets map[op.Epoch]op.Secret, out *dug) {
	for at := range occurrences(image, []byte{0x58, 0x20}) {
		if at+34 > len(image) {
			continue
		}
		key := [32]byte(image[at+2 : at+34])
		before := len(secrets)
		for _, e := range d.epochs {
			if op.EpochOf(d.cell, key) == e {
				secrets[e] = key
			}
			for _, w := range wraps {
				if _, open := secrets[e]; open {
					break
				}
				if s, err := vault.OpenSecret(key, d.cell, e, w); err == nil {
					secrets[e] = s
				}
			}
		}
		if len(secrets) > before {
			out.Keys++
		}
	}
}

// wrapsIn finds all that looks like a secret sealed to somebody: two bytes
// strings in a pair, of 8 and of 80 bytes.
func wrapsIn(image []byte) (wraps []vault.Wrap) {
	known := map[vault.Wrap]bool{}
	for at := range occurrences(image, []byte{0x58, 0x50}) {
		if at < 10 || image[at-9] != 0x48 || image[at-10] != 0x82 || at+82 > len(image) {
			continue
		}
		if w := vault.Wrap(image[at+2 : at+82]); !known[w] {
			known[w] = true
			wraps = append(wraps, w)
		}
	}
	return wraps
}

func occurrences(image, pattern []byte) func(func(int) bool) {
	return func(yield func(int) bool) {
		for from := 0; ; {
			i := bytes.Index(image[from:], pattern)
			if i < 0 || !yield(from+i) {
				return
			}
			from += i + 1
		}
	}
}

// digFile is dig for a file that holds the disk.
func (d *digger) digFile(t *testing.T, path string) dug {
	t.Helper()
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return d.dig(t, image)
}
