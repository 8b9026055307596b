package replication_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
	"celld/internal/replication"
)

// TestRunsAreReadByHandAsByReflection: what the codec of all else reads of a Run
// frame, or refuses, the one that is quick reads and refuses, too.
func TestRunsAreReadByHandAsByReflection(t *testing.T) {
	x, _, _ := heavy(t, 60, 0)
	var ops []op.Operation
	next := x.log.Lacking(nil)
	for o, ok, _ := next(); ok; o, ok, _ = next() {
		if o.Header.Seq == 3 {
			o = o.WithoutPayload()
		}
		ops = append(ops, o)
	}
	var bodies [][]byte
	for _, b := range replication.PackAll(ops) {
		f, err := replication.ParseFrame(b)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, f.Body)
	}
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(rapid.SampledFrom(bodies).Draw(t, "frame"))
		for range rapid.IntRange(0, 2).Draw(t, "changes") {
			at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
			switch rapid.IntRange(0, 2).Draw(t, "change") {
			case 0:
				b[at] = rapid.Byte().Draw(t, "byte")
			case 1:
				b = slices.Delete(b, at, at+1)
			case 2:
				b = slices.Insert(b, at, rapid.Byte().Draw(t, "more"))
			}
		}
		got, err := replication.DecodeRuns(b)
		var want replication.Runs
		if err == nil && (op.Unmarshal(b, &want) != nil || !reflect.DeepEqual(got, want)) {
			t.Fatalf("%x is %+v by hand, %+v by reflection", b, got, want)
		}
		if err != nil && op.Unmarshal(b, &want) == nil && replication.Sound(want) {
			t.Fatalf("%x is refused, and is %+v", b, want)
		}
	})
}
