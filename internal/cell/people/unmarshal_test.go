package people_test

import (
	"bytes"
	"os"
	"testing"

	"celld/internal/cell/people"
	"celld/internal/op"
)

// FuzzUnmarshal reads foreign values; what reads writes the same bytes, and can
// be asked anything.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := people.Unmarshal(b)
		if err != nil {
			return
		}
		if !bytes.Equal(v.MarshalState(), b) {
			t.Fatalf("%x has another spelling", b)
		}
		for _, p := range v.Persons {
			v.Name(p.Member)
			v.Away(p.Member)
			v.LostBy(p.Member, nil)
		}
	})
}

func TestAValueIsReadBack(t *testing.T) {
	var v any
	for i, o := range []op.Opened{
		{Kind: people.KindCell, Content: op.MustMarshal(people.CellName{Name: "Mill Lane"})},
		{Kind: people.KindName, Content: op.MustMarshal(people.Name{Member: op.Member{1}, Name: "Moss"})},
		{Kind: people.KindAway, Member: op.Member{1}},
		{Kind: people.KindInvite, Member: op.Member{1}, Content: op.MustMarshal(people.Invite{Code: [32]byte{7}})},
		{Kind: people.KindRequest, Content: op.MustMarshal(people.Request{Code: [32]byte{7}, Name: "Reed", Member: op.Member{2}})},
		{Kind: people.KindCalendar, Member: op.Member{1}, Content: op.MustMarshal(people.Calendar{Code: [32]byte{8}})},
		{Kind: people.KindPages, Member: op.Member{1}, Content: op.MustMarshal(people.Calendar{Code: [32]byte{9}})},
		{Kind: people.KindLost, Content: op.MustMarshal(people.Lost{Member: op.Member{1}})},
	} {
		o.Ref = op.Ref{Device: op.Device{1}, Seq: uint64(i + 1)}
		v = people.Apply(people.Key, v, o)
	}
	b := v.(*people.People).MarshalState()
	again, err := people.Unmarshal(b)
	if err != nil || !bytes.Equal(again.MarshalState(), b) {
		t.Fatalf("%v: %x, want %x", err, again.MarshalState(), b)
	}
	if again.Cell != "Mill Lane" || len(again.Requests) != 1 || len(again.Lost) != 1 || !again.Away(op.Member{1}) || !again.Subscribes(op.Member{1}) || !again.ReadsPages(op.Member{1}) {
		t.Errorf("%+v", again)
	}
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzUnmarshal"); err != nil || len(seeds) < 3 {
		t.Errorf("%d seeds: %v", len(seeds), err)
	}
}
