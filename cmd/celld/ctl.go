package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const ctlUsage = `cellctl talks to the celld that runs on this router.

usage: cellctl [-dir DIR] COMMAND

On OpenWrt, DIR is by default that of the only cell in /etc/config/celld.

  status [-json]      what runs here, and how it is
  peers               the cell's other routers, and strangers in sight
  claim               a new code with which to found the cell
  welcome             where the pages are, or a new code and its square to scan
  lock                drop every key from memory, at once
  unlock [MEMBER]     wake the router with any member's five words
  wipe [-yes]         destroy what this router holds of the cell, for good
  export FORMAT       the books as hledger, beancount or csv, to standard output
  bundle export FILE  all that is written, sealed as it is, to carry to a router
                      that none of ours can reach
  bundle import FILE  take in what such a file holds, and tell what became of it
  verify              check every signature and hash that is stored
  backup FILE         write the whole cell into one encrypted file
  restore FILE        put a backup into an empty DIR, while celld is stopped
  uci FILE            what is wrong in a configuration file of OpenWrt
  wifi                the network that members join, and its key
  wifi members        leave open ones as they are, and put one with a key beside them
  wifi members off    take that away
  wifi secure         give the access points that have none a key
  wifi key [KEY]      give those that have a key another one, KEY or five words
  rpcd list|call ...  what LuCI asks, as a plugin of rpcd

verify, backup, restore, wipe, uci and wifi work without a running celld too.

  bundle export -has BUNDLE FILE  without what the router has that made BUNDLE
  backup  -to FILE    encrypt to the age public keys in FILE, not to a passphrase
  restore -with FILE  decrypt with the age private keys in FILE
  restore -store E    sqlite or file
  uci -json FILE      the same for programs
  wifi -unused secure only those that are switched off, so that nobody is thrown out
  wifi -room N members only where a radio carries N access points and meshes
  wifi tell FILE      for root to tell celld, which may not read the keys
  wifi -uci FILE ...  in another file than /etc/config/wireless
  uci -cells FILE     the section and the DIR of each cell that is to run, a line
                      each, also of a file with broken lines
`

// client is one cellctl at work.
type client struct {
	dir  string
	in   io.Reader
	out  io.Writer
	errs io.Writer

	pause    func(time.Duration)
	patience time.Duration // with a celld that says nothing; 0: heardWithin
}

// verb is one thing that cellctl can do.
type verb struct {
	name string
	do   func(*client, []string) error
}

// verbs are all of them, in a list that stands in the program as it is written here:
// code would fill a map at each start.
var verbs = []verb{
	{"status", (*client).status},
	{"peers", (*client).peers},
	{"bundle", (*client).bundle},
	{"claim", (*client).claim},
	{"welcome", (*client).welcome},
	{"lock", func(c *client, args []string) error { return c.order(request{Do: "lock"}, args) }},
	{"unlock", (*client).unlock},
	{"wipe", (*client).wipe},
	{"verify", (*client).verify},
	{"backup", (*client).backup},
	{"export", (*client).export},
	{"restore", (*client).restore},
	{"rpcd", (*client).rpcd},
	{"wifi", (*client).wifi},
	{"uci", (*client).uci},
}

// errUsage is returned for a command line that cannot be meant.
var errUsage = errors.New("see cellctl help")

// control runs cellctl and returns its exit code.
func control(args []string, in io.Reader, out, errs io.Writer) int {
	c := &client{in: in, out: out, errs: errs, pause: time.Sleep}
	set := quietFlags("cellctl")
	here := dirsHere(uciPath)
	if c.dir = defaultDir; len(here) == 1 {
		c.dir = here[0]
	}
	set.StringVar(&c.dir, "dir", c.dir, "")
	err := set.Parse(args)
	if errors.Is(err, flag.ErrHelp) || err == nil && (set.NArg() == 0 || set.Arg(0) == "help") {
		fmt.Fprint(out, ctlUsage)
		return 0
	}
	if err == nil {
		err = c.do(set.Arg(0), set.Args()[1:])
	} else {
		err = fmt.Errorf("%w; %w", err, errUsage)
	}
	if err == nil {
		return 0
	}
	fmt.Fprintf(errs, "cellctl: %v\n", err)
	if len(here) > 1 && c.dir == defaultDir {
		fmt.Fprintf(errs, "several cells live here; choose with -dir: %s\n", strings.Join(here, ", "))
	}
	if errors.Is(err, errNotRunning) && atWork(c.dir) {
		fmt.Fprintln(errs, "it has begun, and hears you when it has read what was written: try again in a while")
	}
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

func quietFlags(name string) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	return set
}

func (c *client) do(name string, args []string) error {
	for _, v := range verbs {
		if v.name == name {
			return v.do(c, args)
		}
	}
	return fmt.Errorf("there is no command %q; %w", name, errUsage)
}

// errNotRunning is returned when no celld answers in DIR.
var errNotRunning = errors.New("no celld is running there")

// errSilent is returned when one took the call, and says nothing.
var errSilent = errors.New("the celld there does not answer; on OpenWrt, /etc/init.d/celld restart starts it anew")

// heardWithin is how long celld may take to say that it heard: a small router may have
// much to do just then. What was asked may take far longer.
const heardWithin = 20 * time.Second

// ask sends a request and hands on every event of the answer.
func (c *client) ask(r request, each func(event) error) error { return c.askWith(r, nil, each) }

// askWith sends more behind the request.
func (c *client) askWith(r request, more io.Reader, each func(event) error) error {
	conn, err := net.Dial("unix", filepath.Join(c.dir, socketName))
	if err != nil {
		if _, bad := os.Stat(c.dir); bad != nil {
			return fmt.Errorf("-dir: %w", bad)
		}
		if errors.Is(err, fs.ErrPermission) {
			return fmt.Errorf("-dir %s: only root, and whoever celld runs as, may ask it anything: %w", c.dir, err)
		}
		// A socket that nobody listens at is a dead program's.
		return fmt.Errorf("-dir %s: %w (%w)", c.dir, errNotRunning, err)
	}
	defer conn.Close()
	err = errors.Join(conn.SetReadDeadline(time.Now().Add(cmp.Or(c.patience, heardWithin))), json.NewEncoder(conn).Encode(r))
	if err != nil {
		return fmt.Errorf("ask celld: %w", err)
	}
	if more != nil {
		go func() { _, _ = io.Copy(conn, more) }() // celld says what it lacks; a closed connection ends this
	}
	err = hear(conn, each)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("-dir %s: %w", c.dir, errSilent)
	}
	return err
}

// hear hands on every event of an answer. Once there is one, the next may take its time.
func hear(conn net.Conn, each func(event) error) error {
	answer := json.NewDecoder(bufio.NewReader(conn))
	for {
		var e event
		if err := answer.Decode(&e); err != nil {
			return fmt.Errorf("celld went away before it had answered: %w", err)
		}
		if err := conn.SetReadDeadline(time.Time{}); err != nil {
			return err
		}
		switch {
		case e.Error != "":
			return errors.New(e.Error)
		case e.Done:
			return nil
		case e.Heard:
			continue
		}
		if err := each(e); err != nil {
			return err
		}
	}
}

// order asks for something that has no answer but done.
func (c *client) order(r request, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no %q; %w", r.Do, args[0], errUsage)
	}
	return c.ask(r, func(event) error { return nil })
}

// claimPatience is how many seconds who founds a cell waits for a celld that was
// installed just now: a small router takes some until it listens.
const claimPatience = 20

func (c *client) claim(args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("claim takes no %q; %w", args[0], errUsage)
	}
	for waited := 0; ; waited++ {
		err := c.ask(request{Do: "claim"}, func(e event) error {
			_, err := fmt.Fprintln(c.out, e.Text)
			return err
		})
		if waited == claimPatience || !errors.Is(err, errNotRunning) {
			return err
		}
		c.pause(time.Second)
	}
}

func (c *client) unlock(args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("unlock takes one member; %w", errUsage)
	}
	words, err := c.secret("The five words: ")
	if err != nil {
		return err
	}
	return c.ask(request{Do: "unlock", Member: strings.Join(args, ""), Words: words}, func(event) error { return nil })
}

func (c *client) status(args []string) error {
	set := quietFlags("status")
	raw := set.Bool("json", false, "")
	if err := set.Parse(args); err != nil || set.NArg() > 0 {
		return fmt.Errorf("status takes -json and nothing else; %w", errUsage)
	}
	return c.ask(request{Do: "status"}, func(e event) error {
		switch {
		case e.Status == nil:
			return nil
		case *raw:
			out := json.NewEncoder(c.out)
			out.SetIndent("", "  ")
			return out.Encode(e.Status)
		}
		return e.Status.write(c.out)
	})
}

// write tells a status to people.
func (s status) write(w io.Writer) error {
	b := &strings.Builder{}
	line := func(name, format string, args ...any) {
		fmt.Fprintf(b, "%-11s"+format+"\n", append([]any{name}, args...)...)
	}
	s.writeCell(line)
	line("log", "%d operations in %d logs, %s in %s", s.Operations, len(s.Logs), bytesText(uint64(s.Size)), s.Store)
	if s.Waiting > 0 {
		line("", "%d operations are sealed: no key here opens them yet", s.Waiting)
	}
	if s.Digest != nil {
		line("digest", "%s", *s.Digest)
	}
	if s.Disk != nil {
		warning := ""
		if little(s.Disk.Free, s.Disk.Total) {
			warning = ": nearly full"
		}
		line("disk", "%s free of %s%s", bytesText(s.Disk.Free), bytesText(s.Disk.Total), warning)
	}
	s.Machine.write(line)
	line("clock", "%s (%s)", s.Clock.Time, s.Clock.Quality)
	for _, a := range s.Addresses {
		line("pages", "%s://%s", a.Scheme, a.Addr)
	}
	s.writeMesh(line)
	s.Config.write(line)
	if s.HTTPS != "" {
		line("https", "%s", s.HTTPS)
	}
	line("celld", "%s on router %s", s.Version, s.Router)
	_, err := io.WriteString(w, b.String())
	return err
}

func (s status) writeCell(line func(name, format string, args ...any)) {
	if s.Cell == nil {
		line("cell", "none yet; cellctl claim gives a code with which to found one")
		return
	}
	line("cell", "%s", strings.TrimSpace(s.Name+" "+*s.Cell))
	how := "locked: any member can wake it by signing in"
	if s.Awake {
		how = fmt.Sprintf("awake, with the keys of %d of %d members", s.Held.Members, len(s.Members))
	}
	line("mode", "%s, %s", s.Mode, how)
	for i, m := range s.Members {
		line("", "%s", strings.TrimSpace(fmt.Sprintf("%2d %s %s", i+1, m.ID, m.Name)))
	}
}

// bytesText spells a size as people say it.
func bytesText(n uint64) string {
	const unit = 1024
	if n < unit {
		return fmt.Sprintf("%d B", n)
	}
	size, names := float64(n), "kMGTPE"
	i := -1
	for ; size >= unit && i < len(names)-1; i++ {
		size /= unit
	}
	return fmt.Sprintf("%.1f %cB", size, names[i])
}
