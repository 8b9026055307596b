package vault

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"

	"celld/internal/op"
)

var (
	// ErrLocked is returned when what would be needed is not in memory.
	ErrLocked = errors.New("vault: locked")
	// ErrNoCell is returned before Bind: slots and epochs belong to a cell.
	ErrNoCell = errors.New("vault: no cell yet")
	// ErrDestroyed is returned for good after Destroy.
	ErrDestroyed = errors.New("vault: destroyed")
)

// Vault holds the keys of one router. The zero value is not usable; see Open.
type Vault struct {
	files keyFiles
	turns *turns
	kdf   deriver

	// mu guards all below. It is held over writes to flash, never over a
	// derivation.
	mu       sync.Mutex
	cell     op.ID
	bound    bool
	wiping   bool // a wipe was begun and its marker is still there
	gone     bool // Destroy was called
	mark     mark
	router   routerFile
	device   ed25519.PrivateKey // the router's own
	backoff  backoff
	openings map[OpeningKey]*opening
	devices  map[op.Device]*device
	epochs   map[op.Epoch]*op.Secret
	letters  map[attempt]*opened
}

// opening is an opening key in memory.
type opening struct {
	member  op.Member // zero: the router's own
	private [keySize]byte
}

// device is a member's device key in memory.
type device struct {
	member   op.Member
	key      ed25519.PrivateKey
	sessions int
}

// Open reads dir/keys, making it and the router's own keys at the first start.
// It finishes a wipe that was cut short before it does anything else, and
// fails with *Remains when it cannot.
func Open(dir string) (*Vault, error) { return openOn(realDisk{}, dir) }

func openOn(d disk, dir string) (*Vault, error) {
	v := &Vault{
		files: keyFiles{d, filepath.Join(dir, "keys")}, turns: newTurns(), kdf: derive,
		backoff: backoff{}, openings: map[OpeningKey]*opening{},
		devices: map[op.Device]*device{}, epochs: map[op.Epoch]*op.Secret{},
	}
	if err := d.MkdirAll(v.files.dir); err != nil {
		return nil, fmt.Errorf("vault: %w", err)
	}
	if err := errors.Join(v.resumeWipe(), v.files.sweep()); err != nil {
		return nil, err
	}
	if err := v.loadMark(); err != nil {
		return nil, err
	}
	if err := v.loadRouter(); err != nil {
		return nil, err
	}
	v.holdRouterOpening()
	return v, nil
}

// loadRouter reads the router's own keys, and makes new ones when there are
// none or when the old ones may not write again. Damaged keys are an error: a
// router does not become another one by itself.
func (v *Vault) loadRouter() error {
	b, err := v.files.read(routerName)
	if err != nil {
		return err
	}
	if b == nil {
		return v.newRouter()
	}
	f, err := parseRouterFile(b)
	if err != nil {
		return fmt.Errorf("%s: %w", v.files.path(routerName), err)
	}
	v.useRouter(f)
	if v.mark.retires(f.Generation, v.routerDevice()) {
		return v.newRouter()
	}
	return nil
}

// newRouter makes and stores a device key for the router. It keeps the opening
// key if there is one: what may not write again may go on reading.
func (v *Vault) newRouter() error {
	f := v.router
	if f.Version == 0 {
		rand.Read(f.Opening[:])
	}
	f.Version, f.Generation = fileVersion, v.mark.Generation
	rand.Read(f.Seed[:])
	if v.gone {
		return ErrDestroyed
	}
	if err := v.files.rewrite(routerName, op.MustMarshal(f)); err != nil {
		return err
	}
	v.useRouter(f)
	return nil
}

// store writes a key file, and nothing any more after Destroy.
func (v *Vault) store(name string, content any) error {
	if v.gone {
		return ErrDestroyed
	}
	return v.files.write(name, op.MustMarshal(content))
}

func (v *Vault) useRouter(f routerFile) {
	v.router, v.device = f, ed25519.NewKeyFromSeed(f.Seed[:])
}

func (v *Vault) routerDevice() op.Device {
	return op.DeviceOf(v.device.Public().(ed25519.PublicKey))
}

// holdRouterOpening counts the router's opening key among those in memory. It
// opens something only in unattended mode, when epochs are sealed to it.
func (v *Vault) holdRouterOpening() {
	v.openings[openingOf(v.router.Opening)] = &opening{private: v.router.Opening}
}

// Bind tells which cell the keys belong to. The log's owner calls it at start;
// at the founding, Seat does.
func (v *Vault) Bind(cell op.ID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cell, v.bound = cell, true
}

// cellID returns what Bind was told.
func (v *Vault) cellID() (op.ID, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.gone {
		return op.ID{}, ErrDestroyed
	}
	if !v.bound {
		return op.ID{}, ErrNoCell
	}
	return v.cell, nil
}

// Router returns the name of the router's own device key.
func (v *Vault) Router() op.Device {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.routerDevice()
}

// RouterKey returns the router's own device key, to be enrolled by a member.
func (v *Vault) RouterKey() ed25519.PublicKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.device.Public().(ed25519.PublicKey)
}

// RouterOpening returns what epochs are sealed to in unattended mode.
func (v *Vault) RouterOpening() OpeningKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	return openingOf(v.router.Opening)
}

// RouterSigner signs handshakes as this router.
func (v *Vault) RouterSigner() crypto.Signer {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.device)
}

// Sign signs for a device: the router's own, or that of a member who is logged
// in here. It returns ErrLocked for every other one.
func (v *Vault) Sign(d op.Device, message []byte) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if held, ok := v.devices[d]; ok {
		return ed25519.Sign(held.key, message), nil
	}
	if d == v.routerDevice() && !v.gone && !v.mark.retires(v.router.Generation, d) {
		return ed25519.Sign(v.device, message), nil
	}
	return nil, ErrLocked
}

// Signer returns a signer for d. It asks the vault each time, so that it stops
// signing when the vault is locked.
func (v *Vault) Signer(d op.Device) op.Signer { return signer{v, d} }

type signer struct {
	vault  *Vault
	device op.Device
}

func (s signer) Sign(message []byte) ([]byte, error) { return s.vault.Sign(s.device, message) }

// SignOut ends one of a member's sessions. With the last one their device key
// leaves memory; their opening key stays until Lock, so that the router goes
// on reading for the others.
func (v *Vault) SignOut(d op.Device) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if held, ok := v.devices[d]; ok {
		if held.sessions--; held.sessions <= 0 {
			v.dropDevice(d)
		}
	}
}

// Forget drops all that a member brought into memory: they were removed, or
// signed out everywhere. Epochs that are open stay open.
func (v *Vault) Forget(m op.Member) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for d, held := range v.devices {
		if held.member == m {
			v.dropDevice(d)
		}
	}
	for key, held := range v.openings {
		if held.member == m && !m.IsZero() {
			v.dropOpening(key)
		}
	}
	v.forgetLetters()
}

// Lock overwrites and drops every key in memory but the router's own device
// key, and returns how many there were. The next login wakes the router again.
func (v *Vault) Lock() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.lock()
}

func (v *Vault) lock() int {
	n := len(v.devices) + len(v.openings) + len(v.epochs)
	for d := range v.devices {
		v.dropDevice(d)
	}
	for key := range v.openings {
		v.dropOpening(key)
	}
	v.forgetLetters()
	for e, secret := range v.epochs {
		clear(secret[:])
		delete(v.epochs, e)
	}
	return n
}

func (v *Vault) dropDevice(d op.Device) {
	clear(v.devices[d].key)
	delete(v.devices, d)
}

func (v *Vault) dropOpening(key OpeningKey) {
	clear(v.openings[key].private[:])
	delete(v.openings, key)
}

// Held counts the keys in memory, for the status page.
type Held struct{ Members, Devices, Epochs int }

// Awake reports whether the cell's pages can be read here.
func (h Held) Awake() bool { return h.Members+h.Epochs > 0 }

// Held tells what is in memory now. The router's own keys do not count.
func (v *Vault) Held() Held {
	v.mu.Lock()
	defer v.mu.Unlock()
	h := Held{Devices: len(v.devices), Epochs: len(v.epochs)}
	members := map[op.Member]bool{}
	for _, o := range v.openings {
		if !o.member.IsZero() {
			members[o.member] = true
		}
	}
	h.Members = len(members)
	return h
}
