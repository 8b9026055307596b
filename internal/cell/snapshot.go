package cell

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"

	"celld/internal/op"
)

// A snapshot is a State as bytes, for the router that wrote it and nobody else:
// replay gives the same State, only slower. In this order stand, as package
// op's Reader takes them apart: the devices by number; how many operations
// were applied, how many of them public, how many had a time to go, and whether
// a log is forked; the logs
// that were closed; the refusals; the subjects on the boards, and the runs.

// errSnapshot is returned for bytes that no State wrote.
var errSnapshot = errors.New("cell: not the bytes of a state")

// What a subject's value is.
const (
	valueNone byte = iota
	valueDigest
	valueWhole
)

// Snapshot writes the state down. It fails where a value could not be read
// back; then there can be no snapshot of it.
func (s *State) Snapshot() ([]byte, error) {
	b := binary.AppendUvarint(nil, uint64(len(s.devices.names)))
	for _, d := range s.devices.names {
		b = append(b, d[:]...)
	}
	b = binary.AppendUvarint(b, uint64(s.applied))
	b = binary.AppendUvarint(b, uint64(s.public))
	b = binary.AppendUvarint(b, uint64(s.passing))
	b = binary.AppendUvarint(b, number1(s.forked))
	b = binary.AppendUvarint(b, uint64(len(s.closed)))
	devices := slices.Collect(maps.Keys(s.closed))
	sort.Slice(devices, func(i, j int) bool { return compareDevices(devices[i], devices[j]) < 0 })
	for _, d := range devices {
		b = binary.AppendUvarint(append(b, d[:]...), s.closed[d])
	}
	b = s.refused.append(b)
	keys := s.shelf.keys()
	b = binary.AppendUvarint(b, uint64(len(keys)))
	for _, key := range keys {
		var err error
		if b, err = s.shelf.get(key).append(b, key); err != nil {
			return nil, err
		}
	}
	b = binary.AppendUvarint(b, uint64(len(s.shelf.cold.runs)))
	for _, r := range s.shelf.cold.runs {
		b = binary.AppendUvarint(b, uint64(r.count))
		b = op.AppendField(b, r.data)
	}
	return b, nil
}

func number1(yes bool) uint64 {
	if yes {
		return 1
	}
	return 0
}

func compareDevices(a, b op.Device) int { return bytes.Compare(a[:], b[:]) }

func compareRefs(a, b op.Ref) int {
	return cmp.Or(compareDevices(a.Device, b.Device), cmp.Compare(a.Seq, b.Seq))
}

// append writes the refusals. What belonged into the sentence stays as text.
func (r refusals) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(r.all)))
	refs := slices.Collect(maps.Keys(r.all))
	sort.Slice(refs, func(i, j int) bool { return compareRefs(refs[i], refs[j]) < 0 })
	for _, ref := range refs {
		v := r.all[ref]
		why, ok := v.why.(op.Refusal)
		if !ok {
			why = op.Refusal{Code: v.why.Error()}
		}
		b = binary.AppendUvarint(append(b, ref.Device[:]...), ref.Seq)
		b = binary.AppendUvarint(b, number1(v.public))
		b = op.AppendField(b, []byte(why.Code))
		b = binary.AppendUvarint(b, uint64(len(why.Args)))
		for _, a := range why.Args {
			b = op.AppendField(b, []byte(fmt.Sprint(a)))
		}
	}
	return b
}

// append writes a subject with its value and, where there is one, a value on
// the way that lies some operations back: what comes late is seldom older.
func (s *subject) append(b []byte, key string) ([]byte, error) {
	b = op.AppendField(b, []byte(key))
	b = binary.AppendUvarint(b, uint64(s.marks.len()))
	b = append(b, s.marks.bytes()...)
	b, err := appendValue(b, key, s.value)
	if err != nil {
		return nil, err
	}
	c := s.spareCheck()
	b = binary.AppendUvarint(b, uint64(c.after))
	if c.after == 0 {
		return b, nil
	}
	return appendValue(b, key, c.value)
}

// spareCheck picks the newest value on the way with checkEvery operations
// behind it.
func (s *subject) spareCheck() *check {
	if s.long != nil {
		for _, c := range slices.Backward(s.long.checks) {
			if c.after+checkEvery <= s.marks.len() {
				return c
			}
		}
	}
	return &beginning
}

func appendValue(b []byte, key string, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, valueNone), nil
	case digest:
		return append(append(b, valueDigest), v[:]...), nil
	case *Agreements:
		return op.AppendField(append(b, valueWhole), v.pack()), nil
	case Value:
		whole := v.MarshalState()
		if _, err := findRoom(key).read(key, whole); err != nil {
			return nil, fmt.Errorf("cell: %s does not read back: %w", key, err)
		}
		return op.AppendField(append(b, valueWhole), whole), nil
	}
	panic("cell: a value that cannot be encoded")
}

// Restore reads what Snapshot wrote. It does not keep b.
func Restore(history History, b []byte) (*State, error) {
	in, s := op.NewReader(b), New(history)
	s.quiet = false
	for range in.Count(8) {
		d := op.Device(in.Bytes(8))
		if _, twice := s.devices.number[d]; twice || len(s.devices.names) >= maxDevices {
			return nil, errSnapshot
		}
		s.devices.mark(op.Place{Ref: op.Ref{Device: d}})
	}
	s.applied, s.public, s.passing = int(in.Uvarint()), int(in.Uvarint()), int(in.Uvarint())
	s.forked = in.Uvarint() == 1
	s.readClosed(in)
	s.readRefused(in)
	s.shelf = s.shelf.edit()
	if err := s.readSubjects(in); err != nil {
		return nil, err
	}
	if err := s.readRuns(in); err != nil {
		return nil, err
	}
	s.settle()
	return s, in.End()
}

// Anew returns the same state, made again in one go, with as few values on the way
// as a snapshot has. Of a history that was folded from its beginning small things
// stay here and there among what went, and each holds up the memory around it. What
// is cold lies close together as it is.
func (s *State) Anew() *State {
	warm := *s
	warm.shelf.cold = cold{}
	b, err := warm.Snapshot()
	if err != nil {
		return s // it does without
	}
	next, err := Restore(s.history, b)
	if err != nil {
		return s
	}
	next.shelf.cold = s.shelf.cold
	next.quiet, next.unseen, next.board, next.letters = s.quiet, s.unseen, s.board, s.letters
	return next
}

// maxDevices is how many devices a mark can tell apart.
const maxDevices = 1 << 16

func (s *State) readClosed(in *op.Reader) {
	for range in.Count(9) {
		if s.closed == nil {
			s.closed = map[op.Device]uint64{}
		}
		d := op.Device(in.Bytes(8))
		s.closed[d] = in.Uvarint()
	}
}

func (s *State) readRefused(in *op.Reader) {
	for range in.Count(12) {
		ref := op.Ref{Device: op.Device(in.Bytes(8)), Seq: in.Uvarint()}
		public, why := in.Uvarint() == 1, op.Refusal{Code: in.String()}
		for range in.Count(1) {
			why.Args = append(why.Args, in.String())
		}
		s.refused.add(ref, refused{why, public})
	}
}

func (s *State) readSubjects(in *op.Reader) error {
	last := ""
	for range in.Count(4) {
		key := in.String()
		sub := &subject{marks: readMarks(in, in.Count(3), &s.devices)}
		sub.measure()
		var err error
		if sub.value, err = readValue(in, key); err != nil {
			return err
		}
		if after := in.Uvarint(); after > 0 {
			v, err := readValue(in, key)
			if err != nil || sub.long == nil || after > uint64(sub.marks.len()) || after%uint64(checkEvery) != 0 {
				return errors.Join(errSnapshot, err)
			}
			sub.long.checks = []*check{{int(after), v}}
		}
		if in.Failed() || sub.marks.len() == 0 || key <= last || findRoom(key) == nil {
			return errSnapshot
		}
		s.note(key)
		s.shelf.put(key, sub)
		last = key
	}
	return nil
}

func readValue(in *op.Reader, key string) (any, error) {
	r := findRoom(key)
	if r == nil {
		return nil, errSnapshot
	}
	switch in.Bytes(1)[0] {
	case valueNone:
		return nil, nil
	case valueDigest:
		return digest(in.Bytes(len(digest{}))), nil
	case valueWhole:
		return r.read(key, in.Field())
	}
	return nil, errSnapshot
}

// readRuns reads what is cold. It is kept packed, so it is looked at whole.
func (s *State) readRuns(in *op.Reader) error {
	for range in.Count(2) {
		count, data := in.Uvarint(), op.NewReader(in.Field())
		r, last := &run{data: make([]byte, 0, data.Left())}, []byte(nil)
		for data.Left() > 0 {
			rec, err := readRecord(data, last, &s.devices)
			if err != nil || findRoom(string(rec.key)) == nil {
				return errors.Join(errSnapshot, err)
			}
			if r.write(last, rec.record) != rec.shared {
				return errSnapshot
			}
			last = rec.key
		}
		if uint64(r.count) != count || count == 0 {
			return errSnapshot
		}
		s.shelf.cold.runs = append(s.shelf.cold.runs, r)
	}
	return nil
}

// sharing is a record, and how much of its key it left out.
type sharing struct {
	record
	shared int
}

func readRecord(in *op.Reader, last []byte, d *devices) (r sharing, err error) {
	shared := in.Uvarint()
	if shared > uint64(len(last)) {
		return r, errSnapshot
	}
	r.shared = int(shared)
	r.key = append(slices.Clone(last[:shared]), in.Field()...)
	count := in.Uvarint()
	r.marks = in.Field()
	r.digest = in.Bytes(len(digest{}))
	if in.Failed() || count > uint64(len(r.marks)/3) || count == 0 || bytes.Compare(last, r.key) >= 0 {
		return r, errSnapshot
	}
	r.count = int(count)
	list := op.NewReader(r.marks)
	readMarks(list, r.count, d)
	return r, list.End()
}

// Public returns what of s is left to a router that is locked: what the public
// operations alone add up to.
func (s *State) Public() *State {
	p := New(s.history)
	p.devices, p.closed, p.quiet, p.forked = s.devices.edit(), s.closed, s.quiet, s.forked
	p.applied, p.public = s.public, s.public
	for ref, v := range s.refused.all {
		if v.public {
			p.refused.add(ref, v)
		}
	}
	p.shelf = p.shelf.edit()
	for _, key := range publicKeys {
		if sub := s.shelf.get(key); sub != nil {
			p.shelf.put(key, sub)
		}
	}
	p.shelf.seal()
	return p
}

// PublicOnes counts the operations applied whose payload is public.
func (s *State) PublicOnes() int { return s.public }

// Settle brings up to date what may depend on operations that are known and
// cannot be read: how far a forked log was seen.
func (s *State) Settle() *State {
	if !s.forked {
		return s
	}
	next := s.edit()
	next.reach()
	next.settle()
	return next
}
