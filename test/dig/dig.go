// Package dig is somebody who has the bare bytes of a disk, every member's sealed
// keys, every member's words and every header that was ever written: all that
// neighbours, phones and paper could give away. It looks for keys and ciphertext
// wherever they lie, whatever file they belonged to, and opens what it can.
package dig

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/vault"
)

// Digger is what is known before the digging.
type Digger struct {
	Cell    op.ID
	Slots   []vault.Slot
	Phrases []string
	Epochs  []op.Epoch
	Wraps   map[vault.Wrap]bool
	Written []op.Operation // with their payloads, to know one when it is found
}

// Dug is what was found.
type Dug struct {
	Keys    int // members' keys that words open, and routers' that lay in the clear
	Wraps   int // secrets sealed to somebody, as the log held them
	Secrets int // of those, the ones that opened
	Found   int // payloads that lie there
	Opened  int // of those, the ones that could be read
}

func (d Dug) String() string {
	return fmt.Sprintf("keys %d, wraps %d, secrets %d, payloads %d, opened %d", d.Keys, d.Wraps, d.Secrets, d.Found, d.Opened)
}

// Nothing reports whether nothing is left that anything could be read from.
func (d Dug) Nothing() bool { return d.Wraps+d.Secrets+d.Found+d.Opened == 0 }

// Store is where what was written is read from: a copy, or a neighbour's.
type Store interface {
	Each(from uint32, f func(pos uint32, operation []byte) error) error
}

// Knowing learns all that a store tells.
func Knowing(s Store, phrases ...string) (*Digger, error) {
	d := &Digger{Phrases: phrases, Wraps: map[vault.Wrap]bool{}}
	err := s.Each(0, func(pos uint32, b []byte) error {
		o, err := op.Parse(append([]byte(nil), b...))
		if err != nil {
			return err
		}
		if pos == 0 {
			d.Cell = o.ID
		}
		switch {
		case o.Payload == nil:
		case o.Header.EpochID().IsZero():
			d.learn(o.Payload)
			for _, w := range wrapsIn(o.Payload) {
				d.Wraps[w] = true
			}
		default:
			d.Written = append(d.Written, o)
		}
		return nil
	})
	return d, err
}

// learn takes slots, also those whose words were changed since, and epochs.
func (d *Digger) learn(public []byte) {
	body, err := op.ParseBody(public)
	if err != nil {
		return
	}
	var s trust.Slot
	var e trust.Epoch
	switch body.Kind {
	case trust.KindSlot:
		if op.Unmarshal(body.Content, &s) == nil {
			if slot, err := vault.ParseSlot(s.Slot); err == nil {
				d.Slots = append(d.Slots, slot)
			}
		}
	case trust.KindEpoch:
		if op.Unmarshal(body.Content, &e) == nil {
			d.Epochs = append(d.Epochs, e.Epoch)
		}
	}
}

// Dig goes through a disk's bytes.
func (d *Digger) Dig(image []byte) (out Dug, err error) {
	wraps := wrapsIn(image)
	for _, w := range wraps {
		if d.Wraps[w] {
			out.Wraps++
		}
	}
	secrets := map[op.Epoch]op.Secret{}
	if err := d.byWords(wraps, secrets, &out); err != nil {
		return out, err
	}
	d.byKeys(image, wraps, secrets, &out)
	out.Secrets = len(secrets)
	for _, o := range d.Written {
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
	return out, nil
}

// byWords opens every slot with every passphrase, each in a vault of its own so
// that no wrong words make it wait, and every wrap with what comes out.
func (d *Digger) byWords(wraps []vault.Wrap, secrets map[op.Epoch]op.Secret, out *Dug) error {
	for _, s := range d.Slots {
		for _, words := range d.Phrases {
			if err := d.try(s, words, wraps, secrets, out); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Digger) try(s vault.Slot, words string, wraps []vault.Wrap, secrets map[op.Epoch]op.Secret, out *Dug) error {
	dir, err := os.MkdirTemp("", "dig-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	v, err := vault.Open(dir)
	if err != nil {
		return err
	}
	v.Bind(d.Cell)
	if _, err := v.Login(context.Background(), vault.Request{Slot: s, Passphrase: words}); err != nil {
		return nil // these are not the words
	}
	out.Keys++
	for _, e := range d.Epochs {
		for _, w := range wraps {
			v.AddWrap(vault.OpeningKey{}, e, w)
		}
		if s, open := v.Secret(e); open {
			secrets[e] = s
		}
	}
	return nil
}

// byKeys takes whatever looks like 32 bytes that celld wrote for a key in the
// clear, or for a secret.
func (d *Digger) byKeys(image []byte, wraps []vault.Wrap, secrets map[op.Epoch]op.Secret, out *Dug) {
	for at := range occurrences(image, []byte{0x58, 0x20}) {
		if at+34 > len(image) {
			continue
		}
		key := [32]byte(image[at+2 : at+34])
		before := len(secrets)
		for _, e := range d.Epochs {
			if op.EpochOf(d.Cell, key) == e {
				secrets[e] = key
			}
			for _, w := range wraps {
				if _, open := secrets[e]; open {
					break
				}
				if s, err := vault.OpenSecret(key, d.Cell, e, w); err == nil {
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
// strings in a pair, of 8 and of 80 bytes. Four bytes tell them: chance, of which a
// wiped disk is full, looks so once in a hundred disks of 32 MB.
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
