package main

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"rsc.io/qr"
)

// welcome greets whoever sits at the router's console.
func (c *client) welcome(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("welcome takes no %q; %w", args[0], errUsage)
	}
	return c.ask(request{Do: "welcome"}, func(e event) error {
		_, err := fmt.Fprintln(c.out, e.Text)
		return err
	})
}

// tellWelcome says where the cell is, or how one is founded here: by a code that
// a phone's camera reads from the console.
func (h *house) tellWelcome(_ context.Context, _ request, send func(event) error) error {
	at := h.homeAddress()
	if h.claims.founded() {
		if h.signs != nil {
			at = h.signs.host() + ", or " + at
		}
		return send(event{Text: "The pages of this router's cell are at http://" + at})
	}
	code := h.claims.renew()
	where := "http://" + at + "/claim?code=" + code
	square, err := qr.Encode(where, qr.L)
	if err != nil {
		return err
	}
	return send(event{Text: fmt.Sprintf("%s\nNo cell lives on this router yet. Join its Wi-Fi and point a phone's camera at\nthe square, or open http://%s and type %s.\nThe code is good for half an hour; cellctl welcome makes another.",
		printed(square), at, code)})
}

// homeAddress is where a phone in the Wi-Fi finds the pages, by number: at the
// one address that they are served at, or at the links that people come by, or
// else at any.
func (h *house) homeAddress() string {
	host, port, _ := net.SplitHostPort(h.addresses[0].Addr)
	if one := net.ParseIP(host); one != nil && !one.IsUnspecified() {
		return h.addresses[0].Addr
	}
	named := map[string][]net.Addr{}
	links, _ := net.Interfaces() // a router that cannot tell has an address still
	for _, l := range links {
		at, err := l.Addrs()
		if err != nil || l.Flags&net.FlagLoopback != 0 || l.Flags&net.FlagUp == 0 {
			continue
		}
		named[l.Name] = at
		named[""] = append(named[""], at...)
	}
	return net.JoinHostPort(nearest(append(slices.Clone(h.config.wide), ""), named), port)
}

// nearest is the address at the first of the links that has one, by IPv4 where it has
// that. No browser takes one that is good on a link alone.
func nearest(links []string, named map[string][]net.Addr) string {
	for _, name := range links {
		for _, good := range []func(netip.Addr) bool{netip.Addr.Is4, netip.Addr.IsGlobalUnicast} {
			for _, a := range named[name] {
				if p, err := netip.ParsePrefix(a.String()); err == nil && good(p.Addr()) {
					return p.Addr().String()
				}
			}
		}
	}
	return "127.0.0.1"
}

// quiet is how much white a camera wants around a square (ISO/IEC 18004 has 4;
// they all take 2, and consoles are small).
const quietZone = 2

// printed draws a square code for a console, two rows a line, black on white
// whatever the console's own colours are.
func printed(code *qr.Code) string {
	var b strings.Builder
	for y := -quietZone; y < code.Size+quietZone; y += 2 {
		b.WriteString("\x1b[30;107m")
		for x := -quietZone; x < code.Size+quietZone; x++ {
			b.WriteString([...]string{" ", "▀", "▄", "█"}[dark(code, x, y)+2*dark(code, x, y+1)])
		}
		b.WriteString("\x1b[0m\n")
	}
	return b.String()
}

func dark(code *qr.Code, x, y int) int {
	if code.Black(x, y) {
		return 1
	}
	return 0
}
