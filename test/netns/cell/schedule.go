package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"celld/test/visit"
)

// schedule is one life of the cell: routers are cut off, killed and started again
// while people write at all of them.
type schedule struct {
	*cell
	chance *rand.Rand
	round  string    // one voice is lacking for it to be agreed
	asked  [2]string // each fits what is in the tin, and both do not

	mu   sync.Mutex // guards kept
	kept []kept
	tally
	took time.Duration // until all were one again
}

// kept is something that a page has acknowledged.
type kept struct{ path, words string }

// tally counts what happened.
type tally struct{ cuts, kills, contested, overdrawn int }

func (t *tally) add(u tally) {
	t.cuts, t.kills, t.contested, t.overdrawn = t.cuts+u.cuts, t.kills+u.kills, t.contested+u.contested, t.overdrawn+u.overdrawn
}

// steps is how much happens in a schedule.
const steps = 36

// play plays the schedule of a seed and says how it went.
func (c *cell) play(seed uint64, loss int) (*schedule, error) {
	s := &schedule{cell: c, chance: rand.New(rand.NewPCG(seed, 3))}
	defer c.each(func(x *router) error { x.end(syscall.SIGKILL); return nil })
	if err := errors.Join(c.heal(), c.back(), c.each(func(x *router) error { return x.start() })); err != nil {
		return s, err
	}
	if err := errors.Join(c.netns("loss", fmt.Sprint(loss)), s.prepare()); err != nil {
		return s, err
	}
	if err := s.live(); err != nil {
		return s, err
	}
	return s, s.one()
}

// live lets everything happen, and the two conflicts among it.
func (s *schedule) live() error {
	spends, objects := s.pick(steps), s.pick(steps)
	for i := range steps {
		var err error
		if i == spends {
			err = s.apart(s.spendTwice)
		}
		if i == objects {
			err = errors.Join(err, s.apart(s.agreeAndObject))
		}
		if err = errors.Join(err, s.step()); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

func (s *schedule) pick(n int) int { return s.chance.IntN(n) }

// somewhere is a router that runs; there always is one.
func (s *schedule) somewhere() *router {
	all := slices.DeleteFunc(slices.Clone(s.routers), func(x *router) bool { return !x.up() })
	return all[s.pick(len(all))]
}

// prepare puts a round on the table in which all have consented but the last,
// and asks for the same money twice. Everybody knows of it.
func (s *schedule) prepare() error {
	bring, err := s.seat(s.routers[0], 0)
	if err != nil {
		return err
	}
	if s.round, err = bring.Done("/rounds/new", "what", "A lamp on the stairs", "why", "It is dark.", "class", "routine"); err != nil {
		return err
	}
	for i := range s.asked {
		if s.asked[i], err = s.request(s.routers[0], 0.6*leftOver); err != nil {
			return err
		}
	}
	if err := s.each(func(x *router) error { _, err := s.seat(x, x.number%7); return err }); err != nil {
		return err
	}
	if err := visit.Until("all know of the round", visit.Hangs, s.alike); err != nil {
		return err
	}
	for who := range 6 {
		if err := s.voice(s.routers[who%5], who, "voice", "consent"); err != nil {
			return err
		}
	}
	for i, asked := range s.asked {
		if err := s.deed(s.routers[i], 1+i, asked+"/yes"); err != nil {
			return err
		}
	}
	return visit.Until("all know what was said", visit.Hangs, s.alike)
}

func (s *schedule) voice(x *router, who int, form ...string) error {
	v, err := s.seat(x, who)
	if err != nil {
		return err
	}
	_, err = v.Done(s.round+"/say", form...)
	return err
}

// step is one thing that happens.
func (s *schedule) step() error {
	a, b := 1+s.pick(5), 1+s.pick(5)
	switch s.pick(12) {
	case 0, 1:
		s.cuts++
		return s.part(a, b, true)
	case 2:
		return s.part(a, b, false)
	case 3:
		return s.heal()
	case 4:
		return s.restart(s.routers[a-1])
	case 5, 6:
		return s.pull(s.routers[a-1])
	case 7:
		time.Sleep(time.Duration(s.pick(700)) * time.Millisecond) // the world goes on by itself
		return nil
	}
	return s.write(s.somewhere(), s.pick(7), s.pick(3), fmt.Sprint(s.chance.Uint32()))
}

func (s *schedule) restart(x *router) error {
	if x.up() {
		return nil
	}
	return x.start()
}

// pull pulls the power of a router while people write at it. Two others go on.
func (s *schedule) pull(x *router) error {
	who, after := s.pick(7), time.Duration(s.pick(60_000))*time.Microsecond
	running := 0
	for _, y := range s.routers {
		if y.up() {
			running++
		}
	}
	if !x.up() || running < 3 {
		return nil
	}
	if _, err := s.seat(x, who); err != nil {
		return err
	}
	s.kills++
	var writers sync.WaitGroup
	for n := range 2 {
		writers.Go(func() {
			for i := 0; s.write(x, who, 0, fmt.Sprintf("%d-%d-%d", s.kills, n, i)) == nil; i++ {
			}
		})
	}
	time.Sleep(after)
	x.end(syscall.SIGKILL)
	writers.Wait()
	return nil
}

// write lets a member write something down. What is refused by a rule is no
// fault, and what is acknowledged is remembered.
func (s *schedule) write(x *router, who, what int, words string) error {
	v, err := s.seat(x, who)
	if err != nil {
		return err
	}
	var p visit.Page
	switch what {
	case 0:
		words = "Bread no. " + words
		p, err = v.Post("/ledger/pledge/new", "to", "cell", "for", words, "what", words, "every", "once", "unit", "")
	case 1:
		words = "Who has seen key " + words
		p, err = v.Post("/board", "words", words)
	default:
		words = "Letter " + words
		p, err = v.Post("/ledger/pay", "way", "gave", "to", s.ids[(who+1)%7], "unit", "0", "h", "0", "m", "5", "for", words)
	}
	if err != nil {
		return err
	}
	if p.To != "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.kept = append(s.kept, kept{p.To, words})
	}
	return nil
}

// apart cuts the segment in two and lets something happen in both parts at once.
func (s *schedule) apart(happens func(x, y *router) [2]error) error {
	order := s.chance.Perm(5)
	x, y := s.routers[order[0]], s.routers[order[1]]
	side := map[int]bool{x.number: true}
	for _, i := range order[2:] {
		side[i+1] = s.pick(2) == 0
	}
	if err := errors.Join(s.restart(x), s.restart(y), s.split(side)); err != nil {
		return err
	}
	s.cuts++
	errs := happens(x, y)
	return errors.Join(errs[:]...)
}

// both does two things at once.
func both(a, b func() error) (errs [2]error) {
	var all sync.WaitGroup
	all.Go(func() { errs[0] = a() })
	all.Go(func() { errs[1] = b() })
	all.Wait()
	return errs
}

// spendTwice: two people take what is in the tin.
func (s *schedule) spendTwice(x, y *router) [2]error {
	s.overdrawn++
	return both(
		func() error { return s.deed(x, 4, s.asked[0]+"/pay") },
		func() error { return s.deed(y, 5, s.asked[1]+"/pay") })
}

// agreeAndObject: with the last voice it is agreed, and somebody objects who had
// consented.
func (s *schedule) agreeAndObject(x, y *router) [2]error {
	s.contested++
	return both(
		func() error { return s.voice(x, 6, "voice", "consent") },
		func() error {
			return s.voice(y, 3, "voice", "objection", "reason-objection", "It would shine into two bedrooms.", "lens", "harm")
		})
}

// one heals everything and waits until all routers are one; then all that was
// acknowledged must be found at each, and the people told what is to be done.
func (s *schedule) one() error {
	if err := errors.Join(s.heal(), s.each(s.restart)); err != nil {
		return err
	}
	began := time.Now()
	if err := s.each(func(x *router) error { _, err := s.seat(x, 0); return err }); err != nil {
		return err
	}
	if err := visit.Until("all are one", visit.Hangs, s.alike); err != nil {
		return err
	}
	s.took = time.Since(began)
	return errors.Join(s.each(s.whole), s.blameless())
}

// whole holds a router against what was acknowledged anywhere.
func (s *schedule) whole(x *router) error {
	conflicts := []kept{{s.round, "This was agreed, and is not in force now."}, {"/ledger/tin?unit=EUR", "The book shows more taken out than there was."}}
	for _, k := range append(conflicts, s.kept...) {
		path, _, _ := strings.Cut(k.path, "#")
		if err := s.shows(x, 0, path, k.words); err != nil {
			return err
		}
	}
	return nil
}
