//go:build linux

package netstate

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/mdlayher/netlink"
)

const inside = "CELLD_NETSTATE_INSIDE" // which part of the test runs in a name space

// again runs one test of this binary once more, in a network name space of its
// own. A machine where that cannot be fails.
func again(t *testing.T, part string) {
	t.Helper()
	if _, err := exec.LookPath("ip"); err != nil {
		t.Fatalf("%v: apt-get install iproute2", err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=10m")
	cmd.Env = append(os.Environ(), inside+"="+part)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Fatal("making a network name space needs root")
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("in a name space: %v\n%s", err, out)
	}
}

func ip(t *testing.T, args string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ip", strings.Fields(args)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", args, err, out)
	}
}

// until waits for a snapshot that fits.
func until(t *testing.T, w *Watcher, what string, fit func(Snapshot) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for {
		s, changed := w.Now()
		if fit(s) {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%s: not seen; there is %+v", what, s)
		}
	}
}

func named(s Snapshot, name string) (Link, bool) {
	i := slices.IndexFunc(s.Links, func(l Link) bool { return l.Name == name })
	if i < 0 {
		return Link{}, false
	}
	return s.Links[i], true
}

func running(t *testing.T, w *Watcher) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

func TestTheKernelIsFollowed(t *testing.T) {
	if os.Getenv(inside) == "" {
		again(t, "follow")
		return
	}
	w := New(slog.New(slog.DiscardHandler))
	running(t, w)
	ip(t, "link add br0 type bridge")
	ip(t, "link add here type veth peer name there")
	until(t, w, "veth, down", func(s Snapshot) bool { l, ok := named(s, "here"); return ok && !l.Up && l.Kind == "veth" })
	ip(t, "link set here up")
	ip(t, "link set there up")
	until(t, w, "up, with its tried link-local address", func(s Snapshot) bool {
		l, _ := named(s, "here")
		return l.Up && l.Multicast && len(l.Addrs) == 1 && l.Addrs[0].Addr().Is6()
	})
	ip(t, "addr add 10.99.0.1/24 dev here")
	until(t, w, "address", func(s Snapshot) bool { l, _ := named(s, "here"); return len(l.Addrs) == 2 })
	ip(t, "neigh add 10.99.0.2 lladdr 02:00:00:00:00:07 dev here nud permanent")
	until(t, w, "neighbour", func(s Snapshot) bool {
		return slices.ContainsFunc(s.Neighbours, func(n Neighbour) bool {
			return n.Addr.String() == "10.99.0.2" && n.State == Permanent && n.Hardware == "02:00:00:00:00:07"
		})
	})
	ip(t, "link set here master br0")
	until(t, w, "port of a bridge", func(s Snapshot) bool {
		l, _ := named(s, "here")
		b, ok := named(s, "br0")
		return ok && l.Master == b.Index && b.Kind == "bridge"
	})
	ip(t, "link set here nomaster")
	until(t, w, "no port", func(s Snapshot) bool { l, ok := named(s, "here"); return ok && l.Master == 0 && l.Up })
	ip(t, "link set here name elsewhere")
	until(t, w, "renamed", func(s Snapshot) bool { _, ok := named(s, "elsewhere"); return ok })
	ip(t, "link set there down")
	until(t, w, "without carrier", func(s Snapshot) bool { l, ok := named(s, "elsewhere"); return ok && !l.Up })
	ip(t, "link del elsewhere")
	until(t, w, "gone", func(s Snapshot) bool {
		_, ok := named(s, "elsewhere")
		return !ok && len(s.Neighbours) == 0
	})
}

// slow is a kernel whose news nobody reads until it may.
type slow struct {
	*kernel
	may  chan struct{}
	lost chan error
}

func (s *slow) receive() ([]netlink.Message, error) {
	<-s.may
	m, err := s.kernel.receive()
	if errors.Is(err, syscall.ENOBUFS) {
		s.lost <- err
	}
	return m, err
}

func TestNewsThatTheKernelDroppedAreReadAgain(t *testing.T) {
	if os.Getenv(inside) == "" {
		again(t, "overrun")
		return
	}
	s := &slow{may: make(chan struct{}), lost: make(chan error, 1)}
	w := New(slog.New(slog.DiscardHandler))
	first := true
	w.open = func() (source, error) {
		k, err := openKernel()
		if err != nil || !first {
			return k, err
		}
		first = false
		s.kernel = k
		return s, k.news.SetReadBuffer(1)
	}
	running(t, w)
	letGo := sync.OnceFunc(func() { close(s.may) })
	t.Cleanup(letGo)
	until(t, w, "loopback", func(s Snapshot) bool { _, ok := named(s, "lo"); return ok })
	const many = 40
	var batch strings.Builder
	for i := range many {
		fmt.Fprintf(&batch, "link add d%d type bridge\n", i)
	}
	cmd := exec.CommandContext(t.Context(), "ip", "-batch", "-")
	cmd.Stdin = strings.NewReader(batch.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	letGo()
	until(t, w, "the last link", func(s Snapshot) bool {
		_, ok := named(s, fmt.Sprint("d", many-1))
		return ok && len(s.Links) > many
	})
	select {
	case <-s.lost:
	default:
		t.Error("the kernel dropped nothing: the test shows nothing")
	}
}

func TestTheKernelIsFollowedWithoutPrivileges(t *testing.T) {
	switch os.Getenv(inside) {
	case "":
		again(t, "root")
	case "root":
		followedByNobody(t)
	case "nobody":
		if os.Getuid() == 0 {
			t.Fatal("still root")
		}
		w := New(slog.New(slog.DiscardHandler))
		running(t, w)
		until(t, w, "loopback", func(s Snapshot) bool { _, ok := named(s, "lo"); return ok })
		fmt.Println("ready")
		until(t, w, "link and neighbour", func(s Snapshot) bool {
			_, ok := named(s, "d0")
			return ok && len(s.Neighbours) > 0 || ok && len(s.Blind) > 0
		})
		s, _ := w.Now()
		fmt.Println("seen", s.Blind)
	}
}

// followedByNobody changes links as root while a process without privileges
// looks on.
func followedByNobody(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=40s")
	cmd.Env = append(os.Environ(), inside+"=nobody")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said = append(said, lines.Text())
		if lines.Text() == "ready" {
			ip(t, "link add d0 type bridge")
			ip(t, "link set d0 up")
			ip(t, "addr add 10.99.0.1/24 dev d0")
			ip(t, "neigh add 10.99.0.2 lladdr 02:00:00:00:00:07 dev d0 nud permanent")
		}
	}
	if err := cmd.Wait(); err != nil || !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, "seen") }) {
		t.Fatalf("%v\n%s", err, strings.Join(said, "\n"))
	}
}
