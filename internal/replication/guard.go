package replication

import (
	"encoding/binary"
	"net"
	"sync/atomic"
)

// guarded is the socket of one link. Once the handshake is done it lets nothing
// through that nobody has sealed, as RFC 6347, section 4.1, asks: in the clear a
// neighbour can only repeat the end of its handshake. Otherwise whoever knows two
// addresses could end what goes on between them with one datagram.
type guarded struct {
	net.PacketConn
	shaken atomic.Bool
}

func (g *guarded) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := g.PacketConn.ReadFrom(b)
		if err != nil || !g.shaken.Load() || lawful(b[:n]) {
			return n, from, err
		}
	}
}

// Where the parts of a record and of a message are (RFC 6347, sections 4.1 and
// 4.2.2), what a record can hold that is not sealed (RFC 5246, section 6.2.1), and
// the number of the last message of a handshake that is not.
const (
	recordHead     = 13
	recordEpoch    = 3
	recordLength   = 11
	messageHead    = 12
	messageNumber  = 4
	messageLength  = 9 // of this fragment, in three bytes
	typeChange     = 20
	typeHandshake  = 22
	lastInTheClear = 5
)

// lawful reports whether a datagram can come from a neighbour whose handshake is
// done: its records are sealed, or repeat the handshake.
func lawful(b []byte) bool {
	for len(b) > 0 {
		if len(b) < recordHead {
			return false
		}
		end := recordHead + int(binary.BigEndian.Uint16(b[recordLength:]))
		if end > len(b) {
			return false
		}
		clear := binary.BigEndian.Uint16(b[recordEpoch:]) == 0
		if clear && !repeats(b[0], b[recordHead:end]) || !clear && b[0] == typeChange {
			return false // a change of ciphers is never sealed, whatever epoch it claims
		}
		b = b[end:]
	}
	return true
}

// repeats reports whether a record in the clear is part of a handshake that may
// have been sent before.
func repeats(kind byte, body []byte) bool {
	if kind == typeChange {
		return len(body) == 1 && body[0] == 1
	}
	if kind != typeHandshake || len(body) == 0 {
		return false
	}
	for len(body) > 0 {
		if len(body) < messageHead || binary.BigEndian.Uint16(body[messageNumber:]) > lastInTheClear {
			return false
		}
		end := messageHead + int(body[messageLength])<<16 + int(binary.BigEndian.Uint16(body[messageLength+1:]))
		if end > len(body) {
			return false
		}
		body = body[end:]
	}
	return true
}
