package cell_test

import (
	"fmt"
	"testing"

	"celld/internal/cell/people"
	"celld/internal/op"
)

// names has two routers that are apart write so many names each, in turn, so that
// what the one writes belongs between what the other does.
func names(t testing.TB, n int) (here, there *replica) {
	w := newWorld(t, 3, 2)
	here, there = w.replica[0], w.replica[1]
	for i := range n {
		for j, x := range w.replica {
			m := w.members[j].id
			x.must(m, op.Draft{Kind: people.KindName, Content: people.Name{Member: m, Name: fmt.Sprint("Moss ", i)}})
		}
	}
	return here, there
}

// TestWhatComesLateIsFoldedOnce: to hear of many operations that belong between
// those that are held costs a few times as much as they are, not as many times as
// there are.
func TestWhatComesLateIsFoldedOnce(t *testing.T) {
	const n = 200
	here, there := names(t, n)
	here.loads, here.atOnce = 0, len(there.held)
	here.hear(there)
	here.apply()
	if list, _ := here.state.Value(people.Key).(*people.People); list == nil || here.loads > 4*n {
		t.Errorf("%d operations were read back for %d that came late", here.loads, n)
	}
}

// BenchmarkApart has a router hear of what was written elsewhere meanwhile, as
// much as it wrote itself, in batches as they come over the air.
func BenchmarkApart(b *testing.B) {
	const n = 300
	for b.Loop() {
		b.StopTimer()
		here, there := names(b, n)
		here.loads, here.atOnce = 0, 16
		b.StartTimer()
		here.hear(there)
		here.apply()
		b.ReportMetric(float64(here.loads)/n, "loads/op")
	}
}
