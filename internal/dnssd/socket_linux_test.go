package dnssd

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// within runs a test in a name space of its own, in which it has a link x0 whose
// other end is x1; it reports whether it is in there. A machine where that cannot be
// fails.
func within(t *testing.T) bool {
	t.Helper()
	if apart(t) {
		return false
	}
	if os.Getenv(insideSpace) == "" {
		t.Fatal("this test needs ip (iproute2) and a kernel that lets it make a network name space; root may always")
	}
	runs(t, "sysctl -qw net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0", // addresses are unique here
		"ip link add x0 type veth peer name x1", "ip link set x1 up", "ip link set x0 up", "ip addr add 10.77.0.1/24 dev x0")
	return true
}

func runs(t *testing.T, lines ...string) {
	t.Helper()
	for _, line := range lines {
		args := strings.Fields(line)
		if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", line, err, out)
		}
	}
}

func linkCalled(t *testing.T, name string) Link {
	t.Helper()
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return Link{Index: ifi.Index, Name: name}
}

// addressed waits until x0 may use its address of IPv6, which the kernel takes its time for.
func addressed(t *testing.T) {
	t.Helper()
	for range 6000 {
		if groups(t, "/proc/self/net/if_inet6", " 80       x0") > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("x0 gets no address of IPv6")
}

func opened(t *testing.T) *sockets {
	t.Helper()
	c, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*sockets)
}

// groups counts the links on which somebody here is in the group of a family.
func groups(t *testing.T, file, group string) int {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(strings.ToLower(string(b)), group)
}

func groups4(t *testing.T) int { return groups(t, "/proc/self/net/igmp", "fb0000e0") }
func groups6(t *testing.T) int {
	return groups(t, "/proc/self/net/igmp6", "ff0200000000000000000000000000fb")
}

// hears reports whether a packet that was sent comes. A busy machine takes its time.
func hears(c *sockets, data []byte) bool {
	timeout := time.After(time.Minute)
	for {
		select {
		case p := <-c.packets:
			if string(p.Data) == string(data) {
				return true
			}
		case <-timeout:
			return false
		}
	}
}

var anyQuestion = pack(question4("_celld._udp.local.", dns.TypePTR, in))

// TestWhereOneFamilyIsMissingTheOtherServes: somebody else has its port for
// themselves, as where the kernel has no such family.
func TestWhereOneFamilyIsMissingTheOtherServes(t *testing.T) {
	if !within(t) {
		return
	}
	if c := opened(t); !c.Exclusive() || c.Close() != nil {
		t.Error("a port that nobody else has is taken for a shared one")
	}
	for _, taken := range []string{"udp6", "udp4"} {
		other, err := net.ListenPacket(taken, ":5353")
		if err != nil {
			t.Fatal(err)
		}
		c, l := opened(t), linkCalled(t, "x0")
		addressed(t)
		if (c.v4 == nil) != (taken == "udp4") || (c.v6 == nil) != (taken == "udp6") {
			t.Fatalf("%s is taken: %v, %v", taken, c.v4, c.v6)
		}
		if err := c.Join(l); err != nil {
			t.Errorf("%s is taken: %v", taken, err)
		}
		if err := c.Send(Out{Link: l.Index, Data: anyQuestion}); err != nil || !hears(c, anyQuestion) {
			t.Errorf("%s is taken: sent with %v, and not heard", taken, err)
		}
		for to, family := range map[string]string{"10.77.0.1:9": "udp4", "[::1]:9": "udp6"} {
			err := c.Send(Out{Link: 1, To: netip.MustParseAddrPort(to), Data: anyQuestion})
			if errors.Is(err, errors.ErrUnsupported) != (family == taken) {
				t.Errorf("%s is taken, to %s: %v", taken, to, err)
			}
		}
		c.Leave(l.Index)
		if err := errors.Join(c.Close(), other.Close()); err != nil {
			t.Error(err)
		}
	}
	for _, taken := range []string{"udp6", "udp4"} {
		other, err := net.ListenPacket(taken, ":5353")
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
	}
	if _, err := Open(); err == nil {
		t.Error("opened where both are taken")
	}
}

// TestALinkOfOneFamilyServes, and one of none does not.
func TestALinkOfOneFamilyServes(t *testing.T) {
	if !within(t) {
		return
	}
	l := linkCalled(t, "x0")
	for _, c := range []struct {
		name string
		make []string
		want families
	}{
		{"both", nil, families{"x0", true, true}},
		{"no IPv6", []string{"ip link set x0 mtu 1000"}, families{"x0", true, false}},
		{"none", []string{"sysctl -qw net.ipv4.igmp_max_memberships=0"}, families{}},
		{"no IPv4", []string{"ip link set x0 mtu 1500"}, families{"x0", false, true}},
	} {
		if runs(t, c.make...); c.want.v6 {
			addressed(t)
		}
		s := opened(t)
		err := s.Join(l)
		if s.links[l.Index] != c.want || (err == nil) != (c.want.v4 || c.want.v6) {
			t.Errorf("%s: %+v, %v", c.name, s.links[l.Index], err)
		}
		if err := s.Join(l); (err == nil) != (c.want.v4 || c.want.v6) || s.links[l.Index] != c.want {
			t.Errorf("%s, joined again: %+v, %v", c.name, s.links[l.Index], err)
		}
		err = s.Send(Out{Link: l.Index, Data: anyQuestion})
		if heard := err == nil && hears(s, anyQuestion); heard != (c.want.v4 || c.want.v6) {
			t.Errorf("%s: sent with %v, heard: %v", c.name, err, heard)
		}
		s.Close()
	}
}

// TestWhatIsLeftIsLeftToTheKernel: a link that comes and goes keeps nothing of the
// few groups that a socket may be in.
func TestWhatIsLeftIsLeftToTheKernel(t *testing.T) {
	if !within(t) {
		return
	}
	s, l := opened(t), linkCalled(t, "x0")
	if err := s.Join(l); err != nil || groups4(t) != 1 || groups6(t) != 1 {
		t.Fatalf("joined: %d, %d, %v", groups4(t), groups6(t), err)
	}
	if s.Leave(l.Index); groups4(t) != 0 || groups6(t) != 0 {
		t.Errorf("left: %d, %d", groups4(t), groups6(t))
	}
	for range 25 { // of IPv4 a socket may be in twenty
		runs(t, "ip link add y0 type veth peer name y1", "ip link set y0 up")
		y := linkCalled(t, "y0")
		err := s.Join(y)
		if f := s.links[y.Index]; err != nil || !f.v4 || !f.v6 {
			t.Fatalf("%+v, %v", f, err)
		}
		runs(t, "ip link del y0")
		s.Leave(y.Index)
	}
	if err := s.Join(l); err != nil {
		t.Fatal(err)
	}
	runs(t, "ip link set x0 down")
	if err := s.Send(Out{Link: l.Index, Data: anyQuestion}); err == nil {
		t.Error("what went nowhere was sent")
	}
}

// TestALinkThatGetsIPv6BackIsInItsGroupAgain: an MTU below 1280, as that of a tunnel in
// a bridge, takes IPv6 from it.
func TestALinkThatGetsIPv6BackIsInItsGroupAgain(t *testing.T) {
	if !within(t) {
		return
	}
	addressed(t)
	l, s := linkCalled(t, "x0"), opened(t)
	four, both := []netip.Prefix{netip.MustParsePrefix("10.77.0.1/24")}, []netip.Prefix{netip.MustParsePrefix("10.77.0.1/24"), netip.MustParsePrefix("fe80::1/64")}
	d := driver{s: &Station{cfg: Config{Log: slog.New(slog.DiscardHandler)}}, conn: s, joined: map[int]bool{}, six: map[int]bool{}}
	for i, c := range []struct {
		mtu   string
		addrs []netip.Prefix
		six   int
	}{{"1500", both, 1}, {"1000", four, 0}, {"1500", four, 0}, {"1500", both, 1}, {"1500", four, 1}, {"1500", both, 1}} {
		runs(t, "ip link set x0 mtu "+c.mtu)
		l.Addrs = c.addrs
		if usable := d.join(time.Now(), []Link{l}); len(usable) != 1 || groups4(t) != 1 || groups6(t) != c.six {
			t.Errorf("step %d: %v, groups %d and %d", i, usable, groups4(t), groups6(t))
		}
	}
}

// TestOthersOnThisMachineHearWhatWeSay, in each family by itself, and no router passes
// it on.
func TestOthersOnThisMachineHearWhatWeSay(t *testing.T) {
	if !within(t) {
		return
	}
	s := opened(t)
	loops4, err := s.v4.MulticastLoopback()
	ttl, err2 := s.v4.MulticastTTL()
	alone, err3 := s.v4.TTL()
	if err = errors.Join(err, err2, err3); err != nil || !loops4 || ttl != 255 || alone != 255 {
		t.Errorf("IPv4: heard here: %v, %d and %d hops, %v", loops4, ttl, alone, err)
	}
	loops6, err := s.v6.MulticastLoopback()
	hop, err2 := s.v6.MulticastHopLimit()
	alone, err3 = s.v6.HopLimit()
	if err = errors.Join(err, err2, err3); err != nil || !loops6 || hop != 255 || alone != 255 {
		t.Errorf("IPv6: heard here: %v, %d and %d hops, %v", loops6, hop, alone, err)
	}
}
