package replication_test

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"celld/internal/replication"
)

// middle is somebody between two routers who hears all that they send each other,
// passes it on, and says things of their own in the name of either.
type middle struct {
	chance *rand.Rand
	socket *net.UDPConn // the way to the router that is called
	caller *net.UDPConn // the way to the one that calls
	from   atomic.Pointer[net.UDPAddr]

	mu    sync.Mutex // guards heard
	heard [][]byte
}

const remembered = 200 // datagrams that the middle can say again

func newMiddle(t testing.TB, at netip.AddrPort) *middle {
	t.Helper()
	m := &middle{chance: rand.New(rand.NewPCG(9, 9))}
	var err, err2 error
	m.socket, err = net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(at))
	m.caller, err2 = net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	var both sync.WaitGroup
	both.Go(func() {
		b := make([]byte, 2048)
		for {
			n, from, err := m.caller.ReadFromUDP(b)
			if err != nil {
				return
			}
			m.from.Store(from)
			m.hear(b[:n])
			_, _ = m.socket.Write(b[:n])
		}
	})
	both.Go(func() {
		b := make([]byte, 2048)
		for {
			n, err := m.socket.Read(b)
			if err != nil {
				return
			}
			m.hear(b[:n])
			_, _ = m.caller.WriteToUDP(b[:n], m.from.Load())
		}
	})
	t.Cleanup(func() {
		m.socket.Close()
		m.caller.Close()
		both.Wait()
	})
	return m
}

func (m *middle) hear(b []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.heard) < remembered {
		m.heard = append(m.heard, append([]byte{}, b...))
	} else {
		m.heard[m.chance.IntN(remembered)] = append([]byte{}, b...)
	}
}

// lie is a datagram that neither of the two has sent now.
func (m *middle) lie() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	b := append([]byte{}, m.heard[m.chance.IntN(len(m.heard))]...)
	switch m.chance.IntN(9) {
	case 0: // malformed
		for range 1 + m.chance.IntN(4) {
			b[m.chance.IntN(len(b))] ^= byte(1 << m.chance.IntN(8))
		}
	case 1: // truncated
		b = b[:m.chance.IntN(len(b))]
	case 2: // replayed as it is
	case 3: // noise
		b = make([]byte, m.chance.IntN(1400))
		for i := range b {
			b[i] = byte(m.chance.Uint32())
		}
	case 4: // forged: an end of the conversation, in the clear
		b = []byte{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, byte(m.chance.Uint32()), 0, 2, 2, 40}
	case 5: // forged: another number, so that it is no replay
		b[min(len(b)-1, 10)]++
		b[min(len(b)-1, 9)] = byte(m.chance.Uint32())
	case 6: // forged: the middle of a long message, of a handshake that has gone on
		b = append([]byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, byte(m.chance.Uint32()), 0x04, 0x0c}, make([]byte, 1036)...)
		copy(b[13:], []byte{11, 1, 0, 0, 0, byte(6 + m.chance.IntN(200)), 0, byte(m.chance.Uint32()), 0, 0, 4, 0})
	case 7: // forged: what is never sealed, in an epoch in which all else is
		b = []byte{20, 0xfe, 0xfd, 0, 1, 0, 0, 0, 1, 0, byte(m.chance.Uint32()), 0, 1, byte(m.chance.IntN(2))}
	case 8: // a handshake that begins again
		b = append([]byte{22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, byte(m.chance.Uint32()), 0, 40, 1}, make([]byte, 39)...)
	}
	return b
}

// counted is a socket that counts what has been read from it.
type counted struct {
	net.PacketConn
	mu   sync.Mutex // guards read
	read int
	more *sync.Cond
}

func (c *counted) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.PacketConn.ReadFrom(b)
	c.mu.Lock()
	c.read++
	c.mu.Unlock()
	c.more.Broadcast()
	return n, from, err
}

// await waits until so many have been read.
func (c *counted) await(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.read < n {
		c.more.Wait()
	}
}

// TestBadDatagramsDisturbNobody: two routers talk over DTLS, and somebody between
// them says a great many bad datagrams to each in the name of the other. All are left
// alone: it is the same conversation afterwards, and it still brings what is written.
func TestBadDatagramsDisturbNobody(t *testing.T) {
	c := newCell(t, 2, 2)
	socket := &counted{}
	socket.more = sync.NewCond(&socket.mu)
	x, y := c.routers[0].wireOn(t, func(p net.PacketConn) net.PacketConn { socket.PacketConn = p; return socket }), c.routers[1].wire(t)
	m := newMiddle(t, x.at)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- y.Dial(ctx, m.caller.LocalAddr().(*net.UDPAddr).AddrPort()) }()
	x.fill(100)
	y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })

	talk := func() replication.Talk {
		for _, n := range x.room.Status().Neighbours {
			if n.Open {
				return n.Talk
			}
		}
		t.Fatal("the conversation has ended")
		return replication.Talk{}
	}
	before, began := int64(0), talk()
	const batch = 16
	for i := 0; i < *datagrams; i += batch {
		for range batch {
			_, _ = m.socket.Write(m.lie())
		}
		// Nobody counts what the caller reads: so few that they push nothing honest out.
		_, _ = m.caller.WriteToUDP(m.lie(), m.from.Load())
		for socket.await(i + batch); x.Queued() > 0; {
			runtime.Gosched() // so that none of them is lost on the way
		}
		if i == *datagrams/20/batch*batch {
			before = heap()
		}
	}
	grown := heap() - before
	select {
	case err := <-ended:
		t.Fatalf("the conversation has ended: %v, %+v", err, x.room.Status())
	default:
	}
	x.rename(c.members[0], "Fern")
	y.waitFor(t, func() bool { return alike(x.router, y.router) == nil })
	now := talk()
	if now.Since != began.Since || len(now.Faults) > 0 || now.Ended != nil {
		t.Errorf("not the same conversation, or blamed for what it did not say: %+v", now)
	}
	if grown > 2<<20 {
		t.Errorf("grown by %d bytes", grown)
	}
	t.Logf("%d datagrams, %d bytes grown", *datagrams, grown)
	cancel()
	<-ended
}
