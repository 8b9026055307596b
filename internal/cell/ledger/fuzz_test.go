package ledger_test

import (
	"os"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/ledgertest"
	"celld/internal/op"
)

// FuzzApply lets operations of any content meet subjects of any kind: the fold
// is total, whatever came before.
func FuzzApply(f *testing.F) {
	f.Add([]byte{}, []byte{1}, uint64(0))
	f.Fuzz(func(t *testing.T, content, script []byte, time uint64) {
		s := ledgertest.State{"people": ledgertest.People{}}
		kinds := ledger.Kinds()
		for i, b := range script {
			if i > 32 {
				return
			}
			o := op.Opened{Kind: kinds[int(b)%len(kinds)], Content: content, Time: time, Clock: op.Clock(b % 5), Past: op.Past{}}
			o.Rank, o.Seq, o.Device = uint64(i+1), uint64(i+1), op.Device{1}
			o.Member[0] = b >> 6
			if i > 0 && b%3 > 0 {
				o.Subject = op.Ref{Device: op.Device{1}, Seq: uint64(1 + int(b)%i)}
			}
			_ = ledger.Judge(o, s)
			for _, k := range append(anyKeys(o), touchedBy(o, s)...) {
				s[k] = ledger.Apply(k, s[k], o)
			}
		}
		var j ledger.Journal
		for i := range script {
			o := op.Opened{Kind: kinds[int(script[i])%len(kinds)], Content: content}
			o.Seq = uint64(i + 1)
			j.Read(o)
		}
	})
}

func touchedBy(o op.Opened, s ledgertest.State) []string {
	keys, err := ledger.Touches(o, s)
	if err != nil {
		return nil
	}
	return keys
}

// anyKeys are subjects that o would never touch, and those it might.
func anyKeys(o op.Opened) (keys []string) {
	refs := []op.Ref{o.Ref, o.Thing(), {Device: op.Device{1}, Seq: 1}}
	for _, r := range refs {
		keys = append(keys, ledger.TxKey(r), ledger.PledgeKey(r), ledger.ExpenseKey(r), ledger.BucketKey(r),
			ledger.CountKey(r), ledger.ImportKey(r), ledger.MandateKey(r), ledger.AcctKey(ledger.Minutes, ledger.ProjectAccount(r)))
	}
	a := ledger.MemberAccount(op.Member{1})
	return append(keys, ledger.AcctKey(ledger.Minutes, a), ledger.GiftsKey(a), ledger.ClosedKey(a), "book", "tx/", "acct/", "nothing", "")
}

// FuzzUnmarshalState reads foreign snapshots; what reads writes the same bytes.
func FuzzUnmarshalState(f *testing.F) {
	f.Add("tx/x", op.MustMarshal(ledger.Tx{State: ledger.TxDone, Unit: ledger.Minutes}))
	f.Add("book", op.MustMarshal(ledger.Book{}))
	f.Add("acct/min/pool:common", op.MustMarshal(ledger.Holding{Balance: -5}))
	f.Fuzz(func(t *testing.T, key string, b []byte) {
		v, err := ledger.UnmarshalState(key, b)
		if err != nil {
			return
		}
		if again := v.(ledger.Value).MarshalState(); string(again) != string(b) {
			t.Fatalf("%x reads and writes %x", b, again)
		}
	})
}

func TestSeedsAreThere(t *testing.T) {
	for _, target := range []string{"FuzzApply", "FuzzUnmarshalState"} {
		seeds, err := os.ReadDir("testdata/fuzz/" + target)
		if err != nil || len(seeds) < 3 {
			t.Errorf("%s has %d seeds: %v", target, len(seeds), err)
		}
	}
}
