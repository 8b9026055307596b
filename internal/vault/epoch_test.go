package vault

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"celld/internal/op"
)

const vouchVector = "ee32c910e513b8d00a3e2f890a071c4b50eabfd0e4d26fe01306dc34e0a75959"

// sealUnder seals any secret under any info, as no honest author does.
func sealUnder(t *testing.T, to OpeningKey, info []byte, s op.Secret) Wrap {
	t.Helper()
	public, err := ecdh.X25519().NewPublicKey(to[:])
	if err != nil {
		t.Fatal(err)
	}
	key, err := hpke.NewDHKEMPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	b, err := hpke.Seal(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info, s[:])
	if err != nil {
		t.Fatal(err)
	}
	return Wrap(b)
}

func keyPair() (OpeningKey, [32]byte) {
	k := newKeys()
	return openingOf(k.opening), k.opening
}

func TestEpochOpensForItsRecipientOnly(t *testing.T) {
	to, private := keyPair()
	_, other := keyPair()
	s := Mint()
	e := op.EpochOf(testCell, s)
	w, err := SealSecret(to, testCell, s)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenSecret(private, testCell, e, w); err != nil || got != s {
		t.Errorf("the recipient got %x, %v", got, err)
	}
	if _, err := OpenSecret(other, testCell, e, w); err == nil {
		t.Error("another key opened it")
	}
	if _, err := OpenSecret(private, op.ID{9}, e, w); err == nil {
		t.Error("it opened in another cell")
	}
	if _, err := OpenSecret(private, testCell, op.Epoch{9}, w); err == nil {
		t.Error("it opened as another epoch")
	}
	for i := range len(w) * 8 {
		flipped := w
		flipped[i/8] ^= 1 << (i % 8)
		// RFC 7748 masks the top bit of a public key, but DHKEM's context
		// holds its bytes: even that bit counts.
		if _, err := OpenSecret(private, testCell, e, flipped); err == nil {
			t.Fatalf("bit %d may be flipped", i)
		}
	}
}

func TestWrapThatHoldsAnotherSecretIsRefused(t *testing.T) {
	// A hostile author seals a secret under the name of another epoch.
	v := openVault(t, t.TempDir())
	_, l := seat(t, v)
	claimed := op.EpochOf(testCell, Mint())
	w := sealUnder(t, l.Opening, wrapInfo(testCell, claimed), Mint())
	if v.AddWrap(l.Opening, claimed, w) || v.AddWrap(OpeningKey{}, claimed, w) {
		t.Error("the epoch opened with a secret that is not its own")
	}
}

func TestOpeningKeysOfLowOrderAreRefused(t *testing.T) {
	for _, low := range []OpeningKey{{}, {1}} {
		if _, err := SealSecret(low, testCell, Mint()); err == nil {
			t.Errorf("a secret was sealed to %x, for all to read", low)
		}
	}
}

// TestWrapVector holds the suite and the labels still.
func TestWrapVector(t *testing.T) {
	cell, _, k, _ := fixed()
	b, err := os.ReadFile("testdata/wrap.hex")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(raw) != len(Wrap{}) {
		t.Fatal(len(raw), err)
	}
	want := op.Secret(sha256.Sum256([]byte("an epoch")))
	got, err := OpenSecret(k.opening, cell, op.EpochOf(cell, want), Wrap(raw))
	if err != nil || got != want {
		t.Errorf("the vector opens to %x, %v", got, err)
	}
	mac := Vouch(cell, want, op.Epoch{1})
	if hex.EncodeToString(mac[:]) != vouchVector {
		t.Errorf("the voucher is now %x", mac)
	}
}

func TestVouchIsForOneEpochInOneCell(t *testing.T) {
	prev, next := Mint(), op.Epoch{5}
	mac := Vouch(testCell, prev, next)
	if !Vouched(testCell, prev, next, mac[:]) {
		t.Error("its own voucher is not taken")
	}
	for name, ok := range map[string]bool{
		"another cell":   Vouched(op.ID{9}, prev, next, mac[:]),
		"another secret": Vouched(testCell, Mint(), next, mac[:]),
		"another epoch":  Vouched(testCell, prev, op.Epoch{6}, mac[:]),
		"a cut one":      Vouched(testCell, prev, next, mac[:31]),
		"none":           Vouched(testCell, prev, next, nil),
	} {
		if ok {
			t.Errorf("vouched for by %s", name)
		}
	}
}

func TestEpochsStayOpenAfterTheirMemberIsForgotten(t *testing.T) {
	v := openVault(t, t.TempDir())
	_, l := seat(t, v)
	s := Mint()
	w, err := SealSecret(l.Opening, testCell, s)
	if err != nil {
		t.Fatal(err)
	}
	e := op.EpochOf(testCell, s)
	if !v.AddWrap(OpeningKey{}, e, w) {
		t.Fatal("the wrap did not open with any key in memory")
	}
	v.Forget(l.Member)
	if got, ok := v.Secret(e); !ok || got != s {
		t.Error("the epoch closed")
	}
	if !v.AddWrap(OpeningKey{}, e, Wrap{}) {
		t.Error("what is open is open")
	}
}

func TestRouterReadsByItselfOnlyWhatIsSealedToIt(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	slot, l := seat(t, v)
	mine, err := v.Hold(Mint())
	if err != nil {
		t.Fatal(err)
	}
	toMember, err := v.WrapFor(l.Opening, mine)
	if err != nil {
		t.Fatal(err)
	}
	toRouter, err := v.WrapFor(v.RouterOpening(), mine)
	if err != nil {
		t.Fatal(err)
	}

	after := openVault(t, dir) // a power cut
	if after.Held().Awake() || after.AddWrap(OpeningKey{}, mine, toMember) {
		t.Error("sealed mode: the router read without anybody")
	}
	if !after.AddWrap(after.RouterOpening(), mine, toRouter) || !after.Held().Awake() {
		t.Error("unattended mode: the router cannot read what is sealed to it")
	}
	after.Lock()
	if after.AddWrap(after.RouterOpening(), mine, toRouter) {
		t.Error("a locked router reads what is sealed to it")
	}
	login(t, after, slot)
	if !after.AddWrap(after.RouterOpening(), mine, toRouter) {
		t.Error("a login does not bring back the router's own reading")
	}
	if _, err := openVault(t, dir).WrapFor(l.Opening, mine); err == nil {
		t.Error("a closed epoch was sealed to somebody")
	}
}
