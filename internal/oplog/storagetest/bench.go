package storagetest

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// operationSize is what an operation of people's usually has.
const operationSize = 400

// BenchmarkAppend measures one acknowledged operation against the least that
// could be done: a write of as many bytes and an fsync, in the same directory,
// taking turns, so that a disk's moods hit both. "x-bare" is the ratio.
func BenchmarkAppend(b *testing.B, open Open) {
	dir := b.TempDir()
	e, err := open(dir)
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	operation := data(1, operationSize)

	var ours, bare time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := e.Append([][]byte{operation}, nil); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(start)
		start = time.Now()
		if _, err := f.Write(operation); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		bare += time.Since(start)
	}
	b.ReportMetric(float64(ours.Nanoseconds())/float64(b.N), "append-ns/op")
	b.ReportMetric(float64(bare.Nanoseconds())/float64(b.N), "bare-ns/op")
	b.ReportMetric(float64(ours)/float64(bare), "x-bare")
	size, err := e.Size()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(size)/float64(b.N*operationSize), "x-size")
}

// BenchmarkEach measures reading one operation of many in order.
func BenchmarkEach(b *testing.B, open Open) {
	e, err := open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	const many = 10_000
	var batch [][]byte
	for i := range many {
		batch = append(batch, data(uint64(i), operationSize))
	}
	if _, err := e.Append(batch, nil); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := e.Each(0, func(uint32, []byte) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*many), "ns/operation")
}
