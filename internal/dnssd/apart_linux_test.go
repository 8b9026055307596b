package dnssd

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

const insideSpace = "CELLD_DNSSD_INSIDE"

// apart runs a test once more in a network name space of its own, with its loopback
// link up, and reports whether it did: on a machine that others use, their programs
// speak at the real port, too. Where the kernel gives neither root nor anybody a space
// of their own the test runs where it is.
func apart(t *testing.T) bool {
	t.Helper()
	if os.Getenv(insideSpace) != "" {
		if out, err := exec.CommandContext(t.Context(), "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return false
	}
	if _, err := exec.LookPath("ip"); err != nil {
		return false
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=2m")
	cmd.Env = append(os.Environ(), insideSpace+"=1")
	cmd.SysProcAttr = ownSpace()
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		return false
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("in a name space: %v\n%s", err, out)
	}
	return true
}

// ownSpace is a network name space in which this program is root, whoever runs it.
func ownSpace() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		a.Cloneflags |= syscall.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	return a
}
