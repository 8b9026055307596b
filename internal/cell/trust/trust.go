package trust

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"slices"
	"sort"

	"celld/internal/op"
)

// MaxMembers bounds a cell (rule X5).
const MaxMembers = 12

// Trust is the value of this room: immutable, small, in an order of its own
// (that of the fold), so that its encoding is the same everywhere.
type Trust struct {
	Cell    op.ID
	Closed  bool // the founding round is over
	Members []Member
	Devices []Device
	Routers []RouterKeys
	Assents []Assents
	Rebinds []Rebinding
	Epochs  []EpochKeys
	Forked  []op.Device // devices that signed two histories
	Spent   []op.Epoch  `cbor:",omitempty"` // what a dismissed router may hold the secret of
	// Void are epochs and wraps that stand behind the end of a closed log. Nothing
	// is written under them any more; others may have been before they heard.
	Void []EpochKeys `cbor:",omitempty"`

	rolls rolls // of the lists that one member can make long
}

type rolls struct {
	yes, rebinds     *roll
	epochs, void     *roll
	routers, devices *roll
}

// Status of a member or router.
type Status uint8

// A gone member or router keeps its place, so that old operations are read.
const (
	Active Status = iota + 1
	Left
	Removed
)

// Member is somebody's public side.
type Member struct {
	_        struct{} `cbor:",toarray"`
	ID       op.Member
	Identity []byte
	Opening  []byte
	Status   Status
	Slot     []byte
}

// Device is a key that signs for a member or, with no member, for its router.
type Device struct {
	_      struct{} `cbor:",toarray"`
	Name   op.Device
	Key    []byte
	Member op.Member
	Router op.Device
}

// RouterKeys are a router's public keys.
type RouterKeys struct {
	_       struct{} `cbor:",toarray"`
	Name    op.Device
	Key     []byte
	Opening []byte
	Status  Status
}

// Assents are the members who said yes to an act.
type Assents struct {
	_   struct{} `cbor:",toarray"`
	Act [32]byte
	By  []op.Member
}

// Rebinding waits 72 hours from its first trusted time.
type Rebinding struct {
	_      struct{} `cbor:",toarray"`
	Member op.Member
	Act    [32]byte
	Since  uint64 // 0 while no clock could be trusted
	Vetoed bool
}

// EpochKeys are the wraps of one epoch's secret.
type EpochKeys struct {
	_     struct{} `cbor:",toarray"`
	ID    op.Epoch
	At    op.Ref
	Wraps []Sealed
}

// Member finds a member.
func (t *Trust) Member(id op.Member) (Member, bool) {
	return find(t.members(), func(m Member) bool { return m.ID == id })
}

// Device finds a device.
func (t *Trust) Device(d op.Device) (Device, bool) {
	if t == nil {
		return Device{}, false
	}
	return find(t.Devices, func(x Device) bool { return x.Name == d })
}

// Router finds a router.
func (t *Trust) Router(d op.Device) (RouterKeys, bool) {
	if t == nil {
		return RouterKeys{}, false
	}
	return find(t.Routers, func(x RouterKeys) bool { return x.Name == d })
}

// HasRouter reports whether the cell ever took a router in.
func (t *Trust) HasRouter(d op.Device) bool {
	_, known := t.Router(d)
	return known
}

// OpensAlone reports whether anything is sealed to a router's own opening key.
func (t *Trust) OpensAlone(d op.Device) bool {
	return t != nil && slices.ContainsFunc(t.Readable(), func(e EpochKeys) bool {
		return slices.ContainsFunc(e.Wraps, func(w Sealed) bool { return w.For == Recipient(d) })
	})
}

// Epoch finds an epoch that stands.
func (t *Trust) Epoch(id op.Epoch) (EpochKeys, bool) {
	return find(t.Epochs, func(e EpochKeys) bool { return e.ID == id })
}

// Readable returns every epoch that something may be sealed under.
func (t *Trust) Readable() []EpochKeys { return append(slices.Clip(t.Epochs), t.Void...) }

// knows reports whether an epoch was announced, void or not.
func (t *Trust) knows(id op.Epoch) bool {
	return place(t.Epochs, t.rolls.epochs, name(id)) >= 0 || place(t.Void, t.rolls.void, name(id)) >= 0
}

func (t *Trust) members() []Member {
	if t == nil {
		return nil
	}
	return t.Members
}

func find[T any](list []T, is func(T) bool) (found T, ok bool) {
	i := slices.IndexFunc(list, is)
	if i < 0 {
		return found, false
	}
	return list[i], true
}

// Active returns the members who belong to the cell, in the order they came.
func (t *Trust) Active() []op.Member {
	var out []op.Member
	for _, m := range t.members() {
		if m.Status == Active {
			out = append(out, m.ID)
		}
	}
	return out
}

// IsActive reports whether m belongs to the cell.
func (t *Trust) IsActive(m op.Member) bool {
	found, ok := t.Member(m)
	return ok && found.Status == Active
}

// HasForked reports whether a device is proven to have signed two histories.
func (t *Trust) HasForked(d op.Device) bool { return t != nil && slices.Contains(t.Forked, d) }

// May reports whether a device may write now: its member belongs to the cell,
// and its router has not been dismissed.
func (t *Trust) May(d op.Device) bool {
	dev, ok := t.Device(d)
	if !ok {
		return false
	}
	r, ok := t.Router(dev.Router)
	return ok && r.Status == Active && (dev.Member.IsZero() || t.IsActive(dev.Member))
}

// Reads reports whether r may still read what is written now.
func (t *Trust) Reads(r Recipient) bool {
	if t.IsActive(op.Member(r)) {
		return true
	}
	router, ok := t.Router(op.Device(r))
	return ok && router.Status == Active
}

// Usable returns the epochs whose recipients have all stayed authorised, and
// that no dismissed router can have read, the lowest id first.
func (t *Trust) Usable() []op.Epoch {
	var out []op.Epoch
	spent := t.spent()
	for _, e := range t.Epochs {
		stranger := func(w Sealed) bool { return !t.Reads(w.For) }
		if len(e.Wraps) > 0 && !spent[e.ID] && !slices.ContainsFunc(e.Wraps, stranger) {
			out = append(out, e.ID)
		}
	}
	sort.Slice(out, func(i, j int) bool { return bytes.Compare(out[i][:], out[j][:]) < 0 })
	return out
}

func (t *Trust) spent() map[op.Epoch]bool {
	out := make(map[op.Epoch]bool, len(t.Spent))
	for _, e := range t.Spent {
		out[e] = true
	}
	return out
}

// Lacking returns, for each epoch, the active members without a wrap.
func (t *Trust) Lacking(e EpochKeys) []Recipient {
	var out []Recipient
	for _, m := range t.Active() {
		if !slices.ContainsFunc(e.Wraps, func(w Sealed) bool { return w.For == Recipient(m) }) {
			out = append(out, Recipient(m))
		}
	}
	return out
}

// AssentsTo returns who of the active members said yes to an act.
func (t *Trust) AssentsTo(act [32]byte) []op.Member {
	a, _ := find(t.Assents, func(a Assents) bool { return a.Act == act })
	return slices.DeleteFunc(slices.Clone(a.By), func(m op.Member) bool { return !t.IsActive(m) })
}

// Enough reports whether an act has the assents that it takes.
func (t *Trust) Enough(a Act) bool {
	concerned := func(m op.Member) bool { return m == a.Member }
	yes := len(slices.DeleteFunc(t.AssentsTo(a.Hash()), concerned))
	others := len(slices.DeleteFunc(t.Active(), concerned))
	if a.Verb == Close {
		return yes >= others
	}
	return yes > others/2
}

// Rebinding finds what has been announced of a re-binding.
func (t *Trust) Rebinding(a Act) (Rebinding, bool) {
	hash := a.Hash()
	return find(t.Rebinds, func(r Rebinding) bool { return r.Act == hash })
}

// Until returns when the wait is over, in Unix seconds; 0 while no trusted
// clock has begun it.
func (r Rebinding) Until() uint64 {
	if r.Since == 0 {
		return 0
	}
	return r.Since + rebindWait
}

// Vetoed reports whether m's own key has said no to new keys for m.
func (t *Trust) Vetoed(m op.Member) bool {
	return slices.ContainsFunc(t.Rebinds, func(r Rebinding) bool { return r.Member == m && r.Vetoed })
}

// MayRebind says why a re-binding cannot be carried out at that time; nil when
// a member may do it now.
func (t *Trust) MayRebind(a Act, now uint64, trusted bool) error {
	if !t.Enough(a) {
		return op.Refuse("trust.assents", len(t.AssentsTo(a.Hash())))
	}
	o := op.Opened{Time: now}
	if trusted {
		o.Clock = op.ClockNTP
	}
	return judgeRebind(t, a, o)
}

// MarshalState is the canonical encoding of the value.
func (t *Trust) MarshalState() []byte { return op.MustMarshal(*t) }

func keyOK(k []byte) bool { return len(k) == ed25519.PublicKeySize }

// Unmarshal reads what MarshalState wrote.
func Unmarshal(b []byte) (*Trust, error) {
	t := new(Trust)
	if err := op.UnmarshalValue(b, t); err != nil {
		return nil, fmt.Errorf("trust: %w", err)
	}
	for _, m := range t.Members {
		if !keyOK(m.Identity) || !keyOK(m.Opening) || m.Status < Active || m.Status > Removed {
			return nil, fmt.Errorf("trust: member %v is not whole", m.ID)
		}
	}
	for _, r := range t.Routers {
		if !keyOK(r.Key) || !keyOK(r.Opening) || r.Status < Active || r.Status > Removed {
			return nil, fmt.Errorf("trust: router %v is not whole", r.Name)
		}
	}
	for _, d := range t.Devices {
		if !keyOK(d.Key) {
			return nil, fmt.Errorf("trust: device %v is not whole", d.Name)
		}
	}
	return t, nil
}
