package trust_test

import (
	"bytes"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"celld/internal/cell/trust"
	"celld/internal/op"
)

// many are operations of the kinds that make a list longer, each with another name.
var many = map[op.Kind]func(name [32]byte) any{
	trust.KindAssent: func(name [32]byte) any { return trust.Assent{Act: name} },
	trust.KindEpoch:  func(name [32]byte) any { return trust.Epoch{Epoch: name, MAC: []byte{}} },
	trust.KindEnrol:  func(name [32]byte) any { return trust.Enrol{Key: name[:], Opening: make([]byte, 32)} },
	trust.KindAnnounce: func(name [32]byte) any {
		return trust.Act{Verb: trust.Rebind, Member: op.Member{name[3] % 2}, Identity: name[:], Opening: name[:]}
	},
	trust.KindOpen: func(name [32]byte) any { return trust.Open{Key: name[:], Grant: []byte{}} },
}

func nth(kind op.Kind, i int) op.Opened {
	var name [32]byte
	binary.BigEndian.PutUint32(name[:], uint32(i+1))
	o := op.Opened{Kind: kind, Member: op.Member{1}, Content: op.MustMarshal(many[kind](name))}
	o.Device = op.Device(name[:8])
	return o
}

// TestALongListCostsNoMoreThanAShortOne: a member can say yes, announce or take in without
// end, and a copy of the list for each had every router of the cell work for minutes.
func TestALongListCostsNoMoreThanAShortOne(t *testing.T) {
	const times = 4000
	for kind := range many {
		value := any(laid(t).trust)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for i := range times {
			value = trust.Apply(trust.Key, value, nth(kind, i))
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / times; each > 8<<10 {
			t.Errorf("%s: %d bytes each", kind, each)
		}
		void := value
		runtime.ReadMemStats(&before)
		for i := range times {
			if o := nth(kind, i); kind == trust.KindEpoch {
				void = trust.Remains(trust.Key, void, o)
			}
		}
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / times; each > 8<<10 {
			t.Errorf("%s, void: %d bytes each", kind, each)
		}
	}
}

// anyOf is an operation of any kind that changes a list, also in its middle.
func anyOf(x table, chance *rand.Rand) op.Opened {
	kinds := slices.Sorted(maps.Keys(many))
	o := nth(kinds[chance.IntN(len(kinds))], chance.IntN(9))
	o.Member = op.Member{byte(chance.IntN(3))}
	if o.Time = 5; chance.IntN(2) == 0 {
		o.Clock = op.ClockNTP
	}
	var name [32]byte
	binary.BigEndian.PutUint32(name[:], uint32(chance.IntN(9)+1))
	act := many[trust.KindAnnounce](name).(trust.Act)
	switch router := op.DeviceOf(name[:]); chance.IntN(14) {
	case 0:
		o.Kind, o.Content = trust.KindDismiss, op.MustMarshal(trust.Router{Router: router})
	case 1:
		o.Kind, o.Content = trust.KindKeep, op.MustMarshal(trust.Router{Router: router})
	case 2:
		o.Kind, o.Content = trust.KindVeto, op.MustMarshal(trust.Veto{Sig: []byte{}})
	case 3:
		o.Kind, o.Content = trust.KindAct, op.MustMarshal(act)
	case 4:
		o.Kind, o.Device, o.Content = trust.KindOpening, router, op.MustMarshal(trust.Opening{Key: name[:]})
	case 5:
		o.Kind, o.Content = trust.KindAssent, op.MustMarshal(trust.Assent{Act: act.Hash()})
	case 6, 7:
		wraps := []trust.Sealed{{For: trust.Recipient(router), Key: name[:]}, {For: trust.Recipient(x.moss), Key: name[:]}}
		o.Kind, o.Content = trust.KindWrap, op.MustMarshal(trust.Wrap{Epoch: name, Wraps: wraps})
	}
	return o
}

// bare is a value that shares nothing, and remembers no places.
func bare(t *trust.Trust) *trust.Trust {
	return &trust.Trust{Cell: t.Cell, Closed: t.Closed, Members: t.Members, Devices: t.Devices, Routers: t.Routers,
		Assents: t.Assents, Rebinds: t.Rebinds, Epochs: t.Epochs, Forked: t.Forked, Spent: t.Spent, Void: t.Void}
}

// TestValuesThatPartDoNotSeeEachOther: the fold goes back to a value and on from it another
// way when something comes late, and judges by values of long ago.
func TestValuesThatPartDoNotSeeEachOther(t *testing.T) {
	x, chance := laid(t), rand.New(rand.NewPCG(1, 2))
	fold := func(value any, o op.Opened) any {
		if o.Kind == trust.KindEpoch && o.Member.IsZero() {
			return trust.Remains(trust.Key, value, o)
		}
		return trust.Apply(trust.Key, value, o)
	}
	type way struct {
		value any
		ops   []op.Opened
	}
	ways := []way{{x.trust, nil}}
	for range 1500 { // each goes on from one before: many from the same
		from, o := ways[max(0, len(ways)-1-chance.IntN(20))], anyOf(x, chance)
		ways = append(ways, way{fold(from.value, o), append(slices.Clone(from.ops), o)})
	}
	for _, w := range ways[1:] {
		alone := any(laid(t).trust)
		for _, o := range w.ops {
			alone = fold(bare(alone.(*trust.Trust)), o)
		}
		got, want := w.value.(*trust.Trust).MarshalState(), alone.(*trust.Trust).MarshalState()
		if !bytes.Equal(got, want) {
			t.Fatalf("after %d, the last %s: %x, want %x", len(w.ops), w.ops[len(w.ops)-1].Kind, got, want)
		}
	}
}
