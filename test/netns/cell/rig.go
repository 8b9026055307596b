package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"celld/test/visit"
)

// rig is the segment that scripts/netns made, and the routers on it.
type rig struct {
	script  string // scripts/netns
	name    string // what its name spaces begin with
	celld   string // the program
	work    string // where the routers live
	routers []*router
	apart   map[[2]int]bool // which pairs do not hear each other
}

// netns asks scripts/netns for something.
func (g *rig) netns(args ...string) error {
	if said, err := exec.Command(g.script, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("scripts/netns %s: %w: %s", strings.Join(args, " "), err, said)
	}
	return nil
}

// part lets two routers hear each other no more, or again.
func (g *rig) part(i, j int, apart bool) error {
	key := [2]int{min(i, j), max(i, j)}
	if i == j || g.apart[key] == apart {
		return nil
	}
	g.apart[key] = apart
	command := "heal"
	if apart {
		command = "cut"
	}
	return g.netns(command, fmt.Sprint(i), fmt.Sprint(j))
}

// split cuts every pair of which one is in side and the other is not.
func (g *rig) split(side map[int]bool) error {
	for i := 1; i <= len(g.routers); i++ {
		for j := i + 1; j <= len(g.routers); j++ {
			if side[i] == side[j] {
				continue
			}
			if err := g.part(i, j, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func (g *rig) heal() error {
	for i := 1; i <= len(g.routers); i++ {
		for j := i + 1; j <= len(g.routers); j++ {
			if err := g.part(i, j, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// router is a celld in a name space of its own.
type router struct {
	rig    *rig
	number int
	dir    string
	log    string // a file
	cmd    *exec.Cmd
	ended  chan struct{}
	seats  map[int]*visit.Browser // who has signed in since it was started
}

func (x *router) url() string { return fmt.Sprintf("http://10.13.0.%d:8080", x.number) }

func (x *router) up() bool { return x.cmd != nil }

// start starts the program and waits until it serves.
func (x *router) start(args ...string) error {
	out, err := os.OpenFile(x.log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer out.Close()
	begun, err := out.Seek(0, 2)
	if err != nil {
		return err
	}
	args = append([]string{"netns", "exec", fmt.Sprintf("%s-r%d", x.rig.name, x.number), x.rig.celld, "-dir", x.dir,
		"-http", strings.TrimPrefix(x.url(), "http://"), "-mesh", ":5683", "-clock", "ntp"}, args...)
	x.cmd, x.seats = exec.Command("ip", args...), map[int]*visit.Browser{}
	x.cmd.Stdout, x.cmd.Stderr = out, out
	if err := x.cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	x.ended = ended
	go func(cmd *exec.Cmd) {
		defer close(ended)
		_ = cmd.Wait() // it is killed, as a rule
	}(x.cmd)
	return visit.Until("router "+fmt.Sprint(x.number)+" serves", visit.Hangs, func() error {
		select {
		case <-ended:
			return visit.Final(fmt.Errorf("it ended: %s", x.said(begun)))
		default:
		}
		if !strings.Contains(x.said(begun), "msg=serving") {
			return errors.New("it does not say so")
		}
		return nil
	})
}

// said is what the program has said from an offset of its log on.
func (x *router) said(from int64) string {
	b, err := os.ReadFile(x.log)
	if err != nil {
		return err.Error()
	}
	return string(b[min(int(from), len(b)):])
}

// end sends a signal and waits.
func (x *router) end(s syscall.Signal) {
	if !x.up() {
		return
	}
	_ = x.cmd.Process.Signal(s)
	<-x.ended
	x.cmd = nil
}

// status is what of cellctl status -json is looked at here.
type status struct {
	Cell       *string `json:"cell"`
	Router     string  `json:"router"`
	Members    []struct{ ID, Name string }
	Operations int     `json:"operations"`
	Waiting    int     `json:"waiting"`
	Digest     *string `json:"digest"`
	Ledger     struct {
		Balances []struct{ Unit, Account, Amount string }
	} `json:"ledger"`
	Peers struct {
		Strangers int
		Routers   []struct {
			Router string
			Here   bool
			Faults map[string]int
		}
	} `json:"peers"`
}

func (x *router) status() (s status, err error) {
	out, err := exec.Command(x.rig.celld, "ctl", "-dir", x.dir, "status", "-json").Output()
	if err == nil {
		err = json.Unmarshal(out, &s)
	}
	if err != nil {
		err = fmt.Errorf("cellctl status of router %d: %w", x.number, err)
	}
	return s, err
}

// alike says why the routers are not one yet.
func (g *rig) alike() error {
	var first status
	for i, x := range g.routers {
		s, err := x.status()
		switch {
		case err != nil:
			return err
		case s.Digest == nil:
			return fmt.Errorf("router %d has %d operations and no digest", x.number, s.Operations)
		case i == 0:
			first = s
		case s.Operations != first.Operations || *s.Digest != *first.Digest:
			return fmt.Errorf("router 1 holds %d operations (%.8s), router %d holds %d (%.8s)",
				first.Operations, *first.Digest, x.number, s.Operations, *s.Digest)
		}
	}
	return nil
}

// blameless reports a neighbour of ours that another found fault with: all of
// them are honest.
func (g *rig) blameless() error {
	for _, x := range g.routers {
		s, err := x.status()
		if err != nil {
			return err
		}
		for _, n := range s.Peers.Routers {
			if len(n.Faults) > 0 {
				return fmt.Errorf("router %d finds fault with an honest one, %s: %v", x.number, n.Router, n.Faults)
			}
		}
	}
	return nil
}

// keep puts the folders of all routers aside, and back takes them from there.
func (g *rig) keep() error {
	for _, x := range g.routers {
		if err := os.CopyFS(x.kept(), os.DirFS(x.dir)); err != nil {
			return err
		}
	}
	return nil
}

func (g *rig) back() error {
	for _, x := range g.routers {
		if err := errors.Join(os.RemoveAll(x.dir), os.CopyFS(x.dir, os.DirFS(x.kept()))); err != nil {
			return err
		}
	}
	return nil
}

func (x *router) kept() string { return filepath.Join(x.rig.work, "kept", fmt.Sprint(x.number)) }
