package circle

import (
	"crypto/sha256"
	"slices"

	"celld/internal/op"
)

// Stage is how far a circle has come.
type Stage uint8

// The stages. A circle that was expunged has none: nothing of it is left.
const (
	Called Stage = iota + 1
	KeeperSought
	KeeperAccepted
	PreCircle
	CirclePlanned
	CircleHeld
	PlanAgreed
	PostCircle
	Closed
	Paused
	Declined
	CaredForOtherwise
	ReferredOut
)

func (s Stage) String() string {
	names := [...]string{"none", "called", "keeper_sought", "keeper_accepted", "pre_circle", "circle_planned", "held", "plan_agreed",
		"post_circle", "closed", "paused", "declined", "cared_for_otherwise", "referred_out"}
	if int(s) >= len(names) {
		return "unknown"
	}
	return names[s]
}

// Over reports a stage after which nothing is carried on.
func (s Stage) Over() bool { return s == PostCircle || s == Closed || s.aside() }

// aside reports the ways out of a circle.
func (s Stage) aside() bool { return s == Declined || s == CaredForOtherwise || s == ReferredOut }

// Days by which a circle counts.
const (
	ReviewFirst = 14 // all meet again two weeks after the circle at the earliest
	ReviewLast  = 42 // and six at the latest
	Kept        = 30 // after that, or a way out, it is expunged (K5)
)

// Party is one of those between whom it is.
type Party struct {
	Member  op.Member
	Came    bool
	Accepts bool // the keeper
	Ready   bool
	Signed  bool // the plan as it stands
}

// Action is what somebody will do.
type Action struct {
	Mark [8]byte
	Who  op.Member
	What string
	By   uint64 // a day; 0 for none
	Done bool
}

// Circle is what the facts add up to for who can read them (K3). It is a value.
type Circle struct {
	ID       ID
	Name     [5]byte
	Stage    Stage
	Since    uint64 // the day of the stage; 0 when nobody knew the date
	Before   Stage  // what a pause interrupts
	Parties  []Party
	Keeper   op.Member   // asked, or who said yes; zero while one is sought
	Kept     bool        // the keeper said yes
	Recused  []op.Member // who is not asked again (K2)
	Actions  []Action
	Plan     uint64 // the day of the circle
	HeldOn   uint64
	Review   uint64 // the day on which all meet again
	Expunged uint64 // the day on which nothing is left; 0 while nobody can tell
	Forgets  []op.Member
	Last     uint64 // the highest number of a fact
	Facts    []Fact // in the order in which they were said
}

// Fold adds facts up. A fact that was not its writer's to say, or not then, has
// no effect. It returns nil where nobody called the circle.
func Fold(id ID, facts []Fact) *Circle {
	c := &Circle{ID: id, Facts: sorted(facts)}
	for _, f := range c.Facts {
		if c.May(f) == nil {
			c.apply(f)
		}
		c.Last = max(c.Last, f.N)
	}
	if c.Stage == 0 {
		return nil
	}
	return c
}

// Next begins a fact of somebody in the circle, on a day.
func (c *Circle) Next(by op.Member, day uint64, v Verb) Fact {
	return Fact{N: c.Last + 1, By: by, Day: day, Verb: v}
}

func (c *Circle) party(m op.Member) *Party {
	for i := range c.Parties {
		if c.Parties[i].Member == m {
			return &c.Parties[i]
		}
	}
	return nil
}

// IsParty reports whether it is between m and others.
func (c *Circle) IsParty(m op.Member) bool { return c.party(m) != nil }

// People are those who may read it: the parties, and who was asked to keep it.
func (c *Circle) People() (all []op.Member) {
	for _, p := range c.Parties {
		all = append(all, p.Member)
	}
	if !c.Keeper.IsZero() {
		all = append(all, c.Keeper)
	}
	return all
}

// Has reports whether m is one of its people.
func (c *Circle) Has(m op.Member) bool { return slices.Contains(c.People(), m) }

func (c *Circle) every(is func(Party) bool) bool {
	return !slices.ContainsFunc(c.Parties, func(p Party) bool { return !is(p) })
}

// Plan as it stands: what a signature is for.
func (c *Circle) PlanMark() [8]byte {
	b := []byte("celld circle plan v1\x00")
	for _, a := range c.Actions {
		b = append(b, a.Mark[:]...)
	}
	for d := c.Review; ; d >>= 8 {
		if b = append(b, byte(d)); d == 0 {
			break
		}
	}
	sum := sha256.Sum256(b)
	return [8]byte(sum[:8])
}

func (c *Circle) action(mark [8]byte) *Action {
	for i := range c.Actions {
		if c.Actions[i].Mark == mark {
			return &c.Actions[i]
		}
	}
	return nil
}

// enter begins a stage.
func (c *Circle) enter(s Stage, day uint64) {
	if c.Stage == s {
		return
	}
	c.Stage, c.Since = s, day
	if (s == PostCircle || s.aside()) && day > 0 {
		c.Expunged = day + Kept
	}
}

// apply takes a fact in that may be said.
func (c *Circle) apply(f Fact) {
	p := c.party(f.By)
	switch f.Verb {
	case Call:
		c.Name = f.Name
		for _, m := range f.Parties {
			c.Parties = append(c.Parties, Party{Member: m, Came: m == f.By})
		}
		c.enter(Called, f.Day)
	case Come:
		p.Came = true
	case Ask:
		c.seek(f.Whom)
	case Agree:
		c.Kept = true
	case Recuse:
		c.Recused = append(c.Recused, f.By)
		c.seek(op.Member{})
		c.enter(KeeperSought, f.Day)
	case Accept:
		p.Accepts = true
	case Ready:
		p.Ready = true
	case Plan:
		c.Plan = f.On
	case Held:
		c.HeldOn = f.Day
	case Act:
		c.Actions = append(c.Actions, Action{Mark: MarkOf(f), Who: f.Whom, What: f.What, By: f.On})
		c.unsign()
	case Drop:
		c.Actions = slices.DeleteFunc(c.Actions, func(a Action) bool { return a.Mark == f.Mark })
		c.unsign()
	case Review:
		c.Review = f.On
		c.unsign()
	case Sign:
		p.Signed = true
	case Done:
		c.action(f.Mark).Done = true
	case Forget:
		c.Forgets = append(c.Forgets, f.By)
	}
	c.move(f)
}

// seek asks another keeper, or nobody for now.
func (c *Circle) seek(m op.Member) {
	c.Keeper, c.Kept = m, false
	for i := range c.Parties {
		c.Parties[i].Accepts, c.Parties[i].Ready = false, false
	}
}

func (c *Circle) unsign() {
	for i := range c.Parties {
		c.Parties[i].Signed = false
	}
}

// leads are the verbs that lead to a stage by themselves.
var leads = [verbs]Stage{Begin: PreCircle, Plan: CirclePlanned, Held: CircleHeld, Again: PostCircle, Close: Closed,
	Decline: Declined, Otherwise: CaredForOtherwise, Refer: ReferredOut}

// move goes on to the next stage, when that was the last that it waited for.
func (c *Circle) move(f Fact) {
	switch {
	case leads[f.Verb] != 0:
		c.enter(leads[f.Verb], f.Day)
	case f.Verb == Pause:
		c.Before = c.Stage
		c.enter(Paused, f.Day)
	case f.Verb == Resume:
		c.enter(c.Before, f.Day)
	case c.Stage == Called && c.every(func(p Party) bool { return p.Came }):
		c.enter(KeeperSought, f.Day)
	case c.Stage == KeeperSought && c.Kept && c.every(func(p Party) bool { return p.Accepts }):
		c.enter(KeeperAccepted, f.Day)
	case c.Stage == CircleHeld && c.agreed():
		c.enter(PlanAgreed, f.Day)
	}
}

func (c *Circle) agreed() bool {
	return len(c.Actions) > 0 && c.Review > 0 && c.every(func(p Party) bool { return p.Signed })
}

// Gone reports whether all agreed to expunge it, or its day has come (K5).
func (c *Circle) Gone(today uint64, trusted bool) bool {
	all := !slices.ContainsFunc(c.People(), func(m op.Member) bool { return !slices.Contains(c.Forgets, m) })
	return all || trusted && c.Expunged > 0 && today >= c.Expunged
}
