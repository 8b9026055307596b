package gitserve

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// What is wrong with a request.
var (
	ErrRequest = errors.New("this is not a request of git that this repository understands")
	ErrGone    = errors.New("that commit is not here, perhaps no more: fetch again")
)

// Bounds of a request: a client names what it has by the hundred.
const (
	longestLine = 1000
	mostWants   = 16
	mostHaves   = 20000
)

// Request is what somebody asks git-upload-pack for.
type Request struct {
	Wants, Haves []ID
	Done         bool // they have said what they have
	detailed     bool // they understand more than one acknowledgement
}

// ReadRequest reads one. The lines of a request are sent again with every turn
// of the talk, so that nothing of it has to be remembered.
func ReadRequest(r io.Reader) (q Request, err error) {
	in := bufio.NewReader(r)
	for first := true; ; first = false {
		s, err := readLine(in)
		switch {
		case err == io.EOF && len(q.Wants) > 0:
			return q, nil
		case err == io.EOF:
			return q, bad("nothing is wanted")
		case err != nil:
			return q, err
		case s == "":
			continue // a flush: of a list, or of a turn
		}
		if s == "done" {
			if q.Done = true; len(q.Wants) == 0 {
				return q, bad("nothing is wanted")
			}
			return q, nil
		}
		if err := q.add(s, first); err != nil {
			return q, err
		}
	}
}

func (q *Request) add(s string, first bool) error {
	what, rest, _ := strings.Cut(s, " ")
	name, more, several := strings.Cut(rest, " ")
	var id ID
	if n, err := hex.Decode(id[:], []byte(name[:min(len(name), 2*len(id))])); err != nil || n != len(id) || len(name) != 2*n {
		return bad("%.20q", s)
	}
	if first {
		q.detailed = slices.Contains(strings.Fields(more), "multi_ack_detailed")
	}
	switch {
	case several && !first:
		return bad("%.20q after an object", more)
	case what == "want" && len(q.Haves) == 0 && len(q.Wants) < mostWants:
		q.Wants = append(q.Wants, id)
	case what == "have" && len(q.Wants) > 0 && len(q.Haves) < mostHaves:
		q.Haves = append(q.Haves, id)
	default:
		return bad("%.20q", s)
	}
	return nil
}

// readLine reads a pkt-line, without its line feed; a flush is empty.
func readLine(in *bufio.Reader) (string, error) {
	var head [4]byte
	if _, err := io.ReadFull(in, head[:]); err == io.EOF {
		return "", err
	} else if err != nil {
		return "", broken(err)
	}
	n, err := strconv.ParseUint(string(head[:]), 16, 16)
	switch {
	case err != nil || n > 0 && n <= 4 || n > longestLine:
		return "", bad("a line of %q bytes", head[:])
	case n == 0:
		return "", nil
	}
	b := make([]byte, n-4)
	if _, err := io.ReadFull(in, b); err != nil {
		return "", broken(err)
	}
	return strings.TrimSuffix(string(b), "\n"), nil
}

// broken tells a request that ends too early from a connection that does.
func broken(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return bad("it ends in the middle of a line")
	}
	return err
}

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrRequest}, args...)...)
}
