package circle

import (
	"slices"

	"celld/internal/op"
)

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"circle.empty":   "an action has no words",
	"circle.parties": "a circle is between two to seven people, of whom one calls it",
	"circle.keeper":  "the keeper is none of the parties, and nobody who was asked before",
	"circle.who":     "that is somebody else's to say",
	"circle.now":     "that can not be said at this stage",
	"circle.review":  "all meet again two to six weeks after the circle",
	"circle.changed": "the plan is another one by now",
}

// who may say something.
type who uint8

const (
	aParty who = iota + 1
	theKeeper
	asked // to keep it, whether or not the answer is known
	anyOne
)

// rule says who may say a verb, and at which stages.
type rule struct {
	who    who
	stages []Stage
}

// going are the stages of a circle that has not come to its end.
var going = []Stage{Called, KeeperSought, KeeperAccepted, PreCircle, CirclePlanned, CircleHeld, PlanAgreed}

// rules are those of every verb but Call. There is no verb that takes anybody
// out of the cell, or asks others to (K6).
var rules = [verbs]rule{
	Come:      {aParty, []Stage{Called}},
	Ask:       {aParty, []Stage{KeeperSought}},
	Agree:     {asked, []Stage{KeeperSought}},
	Recuse:    {asked, []Stage{KeeperSought, KeeperAccepted, PreCircle, CirclePlanned}},
	Accept:    {aParty, []Stage{KeeperSought}},
	Begin:     {theKeeper, []Stage{KeeperAccepted}},
	Ready:     {aParty, []Stage{PreCircle}},
	Plan:      {theKeeper, []Stage{PreCircle, CirclePlanned}},
	Held:      {theKeeper, []Stage{CirclePlanned}},
	Act:       {anyOne, []Stage{CircleHeld}},
	Drop:      {anyOne, []Stage{CircleHeld}},
	Review:    {theKeeper, []Stage{CircleHeld}},
	Sign:      {aParty, []Stage{CircleHeld}},
	Done:      {anyOne, []Stage{PlanAgreed, PostCircle}},
	Again:     {theKeeper, []Stage{PlanAgreed}},
	Close:     {theKeeper, []Stage{PostCircle}},
	Pause:     {anyOne, going},
	Resume:    {anyOne, []Stage{Paused}},
	Decline:   {aParty, append([]Stage{Paused}, going...)},
	Otherwise: {anyOne, append([]Stage{Paused}, going...)},
	Refer:     {anyOne, append([]Stage{Paused}, going...)},
	Forget:    {anyOne, []Stage{PostCircle, Closed, Declined, CaredForOtherwise, ReferredOut}},
}

// May says whether f may be said in the circle as it stands.
func (c *Circle) May(f Fact) error {
	if f.Verb == Call {
		return c.mayCall(f)
	}
	r := rules[f.Verb]
	switch {
	case !c.is(r.who, f.By):
		return op.Refuse("circle.who")
	case !slices.Contains(r.stages, c.Stage):
		return op.Refuse("circle.now")
	}
	return c.fits(f)
}

func (c *Circle) is(w who, m op.Member) bool {
	switch w {
	case aParty:
		return c.IsParty(m)
	case theKeeper:
		return c.Keeper == m && c.Kept
	case asked:
		return c.Keeper == m && !m.IsZero()
	}
	return c.Has(m)
}

func (c *Circle) mayCall(f Fact) error {
	twice := false
	for i, m := range f.Parties {
		twice = twice || slices.Contains(f.Parties[:i], m)
	}
	switch {
	case c.Stage != 0:
		return op.Refuse("circle.now")
	case len(f.Parties) < 2 || len(f.Parties) > MaxParties || twice || !slices.Contains(f.Parties, f.By):
		return op.Refuse("circle.parties")
	}
	return nil
}

// fits looks at what a verb is said about.
func (c *Circle) fits(f Fact) error {
	p := c.party(f.By)
	switch f.Verb {
	case Come:
		return now(!p.Came)
	case Ask:
		return c.mayAsk(f.Whom)
	case Agree:
		return now(!c.Kept)
	case Accept:
		return now(f.Whom == c.Keeper && !c.Keeper.IsZero() && !p.Accepts)
	case Ready:
		return now(!p.Ready)
	case Plan:
		return now(f.On > 0 && c.every(func(p Party) bool { return p.Ready }))
	case Act:
		if !c.Has(f.Whom) {
			return op.Refuse("circle.who")
		}
	case Drop:
		return now(c.action(f.Mark) != nil)
	case Review:
		return c.mayReview(f.On)
	case Sign:
		if f.Mark != c.PlanMark() || len(c.Actions) == 0 || c.Review == 0 {
			return op.Refuse("circle.changed")
		}
		return now(!p.Signed)
	case Done:
		a := c.action(f.Mark)
		return now(a != nil && a.Who == f.By && !a.Done)
	case Forget:
		return now(!slices.Contains(c.Forgets, f.By))
	}
	return nil
}

func now(fits bool) error {
	if !fits {
		return op.Refuse("circle.now")
	}
	return nil
}

// mayAsk: the keeper is none of them, and nobody is asked twice (K2). Who is
// asked stays asked until the answer.
func (c *Circle) mayAsk(m op.Member) error {
	if m.IsZero() || c.IsParty(m) || slices.Contains(c.Recused, m) {
		return op.Refuse("circle.keeper")
	}
	return now(c.Keeper.IsZero())
}

func (c *Circle) mayReview(day uint64) error {
	if c.HeldOn > 0 && (day < c.HeldOn+ReviewFirst || day > c.HeldOn+ReviewLast) || day == 0 {
		return op.Refuse("circle.review")
	}
	return nil
}

// Waits reports whether the circle cannot go on without m.
func (c *Circle) Waits(m op.Member) bool {
	p, keeps := c.party(m), c.Keeper == m && !m.IsZero()
	switch c.Stage {
	case Called:
		return p != nil && !p.Came
	case KeeperSought:
		return keeps && !c.Kept || p != nil && !p.Accepts
	case KeeperAccepted, CirclePlanned, PlanAgreed, PostCircle:
		return keeps
	case PreCircle:
		return p != nil && !p.Ready || keeps && c.every(func(p Party) bool { return p.Ready })
	case CircleHeld:
		return p != nil && !p.Signed || keeps && c.Review == 0
	}
	return false
}
