package vault

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"celld/internal/op"
)

const labelDevice = "celld device file v1\x00"

const (
	fileVersion  = 1
	devicePrefix = "device-"
	sealedSeed   = ed25519.SeedSize + chacha20poly1305.Overhead
)

// deviceFile is a member's device key on this router, as it lies on flash:
// sealed under the same passphrase as the member's slot.
type deviceFile struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	Generation uint64
	Member     op.Member
	Public     [keySize]byte
	Salt       [saltSize]byte
	Sealed     []byte
}

func (f deviceFile) bound(cell op.ID) []byte {
	f.Sealed = []byte{}
	return append(append([]byte(labelDevice), cell[:]...), op.MustMarshal(f)...)
}

func (f deviceFile) device() op.Device { return op.DeviceOf(f.Public[:]) }

func deviceName(m op.Member) string { return devicePrefix + m.String() }

func parseDeviceFile(b []byte) (deviceFile, error) {
	var f deviceFile
	if err := op.Unmarshal(b, &f); err != nil {
		return f, fmt.Errorf("vault: device file: %w", err)
	}
	if f.Version != fileVersion || len(f.Sealed) != sealedSeed {
		return f, fmt.Errorf("vault: device file: version %d with %d sealed bytes", f.Version, len(f.Sealed))
	}
	return f, nil
}

func sealDevice(cell op.ID, m op.Member, generation uint64, key ed25519.PrivateKey, d derived) deviceFile {
	f := deviceFile{Version: fileVersion, Generation: generation, Member: m, Public: publicOf(key)}
	rand.Read(f.Salt[:])
	seed := key.Seed()
	defer clear(seed)
	f.Sealed = seal(subkey(d.key, f.Salt[:], labelDevice), seed, f.bound(cell))
	return f
}

var errDevice = errors.New("vault: the device file does not open")

func (f deviceFile) open(cell op.ID, d derived) (ed25519.PrivateKey, error) {
	seed, err := open(subkey(d.key, f.Salt[:], labelDevice), f.Sealed, f.bound(cell))
	if err != nil {
		return nil, errDevice
	}
	defer clear(seed)
	key := ed25519.NewKeyFromSeed(seed)
	if publicOf(key) != f.Public {
		return nil, errDevice
	}
	return key, nil
}

// routerFile holds the router's own keys, in plain.
type routerFile struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	Generation uint64
	Seed       [ed25519.SeedSize]byte
	Opening    [keySize]byte
}

const routerName = "router"

func parseRouterFile(b []byte) (routerFile, error) {
	var f routerFile
	if err := op.Unmarshal(b, &f); err != nil {
		return f, fmt.Errorf("the router's keys are damaged: %w", err)
	}
	if f.Version != fileVersion {
		return f, fmt.Errorf("the router's keys are of version %d, this program reads %d", f.Version, fileVersion)
	}
	return f, nil
}
