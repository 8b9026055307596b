package main

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// theSigns is a house with a signpost, whose doors are open and which is still
// reading.
func theSigns(t *testing.T, flags ...string) *house {
	t.Helper()
	c, err := parseConfig(append([]string{"-dir", t.TempDir(), "-http", "127.0.0.1:0", "-portal", "127.0.0.1:0"}, flags...))
	if err != nil {
		t.Fatal(err)
	}
	h, err := findHouse(c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.close() })
	doors, err := h.doors()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range doors {
		if s, ok := d.(*server); ok {
			t.Cleanup(func() { _ = s.close() })
		}
	}
	return h
}

func TestTheAddressOfACellIsKnownWhileItsRouterIsAsleep(t *testing.T) {
	h := theSigns(t)
	if got := h.signs.host(); got != "celld.internal" || h.signs.cell() != "" {
		t.Errorf("before there is a cell: %s, %q", got, h.signs.cell())
	}
	if err := h.open(); err != nil {
		t.Fatal(err)
	}
	if _, err := settle(h); err != nil {
		t.Fatal(err)
	}
	if _, err := h.tasks(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := h.signs.host(); got != "mill-lane.internal" || h.signs.cell() != "Mill Lane" {
			t.Errorf("%s, %q", got, h.signs.cell())
		}
		for host, want := range map[string]bool{"mill-lane.internal": true, "celld.internal": false, "": false, "mill-lane": false} {
			if h.known(host) != want {
				t.Errorf("%q is a host of ours: %v", host, !want)
			}
		}
		if err := h.desk.Lock(); err != nil {
			t.Fatal(err)
		}
	}
	h2 := &signs{house: &house{config: h.config, porch: &porch{}}}
	if b, err := os.ReadFile(filepath.Join(h.config.dir, nameFile)); err != nil || string(b) != "Mill Lane\n" {
		t.Errorf("%q %v", b, err)
	}
	h2.called = "Mill Lane"
	if got := h2.host(); got != "mill-lane.internal" {
		t.Errorf("while it still reads: %s", got)
	}
}

func TestANameOfItsOwnRulesAndIsChecked(t *testing.T) {
	if got := theSigns(t, "-portal-name", "table").signs.host(); got != "table.internal" {
		t.Error(got)
	}
	for _, wrong := range [][]string{
		{"-portal", "2080"}, {"-portal", ":2080", "-portal-name", "a.b"}, {"-portal", ":2080", "-portal-name", "Mill Lane"},
		{"-portal", ":2080", "-portal-public", "cell.example.org"},
	} {
		if c, err := parseConfig(wrong); err == nil {
			t.Errorf("%v: %v", wrong, c.portalName)
		}
	}
	c, err := parseConfig([]string{"-portal", ":2080"})
	if err != nil || !slices.Equal(c.hosts, anyNode) {
		t.Errorf("%v %v", c.hosts, err)
	}
	if c, err := parseConfig(nil); err != nil || len(c.hosts) != 0 {
		t.Errorf("without a signpost: %v %v", c.hosts, err)
	}
}

func TestThePulseSaysWhatIsSoAndWaitsForNobody(t *testing.T) {
	h := theSigns(t, "-portal-name", "table")
	fifo := filepath.Join(h.config.dir, pulseName)
	beat := pulseTask{h.signs, fifo}
	if err := beat.prepare(); err != nil {
		t.Errorf("it is there already: %v", err)
	}
	beat.beat() // nobody reads, and it goes on
	f, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	beat.beat()
	line, err := bufio.NewReader(f).ReadString('\n')
	if want := map[bool]string{true: "alone table\n", false: "online table\n"}[alone()]; err != nil || line != want {
		t.Errorf("%q %v, not %q", line, err, want)
	}
	wrong := pulseTask{h.signs, filepath.Join(t.TempDir(), "file")}
	wrong.beat()
	if err := os.WriteFile(wrong.fifo, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := wrong.prepare(); err == nil {
		t.Error("a file is taken for a pulse")
	}
}
