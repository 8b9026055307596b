package main

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
	"celld/internal/vault"
	"celld/internal/web"
)

// errNoSlot is returned for a member who has a seat and no words yet.
var errNoSlot = errors.New("this member's keys have not reached this router yet")

// desk is where people and their keys come and go: the vault and the log
// together, as the pages ask for them.
type desk struct {
	log    *oplog.Log
	vault  *vault.Vault
	logger *slog.Logger
	name   string // this router's, before the cell gives it another

	changing sync.Mutex // held by who changes words, until the log has the new slot
}

// Found makes the first member's keys and the cell. The keys are on flash
// before the operation that they sign.
func (d *desk) Found(ctx context.Context, cellName, name, words string) (op.Author, error) {
	m := vault.NewMemberID()
	n, err := d.vault.NewMember(ctx, m, words)
	if err != nil {
		return op.Author{}, told(err)
	}
	defer n.Forget()
	slot := trust.Slot{Member: m} // sealed for the cell's id, which Seat learns
	router := d.vault.RouterOpening()
	founding := oplog.Founding{
		Content: trust.Found{
			Member: m, Identity: n.Identity(), Opening: opening(n.Opening()), Key: n.Device(),
			Grant:  n.Grant(op.ID{}).Signature,
			Router: d.vault.RouterKey(), RouterOpening: router[:],
		},
		Signer: n.Signer(),
	}
	var login vault.Login
	founding.Seat = func(id op.ID) (err error) {
		d.vault.Bind(id) // instead of a cell whose founding failed
		slot.Slot = n.Slot(id).Bytes()
		login, err = n.Seat(id)
		return err
	}
	_, err = d.log.Found(founding, append(d.called(),
		op.Draft{Kind: people.KindCell, Content: people.CellName{Name: cellName}},
		op.Draft{Kind: people.KindName, Content: people.Name{Member: m, Name: name}},
		op.Draft{Kind: trust.KindSlot, Content: &slot})...)
	if err != nil {
		d.vault.Lock()
		return op.Author{}, err
	}
	d.logger.Info("a cell was founded", "cell", d.log.Cell())
	return d.author(login), nil
}

// called gives the router that founds a cell the name that it was started with, as
// one that is taken in gets its own. What is no name for people is left out: they
// can give another at any time.
func (d *desk) called() []op.Draft {
	if d.name == "" || op.CheckText(d.name, people.MaxRouter, false) != nil {
		return nil
	}
	return []op.Draft{{Kind: people.KindRouter, Content: people.RouterName{Router: d.vault.Router(), Name: d.name}}}
}

// Newcomer makes the keys of somebody without a seat.
func (d *desk) Newcomer(ctx context.Context, words string) (web.Newcomer, error) {
	return d.Renew(ctx, vault.NewMemberID(), words)
}

// Renew makes new keys for a member who lost the words to the old ones.
func (d *desk) Renew(ctx context.Context, m op.Member, words string) (web.Newcomer, error) {
	n, err := d.vault.NewMember(ctx, m, words)
	if err != nil {
		return nil, told(err)
	}
	return &newcomer{n, m, d}, nil
}

// Veto signs with a member's identity key that they lost nothing.
func (d *desk) Veto(ctx context.Context, m op.Member, words string) ([]byte, error) {
	slot, err := d.slot(m)
	if err != nil {
		return nil, err
	}
	signed, err := d.vault.Attest(ctx, slot, words, op.Statement{Verb: op.VerbVeto})
	if err != nil {
		return nil, told(err)
	}
	return signed[0].Signature, nil
}

// newcomer is a vault's newcomer to this cell.
type newcomer struct {
	keys   *vault.Newcomer
	member op.Member
	desk   *desk
}

func (n *newcomer) Member() op.Member { return n.member }
func (n *newcomer) Identity() []byte  { return n.keys.Identity() }
func (n *newcomer) Opening() []byte   { return opening(n.keys.Opening()) }
func (n *newcomer) Slot() []byte      { return n.keys.Slot(n.desk.log.Cell()).Bytes() }
func (n *newcomer) Forget()           { n.keys.Forget() }

func (n *newcomer) Seat() (op.Author, error) {
	login, err := n.keys.Seat(n.desk.log.Cell())
	if err != nil {
		return op.Author{}, err
	}
	return n.desk.author(login), n.desk.wake()
}

// Login opens a member's keys, and wakes the log if it slept. Nobody in
// particular is whoever's words these are. Before it reads the log it calls
// right, where that is not nil.
func (d *desk) Login(ctx context.Context, m op.Member, words string, right func()) (op.Author, error) {
	login, err := d.open(ctx, m, vault.Request{Passphrase: words, Writes: d.writes})
	if err != nil {
		return op.Author{}, told(err)
	}
	if right != nil {
		right()
	}
	by := d.author(login)
	if err := errors.Join(d.wake(), d.revoke(by, login.Revoke)); err != nil {
		return op.Author{}, err
	}
	return by, nil
}

func (d *desk) open(ctx context.Context, m op.Member, r vault.Request) (login vault.Login, err error) {
	if !m.IsZero() {
		if r.Slot, err = d.slot(m); err != nil {
			return vault.Login{}, err
		}
		return d.vault.Login(ctx, r)
	}
	var slots []vault.Slot
	for _, m := range d.trust().Active() {
		if s, err := d.slot(m); err == nil {
			slots = append(slots, s)
		}
	}
	return d.vault.LoginAny(ctx, slots, r)
}

// slot returns a member's sealed keys from the log.
func (d *desk) slot(m op.Member) (vault.Slot, error) {
	member, ok := d.trust().Member(m)
	switch {
	case !ok || member.Status != trust.Active:
		return vault.Slot{}, web.ErrWords
	case len(member.Slot) == 0:
		return vault.Slot{}, errNoSlot
	}
	return vault.ParseSlot(member.Slot)
}

// writes reports whether a device may go on writing: its log was not closed.
func (d *desk) writes(device op.Device) bool {
	_, closed := d.log.State().Closed(device)
	return !closed
}

// revoke writes down that an older key of the same member signs no more. One
// that never wrote needs no word.
func (d *desk) revoke(by op.Author, word *vault.Signed) error {
	if word == nil {
		return nil
	}
	old := op.DeviceOf(word.Key)
	if _, known := d.trust().Device(old); !known || !d.writes(old) {
		return nil
	}
	_, err := d.log.Submit(by, op.Draft{
		Kind:    trust.KindRevoke,
		Content: trust.Revoke{Member: word.Member, Key: word.Key, Sig: word.Signature},
		Try:     true, // another router may have written it first
	})
	return err
}

// Change seals a member's keys under new words, one change after the other: of two at
// once with the same old words, the second would put its slot in the place of the first's,
// whose words somebody has on paper.
func (d *desk) Change(ctx context.Context, by op.Author, old, words string) error {
	d.changing.Lock()
	defer d.changing.Unlock()
	slot, err := d.slot(by.Member)
	if err != nil {
		return err
	}
	fresh, err := d.vault.Change(ctx, slot, old, words)
	if err != nil {
		return told(err)
	}
	_, err = d.log.Submit(by, op.Draft{Kind: trust.KindSlot, Content: trust.Slot{Member: by.Member, Slot: fresh.Bytes()}})
	return err
}

// SignOut ends one session of a member, and forgets all that somebody without
// a seat had brought.
func (d *desk) SignOut(by op.Author) {
	d.vault.SignOut(by.Device)
	if !d.trust().IsActive(by.Member) {
		d.vault.Forget(by.Member)
	}
}

// Lock drops every key, and all that they opened, from memory.
func (d *desk) Lock() error {
	n := d.vault.Lock()
	d.logger.Info("locked", "keys", n)
	return d.log.Sleep()
}

// Awake reports whether sealed things can be read here.
func (d *desk) Awake() bool { return d.vault.Held().Awake() }

// Router is the author for what the router itself says.
func (d *desk) Router() op.Author {
	key := d.vault.RouterKey()
	name := op.DeviceOf(key)
	return op.Author{Device: name, Open: op.MustMarshal(trust.Open{Key: key, Router: name, Grant: []byte{}})}
}

// author is the voice that a login brought. On a router that the cell does not
// know (a restored one has new keys) the member's first word takes it in.
func (d *desk) author(l vault.Login) op.Author {
	open := trust.Open{Key: l.Device, Member: l.Member, Router: l.Grant.Router, Grant: l.Grant.Signature}
	if _, known := d.trust().Router(open.Router); !known {
		router := d.vault.RouterOpening()
		open.RouterKey, open.RouterOpening = d.vault.RouterKey(), router[:]
	}
	return op.Author{Member: l.Member, Device: l.DeviceID(), Open: op.MustMarshal(open)}
}

// wake reads what has been opened, if anything had waited for it.
func (d *desk) wake() error {
	if d.log.Waiting() == 0 {
		return nil
	}
	defer debug.FreeOSMemory() // a history that was read leaves much behind
	return unlessLocked(d.log.Wake)
}

func (d *desk) trust() *trust.Trust { return cell.PeopleOf(d.log.State()).Trust }

func opening(k vault.OpeningKey) []byte { return k[:] }

// told translates the vault's refusals into those that pages know.
func told(err error) error {
	var wait vault.Wait
	switch {
	case errors.Is(err, vault.ErrBusy):
		return web.ErrBusy
	case errors.Is(err, vault.ErrPassphrase):
		return web.ErrWords
	case errors.As(err, &wait):
		return web.Wait{For: wait.For}
	}
	return err
}
