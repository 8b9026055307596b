// Package gitserve speaks as much of git's protocol as it takes to give a history away: one branch, to be read.
//
// A history is told by a function, from the first commit to the last and each
// time alike, so that nothing of it is kept here: names of objects and the pack
// are made on the way out, one object in memory at a time. There are no deltas,
// and nobody can push.
//
// The protocol is git's "smart HTTP", version 0 (gitprotocol-http(5),
// gitprotocol-pack(5)); who asks for a later one takes this one. SHA-1 is here
// because objects are named by it; nothing is trusted for it.
package gitserve

import (
	"bufio"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/adler32"
	"io"
)

// Branch is the one that there is.
const Branch = "refs/heads/main"

// capabilities are what we can do beyond the least (gitprotocol-capabilities(5)).
const capabilities = "multi_ack_detailed symref=HEAD:" + Branch + " object-format=sha1 agent=celld"

// ID is the name of an object.
type ID [sha1.Size]byte

func (id ID) String() string { return fmt.Sprintf("%x", id[:]) }

// History tells its commits, the first one first, and stops with the error that
// yield returns. Each time that it is called it tells the same.
type History func(yield func(Commit) error) error

// Commit is one step of a history.
type Commit struct {
	Author  string
	Time    int64 // Unix seconds
	Message string
	Changes []Change
}

// Change puts a file where its path says, or takes it away.
type Change struct {
	Path    string // with slashes
	Content []byte
	Gone    bool
}

// Head is the name of the newest commit; false where there is none.
func (h History) Head() (head ID, any bool, err error) {
	err = h.walk(func(o object) error {
		if o.kind == commit {
			head, any = o.id, true
		}
		return nil
	})
	return head, any, err
}

// Advertise says which branch there is, as the answer to info/refs.
func Advertise(w io.Writer, h History) error {
	head, any, err := h.Head()
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	line(out, "# service=git-upload-pack\n")
	flush(out)
	if any {
		line(out, "%v HEAD\x00%s\n", head, capabilities)
		line(out, "%v %s\n", head, Branch)
	} else {
		line(out, "%v capabilities^{}\x00%s\n", ID{}, capabilities)
	}
	flush(out)
	return out.Flush()
}

// Answer says which of the commits that somebody has are ours and, once they
// have heard enough, gives the pack of what they lack.
func Answer(w io.Writer, h History, r Request) error {
	p, err := h.plan(r)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	p.acknowledge(out, r)
	if r.Done {
		if err := p.pack(out, h); err != nil {
			return err
		}
	}
	return out.Flush()
}

// plan is what somebody lacks: objects are counted in the order in which the
// history tells them, each once.
type plan struct {
	common   []ID // commits of ours that they have
	from, to int  // they lack the objects from..to-1
}

func (h History) plan(r Request) (p plan, err error) {
	told, upto := 0, map[ID]int{}
	if err := h.walk(func(o object) error {
		if told++; o.kind == commit {
			upto[o.id] = told
		}
		return nil
	}); err != nil {
		return p, err
	}
	for _, id := range r.Wants {
		n, ours := upto[id]
		if !ours {
			return p, ErrGone
		}
		p.to = max(p.to, n)
	}
	for _, id := range r.Haves {
		if n, ours := upto[id]; ours {
			p.common = append(p.common, id)
			p.from = max(p.from, n)
		}
	}
	p.from = min(p.from, p.to)
	return p, nil
}

// acknowledge is upload-pack's part of the talk. Any commit in common is enough
// in a history that is a line: then we are ready.
func (p plan) acknowledge(w io.Writer, r Request) {
	none := len(p.common) == 0
	switch {
	case none:
		line(w, "NAK\n")
	case r.Done || !r.detailed:
		line(w, "ACK %v\n", p.common[len(p.common)-1])
	default:
		for _, id := range p.common {
			line(w, "ACK %v common\n", id)
		}
		line(w, "ACK %v ready\n", p.common[len(p.common)-1])
		line(w, "NAK\n")
	}
}

// pack writes the objects that are lacking (gitformat-pack(5)).
func (p plan) pack(w io.Writer, h History) error {
	out := &summed{w: w, sum: sha1.New()}
	head := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(p.to-p.from))
	if _, err := out.Write(head); err != nil {
		return err
	}
	told := 0
	if err := h.walk(func(o object) error {
		if told++; told <= p.from || told > p.to {
			return nil
		}
		if _, err := out.Write(o.head()); err != nil {
			return err
		}
		_, err := out.Write(stored(o.body))
		return err
	}); err != nil {
		return err
	}
	_, err := w.Write(out.sum.Sum(nil))
	return err
}

// stored is b as zlib has it when it presses nothing (RFC 1950, and RFC 1951
// section 3.2.4): text of a few hundred kB at most, which costs a router less to
// send than to press, and its program 10 kB less.
func stored(b []byte) []byte {
	const most = 0xffff
	sum := adler32.Checksum(b)
	out := make([]byte, 0, len(b)+len(b)/most*5+11)
	out = append(out, 0x78, 0x01)
	for {
		n := min(len(b), most)
		last := byte(0)
		if n == len(b) {
			last = 1
		}
		out = append(out, last)
		out = binary.LittleEndian.AppendUint16(out, uint16(n))
		out = binary.LittleEndian.AppendUint16(out, ^uint16(n))
		out = append(out, b[:n]...)
		if b = b[n:]; last == 1 {
			return binary.BigEndian.AppendUint32(out, sum)
		}
	}
}

// summed keeps a sum of what is written.
type summed struct {
	w   io.Writer
	sum hash.Hash
}

func (s *summed) Write(b []byte) (int, error) {
	s.sum.Write(b)
	return s.w.Write(b)
}

// line writes a pkt-line (gitprotocol-common(5)). What goes wrong shows when
// the writer, a buffered one, is flushed.
func line(w io.Writer, format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	fmt.Fprintf(w, "%04x%s", len(s)+4, s)
}

func flush(w io.Writer) { _, _ = io.WriteString(w, "0000") }
