package vault

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"celld/internal/op"
)

func TestDeviceKeyLastsFromLoginToLogin(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	slot, first := seat(t, v)
	v.Lock()
	second := login(t, v, slot)
	third := login(t, openVault(t, dir), slot)
	for _, l := range []Login{second, third} {
		if l.DeviceID() != first.DeviceID() || l.Opening != first.Opening || l.Revoke != nil {
			t.Errorf("login gave %+v, first was %+v", l, first)
		}
	}
	mustSign(t, v, second.Device)
}

func TestEveryRouterHasADeviceKeyOfItsOwn(t *testing.T) {
	here, there := openVault(t, t.TempDir()), openVault(t, t.TempDir())
	slot, a := seat(t, here)
	b := login(t, there, slot)
	if a.DeviceID() == b.DeviceID() {
		t.Fatal("two routers share a device key: their logs would fork")
	}
	if b.Grant.Router != there.Router() || a.Grant.Router != here.Router() {
		t.Error("a grant names another router")
	}
	mustNotSign(t, here, b.Device)
}

func TestEveryLoginSignsTheGrant(t *testing.T) {
	v := openVault(t, t.TempDir())
	slot, l := seat(t, v)
	for range 2 {
		g := l.Grant
		if err := g.Statement.Verify(l.Identity, g.Signature); err != nil {
			t.Fatal(err)
		}
		if g.Verb != op.VerbGrant || g.Cell != testCell || g.Member != slot.Member || string(g.Key) != string(l.Device) {
			t.Errorf("the grant says %+v", g.Statement)
		}
		l = login(t, v, slot)
	}
}

func TestFoundingBeginsBeforeTheCellHasAnID(t *testing.T) {
	v, err := Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	soften(v)
	member := NewMemberID()
	n, err := v.NewMember(context.Background(), member, fiveWords)
	if err != nil {
		t.Fatal(err)
	}
	g := n.Grant(op.ID{})
	if err := g.Statement.Verify(n.Identity(), g.Signature); err != nil || g.Cell != (op.ID{}) {
		t.Fatalf("the founder's grant %+v: %v", g.Statement, err)
	}
	founding, err := op.Sign(op.Header{Version: op.Version, Device: op.DeviceOf(n.Device()), Seq: 1, Level: op.LevelRouter}, nil, n.Signer())
	if err != nil {
		t.Fatal(err)
	}
	slot := n.Slot(founding.ID)
	l, err := n.Seat(founding.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := founding.Verify(l.Device); err != nil {
		t.Error(err)
	}
	if !allZero(n.keys.identity) || !allZero(n.derived.key) {
		t.Error("the identity key outlives the founding")
	}
	mustSign(t, v, l.Device)
	login(t, v, slot)

	late, err := v.NewMember(context.Background(), NewMemberID(), fiveWords)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := late.Seat(op.ID{9}); err == nil {
		t.Error("one router holds keys of two cells")
	}
}

func TestWhoWaitsToBeAdmittedLeavesASlot(t *testing.T) {
	v := openVault(t, t.TempDir())
	n, err := v.NewMember(context.Background(), NewMemberID(), fiveWords)
	if err != nil {
		t.Fatal(err)
	}
	slot := n.Slot(testCell)
	identity := n.Identity()
	n.Forget()
	if held := v.Held(); held != (Held{}) {
		t.Errorf("somebody who is not in yet holds %+v", held)
	}
	if l := login(t, v, slot); string(l.Identity) != string(identity) {
		t.Error("the slot opens another identity")
	}
}

func TestWrongPassphraseOpensNothing(t *testing.T) {
	v := openVault(t, t.TempDir())
	slot, _ := seat(t, v)
	v.Lock()
	_, err := v.Login(context.Background(), Request{Slot: slot, Passphrase: otherWords})
	if !errors.Is(err, ErrPassphrase) || v.Held() != (Held{}) {
		t.Errorf("a wrong passphrase: %v, %+v", err, v.Held())
	}
}

func TestLoginNeedsACell(t *testing.T) {
	v := openVault(t, t.TempDir())
	slot, _ := seat(t, v)
	v.bound = false
	_, err := v.Login(context.Background(), Request{Slot: slot, Passphrase: fiveWords})
	if !errors.Is(err, ErrNoCell) {
		t.Errorf("login without a cell: %v", err)
	}
	if _, err := v.Hold(Mint()); !errors.Is(err, ErrNoCell) {
		t.Errorf("an epoch without a cell: %v", err)
	}
}

func TestRevokedDeviceIsReplacedAtTheNextLogin(t *testing.T) {
	v := openVault(t, t.TempDir())
	slot, old := seat(t, v)
	l, err := v.Login(context.Background(), Request{
		Slot: slot, Passphrase: fiveWords,
		Writes: func(d op.Device) bool { return d != old.DeviceID() },
	})
	if err != nil {
		t.Fatal(err)
	}
	mustReplace(t, v, old, l)
}

// mustReplace checks that l came with a new device key in place of old's.
func mustReplace(t *testing.T, v *Vault, old, l Login) {
	t.Helper()
	if l.DeviceID() == old.DeviceID() {
		t.Fatal("the old device key goes on")
	}
	mustNotSign(t, v, old.Device)
	mustSign(t, v, l.Device)
	if l.Revoke == nil {
		t.Fatal("nothing tells the cell of the old key's end")
	}
	if err := l.Revoke.Statement.Verify(l.Identity, l.Revoke.Signature); err != nil {
		t.Fatal(err)
	}
	if l.Revoke.Verb != op.VerbRevoke || l.Revoke.Cell != testCell || string(l.Revoke.Key) != string(old.Device) {
		t.Errorf("the revocation says %+v", l.Revoke.Statement)
	}
}

func TestDamagedDeviceFileCostsANewKeyAndNoMore(t *testing.T) {
	dir := t.TempDir()
	v := openVault(t, dir)
	slot, old := seat(t, v)
	if err := os.WriteFile(filepath.Join(dir, "keys", deviceName(slot.Member)), []byte("torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := login(t, v, slot)
	if l.DeviceID() == old.DeviceID() || l.Revoke != nil {
		t.Errorf("login gave %+v", l)
	}
	mustNotSign(t, v, old.Device)
	mustSign(t, v, l.Device)
}

func TestChangedPassphraseKeepsTheKeys(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	v := openVault(t, dir)
	elsewhere := openVault(t, t.TempDir())
	slot, before := seat(t, v)
	there := login(t, elsewhere, slot)

	if _, err := v.Change(ctx, slot, otherWords, fiveWords); !errors.Is(err, ErrPassphrase) {
		t.Errorf("changed without the old passphrase: %v", err)
	}
	v = openVault(t, dir) // past the back-off
	changed, err := v.Change(ctx, slot, fiveWords, otherWords)
	if err != nil {
		t.Fatal(err)
	}
	if changed.Identity != slot.Identity || changed.Opening != slot.Opening || changed.Salt == slot.Salt {
		t.Errorf("the new slot %+v", changed)
	}
	if _, err := v.Login(ctx, Request{Slot: changed, Passphrase: fiveWords}); !errors.Is(err, ErrPassphrase) {
		t.Errorf("the old passphrase opens the new slot: %v", err)
	}
	v = openVault(t, dir)
	after, err := v.Login(ctx, Request{Slot: changed, Passphrase: otherWords})
	if err != nil || after.DeviceID() != before.DeviceID() {
		t.Errorf("after the change %+v, %v", after, err)
	}
	// A router that did not take part cannot open its device file any more.
	l, err := elsewhere.Login(ctx, Request{Slot: changed, Passphrase: otherWords})
	if err != nil {
		t.Fatal(err)
	}
	mustReplace(t, elsewhere, there, l)
}

func TestReboundMemberStartsWithNewKeys(t *testing.T) {
	v := openVault(t, t.TempDir())
	slot, old := seat(t, v)
	n, err := v.NewMember(context.Background(), slot.Member, otherWords)
	if err != nil {
		t.Fatal(err)
	}
	fresh := n.Slot(testCell)
	n.Forget()
	l, err := v.Login(context.Background(), Request{Slot: fresh, Passphrase: otherWords})
	if err != nil {
		t.Fatal(err)
	}
	if l.Member != old.Member || l.Opening == old.Opening || string(l.Identity) == string(old.Identity) {
		t.Errorf("re-bound as %+v", l)
	}
	mustReplace(t, v, old, l)
}

func TestAttestSignsWhatOnlyTheIdentityMaySay(t *testing.T) {
	ctx := context.Background()
	v := openVault(t, t.TempDir())
	slot, l := seat(t, v)
	signed, err := v.Attest(ctx, slot, fiveWords,
		op.Statement{Verb: op.VerbVeto}, op.Statement{Verb: op.VerbRevoke, Key: l.Device})
	if err != nil || len(signed) != 2 {
		t.Fatal(signed, err)
	}
	for _, s := range signed {
		if err := s.Statement.Verify(l.Identity, s.Signature); err != nil || s.Member != slot.Member || s.Cell != testCell {
			t.Errorf("%+v: %v", s.Statement, err)
		}
	}
	if _, err := v.Attest(ctx, slot, fiveWords, op.Statement{Verb: op.VerbGrant, Key: l.Device}); err == nil {
		t.Error("a grant was signed outside a login")
	}
	if _, err := v.Attest(ctx, slot, otherWords, op.Statement{Verb: op.VerbVeto}); !errors.Is(err, ErrPassphrase) {
		t.Errorf("signed without the passphrase: %v", err)
	}
}

func TestShortPassphraseGuardsNothing(t *testing.T) {
	ctx := context.Background()
	v := openVault(t, t.TempDir())
	slot, _ := seat(t, v)
	if _, err := v.NewMember(ctx, NewMemberID(), "one two three"); !errors.Is(err, ErrWeak) {
		t.Errorf("new member: %v", err)
	}
	if _, err := v.Change(ctx, slot, fiveWords, ""); !errors.Is(err, ErrWeak) {
		t.Errorf("change: %v", err)
	}
}
