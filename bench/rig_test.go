package bench

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// rig names two routers of scripts/netns, between which the kernel loses frames.
// Without it the sockets are on the loopback, and the harness loses datagrams.
var rig = os.Getenv("CELLD_RIG")

// lose makes the kernel lose that part of all frames.
func lose(t testing.TB, loss float64) {
	cmd := exec.Command("../scripts/netns", "loss", strconv.Itoa(int(loss*100+0.5)))
	cmd.Env = append(os.Environ(), "NETNS_ID="+rig)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// address is where router i can be reached.
func address(i int) net.IP {
	if rig == "" {
		return net.IPv4(127, 0, 0, 1)
	}
	return net.IPv4(10, 13, 0, byte(i))
}

// in opens a socket in router i.
func in(t testing.TB, i int, open func() (*net.UDPConn, error)) *net.UDPConn {
	t.Helper()
	type opened struct {
		conn *net.UDPConn
		err  error
	}
	done := make(chan opened)
	go func() {
		if rig != "" {
			runtime.LockOSThread() // for good: the thread ends here, and is used for nothing else
			if err := enter(i); err != nil {
				done <- opened{nil, err}
				return
			}
		}
		conn, err := open()
		done <- opened{conn, err}
	}()
	o := <-done
	if o.err != nil {
		t.Fatal(o.err)
	}
	return o.conn
}

func enter(i int) error {
	ns, err := os.Open(fmt.Sprintf("/run/netns/celld-%s-r%d", rig, i))
	if err != nil {
		return err
	}
	defer ns.Close()
	return unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET)
}
