package oplog

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"celld/internal/cell"
	"celld/internal/op"
)

// History is what Verify reads.
type History interface {
	Each(from uint32, f func(pos uint32, operation []byte) error) error
	Chunk(name op.Chunk) ([]byte, error)
	Lister
}

// Report is what Verify found.
type Report struct {
	Cell       op.ID
	Operations uint32
	Logs       int
	Dropped    int // operations whose payload expired or was redacted
	Vouched    int // operations whose own signature fails, and a later one's does not
	Chunks     int
	Faulty     int
	Faults     []Fault // the first of them
}

// Fault is something that cannot be as its author wrote it.
type Fault struct {
	What string
	Err  error
}

func (f Fault) Error() string { return f.What + ": " + f.Err.Error() }

// maxFaults bounds a report: a log that is all wrong is told of soon enough.
const maxFaults = 20

// Verify believes nothing: it checks every operation's spelling, payload hash,
// link to the one before it, place in the graph and signature, or that of a later
// one linked to it, and the name of every chunk, from the storage alone. It changes
// nothing, needs no key, and may run while the log is written to. The error is the
// storage's own.
//
// told, if not nil, is called with the number of operations done, and stops it
// with an error.
func Verify(h History, told func(done uint32) error) (Report, error) {
	v := verifier{graph: op.NewGraph(), keys: map[op.Device]ed25519.PublicKey{}, doubts: map[op.Device][]uint32{}}
	err := h.Each(0, func(pos uint32, b []byte) error {
		if err := v.operation(pos, b); err != nil {
			v.fault(fmt.Sprintf("operation %d", pos), err)
		}
		v.report.Operations++
		if told == nil {
			return nil
		}
		return told(v.report.Operations)
	})
	v.doubted()
	if err == nil {
		err = v.chunks(h)
	}
	if err != nil {
		return v.report, fmt.Errorf("oplog: verify: %w", err)
	}
	v.report.Logs = len(v.graph.Devices())
	return v.report, nil
}

type verifier struct {
	graph  *op.Graph
	keys   map[op.Device]ed25519.PublicKey // from each log's first operation
	doubts map[op.Device][]uint32          // whose signature fails, until a later one vouches
	report Report
}

func (v *verifier) fault(what string, err error) {
	v.report.Faulty++
	if len(v.report.Faults) < maxFaults {
		v.report.Faults = append(v.report.Faults, Fault{what, err})
	}
}

func (v *verifier) operation(pos uint32, b []byte) error {
	o, err := op.Parse(b) // one spelling, and the payload's hash
	if err != nil {
		return err
	}
	if o.Payload == nil {
		v.report.Dropped++
	}
	if err := v.scope(pos, o); err != nil {
		return err
	}
	d := o.Header.Device
	if o.Header.Seq == 1 && v.keys[d] == nil {
		v.keys[d] = introduced(o).key
	}
	signature := o.Verify(v.keys[d])
	if signature != nil && !errors.Is(signature, op.ErrSignature) {
		return signature // the key is another one
	}
	if _, err = v.graph.Add(o); err != nil { // the link, and what it says it had seen
		return err
	}
	if v.doubts[d] = append(v.doubts[d], pos); signature == nil {
		v.report.Vouched += len(v.doubts[d]) - 1
		delete(v.doubts, d)
	}
	return nil
}

// doubted tells of what nobody has vouched for. Whoever relays an operation can spoil its
// signature, and it is authentic all the same (docs/protocol.md, 3) once more of its
// log is here: a backup of that must come back.
func (v *verifier) doubted() {
	for _, positions := range v.doubts {
		for _, pos := range positions {
			v.fault(fmt.Sprintf("operation %d", pos), op.ErrSignature)
		}
	}
}

// scope holds every operation to the cell that the first one founds.
func (v *verifier) scope(pos uint32, o op.Operation) error {
	founds := len(o.Header.Scope) == 0
	switch {
	case founds && pos == 0:
		v.report.Cell = o.ID
	case founds || pos == 0:
		return errors.New("a log begins with the founding of its cell, once")
	case op.Scope(o.Header.Scope) != op.CellScope(v.report.Cell):
		return fmt.Errorf("%v belongs to another cell", o.Ref())
	}
	return nil
}

func (v *verifier) chunks(h History) error {
	names, err := h.Chunks()
	if err != nil {
		return err
	}
	for _, name := range names {
		b, err := h.Chunk(name)
		if err != nil {
			return err
		}
		if sha256.Sum256(b) != name {
			v.fault(fmt.Sprintf("chunk %x", name[:4]), op.ErrSealed)
		}
	}
	v.report.Chunks = len(names)
	return nil
}

// ErrDiffers is returned by Recheck when memory and disk tell two stories.
var ErrDiffers = errors.New("oplog: the history adds up to another state than the one in memory")

// Recheck folds the history again, from the disk, and compares the digest with
// that of the state in memory. It returns ErrWaiting when something sealed has
// no key here, since then there is no digest to compare.
func (l *Log) Recheck() error {
	l.writer.Lock()
	defer l.writer.Unlock()
	state, left, err := l.fold(0, cell.New(history{l}))
	switch {
	case err != nil:
		return err
	case len(left) > 0 || l.Waiting() > 0:
		return ErrWaiting
	case state.Digest() != l.state.Load().Digest():
		return ErrDiffers
	}
	return nil
}
