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
// speak at the real port, too. Without root the test runs where it is.
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
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		return false
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("in a name space: %v\n%s", err, out)
	}
	return true
}
