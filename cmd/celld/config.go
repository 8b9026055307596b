package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"celld/internal/dnssd"
	"celld/internal/sqlite"
)

const usage = `celld serves the common table of a cell.

usage: celld [flags]
       celld ctl COMMAND ...     talk to a running celld (see celld ctl help)

  -dir DIR        where the cell lives on this router (default ` + defaultDir + `)
  -http ADDR      serve pages here (default ` + defaultHTTP + `)
  -https ADDR     serve pages here too, encrypted; empty for not at all
  -store ENGINE   sqlite or file; by default what DIR was made with, and for a
                  new one sqlite where it exists
  -name NAME      what this router is called on its pages
  -hosts A,B      names that pages may be asked for by, besides addresses
  -log LEVEL      debug, info, warn or error
  -mesh ADDR      talk with the cell's other routers here, by UDP, and look for
                  them; empty for not at all
  -announce HOW   off, neighbours (links that end at the next router) or mesh
                  (default neighbours; needs -mesh)
  -peers A,B      where other routers of the cell are, besides those in sight
  -wide A,B       links that carry multicast through a whole mesh (default
                  br-lan,bat0)
  -skip A,B       links to stay away from
  -uci FILE       read the flags above, but for those given, from a section of an
                  OpenWrt configuration file, and again on SIGHUP
  -section NAME   which section (default cell)
  -portal ADDR    answer here what phones ask that join a Wi-Fi without
                  internet, and show them the way; empty for not at all
  -portal-name NAME
                  the pages are at NAME.internal; by default what the cell is
                  called, in letters that every keyboard has
  -portal-leases FILE
                  whom dnsmasq gave which address (default ` + defaultLeases + `)
  -portal-public HOST
                  what a certificate that every phone knows is for, with -https
  -portal-pretend tell phones whose owners have read the page that there is an
                  internet
  -config FILE    lines "log LEVEL" and "hosts A,B", read again on SIGHUP
  -demo           fill an empty DIR with the demo cell, and serve it
`

const (
	defaultDir    = "/var/lib/celld"
	defaultHTTP   = ":8080"
	defaultLeases = "/tmp/dhcp.leases"
)

// anyNode is what LibreMesh calls whichever router is nearest, in three
// languages.
var anyNode = []string{"thisnode.info", "minodo.info", "meuno.info"}

// maxSocket is the longest path of a unix socket (unix(7): sun_path, less its
// closing zero).
const maxSocket = 107

// The engines by the names that people choose them by.
const (
	storeSQLite = "sqlite"
	storeFile   = "file"
)

// config is what the program was asked for, checked.
type config struct {
	dir   string
	http  string
	https string // empty: not at all
	store string // empty: as it comes
	name  string
	hosts []string
	level slog.Level
	file  string // to be read again on SIGHUP, with
	args  []string
	mesh  string // empty: not at all
	reach dnssd.Reach
	peers []netip.AddrPort
	wide  []string
	skip  []string
	demo  bool
	uci   uciSource

	portal        string // empty: not at all
	portalName    string // empty: as the cell is called
	portalLeases  string
	portalPublic  string
	portalPretend bool

	clock string // for tests: none, told, ntp, or a time in Unix seconds
	root  string // for tests: where the files of another router begin; empty: this one's
	full  bool   // for the init script: it could not even make dir

	unwiped bool // the program before this one did not finish a wipe
}

// flags are the raw words of a command line.
type flags struct {
	config
	hosts, level, reach, peers, wide, skip string
}

// parseConfig reads a command line. Each error names the flag and the value.
func parseConfig(args []string) (config, error) {
	f := &flags{config: config{args: args}}
	set := f.set()
	if err := set.Parse(args); err != nil {
		return config{}, err
	}
	if set.NArg() > 0 {
		return config{}, fmt.Errorf("%q is not a flag; see celld -help", set.Arg(0))
	}
	if f.uci.path != "" {
		return f.uci.over(set, args).read()
	}
	return f.check()
}

// set knows every flag.
func (f *flags) set() *flag.FlagSet {
	set := flag.NewFlagSet("celld", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&f.dir, "dir", defaultDir, "")
	set.StringVar(&f.http, "http", defaultHTTP, "")
	set.StringVar(&f.https, "https", "", "")
	set.StringVar(&f.store, "store", "", "")
	set.StringVar(&f.name, "name", "", "")
	set.StringVar(&f.hosts, "hosts", "", "")
	set.StringVar(&f.level, "log", "info", "")
	set.StringVar(&f.file, "config", "", "")
	set.StringVar(&f.clock, "clock", "", "")
	set.StringVar(&f.root, "root", "", "")
	set.BoolVar(&f.full, "full", false, "")
	set.StringVar(&f.mesh, "mesh", "", "")
	set.StringVar(&f.reach, "announce", "neighbours", "")
	set.StringVar(&f.peers, "peers", "", "")
	set.StringVar(&f.wide, "wide", "br-lan,bat0", "")
	set.StringVar(&f.skip, "skip", "", "")
	set.BoolVar(&f.demo, "demo", false, "")
	set.StringVar(&f.uci.path, "uci", "", "")
	set.StringVar(&f.uci.section, "section", "cell", "")
	set.StringVar(&f.portal, "portal", "", "")
	set.StringVar(&f.portalName, "portal-name", "", "")
	set.StringVar(&f.portalLeases, "portal-leases", defaultLeases, "")
	set.StringVar(&f.portalPublic, "portal-public", "", "")
	set.BoolVar(&f.portalPretend, "portal-pretend", false, "")
	return set
}

func (f flags) check() (config, error) {
	c := f.config
	if c.dir == "" {
		return c, errors.New("-dir: the folder where the cell lives must be named")
	}
	if n := maxSocket - len("/"+socketName); len(c.dir) > n {
		return c, fmt.Errorf("-dir %q: longer than %d bytes, which is all that a socket's path may have", c.dir, n)
	}
	if c.name == "" {
		c.name, _ = os.Hostname() // a router without a name has an address still
	}
	if len(c.name) > 63 {
		return c, fmt.Errorf("-name %q: longer than 63 bytes", c.name)
	}
	if c.store != "" && c.store != storeSQLite && c.store != storeFile {
		return c, fmt.Errorf("-store %q: there are sqlite and file", c.store)
	}
	if c.store == storeSQLite && !sqlite.Available {
		return c, errors.New("-store sqlite: there is no SQLite for this processor; use file")
	}
	if err := checkAddress("-http", c.http); err != nil {
		return c, err
	}
	if err := checkAddress("-https", c.https); c.https != "" && err != nil {
		return c, err
	}
	if _, err := edgeFor(c.clock); err != nil {
		return c, err
	}
	if err := c.checkMesh(f); err != nil {
		return c, err
	}
	var err error
	if c.level, err = parseLevel("-log", f.level); err != nil {
		return c, err
	}
	if c.hosts, err = parseHosts("-hosts", f.hosts); err != nil {
		return c, err
	}
	if c, err = c.overlaid(); err != nil {
		return c, err
	}
	err = c.checkPortal()
	return c, err
}

// checkMesh reads what concerns other routers.
func (c *config) checkMesh(f flags) error {
	if err := checkAddress("-mesh", c.mesh); c.mesh != "" && err != nil {
		return err
	}
	reach, ok := map[string]dnssd.Reach{"off": dnssd.Off, "neighbours": dnssd.Neighbours, "mesh": dnssd.Mesh}[f.reach]
	if !ok {
		return fmt.Errorf("-announce %q: there are off, neighbours and mesh", f.reach)
	}
	c.reach, c.wide, c.skip = reach, listed(f.wide), listed(f.skip)
	for _, p := range listed(f.peers) {
		at, err := netip.ParseAddrPort(p)
		if err != nil {
			return fmt.Errorf("-peers %q: an address reads IP:PORT", p)
		}
		c.peers = append(c.peers, at)
	}
	return nil
}

// checkPortal reads what concerns phones that join the Wi-Fi.
func (c *config) checkPortal() error {
	if c.portal == "" {
		return nil
	}
	if err := checkAddress("-portal", c.portal); err != nil {
		return err
	}
	if c.portalName != "" && (!isHost(c.portalName) || strings.Contains(c.portalName, ".")) {
		return fmt.Errorf("-portal-name %q: small letters, numbers and - between them, and no more than 63", c.portalName)
	}
	if c.portalPublic != "" && (!isHost(c.portalPublic) || c.https == "") {
		return fmt.Errorf("-portal-public %q: a host name, and needs -https", c.portalPublic)
	}
	c.hosts = append(c.hosts, anyNode...)
	return nil
}

// listed splits a list at commas and spaces.
func listed(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
}

func checkAddress(flag, value string) error {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return fmt.Errorf("%s %q: an address reads HOST:PORT or :PORT", flag, value)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("%s %q: port %q is not a number up to 65535", flag, value, port)
	} else if n == 0 && port != "0" {
		return fmt.Errorf("%s %q: port %q has more than one spelling of 0", flag, value, port)
	}
	return nil
}

func parseLevel(where, value string) (slog.Level, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(value)); err != nil {
		return l, fmt.Errorf("%s %q: there are debug, info, warn and error", where, value)
	}
	return l, nil
}

func parseHosts(where, value string) ([]string, error) {
	var hosts []string
	for _, h := range listed(value) {
		h = strings.ToLower(strings.TrimSuffix(h, "."))
		if !isHost(h) {
			return nil, fmt.Errorf("%s %q: %q is not a host name", where, value, h)
		}
		hosts = append(hosts, h)
	}
	return hosts, nil
}

// isHost knows names as they stand in a Host header, without a port.
func isHost(name string) bool {
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "-") != label ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(name) <= 253
}

// overlaid returns c with what its file says instead.
func (c config) overlaid() (config, error) {
	if c.file == "" {
		return c, nil
	}
	b, err := os.ReadFile(c.file)
	if err != nil {
		return c, fmt.Errorf("-config: %w", err)
	}
	for i, line := range strings.Split(string(b), "\n") {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		where := fmt.Sprintf("%s:%d: %s", c.file, i+1, key)
		switch value = strings.TrimSpace(value); {
		case key == "" || strings.HasPrefix(key, "#"):
		case key == "log":
			c.level, err = parseLevel(where, value)
		case key == "hosts":
			c.hosts, err = parseHosts(where, value)
		default:
			err = fmt.Errorf("%s %q: there are log and hosts", where, value)
		}
		if err != nil {
			return c, err
		}
	}
	return c, nil
}
