package dnssd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Conn is port 5353 of this machine, on as many links as were joined.
type Conn interface {
	// Exclusive tells whether no other program shared the port when it was opened.
	Exclusive() bool
	// Join enters the group on a link. A link that was left may be joined again.
	Join(Link) error
	Leave(index int)
	// Read waits for a packet; after Close it fails with net.ErrClosed.
	Read() (Packet, error)
	Send(Out) error
	Close() error
}

var (
	group4 = netip.AddrFrom4([4]byte{224, 0, 0, 251})
	group6 = netip.MustParseAddr("ff02::fb")
)

const hops = 255 // RFC 6762 section 11

// sockets is the machine's own Conn: one socket for each family there is.
type sockets struct {
	exclusive bool
	v4        *ipv4.PacketConn
	v6        *ipv6.PacketConn
	packets   chan Packet
	failed    chan error
	done      chan struct{}
	readers   sync.WaitGroup
	closing   sync.Once

	// links is touched only by the goroutine that joins, leaves and sends.
	links map[int]families
}

type families struct {
	name   string
	v4, v6 bool
}

// Open opens port 5353 beside whatever other responder runs on this machine.
// It works with one family where the kernel has no other.
func Open() (Conn, error) {
	s := &sockets{
		exclusive: alone(), links: map[int]families{},
		packets: make(chan Packet), failed: make(chan error, 2), done: make(chan struct{}),
	}
	err4, err6 := s.open4(), s.open6()
	if s.v4 == nil && s.v6 == nil {
		return nil, fmt.Errorf("open port %d: %w", port, errors.Join(err4, err6))
	}
	if s.v4 != nil {
		s.readers.Go(func() { s.pump(s.read4) })
	}
	if s.v6 != nil {
		s.readers.Go(func() { s.pump(s.read6) })
	}
	return s, nil
}

// alone tells whether nobody else has the port now. It opens it without the
// options that would let it be shared.
func alone() bool {
	c, err := net.ListenPacket("udp4", fmt.Sprintf(":%d", port))
	if err != nil {
		return false
	}
	c.Close()
	return true
}

func listen(network string) (net.PacketConn, error) {
	lc := net.ListenConfig{Control: share}
	return lc.ListenPacket(context.Background(), network, fmt.Sprintf(":%d", port))
}

func (s *sockets) open4() error {
	c, err := listen("udp4")
	if err != nil {
		return err
	}
	p := ipv4.NewPacketConn(c)
	err = errors.Join(
		p.SetControlMessage(ipv4.FlagTTL|ipv4.FlagDst|ipv4.FlagInterface, true),
		p.SetMulticastTTL(hops), p.SetTTL(hops),
		p.SetMulticastLoopback(true), // for other programs on this machine
	)
	if err != nil {
		c.Close()
		return err
	}
	s.v4 = p
	return nil
}

func (s *sockets) open6() error {
	c, err := listen("udp6")
	if err != nil {
		return err
	}
	p := ipv6.NewPacketConn(c)
	err = errors.Join(
		p.SetControlMessage(ipv6.FlagHopLimit|ipv6.FlagDst|ipv6.FlagInterface, true),
		p.SetMulticastHopLimit(hops), p.SetHopLimit(hops), p.SetMulticastLoopback(true),
	)
	if err != nil {
		c.Close()
		return err
	}
	s.v6 = p
	return nil
}

func (s *sockets) Exclusive() bool { return s.exclusive }

// Join succeeds when one family could be joined of those the link has.
func (s *sockets) Join(l Link) error {
	ifi := &net.Interface{Index: l.Index, Name: l.Name}
	f, errs := families{name: l.Name}, []error(nil)
	if s.v4 != nil {
		err := s.v4.JoinGroup(ifi, &net.UDPAddr{IP: group4.AsSlice()})
		f.v4, errs = joined(err), append(errs, err)
	}
	if s.v6 != nil {
		err := s.v6.JoinGroup(ifi, &net.UDPAddr{IP: group6.AsSlice()})
		f.v6, errs = joined(err), append(errs, err)
	}
	if !f.v4 && !f.v6 {
		return errors.Join(errs...)
	}
	s.links[l.Index] = f
	return nil
}

func joined(err error) bool { return err == nil || errors.Is(err, inUse) }

// Leave also serves for a link that is gone, where there is nothing to leave.
func (s *sockets) Leave(index int) {
	ifi := &net.Interface{Index: index, Name: s.links[index].name}
	if s.v4 != nil {
		_ = s.v4.LeaveGroup(ifi, &net.UDPAddr{IP: group4.AsSlice()})
	}
	if s.v6 != nil {
		_ = s.v6.LeaveGroup(ifi, &net.UDPAddr{IP: group6.AsSlice()})
	}
	delete(s.links, index)
}

// Send writes to the group in both families, and is content with one: a link
// may have addresses of one only.
func (s *sockets) Send(o Out) error {
	if o.To.IsValid() {
		return s.sendTo(o, o.To)
	}
	f, ok := s.links[o.Link]
	if !ok {
		return fmt.Errorf("link %d: %w", o.Link, os.ErrNotExist)
	}
	var errs []error
	sent := false
	for _, group := range []struct {
		use  bool
		addr netip.Addr
	}{{f.v4, group4}, {f.v6, group6}} {
		if group.use {
			err := s.sendTo(o, netip.AddrPortFrom(group.addr, port))
			sent, errs = sent || err == nil, append(errs, err)
		}
	}
	if sent {
		return nil
	}
	return errors.Join(errs...)
}

func (s *sockets) sendTo(o Out, to netip.AddrPort) error {
	addr := to.Addr().Unmap()
	dst := &net.UDPAddr{IP: addr.AsSlice(), Port: int(to.Port())}
	var err error
	if addr.Is4() && s.v4 != nil {
		_, err = s.v4.WriteTo(o.Data, &ipv4.ControlMessage{IfIndex: o.Link}, dst)
		return err
	}
	if addr.Is6() && s.v6 != nil {
		_, err = s.v6.WriteTo(o.Data, &ipv6.ControlMessage{IfIndex: o.Link, HopLimit: hops}, dst)
		return err
	}
	return fmt.Errorf("write to %v: %w", addr, errors.ErrUnsupported)
}

// pump passes packets of one family on until the socket is closed.
func (s *sockets) pump(read func([]byte) (Packet, error)) {
	buf := make([]byte, maxReceive+1) // one more, so that too long a packet shows
	for {
		p, err := read(buf)
		if err != nil {
			s.failed <- err
			return
		}
		select {
		case s.packets <- p:
		case <-s.done:
			return
		}
	}
}

func (s *sockets) read4(buf []byte) (Packet, error) {
	n, cm, from, err := s.v4.ReadFrom(buf)
	if err != nil {
		return Packet{}, err
	}
	p := packet(buf[:n], from)
	if cm != nil {
		p.Link, p.Multicast, p.Hops = cm.IfIndex, cm.Dst.IsMulticast(), hopsOf(cm.TTL)
	}
	return p, nil
}

func (s *sockets) read6(buf []byte) (Packet, error) {
	n, cm, from, err := s.v6.ReadFrom(buf)
	if err != nil {
		return Packet{}, err
	}
	p := packet(buf[:n], from)
	if cm != nil {
		p.Link, p.Multicast, p.Hops = cm.IfIndex, cm.Dst.IsMulticast(), hopsOf(cm.HopLimit)
	}
	return p, nil
}

func packet(data []byte, from net.Addr) Packet {
	p := Packet{Data: append([]byte(nil), data...), Hops: -1}
	if u, ok := from.(*net.UDPAddr); ok {
		a := u.AddrPort()
		p.From = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	}
	return p
}

func hopsOf(n int) int {
	if n == 0 {
		return -1 // the kernel did not say
	}
	return n
}

func (s *sockets) Read() (Packet, error) {
	select {
	case p := <-s.packets:
		return p, nil
	case err := <-s.failed:
		return Packet{}, err
	case <-s.done:
		return Packet{}, net.ErrClosed
	}
}

// Close waits for what it started.
func (s *sockets) Close() error {
	s.closing.Do(func() {
		close(s.done)
		if s.v4 != nil {
			s.v4.Close()
		}
		if s.v6 != nil {
			s.v6.Close()
		}
		s.readers.Wait()
	})
	return nil
}
