package trust

import (
	"bytes"
	"errors"
	"slices"

	"celld/internal/op"
)

// Reader gives the value of a subject at the frontier of the operation that
// is judged.
type Reader interface{ At(key string) any }

// rebindWait is how long a re-binding can be vetoed, in seconds.
const rebindWait = 72 * 3600

// Touches names the subject that o changes.
func Touches(o op.Opened, _ Reader) ([]string, error) {
	if o.Kind == KindAddress {
		return []string{AddressKey}, nil
	}
	return []string{Key}, nil
}

// byRouter lists the kinds that a router may write in its own name.
var byRouter = []op.Kind{KindEpoch, KindWrap, KindFork, KindAddress, KindOpening}

// Judge says whether o is lawful at its own frontier.
func Judge(o op.Opened, at Reader) error {
	t, _ := at.At(Key).(*Trust)
	if o.Kind == KindFound {
		return judgeFound(t, o)
	}
	if t == nil {
		return op.Refuse("trust.no-cell")
	}
	if o.Kind == KindOpen {
		return judgeOpen(t, o)
	}
	judge := judgeOf(o.Kind)
	if judge == nil {
		return op.Refuse("trust.kind", string(o.Kind))
	}
	if o.Member.IsZero() && !slices.Contains(byRouter, o.Kind) {
		return op.Refuse("trust.member-only")
	}
	return judge(t, o)
}

// judgeOf is a switch, which is a third of the code that fills a map.
func judgeOf(k op.Kind) func(*Trust, op.Opened) error {
	switch k {
	case KindEnrol:
		return judgeEnrol
	case KindDismiss:
		return judgeDismiss
	case KindKeep:
		return judgeKeep
	case KindAdmit:
		return judgeAdmit
	case KindAssent:
		return func(_ *Trust, o op.Opened) error { return o.Decode(new(Assent)) }
	case KindAct:
		return judgeAct
	case KindAnnounce:
		return judgeAnnounce
	case KindVeto:
		return judgeVeto
	case KindLeave:
		return func(_ *Trust, o op.Opened) error { return refuseIf(len(o.Content) > 0, "trust.content") }
	case KindRevoke:
		return judgeRevoke
	case KindSlot:
		return judgeSlot
	case KindEpoch:
		return judgeEpoch
	case KindWrap:
		return judgeWrap
	case KindFork:
		return judgeFork
	case KindAddress:
		return judgeAddress
	case KindOpening:
		return judgeOpening
	}
	return nil
}

func judgeFound(t *Trust, o op.Opened) error {
	var f Found
	if err := o.Decode(&f); err != nil {
		return err
	}
	switch {
	case t != nil:
		return op.Refuse("trust.founded-already")
	case !keyOK(f.Identity) || !keyOK(f.Opening) || !keyOK(f.Key) || !keyOK(f.Router) || !keyOK(f.RouterOpening):
		return op.Refuse("trust.key")
	case op.DeviceOf(f.Key) != o.Device || f.Member.IsZero():
		return op.Refuse("trust.other-device")
	}
	grant := op.Statement{Verb: op.VerbGrant, Member: f.Member, Key: f.Key, Router: op.DeviceOf(f.Router)}
	return asRefusal(grant.Verify(f.Identity, f.Grant))
}

func judgeOpen(t *Trust, o op.Opened) error {
	var n Open
	if err := o.Decode(&n); err != nil {
		return err
	}
	if err := judgeHome(t, n); err != nil {
		return err
	}
	switch {
	case !keyOK(n.Key) || op.DeviceOf(n.Key) != o.Device || o.Seq != 1:
		return op.Refuse("trust.other-device")
	case n.Member.IsZero() && n.Router != o.Device:
		return op.Refuse("trust.other-device")
	case n.Member.IsZero():
		return refuseIf(len(n.Grant) > 0, "trust.signature") // nobody is there who could have granted it
	}
	m, ok := t.Member(n.Member)
	if !ok || m.Status != Active {
		return op.Refuse("trust.not-a-member")
	}
	grant := op.Statement{Verb: op.VerbGrant, Cell: t.Cell, Member: n.Member, Key: n.Key, Router: n.Router}
	return asRefusal(grant.Verify(m.Identity, n.Grant))
}

// judgeHome wants the router to be one that the cell knows and has not
// dismissed, or one that n takes in. That somebody else took it in meanwhile
// does no harm.
func judgeHome(t *Trust, n Open) error {
	r, known := t.Router(n.Router)
	switch named, ok := n.enrols(); {
	case named && !ok:
		return op.Refuse("trust.key")
	case known && named && !bytes.Equal(r.Key, n.RouterKey):
		return op.Refuse("trust.router-known")
	case known && r.Status == Active, !known && named:
		return nil
	}
	return op.Refuse("trust.router-unknown")
}

func judgeEnrol(t *Trust, o op.Opened) error {
	var e Enrol
	if err := o.Decode(&e); err != nil {
		return err
	}
	if !keyOK(e.Key) || !keyOK(e.Opening) {
		return op.Refuse("trust.key")
	}
	if _, known := t.Router(op.DeviceOf(e.Key)); known {
		return op.Refuse("trust.router-known")
	}
	return nil
}

func judgeDismiss(t *Trust, o op.Opened) error { return judgeRouter(t, o, Active) }

func judgeKeep(t *Trust, o op.Opened) error { return judgeRouter(t, o, Removed) }

func judgeRouter(t *Trust, o op.Opened, was Status) error {
	var r Router
	if err := o.Decode(&r); err != nil {
		return err
	}
	if known, ok := t.Router(r.Router); !ok || known.Status != was {
		return op.Refuse("trust.router-unknown")
	}
	return nil
}

func judgeAdmit(t *Trust, o op.Opened) error {
	var a Admit
	if err := o.Decode(&a); err != nil {
		return err
	}
	if t.Closed {
		return op.Refuse("trust.door-closed")
	}
	return judgeNewcomer(t, a.Member, a.Identity, a.Opening)
}

func judgeNewcomer(t *Trust, m op.Member, identity, opening []byte) error {
	if !keyOK(identity) || !keyOK(opening) || m.IsZero() {
		return op.Refuse("trust.key")
	}
	if _, known := t.Member(m); known {
		return op.Refuse("trust.member-known")
	}
	if len(t.Active()) >= MaxMembers {
		return op.Refuse("trust.table-full", MaxMembers)
	}
	return nil
}

func judgeAct(t *Trust, o op.Opened) error {
	var a Act
	if err := o.Decode(&a); err != nil {
		return err
	}
	if !t.Enough(a) {
		return op.Refuse("trust.assents", len(t.AssentsTo(a.Hash())))
	}
	switch a.Verb {
	case Close:
		return refuseIf(t.Closed, "trust.door-closed")
	case Join:
		return judgeNewcomer(t, a.Member, a.Identity, a.Opening)
	case Remove:
		return refuseIf(!t.IsActive(a.Member), "trust.not-a-member")
	case Rebind:
		return judgeRebind(t, a, o)
	}
	return op.Refuse("trust.verb", string(a.Verb))
}

// judgeRebind wants the wait to be over and no veto, unless a membership
// round decided after the veto.
func judgeRebind(t *Trust, a Act, o op.Opened) error {
	if !t.IsActive(a.Member) || !keyOK(a.Identity) || !keyOK(a.Opening) {
		return op.Refuse("trust.not-a-member")
	}
	r, announced := t.Rebinding(a)
	switch {
	case a.Vetoed:
		return refuseIf(!t.Vetoed(a.Member), "trust.no-veto")
	case !announced:
		return op.Refuse("trust.not-announced")
	case t.Vetoed(a.Member):
		return op.Refuse("trust.vetoed")
	case r.Since == 0 || !o.Clock.Trusted() || o.Time < r.Until():
		return op.Refuse("trust.wait")
	}
	return nil
}

func judgeAnnounce(t *Trust, o op.Opened) error {
	var a Act
	if err := o.Decode(&a); err != nil {
		return err
	}
	if a.Verb != Rebind || a.Vetoed || a.Member == o.Member {
		return op.Refuse("trust.verb", string(a.Verb))
	}
	if !t.IsActive(a.Member) || !keyOK(a.Identity) || !keyOK(a.Opening) {
		return op.Refuse("trust.not-a-member")
	}
	return nil
}

func judgeVeto(t *Trust, o op.Opened) error {
	var v Veto
	if err := o.Decode(&v); err != nil {
		return err
	}
	m, ok := t.Member(v.Member)
	if !ok {
		return op.Refuse("trust.not-a-member")
	}
	veto := op.Statement{Verb: op.VerbVeto, Cell: t.Cell, Member: v.Member, Key: []byte{}}
	return asRefusal(veto.Verify(m.Identity, v.Sig))
}

func judgeRevoke(t *Trust, o op.Opened) error {
	var r Revoke
	if err := o.Decode(&r); err != nil {
		return err
	}
	m, ok := t.Member(r.Member)
	d, known := t.Device(op.DeviceOf(r.Key))
	if !ok || !known || d.Member != r.Member {
		return op.Refuse("trust.other-device")
	}
	word := op.Statement{Verb: op.VerbRevoke, Cell: t.Cell, Member: r.Member, Key: r.Key}
	return asRefusal(word.Verify(m.Identity, r.Sig))
}

// judgeSlot lets a member, and whoever seated that member, write the slot.
func judgeSlot(t *Trust, o op.Opened) error {
	var s Slot
	if err := o.Decode(&s); err != nil {
		return err
	}
	m, ok := t.Member(s.Member)
	switch {
	case !ok || m.Status != Active:
		return op.Refuse("trust.not-a-member")
	case len(s.Slot) == 0 || len(s.Slot) > 400:
		return op.Refuse("trust.slot-size")
	case s.Member != o.Member && len(m.Slot) > 0:
		return op.Refuse("trust.other-slot")
	}
	return nil
}

func judgeEpoch(t *Trust, o op.Opened) error {
	var e Epoch
	if err := o.Decode(&e); err != nil {
		return err
	}
	if t.knows(e.Epoch) || e.Epoch.IsZero() {
		return op.Refuse("trust.epoch-known")
	}
	return nil
}

func judgeWrap(t *Trust, o op.Opened) error {
	var w Wrap
	if err := o.Decode(&w); err != nil {
		return err
	}
	if !t.knows(w.Epoch) || len(w.Wraps) == 0 {
		return op.Refuse("trust.epoch-unknown")
	}
	for _, s := range w.Wraps {
		if len(s.Key) != 80 || !t.Reads(s.For) {
			return op.Refuse("trust.recipient")
		}
	}
	return nil
}

// judgeOpening takes a router's own word about itself alone.
func judgeOpening(t *Trust, o op.Opened) error {
	var n Opening
	if err := o.Decode(&n); err != nil {
		return err
	}
	r, known := t.Router(o.Device)
	switch {
	case !known || r.Status != Active:
		return op.Refuse("trust.router-unknown")
	case !keyOK(n.Key) || bytes.Equal(n.Key, r.Opening):
		return op.Refuse("trust.key")
	}
	return nil
}

// judgeFork wants two different headers for one place, both signed by the
// device's own key. One proof a device is enough.
func judgeFork(t *Trust, o op.Opened) error {
	var f Fork
	if err := o.Decode(&f); err != nil {
		return err
	}
	a, b, err := f.headers()
	if err != nil {
		return err
	}
	d, known := t.Device(a.Device)
	switch {
	case !known || a.Ref() != b.Ref() || !bytes.Equal(a.Scope, b.Scope) || bytes.Equal(f.A.Header, f.B.Header):
		return op.Refuse("trust.no-fork")
	case slices.Contains(t.Forked, a.Device):
		return op.Refuse("trust.fork-known")
	}
	return asRefusal(errors.Join(op.VerifyHeader(d.Key, f.A.Header, f.A.Signature), op.VerifyHeader(d.Key, f.B.Header, f.B.Signature)))
}

func (f Fork) headers() (a, b op.Header, err error) {
	if a, err = op.ParseHeader(f.A.Header); err == nil {
		b, err = op.ParseHeader(f.B.Header)
	}
	return a, b, err
}

func refuseIf(wrong bool, code string) error {
	if wrong {
		return op.Refuse(code)
	}
	return nil
}

func asRefusal(err error) error {
	if err != nil {
		return op.Refuse("trust.signature")
	}
	return nil
}
