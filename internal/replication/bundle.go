package replication

import (
	"bufio"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"celld/internal/op"
)

// A bundle is a conversation that one side speaks alone, in a file: Hello, the
// heads that it leads to, operations with the chunks that they name, Bye; each
// frame behind its length in two bytes, and at the end who made it.
const (
	bundleMagic = "celld bundle v1\n"
	labelBundle = "celld bundle v1\x00"
	trailer     = 2 + ed25519.PublicKeySize + ed25519.SignatureSize // behind a length of 0
)

// MaxBundle bounds a bundle that is read, and maxBundleHeads the logs that it speaks of.
const (
	MaxBundle      = 512 << 20
	maxBundleHeads = 32 * maxHeads
)

// ErrBundle is returned for a file that is no whole bundle.
var ErrBundle = errors.New("replication: not a whole bundle")

// Shelf is what a bundle is filled from.
type Shelf interface {
	Log
	// ChunksOf names the chunks that the operation at r leads to, as far as they
	// can be told here.
	ChunksOf(r op.Ref) []op.Chunk
	Chunk(name op.Chunk) ([]byte, error)
}

// Exported tells what went into a bundle.
type Exported struct {
	Operations, Chunks int
}

// Export writes everything that somebody who holds that much lacks; all there
// is for an empty past.
func Export(w io.Writer, shelf Shelf, cell op.ID, held op.Past, now uint64, clock op.Clock, key interface {
	Public() ed25519.PublicKey
	Sign(message []byte) ([]byte, error)
}) (Exported, error) {
	b := &bundler{w: bufio.NewWriter(w), sum: sha256.New()}
	b.write([]byte(bundleMagic))
	b.frame(frame(KindHello, Hello{Lowest: versionLeast, Highest: versionMost, Cell: cell, Features: []uint16{}, Time: now, Clock: clock}))
	heads := shelf.Have()
	for first := true; first || len(heads) > 0; first = false {
		n := min(len(heads), headsAFrame)
		b.frame(frame(KindHave, Have{First: first, Last: n == len(heads), Heads: heads[:n:n]}))
		heads = heads[n:]
	}
	if err := b.operations(shelf, held); err != nil {
		return b.done, err
	}
	b.frame(frame(KindBye, Bye{}))
	b.write([]byte{0, 0})
	public := key.Public()
	b.write(public)
	sig, err := key.Sign(b.signed())
	if err != nil {
		return b.done, fmt.Errorf("replication: sign a bundle: %w", err)
	}
	b.write(sig)
	if b.err == nil {
		b.err = b.w.Flush()
	}
	if b.err != nil {
		return b.done, fmt.Errorf("replication: write a bundle: %w", b.err)
	}
	return b.done, nil
}

// bundler writes frames until an error, which it keeps.
type bundler struct {
	w       *bufio.Writer
	sum     hash.Hash
	numbers [classes]uint32
	done    Exported
	err     error
}

func (b *bundler) write(p []byte) {
	if b.err == nil {
		b.sum.Write(p)
		_, b.err = b.w.Write(p)
	}
}

func (b *bundler) signed() []byte { return append([]byte(labelBundle), b.sum.Sum(nil)...) }

func (b *bundler) frame(f Frame) {
	if f.Kind.numbered() {
		b.numbers[f.Kind.Class()]++
		f.Number = b.numbers[f.Kind.Class()]
	}
	raw := f.Encode()
	b.write(binary.BigEndian.AppendUint16(nil, uint16(len(raw))))
	b.write(raw)
}

// operations writes what is lacking, and behind each frame the chunks that its
// operations name.
func (b *bundler) operations(shelf Shelf, held op.Past) error {
	next := shelf.Lacking(held)
	var pack packer
	var refs []op.Ref
	flush := func(end bool) {
		if len(pack.runs) > 0 {
			b.frame(pack.frame(end))
		}
		for _, r := range refs {
			b.chunks(shelf, r)
		}
		refs = nil
	}
	for {
		o, ok, err := next()
		if err != nil {
			return err
		}
		if !ok {
			flush(true)
			return nil
		}
		if !pack.add(o) {
			flush(false)
			pack.add(o)
		}
		refs = append(refs, o.Ref())
		b.done.Operations++
	}
}

func (b *bundler) chunks(shelf Shelf, r op.Ref) {
	for _, name := range shelf.ChunksOf(r) {
		if chunk, err := shelf.Chunk(name); err == nil {
			b.frame(frame(KindChunk, Piece{Chunk: chunk}))
			b.done.Chunks++
		}
	}
}

// Inspection is what a bundle says of itself, and that it is whole: nothing of
// it has been taken in.
type Inspection struct {
	By         ed25519.PublicKey // the router that made it
	Cell       op.ID
	Time       uint64
	Clock      op.Clock
	Heads      []Head
	Operations int
	Chunks     int
}

// Inspect reads a bundle from beginning to end, and checks every frame and the
// signature. It keeps nothing but what it returns.
func Inspect(r io.Reader) (Inspection, error) {
	var in Inspection
	sum := sha256.New()
	u := unbundler{r: bufio.NewReader(io.LimitReader(r, MaxBundle)), sum: sum}
	err := u.frames(func(f Frame) error { return in.look(f) })
	if err != nil {
		return in, err
	}
	in.By = u.key
	if in.Cell == (op.ID{}) {
		return in, fmt.Errorf("%w: it does not say which cell's it is", ErrBundle)
	}
	return in, nil
}

func (in *Inspection) look(f Frame) error {
	if (f.Kind == KindHello) != (in.Cell == op.ID{}) {
		return ErrBundle
	}
	switch f.Kind {
	case KindHello:
		h, err := DecodeHello(f.Body)
		if err == nil && h.Lowest > versionMost {
			err = errors.New("replication: the bundle is of a later version")
		}
		in.Cell, in.Time, in.Clock = h.Cell, h.Time, h.Clock
		return err
	case KindHave:
		h, err := DecodeHave(f.Body)
		if in.Heads = append(in.Heads, h.Heads...); len(in.Heads) > maxBundleHeads {
			return ErrBundle
		}
		return err
	case KindRun:
		runs, err := DecodeRuns(f.Body)
		for _, r := range runs.Runs {
			in.Operations += len(r.Items)
		}
		return err
	case KindChunk:
		_, err := DecodePiece(f.Body)
		in.Chunks++
		return err
	}
	return nil // of a later version
}

// unbundler reads frames, and then who made them.
type unbundler struct {
	r   *bufio.Reader
	sum hash.Hash
	key ed25519.PublicKey
}

func (u *unbundler) take(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(u.r, b); err != nil {
		return nil, fmt.Errorf("%w: it ends too early", ErrBundle)
	}
	return b, nil
}

// frames hands every frame to f. That all came from whoever signed it is known
// only when it returns nil.
func (u *unbundler) frames(f func(Frame) error) error {
	magic, err := u.take(len(bundleMagic))
	if err != nil || string(magic) != bundleMagic {
		return ErrBundle
	}
	u.sum.Write(magic)
	for bye := false; ; {
		size, err := u.take(2)
		if err != nil {
			return err
		}
		u.sum.Write(size)
		n := int(binary.BigEndian.Uint16(size))
		if n == 0 {
			if !bye {
				return ErrBundle
			}
			return u.signature()
		}
		raw, err := u.take(n)
		if err != nil {
			return err
		}
		u.sum.Write(raw)
		fr, err := ParseFrame(raw)
		if err != nil || bye {
			return fmt.Errorf("%w: a frame that is none", ErrBundle)
		}
		if bye = fr.Kind == KindBye; bye {
			continue
		}
		if err := f(fr); err != nil {
			return fmt.Errorf("%w: %w", ErrBundle, err)
		}
	}
}

func (u *unbundler) signature() error {
	rest, err := u.take(trailer - 2)
	if err != nil {
		return err
	}
	u.key = rest[:ed25519.PublicKeySize]
	u.sum.Write(u.key)
	if !ed25519.Verify(u.key, append([]byte(labelBundle), u.sum.Sum(nil)...), rest[ed25519.PublicKeySize:]) {
		return fmt.Errorf("%w: the signature does not hold", ErrBundle)
	}
	if _, err := u.r.ReadByte(); err != io.EOF {
		return fmt.Errorf("%w: bytes after the end", ErrBundle)
	}
	return nil
}

// Imported tells what became of a bundle's operations.
type Imported struct {
	Inspection
	New, Known int
	Held       int // wait for operations that are not here
	Refused    int
	Why        []Refused // the first of them
	Contents   int       // chunks that were needed
}

// maxWhy bounds the reasons that are told.
const maxWhy = 20

// Import takes in what a bundle holds: the whole file is checked before the
// first operation goes to the door, and the door judges each as it judges what
// comes over the air. To import it again changes nothing.
func Import(r io.ReadSeeker, house House, cell op.ID) (Imported, error) {
	var im Imported
	var err error
	if im.Inspection, err = Inspect(r); err != nil {
		return im, err
	}
	if im.Cell != cell {
		return im, errors.New("replication: the bundle is another cell's")
	}
	if err := im.pass(r, house, im.operations); err != nil {
		return im, err
	}
	// Lists of chunks name further chunks: two layers are the most there are.
	for before := -1; before != im.Contents && len(house.Need(1)) > 0; {
		before = im.Contents
		if err := im.pass(r, house, im.chunk); err != nil {
			return im, err
		}
	}
	return im, nil
}

// pass reads the file once more and collects batches for the door.
func (im *Imported) pass(r io.ReadSeeker, house House, collect func(*batch, House, Frame) error) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("replication: read a bundle again: %w", err)
	}
	u := unbundler{r: bufio.NewReader(io.LimitReader(r, MaxBundle)), sum: sha256.New()}
	var b batch
	if err := u.frames(func(f Frame) error {
		if err := collect(&b, house, f); err != nil {
			return err
		}
		if len(b.ops) >= batchOperations || len(b.chunks) >= batchChunks {
			return im.enter(&b, house)
		}
		return nil
	}); err != nil {
		return err
	}
	return im.enter(&b, house)
}

func (im *Imported) operations(b *batch, _ House, f Frame) error {
	if f.Kind != KindRun {
		return nil
	}
	runs, err := DecodeRuns(f.Body)
	if err != nil {
		return err
	}
	for _, r := range runs.Runs {
		ops, err := r.Operations(im.Cell)
		if err != nil {
			im.refuse(Refused{op.Ref{Device: r.Device, Seq: r.Seq}, err})
			continue
		}
		b.ops = append(b.ops, ops...)
	}
	return nil
}

func (im *Imported) chunk(b *batch, house House, f Frame) error {
	if f.Kind != KindChunk {
		return nil
	}
	piece, err := DecodePiece(f.Body)
	if err != nil {
		return err
	}
	if _, err := house.Chunk(chunkName(piece.Chunk)); err != nil {
		b.chunks = append(b.chunks, piece.Chunk)
	}
	return nil
}

// enter brings a batch to the door.
func (im *Imported) enter(b *batch, house House) error {
	if len(b.ops) > 0 {
		got, err := house.Accept(op.Device{}, b.ops) // whoever made it may be far away
		if err != nil {
			return err
		}
		im.New += len(got.New)
		im.Known += got.Known
		im.Held = got.Held
		for _, r := range got.Refused {
			im.refuse(r)
		}
		for _, f := range got.Forks {
			_ = house.Prove(f.Header, f.Signature) // who cannot write leaves it to others
		}
	}
	stored := len(b.chunks)
	if stored > 0 {
		_ = house.AcceptChunks(b.chunks) // what nobody needs is passed over
		for _, c := range b.chunks {
			if _, err := house.Chunk(chunkName(c)); err == nil {
				im.Contents++
			}
		}
	}
	*b = batch{}
	return nil
}

func (im *Imported) refuse(r Refused) {
	im.Refused++
	if len(im.Why) < maxWhy {
		im.Why = append(im.Why, r)
	}
}
