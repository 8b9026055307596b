package op

import (
	"fmt"
	"testing"
)

// A usual operation: some hundred bytes of what somebody wrote, sealed.
func usual() (Operation, Secret) {
	secret := Secret{7}
	body := Body{Kind: "round.stance", Subject: Ref{Device(filler(8)), 300}, Content: filler(150)}
	return mustSign(full(), Seal(full(), secret, [16]byte{1}, body.Bytes()), "ada"), secret
}

// BenchmarkVerify is the measure of the others: no replay is faster than its
// signatures.
func BenchmarkVerify(b *testing.B) {
	o, _ := usual()
	key := publicOf(keyOf("ada"))
	for b.Loop() {
		if err := o.Verify(key); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	o, _ := usual()
	for b.Loop() {
		mustSign(full(), o.Payload, "ada")
	}
}

func BenchmarkParse(b *testing.B) {
	o, _ := usual()
	encoded := o.Encode()
	for b.Loop() {
		if _, err := Parse(encoded); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	o, secret := usual()
	for b.Loop() {
		body, err := Open(o.Header, secret, o.Payload)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := ParseBody(body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGraph adds a thousand operations of ten devices that meet all the
// time, and asks each for its past.
func BenchmarkGraph(b *testing.B) {
	var h history
	one := &router{name: "one", graph: NewGraph()}
	writers := make([]*router, 10)
	for i := range writers {
		writers[i] = &router{name: fmt.Sprint("writer ", i), graph: one.graph} // one router, ten members
	}
	for i := range 1000 {
		h.write(writers[i*7%10])
	}
	for b.Loop() {
		g := NewGraph()
		for _, o := range h.all {
			if _, err := g.Add(o); err != nil {
				b.Fatal(err)
			}
			g.Past(o.Ref())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(h.all)), "ns/operation")
}
