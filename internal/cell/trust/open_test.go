package trust_test

import (
	"crypto/ed25519"
	"testing"

	"celld/internal/cell/trust"
	"celld/internal/op"
)

// seen is the state at an operation's frontier.
type seen map[string]any

func (s seen) At(key string) any { return s[key] }

func key(n byte) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = n
	return ed25519.NewKeyFromSeed(seed)
}

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// table is a cell of one member, Moss, on one router.
type table struct {
	trust    *trust.Trust
	moss     op.Member
	identity ed25519.PrivateKey
}

func laid(t *testing.T) table {
	t.Helper()
	moss, identity, device, router := op.Member{1}, key(1), key(2), key(3)
	grant := op.Statement{Verb: op.VerbGrant, Member: moss, Key: public(device), Router: op.DeviceOf(public(router))}
	o := op.Opened{
		ID: op.ID{9}, Kind: trust.KindFound, Place: op.Place{Rank: 1, Ref: op.Ref{Device: op.DeviceOf(public(device)), Seq: 1}},
		Content: op.MustMarshal(trust.Found{
			Member: moss, Identity: public(identity), Opening: make([]byte, 32), Key: public(device),
			Grant: ed25519.Sign(identity, grant.Bytes()), Router: public(router), RouterOpening: make([]byte, 32),
		}),
	}
	if err := trust.Judge(o, seen{}); err != nil {
		t.Fatal(err)
	}
	return table{trust.Apply(trust.Key, nil, o).(*trust.Trust), moss, identity}
}

// open is Moss's first word on a router, from a new device there.
func (x table) open(device, router ed25519.PrivateKey, change func(*trust.Open)) op.Opened {
	n := trust.Open{Key: public(device), Member: x.moss, Router: op.DeviceOf(public(router))}
	grant := op.Statement{Verb: op.VerbGrant, Cell: x.trust.Cell, Member: x.moss, Key: n.Key, Router: n.Router}
	n.Grant = ed25519.Sign(x.identity, grant.Bytes())
	n.RouterKey, n.RouterOpening = public(router), make([]byte, 32)
	if change != nil {
		change(&n)
	}
	return op.Opened{
		Kind: trust.KindOpen, Member: n.Member, Router: n.Router, Content: op.MustMarshal(n),
		Place: op.Place{Rank: 2, Ref: op.Ref{Device: op.DeviceOf(n.Key), Seq: 1}},
	}
}

func (x table) judge(o op.Opened) error { return trust.Judge(o, seen{trust.Key: x.trust}) }

func TestAMemberTakesInTheRouterOnWhichTheySignIn(t *testing.T) {
	x := laid(t)
	device, restored := key(4), key(5)
	o := x.open(device, restored, nil)
	if err := x.judge(o); err != nil {
		t.Fatal(err)
	}
	after := trust.Apply(trust.Key, x.trust, o).(*trust.Trust)
	name := op.DeviceOf(public(restored))
	if r, ok := after.Router(name); !ok || r.Status != trust.Active {
		t.Error("the router is not enrolled")
	}
	if !after.May(op.DeviceOf(public(device))) {
		t.Error("the member's new device may not write")
	}
	if _, ok := x.trust.Router(name); ok {
		t.Error("the value before was changed")
	}
	if again := trust.Apply(trust.Key, after, x.open(key(6), restored, nil)).(*trust.Trust); len(again.Routers) != 2 {
		t.Errorf("taken in twice, there are %d routers", len(again.Routers))
	}
}

func TestOnlyAGrantForThatVeryRouterTakesItIn(t *testing.T) {
	x := laid(t)
	for name, c := range map[string]struct {
		change func(*trust.Open)
		code   string
	}{
		"no keys named":        {func(n *trust.Open) { n.RouterKey, n.RouterOpening = nil, nil }, "trust.router-unknown"},
		"no opening key named": {func(n *trust.Open) { n.RouterOpening = nil }, "trust.key"},
		"no router key named":  {func(n *trust.Open) { n.RouterKey = nil }, "trust.key"},
		"another router's key": {func(n *trust.Open) { n.RouterKey = public(key(7)) }, "trust.key"},
		"a grant for another router": {func(n *trust.Open) {
			n.RouterKey = public(key(7))
			n.Router = op.DeviceOf(n.RouterKey)
		}, "trust.signature"},
		"a router for itself": {func(n *trust.Open) { n.Member = op.Member{} }, "trust.key"},
		"a stranger":          {func(n *trust.Open) { n.Member = op.Member{8} }, "trust.not-a-member"},
	} {
		if got := x.judge(x.open(key(4), key(5), c.change)); got == nil || got.(op.Refusal).Code != c.code {
			t.Errorf("%s: %v, want %s", name, got, c.code)
		}
	}
}

// TestARouterThatSpeaksForItselfNamesNoGrant, as docs/protocol.md has it: another program
// that reads so refuses it, and would come to another state.
func TestARouterThatSpeaksForItselfNamesNoGrant(t *testing.T) {
	x := laid(t)
	itself := func(grant []byte) op.Opened {
		return x.open(key(3), key(3), func(n *trust.Open) {
			n.Member, n.Grant, n.RouterKey, n.RouterOpening = op.Member{}, grant, nil, nil
		})
	}
	if err := x.judge(itself([]byte{})); err != nil {
		t.Error(err)
	}
	for _, grant := range [][]byte{{1}, make([]byte, 64)} {
		if got := x.judge(itself(grant)); got == nil || got.(op.Refusal).Code != "trust.signature" {
			t.Errorf("a grant of %d bytes: %v", len(grant), got)
		}
	}
}

func TestADismissedRouterIsNotTakenInAgainBySigningIn(t *testing.T) {
	x := laid(t)
	o := x.open(key(4), key(5), nil)
	x.trust = trust.Apply(trust.Key, x.trust, o).(*trust.Trust)
	dismissal := op.Opened{Kind: trust.KindDismiss, Member: x.moss, Content: op.MustMarshal(trust.Router{Router: o.Router})}
	x.trust = trust.Apply(trust.Key, x.trust, dismissal).(*trust.Trust)
	if err := x.judge(x.open(key(6), key(5), nil)); err == nil {
		t.Error("one member's sign-in undid another's dismissal")
	}
}
