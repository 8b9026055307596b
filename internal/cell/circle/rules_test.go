package circle

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"celld/internal/op"
)

// TestEveryVerbHasItsPeopleAndItsStages holds each rule against what it is meant
// to be, written down a second time.
func TestEveryVerbHasItsPeopleAndItsStages(t *testing.T) {
	want := map[Verb]string{
		Come:      "party: called",
		Ask:       "party: keeper_sought",
		Agree:     "asked: keeper_sought",
		Recuse:    "asked: keeper_sought keeper_accepted pre_circle circle_planned",
		Accept:    "party: keeper_sought",
		Begin:     "keeper: keeper_accepted",
		Ready:     "party: pre_circle",
		Plan:      "keeper: pre_circle circle_planned",
		Held:      "keeper: circle_planned",
		Act:       "anyone: held",
		Drop:      "anyone: held",
		Review:    "keeper: held",
		Sign:      "party: held",
		Done:      "anyone: plan_agreed post_circle",
		Again:     "keeper: plan_agreed",
		Close:     "keeper: post_circle",
		Pause:     "anyone: called keeper_sought keeper_accepted pre_circle circle_planned held plan_agreed",
		Resume:    "anyone: paused",
		Decline:   "party: paused called keeper_sought keeper_accepted pre_circle circle_planned held plan_agreed",
		Otherwise: "anyone: paused called keeper_sought keeper_accepted pre_circle circle_planned held plan_agreed",
		Refer:     "anyone: paused called keeper_sought keeper_accepted pre_circle circle_planned held plan_agreed",
		Forget:    "anyone: post_circle closed declined cared_for_otherwise referred_out",
	}
	for v := Come; v < verbs; v++ {
		r := rules[v]
		got := map[who]string{aParty: "party:", theKeeper: "keeper:", asked: "asked:", anyOne: "anyone:"}[r.who]
		for _, s := range r.stages {
			got += " " + s.String()
		}
		if got != want[v] {
			t.Errorf("verb %d: %q, want %q", v, got, want[v])
		}
	}
}

func TestACircleIsBetweenTwoAndSevenOfWhomOneCallsIt(t *testing.T) {
	var all []op.Member
	for n := range MaxParties + 1 {
		all = append(all, person(n))
	}
	call := func(by int, parties ...op.Member) Fact {
		return with(new(Circle).Next(person(by), today, Call), func(f *Fact) { f.Parties, f.Name = parties, [5]byte{1, 2, 3, 4, 5} })
	}
	for name, f := range map[string]Fact{
		"nobody": call(0), "one": call(0, all[0]), "eight": call(0, all...), "one twice": call(0, all[0], all[1], all[1]), "two others": call(0, all[1], all[2]),
	} {
		if err := new(Circle).May(f); err == nil || !strings.HasPrefix(err.Error(), "circle.parties") {
			t.Errorf("%s: %v", name, err)
		}
		if c := Fold(ID{1}, []Fact{f}); c != nil {
			t.Errorf("%s call a circle", name)
		}
	}
	c := Fold(ID{1}, []Fact{call(0, all[:MaxParties]...)})
	if c == nil || len(c.Parties) != MaxParties || !c.Parties[0].Came || c.Parties[1].Came || c.Name != [5]byte{1, 2, 3, 4, 5} || c.Since != today {
		t.Fatalf("%+v", c)
	}
	again := call(1, all[:2]...)
	again.N = c.Last + 1
	refuses(t, c, again, "circle.now")
}

// TestNothingIsSaidTwice, nor before what it answers.
func TestNothingIsSaidTwice(t *testing.T) {
	say := func(c *Circle, who int, v Verb, set ...func(*Fact)) Fact {
		f := c.Next(person(who), today, v)
		for _, s := range set {
			s(&f)
		}
		return f
	}
	refuses(t, reach(t, Called), say(reach(t, Called), 0, Come), "circle.now") // who calls it came
	sought := reach(t, KeeperSought)
	refuses(t, sought, say(sought, 0, Ask), "circle.keeper")                                            // nobody
	refuses(t, sought, say(sought, 0, Accept, whom(op.Member{})), "circle.now")                         // nobody
	refuses(t, sought, say(sought, 2, Agree), "circle.who")                                             // was not asked
	refuses(t, sought, with(say(sought, 2, Agree), func(f *Fact) { f.By = op.Member{} }), "circle.who") // nobody was
	c := told(t, sought, say(sought, 0, Ask, whom(person(2))))
	for _, v := range []Verb{Begin, Plan, Held, Review, Again, Close} {
		refuses(t, c, say(c, 2, v), "circle.who") // asked is not yet the keeper
	}
	refuses(t, c, say(c, 0, Accept, whom(person(3))), "circle.now") // another than was asked
	c = told(t, c, say(c, 0, Accept, whom(person(2))))
	refuses(t, c, say(c, 0, Accept, whom(person(2))), "circle.now")
	if d := told(t, c, say(c, 1, Accept, whom(person(2)))); d.Stage != KeeperSought {
		t.Errorf("all accept somebody who has not said yes, and it is at %v", d.Stage)
	}
	c = told(t, c, say(c, 2, Agree))
	if c.Stage != KeeperSought {
		t.Errorf("one of two accepts, and it is at %v", c.Stage)
	}
	refuses(t, c, say(c, 2, Agree), "circle.now")
	c = reach(t, PreCircle)
	c = told(t, c, say(c, 0, Ready))
	refuses(t, c, say(c, 0, Ready), "circle.now")
	on := func(f *Fact) { f.On = today + 3 }
	refuses(t, c, say(c, 2, Plan, on), "circle.now") // one is not ready
	c = told(t, c, say(c, 1, Ready))
	refuses(t, c, say(c, 2, Plan), "circle.now") // on no day
	if c = told(t, c, say(c, 2, Plan, on)); c.Plan != today+3 {
		t.Errorf("planned for %d", c.Plan)
	}
	end := reach(t, Closed)
	end = told(t, end, say(end, 0, Forget))
	refuses(t, end, say(end, 0, Forget), "circle.now")
}

func TestAPlanIsOfItsPeopleAndItsDays(t *testing.T) {
	c := reach(t, CircleHeld)
	if c.HeldOn != today {
		t.Errorf("held on %d", c.HeldOn)
	}
	act := func(who op.Member, what string) Fact {
		return with(c.Next(person(1), today, Act), func(f *Fact) { f.Whom, f.What, f.On = who, what, today+9 })
	}
	refuses(t, c, act(person(9), "Leave"), "circle.who")
	refuses(t, c, with(c.Next(person(0), today, Drop), func(f *Fact) { f.Mark = [8]byte{9} }), "circle.now")
	sign := func(who int) Fact {
		return with(c.Next(person(who), today, Sign), func(f *Fact) { f.Mark = c.PlanMark() })
	}
	empty := c.PlanMark()
	c = told(t, c, act(person(1), "Mend the wheel"))
	if c.PlanMark() == empty || c.Actions[0].By != today+9 || c.Actions[0].Mark != MarkOf(c.Facts[len(c.Facts)-1]) {
		t.Errorf("an action does not count: %+v", c.Actions)
	}
	refuses(t, c, sign(0), "circle.changed") // no day on which all meet again
	undated := c.PlanMark()
	review := func(day uint64) Fact {
		return with(c.Next(person(2), today, Review), func(f *Fact) { f.On = day })
	}
	for _, day := range []uint64{0, today + ReviewFirst - 1, today + ReviewLast + 1} {
		refuses(t, c, review(day), "circle.review")
	}
	c = told(t, c, review(today+ReviewFirst))
	dated := c.PlanMark()
	if dated == undated {
		t.Error("the day of the review is no part of what is signed")
	}
	c = told(t, c, sign(0))
	refuses(t, c, sign(0), "circle.now")
	if c = told(t, c, review(today+ReviewLast)); c.Parties[0].Signed {
		t.Error("a signature stands for another day")
	}
	c = told(t, c, sign(0))
	c = told(t, c, act(person(0), "Oil it"))
	c = told(t, c, sign(0))
	if c = told(t, c, with(c.Next(person(1), today, Drop), func(f *Fact) { f.Mark = c.Actions[1].Mark })); c.Parties[0].Signed {
		t.Error("a signature stands for a plan with one more action")
	}
	only := told(t, c, with(c.Next(person(1), today, Drop), func(f *Fact) { f.Mark = c.Actions[0].Mark }))
	refuses(t, only, with(only.Next(person(0), today, Sign), func(f *Fact) { f.Mark = only.PlanMark() }), "circle.changed") // nothing to do
	c = told(t, c, sign(0))
	c = told(t, c, sign(1))
	done := with(c.Next(person(1), today, Done), func(f *Fact) { f.Mark = c.Actions[0].Mark })
	c = told(t, c, done)
	done.N = c.Last + 1
	refuses(t, c, done, "circle.now")
	// By no date any day will do but none.
	c = reach(t, CirclePlanned)
	c = told(t, c, c.Next(person(2), 0, Held))
	refuses(t, c, review(0), "circle.review")
	told(t, c, review(1))
}

// TestWhoStepsBackLeavesNothingAgreed: with another keeper all begin anew.
func TestWhoStepsBackLeavesNothingAgreed(t *testing.T) {
	c := reach(t, CirclePlanned)
	c = told(t, c, c.Next(person(2), today+1, Recuse))
	if c.Kept || !c.Keeper.IsZero() || c.Since != today+1 || !slices.Equal(c.Recused, []op.Member{person(2)}) {
		t.Errorf("%+v", c)
	}
	for _, p := range c.Parties {
		if p.Accepts || p.Ready {
			t.Errorf("%+v is still agreed with nobody", p)
		}
	}
	c = told(t, c, with(c.Next(person(0), today, Ask), whom(person(3))))
	if c.Kept || !c.Has(person(3)) || c.Has(person(2)) {
		t.Errorf("%+v", c)
	}
}

// ended are ways out of a circle, and what they lead to.
var ended = map[Verb]Stage{Decline: Declined, Otherwise: CaredForOtherwise, Refer: ReferredOut}

func TestItEndsAndHasItsDay(t *testing.T) {
	for v, want := range ended {
		c := reach(t, PreCircle)
		if c = told(t, c, c.Next(person(0), today+5, v)); c.Stage != want || c.Since != today+5 || c.Expunged != today+5+Kept {
			t.Errorf("%v since %d until %d", c.Stage, c.Since, c.Expunged)
		}
		undated := reach(t, PreCircle)
		if undated = told(t, undated, undated.Next(person(0), 0, v)); undated.Expunged != 0 || undated.Gone(1<<40, true) {
			t.Errorf("what ended on no day goes on %d", undated.Expunged)
		}
	}
	if c := reach(t, PostCircle); c.Expunged != today+Kept {
		t.Errorf("it goes on %d", c.Expunged)
	}
	c := reach(t, PostCircle)
	if c = told(t, c, c.Next(person(2), today+7, Close)); c.Stage != Closed || c.Expunged != today+Kept {
		t.Errorf("closed a week later it goes on %d", c.Expunged)
	}
	over := []Stage{PostCircle, Closed, Declined, CaredForOtherwise, ReferredOut}
	for s := Called; s <= ReferredOut; s++ {
		if s.Over() != slices.Contains(over, s) {
			t.Errorf("%v is over: %v", s, s.Over())
		}
	}
}

// TestWhomItWaitsFor, stage by stage: 0 and 1 are its parties, 2 is its keeper.
func TestWhomItWaitsFor(t *testing.T) {
	waits := func(c *Circle) (who string) {
		for n := range 4 {
			if c.Waits(person(n)) {
				who += fmt.Sprint(n)
			}
		}
		return who
	}
	for s, want := range map[Stage]string{Called: "1", KeeperSought: "01", KeeperAccepted: "2", PreCircle: "01", CirclePlanned: "2", CircleHeld: "012", PlanAgreed: "2", PostCircle: "2", Closed: ""} {
		if got := waits(reach(t, s)); got != want {
			t.Errorf("at %v it waits for %q, want %q", s, got, want)
		}
	}
	c := reach(t, KeeperSought)
	c = told(t, c, with(c.Next(person(0), today, Ask), whom(person(2))))
	c = told(t, c, with(c.Next(person(0), today, Accept), whom(person(2))))
	if got := waits(c); got != "12" {
		t.Errorf("asked: it waits for %q", got)
	}
	if c = told(t, c, c.Next(person(2), today, Agree)); waits(c) != "1" {
		t.Errorf("with a keeper: it waits for %q", waits(c))
	}
	c = reach(t, PreCircle)
	c = told(t, c, c.Next(person(0), today, Ready))
	if waits(c) != "1" {
		t.Errorf("one is ready: it waits for %q", waits(c))
	}
	if c = told(t, c, c.Next(person(1), today, Ready)); waits(c) != "2" {
		t.Errorf("both are ready: it waits for %q", waits(c))
	}
	c = reach(t, CircleHeld)
	c = told(t, c, with(c.Next(person(0), today, Act), func(f *Fact) { f.Whom, f.What = person(0), "Bring it back" }))
	c = told(t, c, with(c.Next(person(2), today, Review), func(f *Fact) { f.On = today + 20 }))
	c = told(t, c, with(c.Next(person(1), today, Sign), func(f *Fact) { f.Mark = c.PlanMark() }))
	if waits(c) != "0" {
		t.Errorf("one signed: it waits for %q", waits(c))
	}
}

// TestWhatIsNoFactIsNoPage: a letter that holds something else is read by nobody.
func TestWhatIsNoFactIsNoPage(t *testing.T) {
	good := Fact{N: 1, By: person(0), Verb: Act, Whom: person(1), What: "Mend it"}
	page := func(f Fact) []byte { return Page{ID: ID{3}, Facts: []Fact{f}}.Bytes() }
	if _, ok := ParsePage(page(good)); !ok {
		t.Fatal("a page is not read")
	}
	for name, f := range map[string]Fact{
		"nobody": with(good, func(f *Fact) { f.By = op.Member{} }), "no number": with(good, func(f *Fact) { f.N = 0 }),
		"no verb": with(good, func(f *Fact) { f.Verb = 0 }), "an unknown verb": with(good, func(f *Fact) { f.Verb = verbs }),
		"no words": with(good, func(f *Fact) { f.What = "" }), "two lines": with(good, func(f *Fact) { f.What = "a\nb" }),
	} {
		if _, ok := ParsePage(page(f)); ok {
			t.Errorf("%s passes", name)
		}
	}
	if _, ok := ParsePage(append(page(good), 0)); ok {
		t.Error("a page with something behind it passes")
	}
}

// TestOfTwoWhoAskAtOnceTheLowerBytesAreHeard: the other had not seen it, and has
// no effect, whichever came first.
func TestOfTwoWhoAskAtOnceTheLowerBytesAreHeard(t *testing.T) {
	c := reach(t, KeeperSought)
	one := with(c.Next(person(0), today, Ask), whom(person(2)))
	two := with(c.Next(person(1), today, Ask), whom(person(3)))
	if bytes.Compare(one.Bytes(), two.Bytes()) >= 0 {
		t.Fatal("the first is not the lower")
	}
	for _, facts := range [][]Fact{{one, two}, {two, one}} {
		both := Fold(c.ID, append(slices.Clone(c.Facts), facts...))
		if both.Keeper != person(2) {
			t.Errorf("%v is asked", both.Keeper)
		}
		later := with(c.Next(person(0), today, Ask), whom(person(4)))
		later.N = one.N + 1
		if all := Fold(c.ID, append(facts, append(slices.Clone(c.Facts), later)...)); all.Keeper != person(2) {
			t.Errorf("what was said later is heard: %v", all.Keeper)
		}
	}
}

// TestAPageIsFullBeforeTheNextBegins, to its last byte and no further.
func TestAPageIsFullBeforeTheNextBegins(t *testing.T) {
	act := func(n int, words int) Fact {
		return Fact{N: uint64(n), By: person(0), Verb: Act, Whom: person(1), What: strings.Repeat("x", words)}
	}
	full := false
	for words := 1; words <= MaxAction; words++ {
		some := []Fact{act(1, words), act(2, MaxAction), act(3, 90)}
		size := len(Page{ID: ID{3}, Facts: some}.Bytes())
		want := 1
		if size > op.MaxLetter {
			want = 2
		}
		full = full || size == op.MaxLetter
		if n := len(Pages(ID{3}, 0, some)); n != want {
			t.Errorf("%d bytes stand on %d pages", size, n)
		}
	}
	if !full {
		t.Error("none of them was full to the last byte")
	}
	var facts []Fact
	for n := range 40 {
		facts = append(facts, act(n+1, 1+n%MaxAction))
	}
	pages := Pages(ID{3}, 0, facts)
	for i, p := range pages[1:] {
		before := pages[i]
		if before.Facts = append(slices.Clone(before.Facts), p.Facts[0]); len(before.Bytes()) <= op.MaxLetter {
			t.Errorf("page %d begins though there was room on the one before", i+1)
		}
	}
}
