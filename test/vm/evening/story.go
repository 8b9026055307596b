package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"sync"
	"time"

	"celld/test/visit"
)

// story is a cell on one router.
type story struct {
	*machine
	people []*person
	cuts   int     // under load
	reader *person // who woke the router

	mu   sync.Mutex // guards kept
	kept []kept
}

type person struct {
	name, words string
	*visit.Browser
}

// kept is something that a page acknowledged: where it stands, and its words.
type kept struct{ path, words string }

func (s *story) keep(path, words string) {
	path, _, _ = strings.Cut(path, "#")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept = append(s.kept, kept{path, words})
}

// tell tells it all.
func tell(m *machine, cuts int) error {
	s := &story{machine: m, cuts: cuts}
	for _, name := range []string{"Moss", "Heron", "Lantern", "Tide", "Ember"} {
		s.people = append(s.people, &person{name: name})
	}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"the router serves its first page", m.on},
		{"a cell is founded with the router's code", s.found},
		{"four more sit down", s.sitDown},
		{"the founding round seats all", s.begin},
		{"a round is decided by consent", s.decide},
		{"an hour is written down, and counts", s.pay},
		{"the power was cut while all was quiet: the same state", s.quietCut},
		{"the power was cut under load: all that was acknowledged is there", s.loadCuts},
		{"and once more, quietly: the same state", s.quietCut},
		{"the router has checked every signature and the ledger", s.verify},
		{"", s.otherKind},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
		if step.what != "" {
			say("%s", step.what)
		}
	}
	return nil
}

var (
	claimCode = regexp.MustCompile(`claim=([0-9A-Z]{4}-[0-9A-Z]{4})`)
	fiveWords = regexp.MustCompile(`(?s)<ol class="words"[^>]*>(.*?)</ol>`)
	doorCode  = regexp.MustCompile(`id="door-code">([^<]+)<`)
	arrival   = regexp.MustCompile(`"(/door/[^"/]+/yes)"`)
)

// found claims the router with the code from its console.
func (s *story) found() error {
	code, err := s.hear("the router says its code", claimCode)
	if err != nil {
		return err
	}
	moss := s.people[0]
	moss.Browser = s.visit()
	if to, err := moss.Done("/claim", "code", code); err != nil || to != "/found" {
		return errors.Join(err, fmt.Errorf("the code leads to %q", to))
	}
	p, err := moss.Get("/found")
	if err != nil {
		return err
	}
	if moss.words, err = write(p); err != nil {
		return err
	}
	if to, err := moss.Done("/found", "cell", "Mill Lane", "name", moss.name, "written", "1"); err != nil || to != "/door" {
		return errors.Join(err, fmt.Errorf("founding leads to %q", to))
	}
	return moss.Sit()
}

// write copies the five words from a page.
func write(p visit.Page) (string, error) {
	list, err := visit.Find(fiveWords, p.Body)
	words := strings.Fields(visit.Plain(list))
	if err == nil && len(words) != 5 {
		err = fmt.Errorf("%d words: %v", len(words), words)
	}
	return strings.Join(words, " "), err
}

// sitDown lets the others come through the open door; each lets in the next.
func (s *story) sitDown() error {
	door, err := s.people[0].Get("/door")
	if err != nil {
		return err
	}
	code, err := visit.Find(doorCode, door.Body)
	if err != nil {
		return err
	}
	for i, p := range s.people[1:] {
		if err := p.comeIn(s.visit(), code, s.people[i]); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func (p *person) comeIn(b *visit.Browser, code string, host *person) error {
	p.Browser = b
	shown, err := p.Post("/join", "code", strings.TrimSpace(code), "name", p.name)
	if err != nil {
		return err
	}
	if p.words, err = write(shown); err != nil {
		return fmt.Errorf("%w: %v", err, shown)
	}
	if _, err := p.Done("/join/words", "written", "1"); err != nil {
		return err
	}
	door, err := host.Get("/door")
	if err != nil {
		return err
	}
	yes, err := visit.Find(arrival, door.Body)
	if err != nil {
		return err
	}
	if _, err := host.Done(yes); err != nil {
		return err
	}
	if in, err := p.Get("/join/wait"); err != nil || in.To != "/" {
		return errors.Join(err, fmt.Errorf("the wait does not end: %v", in))
	}
	return p.Sit()
}

// begin is the founding round.
func (s *story) begin() error {
	return s.round("/rounds/founding", "what", "We begin as a cell: all who sit at this table belong.", "why", "So that we can help each other.")
}

func (s *story) decide() error {
	return s.round("/rounds/new", "what", "Bread on Fridays, baked in turns", "why", "The bakery closed.")
}

// round is brought by one, and all consent.
func (s *story) round(path string, form ...string) error {
	at, err := s.people[2].Done(path, form...)
	if err != nil {
		return err
	}
	for _, p := range s.people {
		if _, err := p.Done(at+"/say", "voice", "consent"); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	s.keep(at, "We agreed on this")
	return s.people[0].Shows(at, "We agreed on this")
}

// pay writes an hour down, which counts when both have said so.
func (s *story) pay() error {
	now, err := s.status()
	if err != nil {
		return err
	}
	giver, taker := s.people[4], s.people[3]
	ids := map[string]string{}
	for _, m := range now.Members {
		ids[m.Name] = m.ID
	}
	at, err := giver.Done("/ledger/pay", "way", "gave", "to", ids[taker.name], "unit", "0", "h", "1", "m", "0", "for", "Carrying flour")
	if err != nil {
		return err
	}
	if _, err := taker.Done(at + "/yes"); err != nil {
		return err
	}
	s.keep(at, "Carrying flour")
	return s.balance(ids[giver.name], "60")
}

// balance is an error unless somebody's hours, in minutes, are what they should be.
func (s *story) balance(id, want string) error {
	now, err := s.status()
	if err != nil {
		return err
	}
	for _, b := range now.Ledger.Balances {
		if strings.HasSuffix(b.Account, id) && b.Amount == want {
			return nil
		}
	}
	return fmt.Errorf("%s has not %s: %v", id, want, now.Ledger.Balances)
}

// wake starts the router again. One member wakes it.
func (s *story) wake(who int) (status, error) {
	if err := s.on(); err != nil {
		return status{}, err
	}
	for _, p := range s.people {
		p.Browser = nil // the router has forgotten who sat here
	}
	s.reader = s.people[who%len(s.people)]
	if err := s.signIn(s.reader); err != nil {
		return status{}, err
	}
	return s.status()
}

func (s *story) signIn(p *person) error {
	p.Browser = s.visit()
	return p.SignIn(p.name, p.words)
}

// otherKind lets another kind of router read the same disk.
func (s *story) otherKind() error {
	if len(s.other) == 0 {
		return nil
	}
	s.command = s.other
	if err := s.quietCut(); err != nil {
		return fmt.Errorf("another kind of router on the same disk: %w", err)
	}
	say("another kind of router comes to the same state on the same disk")
	return nil
}

// quietCut holds the state after a power cut against that before it.
func (s *story) quietCut() error {
	before, err := s.status()
	if err != nil {
		return err
	}
	s.cut()
	after, err := s.wake(1)
	if err != nil {
		return err
	}
	if after.Operations != before.Operations || *after.Digest != *before.Digest {
		return fmt.Errorf("%d operations, digest %.16s; before the cut %d and %.16s", after.Operations, *after.Digest, before.Operations, *before.Digest)
	}
	say("%d operations, digest %.16s before and after", after.Operations, *after.Digest)
	return s.finds()
}

// finds is an error unless everything that was acknowledged stands at its page.
func (s *story) finds() error {
	for _, k := range s.kept {
		if err := s.reader.Shows(k.path, k.words); err != nil {
			return fmt.Errorf("it was acknowledged: %w", err)
		}
	}
	return nil
}

func (s *story) loadCuts() error {
	for i := range s.cuts {
		before, err := s.status()
		if err != nil {
			return err
		}
		already := len(s.kept)
		for _, p := range s.people {
			if p.Browser == nil {
				err = errors.Join(err, s.signIn(p))
			}
		}
		if err != nil {
			return err
		}
		s.loadUntilCut(i)
		after, err := s.wake(i)
		if err != nil {
			return err
		}
		written := len(s.kept) - already
		if written == 0 || after.Operations < before.Operations+written {
			return fmt.Errorf("%d promises were acknowledged, and from %d operations it came to %d", written, before.Operations, after.Operations)
		}
		if err := s.finds(); err != nil {
			return err
		}
		say("cut no. %d: %d promises were acknowledged, from %d operations to %d", i+1, written, before.Operations, after.Operations)
	}
	return nil
}

// most is how long people write before the power goes, at most; they may do so
// for longer until the first is acknowledged.
const most = 3 * time.Second

// loadUntilCut lets everybody write at once, and cuts the power at some moment.
func (s *story) loadUntilCut(round int) {
	begun, first := make(chan struct{}), sync.Once{}
	var writers sync.WaitGroup
	for who, p := range s.people {
		writers.Go(func() {
			for i := 0; ; i++ {
				what := fmt.Sprintf("Bread no. %d-%d-%d.", round, who, i)
				at, err := p.Done("/ledger/pledge/new", "to", "cell", "for", what, "what", what, "every", "once", "unit", "")
				if err != nil {
					return // the power is gone
				}
				s.keep(at, what)
				first.Do(func() { close(begun) })
			}
		})
	}
	gone := make(chan struct{})
	go func() {
		writers.Wait()
		close(gone)
	}()
	select {
	case <-begun:
	case <-gone: // it ended by itself, which the next start will tell
	}
	time.Sleep(rand.N(most)) // another machine: there is no clock to fake
	s.cut()
	<-gone
}

// verify lets the router judge its own disk.
func (s *story) verify() error {
	said, err := s.ctl("verify")
	if err == nil && !strings.Contains(said, "operations") {
		err = fmt.Errorf("it says %q", said)
	}
	return err
}
