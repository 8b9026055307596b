package trust_test

import (
	"bytes"
	"os"
	"testing"

	"celld/internal/cell/trust"
	"celld/internal/op"
)

// FuzzUnmarshal reads foreign values; what reads writes the same bytes, and can
// be asked anything.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := trust.Unmarshal(b)
		if err != nil {
			return
		}
		if !bytes.Equal(v.MarshalState(), b) {
			t.Fatalf("%x has another spelling", b)
		}
		v.Usable()
		for _, m := range v.Members {
			v.Reads(trust.Recipient(m.ID))
			v.Enough(trust.Act{Member: m.ID})
		}
		for _, d := range v.Devices {
			v.May(d.Name)
		}
	})
}

func TestAValueIsReadBack(t *testing.T) {
	x := circleOf(t)
	x.assent(t, x.act, x.others...)
	x.do(t, "", 1000, trust.KindAnnounce, x.others[0], x.act)
	b := x.trust.MarshalState()
	again, err := trust.Unmarshal(b)
	if err != nil || !bytes.Equal(again.MarshalState(), b) {
		t.Fatalf("%v: %x, want %x", err, again.MarshalState(), b)
	}
	if len(again.Active()) != 4 || !again.Enough(x.act) {
		t.Errorf("%+v", again)
	}
	short := *again
	short.Members = append([]trust.Member(nil), short.Members...)
	short.Members[0].Identity = short.Members[0].Identity[:31]
	if _, err := trust.Unmarshal(op.MustMarshal(short)); err == nil {
		t.Error("a key of 31 bytes was taken: the next signature would end the program")
	}
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzUnmarshal"); err != nil || len(seeds) < 3 {
		t.Errorf("%d seeds: %v", len(seeds), err)
	}
}

// TestAListAsLongAsItHasBecomeIsReadBack: one member can say yes to as many things as they
// like, and a value that is not read back keeps the cell from ever having a snapshot.
func TestAListAsLongAsItHasBecomeIsReadBack(t *testing.T) {
	x := circleOf(t)
	long := *x.trust
	for i := range 5000 {
		long.Assents = append(long.Assents, trust.Assents{Act: [32]byte{byte(i), byte(i >> 8)}, By: []op.Member{{1}}})
	}
	if again, err := trust.Unmarshal(long.MarshalState()); err != nil || len(again.Assents) != len(long.Assents) {
		t.Error(err)
	}
}
