package oplog_test

import (
	"crypto/ed25519"
	"fmt"
	"runtime"
	"testing"
	"time"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
)

// filled is a cell of three with n operations: transfers and their yes, and a
// round for every ten of them.
func filled(b testing.TB, n int) (*oplog.Log, *memory, *keys, []op.Author) {
	l, disk, k, moss := founded(b)
	return l, disk, k, fill(b, l, disk, k, moss, n)
}

// fill seats two more and goes on until there are n operations.
func fill(b testing.TB, l *oplog.Log, disk *memory, k *keys, moss op.Author, n int) []op.Author {
	authors := []op.Author{moss}
	for i := range 2 {
		authors = append(authors, seated(b, l, k, moss, byte(i+2)))
	}
	for i := 0; len(disk.ops) < n; i++ {
		from, to := authors[i%3], authors[(i+1)%3]
		refs, err := l.Submit(from, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{Unit: ledger.Minutes,
			From: ledger.MemberAccount(from.Member), To: ledger.MemberAccount(to.Member), Amount: 10, Note: fmt.Sprintf("Help no. %d", i)}})
		if err == nil {
			_, err = l.Submit(to, op.Draft{Kind: ledger.KindSign, Subject: refs[0]})
		}
		if err == nil && i%5 == 0 {
			err = decided(l, authors, i)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	return authors
}

// decided plays a plain round to its end.
func decided(l *oplog.Log, authors []op.Author, i int) error {
	a, err := consent.Open(l.State().Now(), authors[0].Member, consent.Opening{Class: consent.Routine,
		Text: consent.Text{What: fmt.Sprintf("Thing no. %d that we might do together on Thursdays", i), Why: "Because somebody asked for it twice already."}})
	if err != nil {
		return err
	}
	refs, err := l.Submit(authors[0], op.Draft{Kind: consent.KindOpen, Content: &a})
	if err != nil {
		return err
	}
	r := l.State().Value(consent.Key(refs[0])).(*consent.Round)
	for _, by := range authors {
		_, err = l.Submit(by, op.Draft{Kind: consent.KindSpeak, Subject: refs[0], Content: &consent.Speak{Text: r.Current, Stance: consent.Consent}},
			op.Draft{Kind: consent.KindAdopt, Subject: refs[0], Content: &consent.Adopt{Text: r.Current}, Try: true})
		if err != nil {
			return err
		}
	}
	return nil
}

// seated admits one more member with a device of their own.
func seated(b testing.TB, l *oplog.Log, k *keys, by op.Author, n byte) op.Author {
	identity, private, _ := ed25519.GenerateKey(nil)
	pub, dev := k.device()
	m := op.Member{n}
	router := l.State().Value(trust.Key).(*trust.Trust).Routers[0].Name
	if _, err := l.Submit(by, op.Draft{Kind: trust.KindAdmit, Content: trust.Admit{Member: m, Identity: identity, Opening: make([]byte, 32)}}); err != nil {
		b.Fatal(err)
	}
	grant := op.Statement{Verb: op.VerbGrant, Cell: l.Cell(), Member: m, Key: pub, Router: router}
	return op.Author{Member: m, Device: dev, Open: op.MustMarshal(trust.Open{Key: pub, Member: m, Router: router, Grant: ed25519.Sign(private, grant.Bytes())})}
}

// sizes are how many operations the logs have that are measured.
func sizes() []int {
	if testing.Short() {
		return []int{1000, 10_000}
	}
	return []int{1000, 10_000, 100_000}
}

// aCheck is how long one signature check takes here and now.
func aCheck(b *testing.B) time.Duration {
	b.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		b.Fatal(err)
	}
	message := make([]byte, 400)
	signature := ed25519.Sign(private, message)
	const often = 200
	began := time.Now()
	for range often {
		if !ed25519.Verify(public, message, signature) {
			b.Fatal("a signature that does not verify")
		}
	}
	return time.Since(began) / often
}

// BenchmarkReplay opens a log and folds it, an operation at a time, against
// one signature check.
func BenchmarkReplay(b *testing.B) {
	for _, n := range sizes() {
		_, disk, k, _ := filled(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for range b.N {
				if _, err := oplog.Open(disk, k, func() (uint64, op.Clock) { return 0, 0 }); err != nil {
					b.Fatal(err)
				}
			}
			each := float64(b.Elapsed().Nanoseconds()) / float64(b.N*len(disk.ops))
			b.ReportMetric(each, "ns/operation")
			b.ReportMetric(each/float64(aCheck(b).Nanoseconds()), "x-verify")
		})
	}
}

// BenchmarkState tells how much memory a state holds.
func BenchmarkState(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			_, disk, k, _ := filled(b, n)
			var l *oplog.Log
			before := heap()
			for range b.N {
				l, _ = oplog.Open(disk, k, func() (uint64, op.Clock) { return 0, 0 })
			}
			b.ReportMetric(float64(heap()-before), "B/state")
			runtime.KeepAlive(l)
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkSubmit makes one operation on a disk that costs nothing.
func BenchmarkSubmit(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		l, _, _, authors := filled(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for i := range b.N {
				from, to := authors[i%3], authors[(i+1)%3]
				refs, err := l.Submit(from, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{Unit: ledger.Minutes,
					From: ledger.MemberAccount(from.Member), To: ledger.MemberAccount(to.Member), Amount: 10}})
				if err == nil {
					_, err = l.Submit(from, op.Draft{Kind: ledger.KindErase, Subject: refs[0]})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
