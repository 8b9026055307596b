package replication

import (
	"net"
	"os"
	"sync"
	"time"
)

// pipe is what one address says on a shared socket, as a socket of its own.
type pipe struct {
	socket net.PacketConn
	from   net.Addr
	in     chan []byte
	closed chan struct{}
	once   sync.Once

	mu      sync.Mutex // guards timer and expired
	timer   *time.Timer
	expired chan struct{}
}

func newPipe(socket net.PacketConn, from net.Addr) *pipe {
	return &pipe{socket: socket, from: from, in: make(chan []byte, inQueue), closed: make(chan struct{}), expired: make(chan struct{})}
}

// put hands over a datagram; when too many wait, it is lost.
func (p *pipe) put(b []byte) {
	select {
	case p.in <- append([]byte{}, b...):
	default:
	}
}

func (p *pipe) ReadFrom(b []byte) (int, net.Addr, error) {
	p.mu.Lock()
	expired := p.expired
	p.mu.Unlock()
	select { // a deadline in the past wins over what waits
	case <-expired:
		return 0, nil, os.ErrDeadlineExceeded
	default:
	}
	select {
	case got := <-p.in:
		return copy(b, got), p.from, nil
	case <-expired:
		return 0, nil, os.ErrDeadlineExceeded
	case <-p.closed:
		return 0, nil, net.ErrClosed
	}
}

func (p *pipe) WriteTo(b []byte, to net.Addr) (int, error) {
	select {
	case <-p.closed:
		return 0, net.ErrClosed
	default:
		return p.socket.WriteTo(b, to)
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// over reports whether nothing more comes out of it.
func (p *pipe) over() bool {
	select {
	case <-p.closed:
		return true
	default:
		return false
	}
}

func (p *pipe) LocalAddr() net.Addr { return p.socket.LocalAddr() }

func (p *pipe) SetDeadline(t time.Time) error { return p.SetReadDeadline(t) }

func (p *pipe) SetWriteDeadline(time.Time) error { return nil } // a datagram is sent or is not

// SetReadDeadline wakes whoever reads when the time has come; zero is never.
func (p *pipe) SetReadDeadline(t time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
	select {
	case <-p.expired:
		p.expired = make(chan struct{})
	default:
	}
	if t.IsZero() {
		return nil
	}
	expired := p.expired
	expire := func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.expired == expired {
			select {
			case <-expired:
			default:
				close(expired)
			}
		}
	}
	if wait := time.Until(t); wait <= 0 {
		close(expired)
	} else {
		p.timer = time.AfterFunc(wait, expire)
	}
	return nil
}
