package trust

import (
	"bytes"
	"fmt"
	"slices"

	"celld/internal/op"
)

// AddressKey is the subject of where routers can be reached. It stands apart
// from the keys: a router that moved makes nobody judge those again.
const AddressKey = "addresses"

// MaxAddresses bounds one record.
const MaxAddresses = 8

// Address is where a router answers the cell's others, signed by its own key:
// for those who share no link with it, and have a route.
type Address struct {
	Addrs [][]byte `cbor:"1,keyasint"` // of 4 or 16 bytes, the shorter first, in the order of their bytes
	Port  uint16   `cbor:"2,keyasint"` // of UDP
}

// Addresses is the value: of each router the newest word, the newest last.
type Addresses struct {
	Routers []Located
}

// Located is what one router said last.
type Located struct {
	_      struct{} `cbor:",toarray"`
	Router op.Device
	Addrs  [][]byte
	Port   uint16
}

// Equal reports whether two records say the same.
func (a Address) Equal(b Address) bool {
	return a.Port == b.Port && slices.EqualFunc(a.Addrs, b.Addrs, bytes.Equal)
}

// Of returns what a router said last.
func (a *Addresses) Of(d op.Device) (Address, bool) {
	if a == nil {
		return Address{}, false
	}
	p, ok := find(a.Routers, func(p Located) bool { return p.Router == d })
	return Address{p.Addrs, p.Port}, ok
}

// judgeAddress takes a router's word for itself alone, and only addresses that
// can be routed: what else is named would send others to where they are.
func judgeAddress(_ *Trust, o op.Opened) error {
	var a Address
	if err := o.Decode(&a); err != nil {
		return err
	}
	if !o.Member.IsZero() || o.Device != o.Router {
		return op.Refuse("trust.other-device")
	}
	return refuseIf(!a.whole(), "trust.content")
}

func (a Address) whole() bool {
	if a.Port == 0 || len(a.Addrs) == 0 || len(a.Addrs) > MaxAddresses {
		return false
	}
	for i, b := range a.Addrs {
		if !Routable(b) || i > 0 && CompareAddrs(a.Addrs[i-1], b) >= 0 {
			return false
		}
	}
	return true
}

// CompareAddrs is the order of addresses in a record.
func CompareAddrs(a, b []byte) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return bytes.Compare(a, b)
}

// Routable reports whether an address is one that a router beyond the link may
// be reached at.
func Routable(b []byte) bool {
	switch len(b) {
	case 4:
		broadcast := bytes.Equal(b, []byte{255, 255, 255, 255})
		return b[0] != 0 && b[0] != 127 && b[0]>>4 != 14 && (b[0] != 169 || b[1] != 254) && !broadcast
	case 16:
		const zeros = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
		none, mapped := string(b[:15]) == zeros && b[15] < 2, string(b[:12]) == zeros[:10]+"\xff\xff"
		return !none && !mapped && b[0] != 0xff && (b[0] != 0xfe || b[1]>>6 != 2)
	}
	return false
}

func applyAddress(value any, o op.Opened) *Addresses {
	next, old, said := &Addresses{}, []Located(nil), read[Address](o)
	if a, ok := value.(*Addresses); ok {
		old = a.Routers
	}
	for _, p := range old {
		if p.Router != o.Device {
			next.Routers = append(next.Routers, p)
		}
	}
	next.Routers = append(next.Routers, Located{Router: o.Device, Addrs: said.Addrs, Port: said.Port})
	return next
}

// MarshalState is the canonical encoding of the value.
func (a *Addresses) MarshalState() []byte { return op.MustMarshal(*a) }

// UnmarshalAddresses reads what MarshalState wrote.
func UnmarshalAddresses(b []byte) (*Addresses, error) {
	a := new(Addresses)
	if err := op.Unmarshal(b, a); err != nil {
		return nil, fmt.Errorf("trust: %w", err)
	}
	for _, p := range a.Routers {
		if !(Address{p.Addrs, p.Port}).whole() {
			return nil, fmt.Errorf("trust: the address of %v is not whole", p.Router)
		}
	}
	return a, nil
}
