package trust

import (
	"slices"

	"celld/internal/op"
)

// Apply folds o into the value. The founding operation's own identity is the
// cell's.
func Apply(key string, value any, o op.Opened) any {
	if key == AddressKey {
		return applyAddress(value, o)
	}
	t := &Trust{}
	if old, ok := value.(*Trust); ok {
		t = old.copy()
	}
	if apply := applyOf(o.Kind); apply != nil {
		apply(t, o)
	}
	return t
}

// copy makes room for one change: short lists are new, what they hold is not. The long
// ones grow where they are (see roll), and who changes anything in one clones it first.
func (t *Trust) copy() *Trust {
	c := *t
	c.Members = slices.Clone(t.Members)
	c.Forked = slices.Clone(t.Forked)
	return &c
}

// applyOf is a switch, which is a third of the code that fills a map.
func applyOf(k op.Kind) func(*Trust, op.Opened) {
	switch k {
	case KindFound:
		return applyFound
	case KindOpen:
		return applyOpen
	case KindEnrol:
		return applyEnrol
	case KindDismiss:
		return applyDismiss
	case KindKeep:
		return func(t *Trust, o op.Opened) { t.setRouter(o, Active) }
	case KindAdmit:
		return applyAdmit
	case KindAssent:
		return applyAssent
	case KindAct:
		return applyAct
	case KindAnnounce:
		return applyAnnounce
	case KindVeto:
		return applyVeto
	case KindLeave:
		return func(t *Trust, o op.Opened) { t.setMember(o.Member, Left) }
	case KindSlot:
		return applySlot
	case KindEpoch:
		return applyEpoch
	case KindWrap:
		return applyWrap
	case KindFork:
		return applyFork
	case KindOpening:
		return applyOpening
	}
	return nil
}

// applyDismiss spends every epoch that there is: a router that a member had
// woken holds the secrets in memory, though none was ever sealed to it.
func applyDismiss(t *Trust, o op.Opened) {
	t.setRouter(o, Removed)
	spent, known := slices.Clone(t.Spent), t.spent()
	for _, e := range t.Epochs {
		if !known[e.ID] {
			spent = append(spent, e.ID)
		}
	}
	t.Spent = spent
}

// read decodes content that Judge has already found well formed.
func read[T any](o op.Opened) (v T) {
	if err := o.Decode(&v); err != nil {
		panic("trust: judged and yet unreadable: " + err.Error())
	}
	return v
}

func applyFound(t *Trust, o op.Opened) {
	f := read[Found](o)
	router := op.DeviceOf(f.Router)
	t.Cell = o.ID
	t.Members = []Member{{ID: f.Member, Identity: f.Identity, Opening: f.Opening, Status: Active}}
	t.Routers = []RouterKeys{{Name: router, Key: f.Router, Opening: f.RouterOpening, Status: Active}}
	t.Devices = []Device{{Name: o.Device, Key: f.Key, Member: f.Member, Router: router}}
}

func applyOpen(t *Trust, o op.Opened) {
	n := read[Open](o)
	grow(&t.Devices, &t.rolls.devices, Device{Name: o.Device, Key: n.Key, Member: n.Member, Router: n.Router})
	if named, _ := n.enrols(); named {
		t.takeIn(n.RouterKey, n.RouterOpening)
	}
}

func applyEnrol(t *Trust, o op.Opened) {
	e := read[Enrol](o)
	t.takeIn(e.Key, e.Opening)
}

// takeIn is idempotent: two members may enrol one router at once.
func (t *Trust) takeIn(key, opening []byte) {
	if place(t.Routers, t.rolls.routers, nameOf(op.DeviceOf(key))) < 0 {
		grow(&t.Routers, &t.rolls.routers, RouterKeys{Name: op.DeviceOf(key), Key: key, Opening: opening, Status: Active})
	}
}

func (t *Trust) setRouter(o op.Opened, s Status) {
	if i := place(t.Routers, t.rolls.routers, nameOf(read[Router](o).Router)); i >= 0 {
		t.Routers = slices.Clone(t.Routers)
		t.Routers[i].Status = s
	}
}

func (t *Trust) setMember(id op.Member, s Status) {
	for i := range t.Members {
		if t.Members[i].ID == id {
			t.Members[i].Status = s
		}
	}
}

func applyAdmit(t *Trust, o op.Opened) {
	a := read[Admit](o)
	t.seat(a.Member, a.Identity, a.Opening)
}

// seat is idempotent: two people may let the same newcomer in at once.
func (t *Trust) seat(m op.Member, identity, opening []byte) {
	if _, twice := t.Member(m); !twice {
		t.Members = append(t.Members, Member{ID: m, Identity: identity, Opening: opening, Status: Active})
	}
}

func applyAssent(t *Trust, o op.Opened) {
	act := read[Assent](o).Act
	i := place(t.Assents, t.rolls.yes, act)
	switch {
	case i < 0:
		grow(&t.Assents, &t.rolls.yes, Assents{Act: act, By: []op.Member{o.Member}})
	case !slices.Contains(t.Assents[i].By, o.Member):
		t.Assents = slices.Clone(t.Assents)
		t.Assents[i].By = append(slices.Clone(t.Assents[i].By), o.Member)
	}
}

func applyAct(t *Trust, o op.Opened) {
	a := read[Act](o)
	switch a.Verb {
	case Close:
		t.Closed = true
	case Join:
		t.seat(a.Member, a.Identity, a.Opening)
	case Remove:
		t.setMember(a.Member, Removed)
	case Rebind:
		t.rebind(a)
	}
}

func (t *Trust) rebind(a Act) {
	for i := range t.Members {
		if t.Members[i].ID == a.Member {
			t.Members[i].Identity, t.Members[i].Opening, t.Members[i].Slot = a.Identity, a.Opening, nil
		}
	}
	t.rolls.rebinds, t.rolls.yes = nil, nil // things move up
	t.Rebinds = slices.DeleteFunc(slices.Clone(t.Rebinds), func(r Rebinding) bool { return r.Member == a.Member })
	// Who said yes to this said it once: later the same keys are another question.
	t.Assents = slices.DeleteFunc(slices.Clone(t.Assents), func(x Assents) bool { return x.Act == a.Hash() })
	// The old opening key reads no more: its wraps go, and the epochs that it
	// could read are no longer used for writing.
	t.unseal(Recipient(a.Member))
}

func (t *Trust) unseal(who Recipient) {
	t.Epochs, t.Void = slices.Clone(t.Epochs), slices.Clone(t.Void)
	unseal(t.Epochs, who)
	unseal(t.Void, who)
}

// unseal takes the wraps for somebody away.
func unseal(list []EpochKeys, who Recipient) {
	for i := range list {
		list[i].Wraps = slices.Clone(list[i].Wraps)
		for j := range list[i].Wraps {
			if list[i].Wraps[j].For == who {
				list[i].Wraps[j] = Sealed{}
			}
		}
	}
}

func applyOpening(t *Trust, o op.Opened) {
	key := read[Opening](o).Key
	if i := place(t.Routers, t.rolls.routers, nameOf(o.Device)); i >= 0 {
		t.Routers = slices.Clone(t.Routers)
		t.Routers[i].Opening = key
	}
	t.unseal(Recipient(o.Device))
}

func applyAnnounce(t *Trust, o op.Opened) {
	a := read[Act](o)
	since := uint64(0)
	if o.Clock.Trusted() {
		since = o.Time
	}
	i := place(t.Rebinds, t.rolls.rebinds, a.Hash())
	switch {
	case i < 0:
		grow(&t.Rebinds, &t.rolls.rebinds, Rebinding{Member: a.Member, Act: a.Hash(), Since: since})
	case t.Rebinds[i].Since == 0:
		t.Rebinds = slices.Clone(t.Rebinds)
		t.Rebinds[i].Since = since
	}
}

func applyVeto(t *Trust, o op.Opened) {
	v := read[Veto](o)
	t.Rebinds = slices.Clone(t.Rebinds)
	for i := range t.Rebinds {
		if t.Rebinds[i].Member == v.Member {
			t.Rebinds[i].Vetoed = true
		}
	}
}

func applySlot(t *Trust, o op.Opened) {
	s := read[Slot](o)
	for i := range t.Members {
		if t.Members[i].ID == s.Member {
			t.Members[i].Slot = s.Slot
		}
	}
}

func applyEpoch(t *Trust, o op.Opened) {
	e := read[Epoch](o)
	if place(t.Epochs, t.rolls.epochs, name(e.Epoch)) < 0 {
		grow(&t.Epochs, &t.rolls.epochs, EpochKeys{ID: e.Epoch, At: o.Ref})
	}
}

func applyWrap(t *Trust, o op.Opened) {
	w := read[Wrap](o)
	if place(t.Epochs, t.rolls.epochs, name(w.Epoch)) >= 0 {
		t.Epochs = withWraps(t.Epochs, t.rolls.epochs, w)
	} else {
		t.Void = withWraps(t.Void, t.rolls.void, w)
	}
}

func withWraps(list []EpochKeys, r *roll, w Wrap) []EpochKeys {
	if i := place(list, r, name(w.Epoch)); i >= 0 {
		list = slices.Clone(list)
		list[i].Wraps = append(slices.Clone(list[i].Wraps), w.Wraps...)
	}
	return list
}

// Remains folds what is left of a void operation: the keys to what others wrote
// under its epoch before they heard that its log was closed.
func Remains(key string, value any, o op.Opened) any {
	old, ok := value.(*Trust)
	if !ok || key != Key || o.Kind != KindEpoch && o.Kind != KindWrap {
		return value
	}
	t := old.copy()
	if o.Kind == KindEpoch {
		t.keepVoid(read[Epoch](o).Epoch, o.Ref)
		return t
	}
	w := read[Wrap](o)
	t.keepVoid(w.Epoch, o.Ref)
	t.Void = withWraps(t.Void, t.rolls.void, w)
	return t
}

func (t *Trust) keepVoid(id op.Epoch, at op.Ref) {
	if place(t.Void, t.rolls.void, name(id)) < 0 {
		grow(&t.Void, &t.rolls.void, EpochKeys{ID: id, At: at})
	}
}

func applyFork(t *Trust, o op.Opened) {
	a, _, _ := read[Fork](o).headers()
	if !slices.Contains(t.Forked, a.Device) {
		t.Forked = append(t.Forked, a.Device)
	}
}
