package main

import (
	"context"
	"net"
	"regexp"
	"strings"
	"testing"

	"rsc.io/qr"
)

// scanned reads a printed square back, module by module.
func scanned(t *testing.T, text string) (square [][]bool) {
	t.Helper()
	for line := range strings.Lines(text) {
		line, ok := strings.CutPrefix(strings.TrimSuffix(line, "\x1b[0m\n"), "\x1b[30;107m")
		if !ok {
			break
		}
		var upper, lower []bool
		for _, r := range line {
			upper, lower = append(upper, r == '▀' || r == '█'), append(lower, r == '▄' || r == '█')
		}
		square = append(square, upper, lower)
	}
	return square
}

func TestTheConsoleShowsTheCodeAsASquare(t *testing.T) {
	h := theSigns(t)
	if err := h.open(); err != nil {
		t.Fatal(err)
	}
	tell := func() (said string) {
		if err := h.tellWelcome(context.Background(), request{}, func(e event) error { said = e.Text; return nil }); err != nil {
			t.Fatal(err)
		}
		return said
	}
	said := tell()
	address := regexp.MustCompile(`open (http://\S+) and type (\S+)\.`).FindStringSubmatch(said)
	if address == nil {
		t.Fatal(said)
	}
	want, err := qr.Encode(address[1]+"/claim?code="+address[2], qr.L)
	if err != nil {
		t.Fatal(err)
	}
	square := scanned(t, said)
	for y, row := range square {
		for x, black := range row {
			if black != want.Black(x-quietZone, y-quietZone) {
				t.Fatalf("at %d, %d it is black: %v", x, y, black)
			}
		}
	}
	if len(square) < want.Size+2*quietZone || len(square[0]) != want.Size+2*quietZone {
		t.Errorf("%d rows", len(square))
	}
	if err := h.claims.Try(address[2]); err != nil {
		t.Errorf("the code that was shown: %v", err)
	}
	if _, err := settle(h); err != nil {
		t.Fatal(err)
	}
	if said := tell(); strings.Contains(said, "code=") || !strings.Contains(said, "http://") {
		t.Errorf("with a cell here: %s", said)
	}
}

func TestTheConsoleNamesTheAddressThatPagesAreServedAt(t *testing.T) {
	h := theSigns(t)
	for addr, want := range map[string]string{
		"127.0.0.1:8080": "127.0.0.1:8080",
		"[::1]:8080":     "[::1]:8080",
	} {
		h.addresses[0].Addr = addr
		if at := h.homeAddress(); at != want {
			t.Errorf("pages at %s alone are looked for at %s", addr, at)
		}
	}
	for _, addr := range []string{"[::]:8080", "0.0.0.0:8080"} {
		h.addresses[0].Addr = addr
		if at := h.homeAddress(); at == addr || !strings.HasSuffix(at, ":8080") {
			t.Errorf("pages at every address are looked for at %s", at)
		}
	}
}

// TestAPhoneIsLedToAnAddressOfItsOwnLink, also where there is no IPv4: the square on the
// console led it to the phone itself.
func TestAPhoneIsLedToAnAddressOfItsOwnLink(t *testing.T) {
	at := func(prefixes ...string) (all []net.Addr) {
		for _, p := range prefixes {
			ip, of, err := net.ParseCIDR(p)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, &net.IPNet{IP: ip, Mask: of.Mask})
		}
		return all
	}
	links := []string{"br-lan", "bat0", ""}
	for want, named := range map[string]map[string][]net.Addr{
		"192.168.1.1": {"br-lan": at("fe80::1/64", "fd00::1/64", "192.168.1.1/24"), "": at("203.0.113.2/24")},
		"fd00::1":     {"br-lan": at("fe80::1/64", "fd00::1/64"), "": at("fd00::1/64", "203.0.113.2/24")},
		"203.0.113.2": {"br-lan": at("fe80::1/64"), "": at("fe80::1/64", "203.0.113.2/24")},
		"127.0.0.1":   {"": at("fe80::1/64")},
	} {
		if got := nearest(links, named); got != want {
			t.Errorf("of %v it takes %s, not %s", named, got, want)
		}
	}
}
