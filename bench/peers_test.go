package bench

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"math/big"
	mrand "math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip77/negentropy"
	"github.com/nbd-wtf/go-nostr/nip77/negentropy/storage/vector"
	"github.com/pion/dtls/v3"
	dtlsnet "github.com/pion/dtls/v3/pkg/net"
	"github.com/pion/logging"
	"github.com/pion/sctp"

	"celld/internal/op"
	"celld/internal/replication"
)

// air is a pair of sockets that lose and delay, in real time.
type air struct {
	net.Conn
	to    *net.UDPAddr
	loss  float64
	bytes *atomic.Int64
}

const roundTrip = 10 * time.Millisecond

func (a *air) Write(b []byte) (int, error) {
	a.bytes.Add(int64(len(b)))
	if mrand.Float64() < a.loss {
		return len(b), nil
	}
	sent := append([]byte{}, b...)
	time.AfterFunc(roundTrip/2, func() { _, _ = a.Conn.Write(sent) })
	return len(b), nil
}

func newAir(t testing.TB, loss float64) (p, q *air, bytes *atomic.Int64) {
	t.Helper()
	if rig != "" {
		lose(t, loss)
		loss = 0 // is the kernel's
	}
	bytes = &atomic.Int64{}
	one := in(t, 1, func() (*net.UDPConn, error) { return net.ListenUDP("udp4", &net.UDPAddr{IP: address(1)}) })
	at := one.LocalAddr().(*net.UDPAddr)
	two := in(t, 2, func() (*net.UDPConn, error) { return net.DialUDP("udp4", &net.UDPAddr{IP: address(2)}, at) })
	back := two.LocalAddr().(*net.UDPAddr)
	one.Close()
	connected := in(t, 1, func() (*net.UDPConn, error) { return net.DialUDP("udp4", at, back) })
	t.Cleanup(func() { connected.Close(); two.Close() })
	return &air{Conn: connected, loss: loss, bytes: bytes}, &air{Conn: two, loss: loss, bytes: bytes}, bytes
}

// link is one end of a DTLS connection.
type link struct {
	*dtls.Conn
	key     ed25519.PublicKey
	dialled bool
}

func (l link) Key() ed25519.PublicKey { return l.key }
func (l link) Address() string        { return "air" }
func (l link) Dialled() bool          { return l.dialled }

// counted is a link that counts what is said besides operations: what it costs
// to find out which are lacking, and to say that they have come.
type counted struct {
	link
	besides *atomic.Int64
}

// record is what DTLS puts around a frame.
const record = 13 + 16

func (c counted) Write(b []byte) (int, error) {
	if f, err := replication.ParseFrame(b); err == nil && f.Kind.Class() != replication.Operations {
		c.besides.Add(int64(len(b)) + record)
	}
	return c.link.Write(b)
}

// secured shakes hands over an air.
func secured(t testing.TB, x, y ed25519.PrivateKey, loss float64) (a, b link, bytes *atomic.Int64) {
	t.Helper()
	p, q, bytes := newAir(t, loss)
	serves := []dtls.ServerOption{dtls.WithCertificates(certificate(x)), dtls.WithClientAuth(dtls.RequireAnyClientCert), dtls.WithInsecureSkipVerify(true)}
	dials := []dtls.ClientOption{dtls.WithCertificates(certificate(y)), dtls.WithInsecureSkipVerify(true)}
	for _, o := range replication.Repeats() {
		serves, dials = append(serves, o), append(dials, o)
	}
	server, err := dtls.ServerWithOptions(dtlsnet.PacketConnFromConn(p), p.RemoteAddr(), serves...)
	if err != nil {
		t.Fatal(err)
	}
	client, err := dtls.ClientWithOptions(dtlsnet.PacketConnFromConn(q), q.RemoteAddr(), dials...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- server.HandshakeContext(ctx) }()
	if err := client.HandshakeContext(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return link{server, public(y), false}, link{client, public(x), true}, bytes
}

func certificate(key crypto.Signer) tls.Certificate {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<37, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// ours brings what y lacks of a history to it, and returns how long that took
// from the end of the handshake on, how many bytes were sent, and how many of
// them besides operations.
func ours(t testing.TB, all []op.Operation, cell op.ID, held []op.Operation, loss float64) (took time.Duration, sent, besides int64) {
	x, y := newRouter("x", cell, all), newRouter("y", cell, held)
	a, b, bytes := secured(t, x.key, y.key, loss)
	before := bytes.Load()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	began := time.Now()
	var other atomic.Int64
	wg.Go(func() { _ = x.room.Talk(ctx, counted{a, &other}) })
	wg.Go(func() { _ = y.room.Talk(ctx, counted{b, &other}) })
	for next := y.log.Changed(); count(y) < len(all); next = y.log.Changed() {
		<-next
	}
	took, sent, besides = time.Since(began), bytes.Load()-before, other.Load()
	cancel()
	wg.Wait()
	return took, sent, besides
}

func count(x *router) (n int) {
	for _, seq := range x.log.Heads() {
		n += int(seq)
	}
	return n
}

// overSCTP sends n bytes one way over an SCTP stream on the same DTLS, and
// returns how long that took, or most if it was not done by then.
func overSCTP(t testing.TB, n int, loss float64, most time.Duration) time.Duration {
	a, b, _ := secured(t, keyOf("x"), keyOf("y"), loss)
	quiet := logging.NewDefaultLoggerFactory()
	quiet.Writer, quiet.DefaultLogLevel = os.Stderr, logging.LogLevelDisabled
	type end struct {
		*sctp.Association
		err error
	}
	accepted := make(chan end, 1)
	go func() {
		s, err := sctp.Server(sctp.Config{NetConn: a, LoggerFactory: quiet})
		accepted <- end{s, err}
	}()
	client, err := sctp.Client(sctp.Config{NetConn: b, LoggerFactory: quiet})
	server := <-accepted
	if err != nil || server.err != nil {
		t.Fatal(err, server.err)
	}
	began := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s, err := server.AcceptStream()
		if err != nil {
			return
		}
		buffer := make([]byte, 4096)
		for got := 0; got < n; {
			k, err := s.Read(buffer)
			if err != nil {
				return
			}
			got += k
		}
	}()
	s, err := client.OpenStream(1, sctp.PayloadTypeWebRTCBinary)
	if err != nil {
		t.Fatal(err)
	}
	for left := n; left > 0; left -= 1000 {
		if _, err := s.Write(make([]byte, min(left, 1000))); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-done:
	case <-time.After(most):
	}
	took := time.Since(began)
	client.Close()
	server.Close()
	return took
}

// overNegentropy counts the bytes of a reconciliation by its reference in Go,
// without the operations themselves. It sorts by time: what is new may be the
// newest, or lie between what is known, as after a partition.
func overNegentropy(t testing.TB, all, held []op.Operation, spread bool) (sent int, found int) {
	fill := func(ops []op.Operation) *negentropy.Negentropy {
		v := vector.New()
		for _, o := range ops {
			at := nostr.Timestamp(o.Header.Time)
			if spread {
				at = nostr.Timestamp(binary.BigEndian.Uint32(o.ID[:]) >> 4)
			}
			v.Insert(at, o.ID.String())
		}
		v.Seal()
		return negentropy.New(v, 1<<20)
	}
	x, y := fill(all), fill(held)
	var wg sync.WaitGroup
	drain := func(ids chan string, n *int) {
		wg.Go(func() {
			for range ids {
				*n++
			}
		})
	}
	var more int
	drain(y.HaveNots, &found)
	drain(y.Haves, &more)
	message := y.Start()
	for message != "" {
		sent += len(message) / 2
		answer, err := x.Reconcile(message)
		if err != nil {
			t.Fatal(err)
		}
		sent += len(answer) / 2
		if message, err = y.Reconcile(answer); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	return sent, found
}

// BenchmarkBytes is what is said when a hundred operations, spread over eleven
// logs, are new among many. Negentropy counts without frames around its messages
// and without the operations, ours with all that is around what is said besides.
func BenchmarkBytes(b *testing.B) {
	first := 0.0
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			if testing.Short() && n > 10_000 {
				return // cells of 100 000 operations were not asked for
			}
			cell, ops := history(n)
			held := ops[:len(ops)-100]
			full, own := 0, 0
			for i, o := range ops {
				full += 2 * len(o.Encode())
				if i >= len(held) {
					own += len(o.Encode())
				}
			}
			_, sent, besides := ours(b, ops, cell, held, 0)
			newest, found := overNegentropy(b, ops, held, false)
			spread, also := overNegentropy(b, ops, held, true)
			if found != 100 || also != 100 {
				b.Fatalf("negentropy found %d and %d", found, also)
			}
			if first == 0 {
				first = float64(besides)
			}
			b.ReportMetric(float64(besides), "B/ours-without-data")
			b.ReportMetric(float64(newest), "B/negentropy-newest-without-data")
			b.ReportMetric(float64(spread), "B/negentropy-spread-without-data")
			b.ReportMetric(float64(spread)/float64(besides), "x-negentropy")
			b.ReportMetric(float64(besides)/first, "x-1000")
			b.ReportMetric(float64(full)/float64(sent), "x-fullstate")
			b.ReportMetric(float64(sent)/float64(own), "x-own-bytes")
		})
	}
}

// BenchmarkLoss brings 400 kB of operations over bad air, and as many bytes by
// SCTP, in turn; of five times the middle one counts.
func BenchmarkLoss(b *testing.B) {
	cell, ops := history(1100)
	n := 0
	for _, o := range ops[11:] {
		n += len(o.Encode())
	}
	for _, loss := range []float64{0, 0.01, 0.05, 0.1} {
		b.Run(fmt.Sprintf("%v-percent", loss*100), func(b *testing.B) {
			var mine, theirs []float64
			for range max(b.N, 5) {
				took, _, _ := ours(b, ops, cell, ops[:11], loss)
				mine = append(mine, took.Seconds())
				theirs = append(theirs, overSCTP(b, n, loss, 45*time.Second).Seconds())
			}
			slices.Sort(mine)
			slices.Sort(theirs)
			middle := len(mine) / 2
			b.ReportMetric(mine[middle], "s/ours")
			b.ReportMetric(theirs[middle], "s/sctp")
			b.ReportMetric(theirs[middle]/mine[middle], "x-sctp")
		})
	}
}

// BenchmarkHandshake shakes hands fifty times over air that loses a fifth, each
// within ten seconds or not at all.
func BenchmarkHandshake(b *testing.B) {
	var all []time.Duration
	for range b.N {
		for range 50 {
			began := time.Now()
			p, q, _ := secured(b, keyOf("x"), keyOf("y"), 0.2)
			all = append(all, time.Since(began))
			p.Close()
			q.Close()
		}
	}
	slices.Sort(all)
	b.ReportMetric(all[len(all)/2].Seconds(), "s/median")
	b.ReportMetric(all[len(all)-1].Seconds(), "s/max")
	if worst := all[len(all)-1]; worst > 10*time.Second {
		b.Errorf("a handshake took %v", worst)
	}
}
