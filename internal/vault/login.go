package vault

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sort"

	"celld/internal/op"
)

// Signed is a statement with the identity key's signature on it.
type Signed struct {
	op.Statement
	Signature []byte
}

// Login tells what a login brought into memory, and what the log should learn
// of it.
type Login struct {
	Member   op.Member
	Identity ed25519.PublicKey
	Opening  OpeningKey
	Device   ed25519.PublicKey // signs for the member on this router

	// Grant introduces Device. Every login signs it, so that a grant lost
	// between a key's making and its append is made up for at the next one.
	Grant Signed
	// Revoke is there when Device takes the place of an older key of the same
	// member here. It is nil when the older key cannot be told any more.
	Revoke *Signed
}

// DeviceID returns the name of the device key.
func (l Login) DeviceID() op.Device { return op.DeviceOf(l.Device) }

// Request is what a login needs.
type Request struct {
	Slot       Slot
	Passphrase string // normalised
	// Writes reports whether a device may still write, by the public facts:
	// not revoked, not forked. Nil believes in every one.
	Writes func(op.Device) bool
}

// Login opens a member's slot, brings their opening key and their device key
// into memory, and begins a session (see SignOut). The device key is made at
// the first login here, and anew when the old one may not write again or lies
// under an older passphrase.
//
// It fails with ErrPassphrase, ErrBusy or Wait, or with ctx's error while it
// waits for its turn. It takes seconds on a router.
func (v *Vault) Login(ctx context.Context, r Request) (Login, error) {
	return v.login(ctx, r.Slot.Member, []Slot{r.Slot}, r)
}

// LoginAny is Login for a router that is locked, and so cannot tell from a
// name whose slot it is: it tries one after the other, first those of members
// who have a device key here. Wrong words count once, against no member in
// particular. A slot that cannot be read is passed over.
func (v *Vault) LoginAny(ctx context.Context, slots []Slot, r Request) (Login, error) {
	names, err := v.files.disk.ReadDir(v.files.dir)
	if err != nil {
		return Login{}, fmt.Errorf("vault: list keys: %w", err)
	}
	stranger := func(s Slot) int {
		if slices.Contains(names, deviceName(s.Member)) {
			return 0
		}
		return 1
	}
	slots = slices.DeleteFunc(slices.Clone(slots), func(s Slot) bool { return s.check() != nil })
	sort.SliceStable(slots, func(i, j int) bool { return stranger(slots[i]) < stranger(slots[j]) })
	return v.login(ctx, op.Member{}, slots, r)
}

func (v *Vault) login(ctx context.Context, who op.Member, slots []Slot, r Request) (Login, error) {
	var out Login
	err := v.unlock(ctx, who, slots, r.Passphrase, func(s Slot, k *keys, d derived) error {
		v.mu.Lock()
		defer v.mu.Unlock()
		r.Slot = s
		key, old, err := v.deviceKey(r, d)
		if err != nil {
			return err
		}
		out = v.admit(s.Member, k, key)
		if old != nil {
			end := v.state(k, op.Statement{Verb: op.VerbRevoke, Member: s.Member, Key: old})
			out.Revoke = &end
		}
		return nil
	})
	return out, err
}

// unlock opens the first slot that a passphrase fits, in its turn, lends its
// keys to use, and forgets them. Guesses at who are counted against where ctx says
// that they come from.
func (v *Vault) unlock(ctx context.Context, who op.Member, slots []Slot, passphrase string, use func(Slot, *keys, derived) error) error {
	for _, s := range slots {
		if err := s.check(); err != nil {
			return err
		}
	}
	cell, err := v.cellID()
	if err != nil {
		return err
	}
	guesser := guesserOf(ctx, who)
	if err := v.mayTry(guesser); err != nil {
		return err
	}
	return v.turns.do(ctx, func() error {
		// Again: guesses made at once wait for one another's outcome.
		if err := v.mayTry(guesser); err != nil {
			return err
		}
		s, k, d, err := v.find(ctx, cell, slots, passphrase)
		v.tried(guesser, err)
		if err != nil {
			return err
		}
		defer d.forget()
		defer k.forget()
		return use(s, k, d)
	})
}

// find returns the first slot that a passphrase opens. Whoever leaves half-way
// has guessed too: find then fails like a wrong passphrase does.
func (v *Vault) find(ctx context.Context, cell op.ID, slots []Slot, passphrase string) (Slot, *keys, derived, error) {
	for i, s := range slots {
		if i > 0 {
			v.turns.free() // many derivations, and never the memory of two
			if ctx.Err() != nil {
				return Slot{}, nil, derived{}, context.Cause(ctx)
			}
		}
		d := v.derive(passphrase, s.Salt, s.Params)
		k, err := s.open(cell, d)
		if err == nil {
			return s, k, d, nil
		}
		d.forget()
		if !errors.Is(err, ErrPassphrase) {
			return Slot{}, nil, derived{}, err
		}
	}
	return Slot{}, nil, derived{}, ErrPassphrase
}

func (v *Vault) derive(passphrase string, salt [saltSize]byte, p Params) derived {
	return derived{v.kdf(passphrase, salt[:], p), salt, p}
}

// deriveNew derives under a salt that was never used.
func (v *Vault) deriveNew(passphrase string) derived {
	var salt [saltSize]byte
	rand.Read(salt[:])
	return v.derive(passphrase, salt, params)
}

func (v *Vault) mayTry(g guesser) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.backoff.check(g)
}

func (v *Vault) tried(g guesser, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if err == nil {
		v.backoff.succeeded(g)
	} else {
		v.backoff.failed(g)
	}
}

// deviceKey opens the member's device key on this router, or makes one. It
// returns the public key of the one that it replaced, if that can be told.
func (v *Vault) deviceKey(r Request, d derived) (key ed25519.PrivateKey, replaced []byte, err error) {
	b, err := v.files.read(deviceName(r.Slot.Member))
	if err != nil {
		return nil, nil, err
	}
	// A damaged file costs a new key and no more.
	if old, err := parseDeviceFile(b); err == nil && old.Member == r.Slot.Member {
		key, err := old.open(v.cell, d)
		if err == nil && v.mayWrite(old, r.Writes) {
			return key, nil, nil
		}
		replaced = old.Public[:]
	}
	key = newSigningKey()
	return key, replaced, v.storeDevice(r.Slot.Member, key, d)
}

func (v *Vault) mayWrite(f deviceFile, writes func(op.Device) bool) bool {
	return !v.mark.retires(f.Generation, f.device()) && (writes == nil || writes(f.device()))
}

// storeDevice puts a member's new device key on flash. What they had here
// before signs no more.
func (v *Vault) storeDevice(m op.Member, key ed25519.PrivateKey, d derived) error {
	f := sealDevice(v.cell, m, v.mark.Generation, key, d)
	if err := v.store(deviceName(m), f); err != nil {
		return err
	}
	for id, held := range v.devices {
		if held.member == m {
			v.dropDevice(id)
		}
	}
	return nil
}

// admit brings a member's keys into memory and tells of it.
func (v *Vault) admit(m op.Member, k *keys, key ed25519.PrivateKey) Login {
	id, public := op.DeviceOf(key.Public().(ed25519.PublicKey)), openingOf(k.opening)
	if held, ok := v.devices[id]; ok {
		held.sessions++
	} else {
		v.devices[id] = &device{member: m, key: key, sessions: 1}
	}
	v.openings[public] = &opening{member: m, private: k.opening}
	v.holdRouterOpening()
	return Login{
		Member: m, Opening: public,
		Identity: k.identity.Public().(ed25519.PublicKey),
		Device:   key.Public().(ed25519.PublicKey),
		Grant:    v.state(k, v.grant(v.cell, m, key)),
	}
}

func (v *Vault) grant(cell op.ID, m op.Member, key ed25519.PrivateKey) op.Statement {
	public := key.Public().(ed25519.PublicKey)
	return op.Statement{Verb: op.VerbGrant, Cell: cell, Member: m, Key: public, Router: v.routerDevice()}
}

// state signs s for this cell with the identity key.
func (v *Vault) state(k *keys, s op.Statement) Signed {
	s.Cell = v.cell
	return k.sign(s)
}

func (k *keys) sign(s op.Statement) Signed {
	if s.Key == nil {
		s.Key = []byte{}
	}
	return Signed{s, ed25519.Sign(k.identity, s.Bytes())}
}

// Attest signs statements other than grants with a member's identity key:
// revoking a device, vetoing a re-binding. It fails like Login. The statements
// come back with the cell and the member filled in.
func (v *Vault) Attest(ctx context.Context, s Slot, passphrase string, statements ...op.Statement) ([]Signed, error) {
	for _, st := range statements {
		if st.Verb != op.VerbRevoke && st.Verb != op.VerbVeto {
			return nil, errors.New("vault: only a login grants")
		}
	}
	var out []Signed
	err := v.unlock(ctx, s.Member, []Slot{s}, passphrase, func(_ Slot, k *keys, _ derived) error {
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, st := range statements {
			st.Member = s.Member
			out = append(out, v.state(k, st))
		}
		return nil
	})
	return out, err
}

// Change seals a member's keys under a new passphrase, and their device key
// here with them. The new slot must reach the log: until it does, the old
// passphrase opens the old slot and a login makes a new device key. Copies of
// the old slot stay open to the old passphrase: a passphrase that leaked is
// cured by re-binding, not by this.
func (v *Vault) Change(ctx context.Context, s Slot, old, new string) (Slot, error) {
	if err := checkPassphrase(new); err != nil {
		return Slot{}, err
	}
	var out Slot
	err := v.unlock(ctx, s.Member, []Slot{s}, old, func(_ Slot, k *keys, d derived) error {
		v.turns.free() // two derivations, and never the memory of two
		fresh := v.deriveNew(new)
		defer fresh.forget()
		v.mu.Lock()
		defer v.mu.Unlock()
		if err := v.reseal(s.Member, d, fresh); err != nil {
			return err
		}
		out = sealSlot(v.cell, s.Member, k, fresh)
		return nil
	})
	return out, err
}

func (v *Vault) reseal(m op.Member, old, fresh derived) error {
	b, err := v.files.read(deviceName(m))
	if err != nil {
		return err
	}
	f, err := parseDeviceFile(b)
	if err != nil {
		return nil // none here, or damaged: the next login makes one
	}
	key, err := f.open(v.cell, old)
	if err != nil {
		return nil
	}
	defer clear(key)
	return v.store(deviceName(m), sealDevice(v.cell, m, f.Generation, key, fresh))
}
