package vault

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"celld/internal/op"
)

const (
	fiveWords  = "river candle seven orbit maple"
	otherWords = "velvet tunnel paper goose amber"
)

var testCell = op.ID{1, 2, 3}

// cheap stands in for argon2id where the test is about something else.
func cheap(passphrase string, salt []byte, p Params) []byte {
	sum := sha256.Sum256(append([]byte(passphrase), salt...))
	return sum[:]
}

// openVault opens dir as the daemon would, with a cheap derivation.
func openVault(t testing.TB, dir string) *Vault {
	t.Helper()
	return openVaultOn(t, realDisk{}, dir)
}

func openVaultOn(t testing.TB, d disk, dir string) *Vault {
	t.Helper()
	v, err := openOn(d, dir)
	if err != nil {
		t.Fatal(err)
	}
	soften(v)
	v.Bind(testCell)
	return v
}

func soften(v *Vault) { v.kdf, v.turns.free = cheap, func() {} }

// seat makes a member of testCell with fiveWords.
func seat(t testing.TB, v *Vault) (Slot, Login) {
	t.Helper()
	n, err := v.NewMember(context.Background(), NewMemberID(), fiveWords)
	if err != nil {
		t.Fatal(err)
	}
	slot := n.Slot(testCell)
	login, err := n.Seat(testCell)
	if err != nil {
		t.Fatal(err)
	}
	return slot, login
}

func login(t testing.TB, v *Vault, s Slot) Login {
	t.Helper()
	l, err := v.Login(context.Background(), Request{Slot: s, Passphrase: fiveWords})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func mustSign(t testing.TB, v *Vault, key ed25519.PublicKey) {
	t.Helper()
	sig, err := v.Signer(op.DeviceOf(key)).Sign([]byte("hello"))
	if err != nil || !ed25519.Verify(key, []byte("hello"), sig) {
		t.Fatalf("signature of %v: %v", op.DeviceOf(key), err)
	}
}

func mustNotSign(t testing.TB, v *Vault, key ed25519.PublicKey) {
	t.Helper()
	if _, err := v.Sign(op.DeviceOf(key), []byte("hello")); !errors.Is(err, ErrLocked) {
		t.Fatalf("signing with %v: %v, want ErrLocked", op.DeviceOf(key), err)
	}
}

func TestRouterKeepsItsKeysOverRestartAndLock(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	key, opening := v.RouterKey(), v.RouterOpening()
	v.Lock()
	mustSign(t, v, key)
	again := openVault(t, dir)
	mustSign(t, again, key)
	if again.RouterOpening() != opening || again.Router() != op.DeviceOf(key) {
		t.Error("the router woke up as another one")
	}
}

func TestDamagedRouterKeysAreAnErrorNotAnotherRouter(t *testing.T) {
	dir := t.TempDir()
	openVault(t, dir)
	path := filepath.Join(dir, "keys", routerName)
	for _, damage := range [][]byte{{}, {0x80}, []byte("not a key")} {
		if err := os.WriteFile(path, damage, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("a router file of %q: %v", damage, err)
		}
	}
}

func TestKeysAreForTheirOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	seat(t, v)
	info, err := os.Stat(filepath.Join(dir, "keys"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("keys has mode %v, %v", info.Mode(), err)
	}
	entries, _ := os.ReadDir(filepath.Join(dir, "keys"))
	if len(entries) != 2 {
		t.Errorf("%d key files, want the router's and the member's", len(entries))
	}
	for _, e := range entries {
		if info, _ := e.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
}

func TestLockLeavesNothingInMemoryButTheRoutersDevice(t *testing.T) {
	v := openVault(t, t.TempDir())
	slot, l := seat(t, v)
	epoch, err := v.Hold(Mint())
	if err != nil {
		t.Fatal(err)
	}
	wrap, err := v.WrapFor(l.Opening, epoch)
	if err != nil {
		t.Fatal(err)
	}
	device, opening, secret := v.devices[l.DeviceID()], v.openings[l.Opening], v.epochs[epoch]

	if n := v.Lock(); n != 4 { // the device, two opening keys, the epoch
		t.Errorf("locked %d keys, want 4", n)
	}
	if !allZero(device.key) || !allZero(opening.private[:]) || !allZero(secret[:]) {
		t.Error("a locked key is still in memory")
	}
	if held := v.Held(); held != (Held{}) || held.Awake() {
		t.Errorf("after the lock %+v", held)
	}
	mustNotSign(t, v, l.Device)
	if _, ok := v.Secret(epoch); ok || v.AddWrap(l.Opening, epoch, wrap) || v.AddWrap(OpeningKey{}, epoch, wrap) {
		t.Error("an epoch opens while the router is locked")
	}
	if v.Lock() != 0 {
		t.Error("a second lock found more")
	}

	login(t, v, slot)
	if !v.AddWrap(l.Opening, epoch, wrap) || !v.Held().Awake() {
		t.Error("a login does not wake the router")
	}
}

func allZero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return len(b) > 0
}

func TestLastSignOutTakesTheDeviceKeyAndLeavesTheReading(t *testing.T) {
	v := openVault(t, t.TempDir())
	slot, l := seat(t, v)
	login(t, v, slot) // a second browser
	v.SignOut(l.DeviceID())
	mustSign(t, v, l.Device)
	v.SignOut(l.DeviceID())
	mustNotSign(t, v, l.Device)
	v.SignOut(l.DeviceID()) // once too often is nothing
	if held := v.Held(); held != (Held{Members: 1}) {
		t.Errorf("after the last sign-out %+v, want the opening key alone", held)
	}
}

func TestForgetDropsOneMemberOnly(t *testing.T) {
	v := openVault(t, t.TempDir())
	_, ana := seat(t, v)
	_, bo := seat(t, v)
	v.Forget(ana.Member)
	mustNotSign(t, v, ana.Device)
	mustSign(t, v, bo.Device)
	if held := v.Held(); held != (Held{Members: 1, Devices: 1}) {
		t.Errorf("after one was forgotten %+v", held)
	}
	v.Forget(op.Member{}) // nobody: the router's own opening key stays
	if _, ok := v.openings[v.RouterOpening()]; !ok {
		t.Error("the router's opening key went with nobody")
	}
}
