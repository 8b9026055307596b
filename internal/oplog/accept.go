package oplog

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"celld/internal/cell"
	"celld/internal/op"
)

// isRefusal reports whether err is the law speaking, and not a fault.
func isRefusal(err error) bool {
	var r op.Refusal
	return errors.As(err, &r)
}

// Errors of what is offered at the door. None of them says anything of lawful.
var (
	ErrOtherCell = errors.New("oplog: the operation belongs to another cell")
	ErrStripped  = errors.New("oplog: the payload is missing, and had no time to go")
)

// Receipt tells what became of operations that were handed in together.
type Receipt struct {
	New     []op.Ref // taken in, and on disk
	Known   int      // here already
	Held    int      // remembered until more comes
	Refused []Refused
	// Forks are those that stand where another operation of the same log does,
	// signed by the log's own key.
	Forks []op.Operation
}

// Refused is one operation that was not taken in.
type Refused struct {
	Ref op.Ref
	Err error
}

// Accept takes in one operation that another router made: AcceptAll of one.
// op.ErrKnown and op.MissingError tell what a log has to know; op.ErrFork is a
// proof against its author.
func (l *Log) Accept(o op.Operation) error {
	l.writer.Lock()
	defer l.writer.Unlock()
	if err := l.authentic(o); err != nil {
		return err
	}
	l.index.RLock()
	_, err := l.graph.Try(o)
	l.index.RUnlock()
	if err != nil {
		return err
	}
	return l.admit([]op.Operation{o})
}

// AcceptAll takes in operations that another router made or passed on, in one
// append and one fsync. They must be authentic, each by its own signature or by
// that of a later one linked to it; lawful they need not be: an operation
// without effect stays in the log with its reason, refused alike everywhere.
// The error is the storage's own, and then nothing was taken.
func (l *Log) AcceptAll(ops []op.Operation) (Receipt, error) { return l.AcceptFrom(op.Device{}, ops) }

// AcceptFrom is AcceptAll of what that neighbour brought, who answers for it: what waits
// here and comes to nothing in the batch of another is told with its own next one.
func (l *Log) AcceptFrom(from op.Device, ops []op.Operation) (Receipt, error) {
	l.writer.Lock()
	defer l.writer.Unlock()
	a := arrival{log: l, from: from}
	a.Refused = l.held.pay(from)
	ops = a.own(append(l.held.take(), ops...)) // of ours now: what follows leaves out in place
	ops = a.authentic(ops)
	ops = a.placed(ops)
	if err := l.admit(ops); err != nil {
		return Receipt{}, err
	}
	for _, o := range ops {
		a.New = append(a.New, o.Ref())
	}
	a.Held = l.held.len()
	return a.Receipt, l.refoldWhole()
}

// arrival is one AcceptAll under way.
type arrival struct {
	Receipt
	log  *Log
	from op.Device
}

func (a *arrival) refuse(o op.Operation, err error) {
	r := Refused{o.Ref(), err}
	if by := a.log.held.broughtBy(o, a.from); by != a.from {
		a.log.held.owe(by, r)
		return
	}
	a.Refused = append(a.Refused, r)
}

// own leaves what belongs to this cell and has come whole, each once. Under another
// signature it is another copy: the one that is forged must not stand for the true one.
func (a *arrival) own(ops []op.Operation) []op.Operation {
	out := ops[:0]
	twice := make(map[signed]bool, len(ops))
	cell := a.log.expected()
	for _, o := range ops {
		switch {
		case !belongs(o, cell):
			a.refuse(o, ErrOtherCell)
		case o.Payload == nil && !passes(o.Header):
			a.refuse(o, ErrStripped)
		case twice[signedOf(o)]:
			a.Known++
		default:
			twice[signedOf(o)] = true
			out = append(out, a.log.aged(o))
		}
	}
	return out
}

// signed tells copies of an operation apart: its identity does not cover the signature.
type signed struct {
	id  op.ID
	sig [ed25519.SignatureSize]byte
}

func signedOf(o op.Operation) signed {
	_, sig := o.Signed()
	return signed{o.ID, [ed25519.SignatureSize]byte(sig)}
}

// expected is the cell whose history this is; zero while nobody knows.
func (l *Log) expected() op.ID {
	l.index.RLock()
	defer l.index.RUnlock()
	if l.id == (op.ID{}) {
		return l.expects
	}
	return l.id
}

// belongs reports whether o is of a cell; to none, any.
func belongs(o op.Operation, cell op.ID) bool {
	return cell == (op.ID{}) || bytes.Equal(o.Header.Scope, cell[:]) || o.ID == cell
}

// aged drops a payload that comes after its time.
func (l *Log) aged(o op.Operation) op.Operation {
	due := dated(o.Header).due
	if now, quality := l.clock(); passes(o.Header) && due != 0 && o.Header.Expires != op.AtWill && quality.Trusted() && now >= due {
		return o.WithoutPayload()
	}
	return o
}

// authentic leaves what somebody's signature vouches for, known ones included,
// in the order of ops.
func (a *arrival) authentic(ops []op.Operation) []op.Operation {
	runs := map[op.Device][]candidate{}
	good := make([]bool, len(ops))
	for i := range ops {
		d := ops[i].Header.Device
		runs[d] = append(runs[d], candidate{&ops[i], &good[i]})
	}
	for d, list := range runs {
		sort.SliceStable(list, func(i, j int) bool { return list[i].Header.Seq < list[j].Header.Seq })
		a.vouched(d, list)
	}
	out := ops[:0]
	for i, o := range ops {
		if good[i] {
			out = append(out, o)
		}
	}
	return out
}

// candidate is an operation for which a signature is sought.
type candidate struct {
	*op.Operation
	good *bool
}

// vouched goes through the candidates for one log, longest row first: one
// signature check a row of linked operations, when its head holds.
func (a *arrival) vouched(d op.Device, list []candidate) {
	for len(list) > 0 {
		n := linked(list)
		a.row(d, list[:n])
		list = list[n:]
	}
}

// linked counts how many operations at the front follow from each other.
func linked(list []candidate) int {
	n := 1
	for n < len(list) && list[n].Header.Seq == list[n-1].Header.Seq+1 && op.ID(list[n].Header.Prev) == list[n-1].ID {
		n++
	}
	return n
}

// checksARow bounds the work that a row of bad signatures makes us do.
const checksARow = 8

// row finds the last operation whose own signature holds: it vouches for those
// before it, and what comes after is held until a later one vouches for it.
func (a *arrival) row(d op.Device, row []candidate) {
	last := newest(row, a.log.keyFor(d, *row[0].Operation))
	for i, o := range row {
		if *o.good = i <= last; i > last && !a.log.held.put(*o.Operation, a.from) {
			a.refuse(*o.Operation, op.ErrSignature)
		}
	}
}

// newest looks for it from the end. When that cost as much as anybody may cost us, it
// halves what is left: a true beginning is not to wait for a forged end.
func newest(row []candidate, key []byte) int {
	end := max(0, len(row)-checksARow)
	for i := len(row) - 1; i >= end; i-- {
		if row[i].Verify(key) == nil {
			return i
		}
	}
	good := -1
	for end-good > 1 {
		if middle := (good + end) / 2; row[middle].Verify(key) == nil {
			good = middle
		} else {
			end = middle
		}
	}
	return good
}

// keyFor returns the key of a log, which its first operation brings along.
func (l *Log) keyFor(d op.Device, first op.Operation) (key []byte) {
	l.index.RLock()
	who, known := l.authors[d]
	l.index.RUnlock()
	if !known && first.Header.Seq == 1 {
		who = introduced(first)
	}
	return who.key
}

// placed leaves what has a place in the graph, in an order that it takes.
func (a *arrival) placed(ops []op.Operation) []op.Operation {
	a.log.index.Lock()
	fit, why := a.log.graph.TryAll(ops)
	a.log.index.Unlock()
	var missing op.MissingError
	for i, o := range ops {
		switch err := why[i]; {
		case err == nil:
		case errors.Is(err, op.ErrKnown):
			a.Known++
		case errors.As(err, &missing):
			if !a.log.held.put(o, a.from) {
				a.refuse(o, err)
			}
		default:
			a.refuse(o, err)
			a.suspect(o, err)
		}
	}
	return fit
}

// suspect notes a second operation for one place.
func (a *arrival) suspect(o op.Operation, err error) {
	if !errors.Is(err, op.ErrFork) || a.log.authentic(o) != nil {
		return
	}
	if twin, err := a.log.Stored(o.Ref()); err == nil && twin.ID != o.ID {
		a.Forks = append(a.Forks, o)
	}
}

// admit makes authentic operations that have a place durable, and folds them.
func (l *Log) admit(ops []op.Operation) error {
	if len(ops) == 0 {
		return nil
	}
	encoded := make([][]byte, len(ops))
	for i, o := range ops {
		encoded[i] = o.Encode()
	}
	pos, err := l.storage.Append(encoded, nil)
	if err != nil {
		return fmt.Errorf("oplog: append: %w", err)
	}
	for i, o := range ops {
		if err := l.place(pos+uint32(i), o); err != nil {
			return err
		}
	}
	return l.absorb(ops)
}

// absorb folds operations that are on disk. What comes may bring the key to
// what waits, here or further back.
func (l *Log) absorb(ops []op.Operation) error {
	f := folding{log: l, waiting: l.Waiting()}
	for _, o := range ops {
		if err := f.add(o); err != nil {
			return err
		}
	}
	f.flush()
	if late, err := f.late(l.count - uint32(len(ops))); err != nil || late {
		return errors.Join(err, l.refold())
	}
	l.left = append(l.left, f.left...)
	l.publish(f.state.Passed(f.gone.all, f.gone.public).Settle(), f.waiting)
	return nil
}

// folding adds operations to the present state, in batches.
type folding struct {
	log     *Log
	state   *cell.State
	batch   []op.Opened
	seen    pasts
	gone    passed
	waiting int
	left    []op.Ref
	opened  []op.Epoch        // that were not open before
	missed  map[op.Epoch]bool // under which something came before its key did
}

// late reports whether something is sealed under an epoch that opened since and was left
// out, here or before that position. Other epochs may have opened, and other things wait.
func (f *folding) late(position uint32) (late bool, err error) {
	if len(f.opened) == 0 || f.waiting == 0 {
		return false, nil
	}
	if slices.ContainsFunc(f.opened, func(e op.Epoch) bool { return f.missed[e] }) {
		return true, nil
	}
	err = f.log.storage.Each(0, func(pos uint32, b []byte) error {
		if late || pos >= position {
			return errEnough
		}
		o, err := op.Parse(b)
		late = err == nil && slices.Contains(f.opened, o.Header.EpochID())
		return err
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return late, err
}

// add folds one operation. What is sealed under an epoch that the batch before
// it opens has to be tried after that.
func (f *folding) add(o op.Operation) error {
	opened, err := f.log.open(o)
	if errors.Is(err, ErrWaiting) && f.flush() {
		opened, err = f.log.open(o)
	}
	switch {
	case f.gone.count(o, err):
		return nil
	case errors.Is(err, ErrWaiting), errors.Is(err, ErrDropped):
		f.waiting++
		f.left = append(f.left, o.Ref())
		if f.missed == nil {
			f.missed = map[op.Epoch]bool{}
		}
		f.missed[o.Header.EpochID()] = true
		return nil
	case err != nil:
		return err
	}
	if f.batch = append(f.batch, opened); f.seen.full(opened, len(f.batch)) {
		f.flush()
	}
	return nil
}

// flush applies the batch, and reports whether it opened an epoch.
func (f *folding) flush() bool {
	if f.state == nil {
		f.state = f.log.state.Load()
	}
	if len(f.batch) == 0 {
		return false
	}
	f.state, _ = f.state.Apply(f.batch...)
	public := slices.ContainsFunc(f.batch, func(o op.Opened) bool { return o.Kind.Public() })
	f.batch, f.seen = nil, 0
	if !public {
		return false
	}
	fresh := f.log.unwrap(f.state)
	f.opened = append(f.opened, fresh...)
	return len(fresh) > 0
}

// refold folds the whole history again, with what can be opened now.
func (l *Log) refold() error {
	began := time.Now()
	defer func() { l.refolded, l.refolding = time.Now(), time.Since(began) }()
	l.needs.clear()
	state, left, err := l.fold(0, cell.New(history{l}))
	if err == nil {
		l.left = left
		l.publish(state, len(left))
	}
	return err
}

// refoldWhole folds again when chunks have made something whole.
func (l *Log) refoldWhole() error {
	if !l.ripe() {
		return nil
	}
	return l.refold()
}

// authentic checks scope and signature. The first operation of a log brings
// its key with it, and the name of the device is the key's own hash.
func (l *Log) authentic(o op.Operation) error {
	if !belongs(o, l.expected()) {
		return fmt.Errorf("%w: %v", ErrOtherCell, o.Ref())
	}
	return o.Verify(l.keyFor(o.Header.Device, o))
}
