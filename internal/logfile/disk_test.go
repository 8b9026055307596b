package logfile

import (
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"slices"
)

// errPower is what a program would see of a power cut if it lived to see it.
var errPower = errors.New("the power is gone")

// simDisk is a disk that keeps what was made durable, and of the rest whatever
// a power cut leaves: any part of any write, in any order.
type simDisk struct {
	names   map[string]*simFile // as programs see them
	durable map[string]*simFile
	pending []map[string]*simFile // names after each change since the last sync

	events int                      // changes and syncs asked for so far
	cutAt  int                      // the power goes during this event; 0 is never
	fault  func(event string) error // fails an event, for all but the power
	random *rand.Rand               // how much of a failing write or fsync is done
	wrote  int                      // bytes of all writes
}

type simFile struct {
	disk    *simDisk
	now     []byte // as programs see it
	durable []byte
	pending []change
}

// change is a write, or, with nil data, a truncation.
type change struct {
	at   int64
	data []byte
}

func newDisk() *simDisk {
	return &simDisk{
		names:   map[string]*simFile{},
		durable: map[string]*simFile{},
		random:  rand.New(rand.NewPCG(1, 1)),
	}
}

// event counts, and fails if it is the one, or comes after it.
func (d *simDisk) event(name string) error {
	if d.events++; d.cutAt > 0 && d.events >= d.cutAt {
		return errPower
	}
	if d.fault != nil {
		return d.fault(name)
	}
	return nil
}

// happened reports whether an event was done that ended so: the power goes at
// the end of its event, and nothing happens later.
func (d *simDisk) happened(err error) bool {
	return err == nil || errors.Is(err, errPower) && d.events == d.cutAt
}

func (d *simDisk) open(name string) (file, error) {
	f, ok := d.names[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return f, nil
}

func (d *simDisk) create(name string) (file, error) {
	f := &simFile{disk: d}
	return f, d.rearrange("create", func(names map[string]*simFile) { names[name] = f })
}

func (d *simDisk) rename(old, new string) error {
	return d.rearrange("rename", func(names map[string]*simFile) {
		names[new] = names[old]
		delete(names, old)
	})
}

func (d *simDisk) remove(name string) error {
	if _, ok := d.names[name]; !ok {
		return fs.ErrNotExist
	}
	return d.rearrange("remove", func(names map[string]*simFile) { delete(names, name) })
}

func (d *simDisk) rearrange(event string, f func(map[string]*simFile)) error {
	err := d.event(event)
	if !d.happened(err) {
		return err
	}
	d.names = maps.Clone(d.names)
	f(d.names)
	d.pending = append(d.pending, d.names)
	return err
}

func (d *simDisk) sync() error {
	if err := d.event("sync directory"); err != nil {
		return err
	}
	d.durable, d.pending = d.names, nil
	return nil
}

func (d *simDisk) close() error { return nil }

func (f *simFile) ReadAt(b []byte, at int64) (int, error) {
	if at >= int64(len(f.now)) {
		return 0, io.EOF
	}
	n := copy(b, f.now[at:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt writes a part when it fails, as a full disk does.
func (f *simFile) WriteAt(b []byte, at int64) (int, error) {
	err := f.disk.event("write")
	switch {
	case f.disk.happened(err):
	case errors.Is(err, errPower):
		return 0, err
	default:
		// Nothing, a part, or all of it before the disk complains.
		b = b[:min(len(b), max(0, f.disk.random.IntN(3*len(b))-len(b)))]
	}
	if len(b) > 0 {
		f.change(change{at, slices.Clone(b)})
	}
	f.disk.wrote += len(b)
	return len(b), err
}

func (f *simFile) Truncate(size int64) error {
	err := f.disk.event("truncate")
	if f.disk.happened(err) {
		f.change(change{size, nil})
	}
	return err
}

func (f *simFile) change(c change) {
	f.now = c.apply(f.now)
	f.pending = append(f.pending, c)
}

// Sync, when it fails, does what kernels do: some of it is written, the rest
// is forgotten, and reading still shows it all.
func (f *simFile) Sync() error {
	err := f.disk.event("sync")
	switch {
	case errors.Is(err, errPower):
		return err
	case err != nil:
		f.durable = f.left(f.disk.random, 0.5)
	default:
		f.durable = slices.Clone(f.now)
	}
	f.pending = nil
	return err
}

func (f *simFile) Close() error         { return nil }
func (f *simFile) size() (int64, error) { return int64(len(f.now)), nil }

func (c change) apply(b []byte) []byte {
	if c.data == nil {
		return slices.Clone(b[:min(int64(len(b)), c.at)])
	}
	b = slices.Clone(b)
	if missing := int(c.at) + len(c.data) - len(b); missing > 0 {
		b = append(b, make([]byte, missing)...)
	}
	copy(b[c.at:], c.data)
	return b
}

// piece is how little of a write may be lost or kept on its own. Disks lose
// more at once; this finds more.
const piece = 24

// left is what a power cut leaves of a file: everything durable, and each
// piece of each later change with probability p.
func (f *simFile) left(random *rand.Rand, p float64) []byte {
	b := slices.Clone(f.durable)
	for _, c := range f.pending {
		if c.data == nil {
			if random.Float64() < p {
				b = c.apply(b)
			}
			continue
		}
		for data := range slices.Chunk(c.data, piece) {
			if random.Float64() < p {
				b = change{c.at, data}.apply(b)
			}
			c.at += int64(len(data))
		}
	}
	return b
}

// restart returns the disk as it is found after a power cut. With p = 0 all
// that was not durable is lost, with p = 1 nothing is. Names change in the
// order in which they were changed, as journals and log-structured file
// systems keep it, but only so far.
func (d *simDisk) restart(random *rand.Rand, p float64) *simDisk {
	names := d.durable
	for _, later := range d.pending {
		if random.Float64() >= p {
			break
		}
		names = later
	}
	after := newDisk()
	after.random = random
	for name, f := range names {
		b := f.left(random, p)
		g := &simFile{disk: after, now: b, durable: b}
		after.names[name], after.durable[name] = g, g
	}
	return after
}
