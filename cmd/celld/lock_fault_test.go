package main

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// TestAnOrderToLockSignsEverybodyOut: who is at the console locks the router as who is
// at a page does. When somebody wakes it, browsers that were signed in stay outside.
func TestAnOrderToLockSignsEverybodyOut(t *testing.T) {
	dir := t.TempDir()
	demoIn(t, dir, "")
	p := startCommand(t, exec.Command(celldPath(t), programArgs(dir)...))
	heron := signIn(t, p, 1)
	if said, err := exec.Command(celldPath(t), "ctl", "-dir", dir, "lock").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	moss := signIn(t, p, 0)
	for who, want := range map[*visitor]int{moss: http.StatusOK, heron: http.StatusSeeOther} {
		r, err := who.get("/people")
		if err != nil || r.status != want || strings.Contains(r.body, demoNames[2]) != (want == http.StatusOK) {
			t.Errorf("the people are shown with %d, want %d: %v", r.status, want, err)
		}
	}
}
