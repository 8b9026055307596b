package op

import "unicode/utf8"

// What travels and is stored by the thousand is read and written by hand here,
// since reflection costs more than all the hashes of an operation. It is the
// same spelling as Marshal's and Unmarshal's, and tests hold the two together.

// The major types of RFC 8949, section 3.1, and null of 3.3.
const (
	majorUint  = 0 << 5
	majorBytes = 2 << 5
	majorText  = 3 << 5
	majorArray = 4 << 5
	null       = 0xf6
	isFalse    = 0xf4
	isTrue     = 0xf5
)

// AppendUint writes a number.
func AppendUint(b []byte, n uint64) []byte { return appendHead(b, majorUint, n) }

// AppendArray writes the head of an array of n items, which follow.
func AppendArray(b []byte, n int) []byte { return appendHead(b, majorArray, uint64(n)) }

// AppendBytes writes a byte string.
func AppendBytes(b, s []byte) []byte { return append(appendHead(b, majorBytes, uint64(len(s))), s...) }

// appendHead writes a number in as few bytes as it needs (section 4.2.1).
func appendHead(b []byte, major byte, n uint64) []byte {
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n < 1<<8:
		return append(b, major|24, byte(n))
	case n < 1<<16:
		return append(b, major|25, byte(n>>8), byte(n))
	case n < 1<<32:
		return append(b, major|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, major|27, byte(n>>56), byte(n>>48), byte(n>>40), byte(n>>32), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// Canon reads canonical CBOR, and no other. After a failure it yields zeros;
// End tells. What it yields lies in the bytes that it reads.
type Canon struct {
	rest []byte
	bad  bool
}

// NewCanon reads b, which must not change as long as what was read is used.
func NewCanon(b []byte) *Canon { return &Canon{rest: b} }

// End returns an error unless all was read, and in its one spelling.
func (c *Canon) End() error {
	if c.bad || len(c.rest) > 0 {
		return ErrSpelling
	}
	return nil
}

// Sound reports whether nothing has been found wrong so far.
func (c *Canon) Sound() bool { return !c.bad }

func (c *Canon) fail() uint64 {
	c.rest, c.bad = nil, true
	return 0
}

// head reads the number of an item's head.
func (c *Canon) head(major byte) (n uint64) {
	if len(c.rest) == 0 || c.rest[0]&0xe0 != major {
		return c.fail()
	}
	short := c.rest[0] & 0x1f
	c.rest = c.rest[1:]
	if short < 24 {
		return uint64(short)
	}
	size := 1 << (short - 24)
	if short > 27 || len(c.rest) < size {
		return c.fail()
	}
	for _, d := range c.rest[:size] {
		n = n<<8 | uint64(d)
	}
	c.rest = c.rest[size:]
	if n < 24 || size > 1 && n>>(4*size) == 0 {
		return c.fail() // fewer bytes would have done
	}
	return n
}

// Uint reads a number of at most that.
func (c *Canon) Uint(most uint64) uint64 {
	n := c.head(majorUint)
	if n > most {
		return c.fail()
	}
	return n
}

// Bool reads true or false.
func (c *Canon) Bool() bool {
	is := c.is(isTrue)
	if !is && !c.is(isFalse) {
		c.fail()
	}
	return is
}

// Null reads null, if it stands there.
func (c *Canon) Null() bool { return c.is(null) }

func (c *Canon) is(b byte) bool {
	if len(c.rest) == 0 || c.rest[0] != b {
		return false
	}
	c.rest = c.rest[1:]
	return true
}

// Array reads how many items follow; of none there are more than could stand in
// what is left, each being a byte long at least.
func (c *Canon) Array() int {
	n := c.head(majorArray)
	if n > maxElements || n > uint64(len(c.rest)) {
		return int(c.fail())
	}
	return int(n)
}

// Tuple reads the head of an array of exactly n items.
func (c *Canon) Tuple(n int) {
	if c.Array() != n {
		c.fail()
	}
}

// Bytes reads a byte string; never nil.
func (c *Canon) Bytes() []byte { return c.string(majorBytes) }

func (c *Canon) string(major byte) []byte {
	n := c.head(major)
	if n > uint64(len(c.rest)) {
		c.fail()
		return []byte{}
	}
	s := c.rest[:n:n]
	c.rest = c.rest[n:]
	if s == nil {
		return []byte{}
	}
	return s
}

// Text reads a text string, which is UTF-8.
func (c *Canon) Text() string {
	s := string(c.string(majorText))
	if !utf8.ValidString(s) {
		c.fail()
		return ""
	}
	return s
}

// Ref reads the short spelling of a reference.
func (c *Canon) Ref() Ref {
	r, err := RefFromBytes(c.Bytes())
	if err != nil {
		c.fail()
	}
	return r
}

// Eight reads a byte string of eight bytes.
func (c *Canon) Eight() (s [8]byte) {
	if b := c.Bytes(); len(b) == len(s) {
		copy(s[:], b)
	} else {
		c.fail()
	}
	return s
}
