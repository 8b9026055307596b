package main

import (
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"celld/test/visit"
)

// cell is the demo cell on five routers, and the people in it.
type cell struct {
	*rig
	people []person
	ids    []string // of the people, as forms name them
}

const (
	euro     = "cash:EUR"
	leftOver = 25 // euros in the tin when a schedule begins
)

var (
	aSeat      = regexp.MustCompile(`msg="a seat" name=(\S+) words="([^"]+)"`)
	claimCode  = regexp.MustCompile(`claim=([0-9A-Z]{4}-[0-9A-Z]{4})`)
	routerCode = regexp.MustCompile(`(celld-router-[0-9A-Za-z_-]+)`)
	sixWords   = regexp.MustCompile(`(?s)<ol class="words" dir="ltr" lang="en">(.*?)</ol>`)
)

// begin fills the demo cell, takes four more routers in, lets people sign in at
// all five, and leaves little in the tin. Then it puts the folders aside: each
// schedule begins there.
func begin(g *rig) (*cell, error) {
	c := &cell{rig: g}
	first := g.routers[0]
	if err := first.start("-demo", "-name", "Router 1"); err != nil {
		return nil, err
	}
	for _, m := range aSeat.FindAllStringSubmatch(first.said(0), -1) {
		c.people = append(c.people, person{m[1], m[2]})
	}
	s, err := first.status()
	if err != nil {
		return nil, err
	}
	for _, p := range c.people {
		for _, m := range s.Members {
			if m.Name == p.name {
				c.ids = append(c.ids, m.ID)
			}
		}
	}
	if len(c.ids) != 7 || len(c.people) != 7 {
		return nil, fmt.Errorf("of the seven members %d sit down, and %d have a name", len(c.people), len(c.ids))
	}
	steps := []func() error{c.takeIn, c.signIn, c.spend, func() error { return visit.Until("all are one", visit.Hangs, c.alike) }, c.stop, c.keep}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// takeIn takes the other routers into the cell, as people do.
func (c *cell) takeIn() error {
	comers := make([]*visit.Browser, len(c.routers))
	for i, x := range c.routers[1:] {
		if err := x.start("-name", fmt.Sprintf("Router %d", x.number)); err != nil {
			return err
		}
		var err error
		if comers[i+1], err = c.present(x); err != nil {
			return err
		}
	}
	for _, v := range comers[1:] {
		if err := say(v); err != nil {
			return err
		}
	}
	return visit.Until("all hold the same", visit.Hangs, func() error {
		var all []status
		for _, x := range c.routers {
			s, err := x.status()
			if err != nil {
				return err
			}
			all = append(all, s)
		}
		for i, s := range all {
			if s.Cell == nil || s.Operations != all[0].Operations {
				return fmt.Errorf("router %d holds %d operations of %d", i+1, s.Operations, all[0].Operations)
			}
		}
		return nil
	})
}

// present shows the words of a router without a cell to a member at the first
// one, who compares them and takes it in.
func (c *cell) present(x *router) (*visit.Browser, error) {
	there := visit.New(x.url())
	code, err := visit.Find(claimCode, x.said(0))
	if err != nil {
		return nil, err
	}
	if _, err := there.Post("/claim", "code", code); err != nil {
		return nil, err
	}
	shown, err := there.Get("/taken")
	if err != nil {
		return nil, err
	}
	long, err := visit.Find(routerCode, shown.Body)
	if err != nil {
		return nil, err
	}
	words, err := visit.Find(sixWords, shown.Body)
	if err != nil {
		return nil, err
	}
	moss, err := c.seat(c.routers[0], 0)
	if err != nil {
		return nil, err
	}
	check, err := moss.Post("/routers/add", "router", long)
	if err != nil || !strings.Contains(check.Body, words) {
		return nil, errors.Join(err, errors.New("the six words are not the same"))
	}
	_, err = moss.Done("/routers/new", "router", long, "place", fmt.Sprintf("Router %d", x.number))
	return there, err
}

// say says yes, at a router without a cell, to the one that knocks.
func say(v *visit.Browser) error {
	err := visit.Until("somebody knocks", visit.Hangs, func() error {
		p, err := v.Get("/taken")
		if err == nil && !strings.Contains(p.Body, "Is that your cell?") {
			err = fmt.Errorf("its page says %.300s", visit.Plain(p.Body))
		}
		return err
	})
	if err != nil {
		return err
	}
	p, err := v.Post("/taken/yes")
	if err == nil && p.Status != http.StatusSeeOther {
		err = fmt.Errorf("the yes is not taken: %v", p)
	}
	return err
}

// signIn lets everybody sit down everywhere: from then on each of them has a key
// there.
func (c *cell) signIn() error {
	for _, x := range c.routers {
		for who := range c.people {
			if _, err := c.seat(x, who); err != nil {
				return err
			}
		}
	}
	return nil
}

// spend pays most of what is in the tin out, so that two may take what is left.
func (c *cell) spend() error {
	s, err := c.routers[0].status()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(s.Ledger.Balances, func(b struct{ Unit, Account, Amount string }) bool {
		return b.Unit == euro && b.Account == "pool:tin"
	})
	if i < 0 {
		return fmt.Errorf("there is no tin in %v", s.Ledger.Balances)
	}
	in, err := strconv.ParseFloat(s.Ledger.Balances[i].Amount, 64)
	if err != nil {
		return err
	}
	asked, err := c.request(c.routers[0], in-leftOver)
	if err != nil {
		return err
	}
	for who, deed := range map[int]string{1: "yes", 2: "yes"} {
		if err := c.deed(c.routers[0], who, asked+"/"+deed); err != nil {
			return err
		}
	}
	return c.deed(c.routers[0], 4, asked+"/pay")
}

// request asks the tin for euros, in the voice of the first member, and returns
// the page of that.
func (c *cell) request(x *router, euros float64) (string, error) {
	v, err := c.seat(x, 0)
	if err != nil {
		return "", err
	}
	return v.Done("/ledger/expense/new?unit=EUR", "payee", "world:outside", "amount", fmt.Sprintf("%.2f", euros), "for", "Lamp oil")
}

// deed posts a form that asks nothing.
func (c *cell) deed(x *router, who int, path string) error {
	v, err := c.seat(x, who)
	if err != nil {
		return err
	}
	_, err = v.Done(path)
	return err
}

// stop asks all routers to stop.
func (c *cell) stop() error {
	c.each(func(x *router) error { x.end(syscall.SIGTERM); return nil })
	return nil
}

// each does something at all routers at once.
func (g *rig) each(do func(*router) error) error {
	errs := make([]error, len(g.routers))
	var all sync.WaitGroup
	for i, x := range g.routers {
		all.Go(func() { errs[i] = do(x) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// folders names where the routers live.
func folders(g *rig, n int) {
	for i := 1; i <= n; i++ {
		g.routers = append(g.routers, &router{rig: g, number: i,
			dir: filepath.Join(g.work, fmt.Sprint("r", i)), log: filepath.Join(g.work, fmt.Sprintf("r%d.log", i))})
	}
}
