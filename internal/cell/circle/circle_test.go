package circle

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"celld/internal/op"
)

func person(n int) op.Member { return op.Member{byte(n + 1)} }

// told adds a fact, which has to be one that may be said.
func told(t *testing.T, c *Circle, f Fact) *Circle {
	t.Helper()
	if err := c.May(f); err != nil {
		t.Fatalf("%d at %v: %v", f.Verb, c.Stage, err)
	}
	next := Fold(c.ID, append(slices.Clone(c.Facts), f))
	if next == nil {
		t.Fatal("no circle")
	}
	return next
}

func refuses(t *testing.T, c *Circle, f Fact, code string) {
	t.Helper()
	var r op.Refusal
	if err := c.May(f); !errors.As(err, &r) || r.Code != code {
		t.Errorf("%d at %v: %v, want %s", f.Verb, c.Stage, err, code)
	}
}

func with(f Fact, set func(*Fact)) Fact { set(&f); return f }

func whom(m op.Member) func(*Fact) { return func(f *Fact) { f.Whom = m } }

const today = 20000

// reach plays a circle between 0 and 1, kept by 2, up to a stage.
func reach(t *testing.T, stop Stage) *Circle {
	t.Helper()
	c := &Circle{ID: ID{7}}
	say := func(who int, v Verb, set func(*Fact)) {
		if c.Stage == stop {
			return
		}
		f := c.Next(person(who), today, v)
		if set != nil {
			set(&f)
		}
		c = told(t, c, f)
	}
	say(0, Call, func(f *Fact) { f.Parties = []op.Member{person(0), person(1)} })
	say(1, Come, nil)
	say(0, Ask, whom(person(2)))
	say(2, Agree, nil)
	say(0, Accept, whom(person(2)))
	say(1, Accept, whom(person(2)))
	say(2, Begin, nil)
	say(0, Ready, nil)
	say(1, Ready, nil)
	say(2, Plan, func(f *Fact) { f.On = today + 3 })
	say(2, Held, nil)
	say(0, Act, func(f *Fact) { f.Whom, f.What = person(0), "Bring the cart back" })
	say(2, Review, func(f *Fact) { f.On = today + 20 })
	for who := range 2 {
		say(who, Sign, func(f *Fact) { f.Mark = c.PlanMark() })
	}
	say(2, Again, nil)
	say(2, Close, nil)
	if c.Stage != stop {
		t.Fatalf("the play ends at %v", c.Stage)
	}
	return c
}

func TestACircleGoesThroughItsStages(t *testing.T) {
	for s := Called; s <= Closed; s++ {
		reach(t, s)
	}
}

func TestWhoMaySayWhatAndWhen(t *testing.T) {
	stranger := person(9)
	for s := Called; s <= Closed; s++ {
		c := reach(t, s)
		for v := Come; v < verbs; v++ {
			refuses(t, c, c.Next(stranger, today, v), "circle.who")
			r := rules[v]
			if r.who == theKeeper || r.who == asked {
				refuses(t, c, c.Next(person(0), today, v), "circle.who")
			}
			if r.who == aParty {
				refuses(t, c, c.Next(person(2), today, v), "circle.who")
			}
			by := map[who]int{aParty: 0, theKeeper: 2, asked: 2, anyOne: 0}[r.who]
			if c.is(r.who, person(by)) && !slices.Contains(r.stages, s) {
				refuses(t, c, c.Next(person(by), today, v), "circle.now")
			}
		}
	}
}

// TestTheKeeperIsNoneOfThemAndIsAskedOnce is K2.
func TestTheKeeperIsNoneOfThemAndIsAskedOnce(t *testing.T) {
	c := reach(t, KeeperSought)
	ask := func(m op.Member) Fact { return with(c.Next(person(0), today, Ask), whom(m)) }
	refuses(t, c, ask(person(1)), "circle.keeper")
	c = told(t, c, ask(person(2)))
	refuses(t, c, ask(person(3)), "circle.now")
	c = told(t, c, with(c.Next(person(0), today, Accept), whom(person(2))))
	c = told(t, c, c.Next(person(2), today, Recuse))
	if c.Has(person(2)) || c.Stage != KeeperSought || c.Parties[0].Accepts {
		t.Errorf("a keeper who said no is still there: %+v", c)
	}
	refuses(t, c, ask(person(2)), "circle.keeper")
	// Who keeps it may step back later, too.
	c = reach(t, PreCircle)
	c = told(t, c, c.Next(person(2), today, Recuse))
	if c.Stage != KeeperSought || c.Has(person(2)) {
		t.Errorf("%v after the keeper stepped back", c.Stage)
	}
}

func TestAnybodyMayStopAtAnyTime(t *testing.T) {
	for _, s := range going {
		c := reach(t, s)
		d := told(t, c, c.Next(person(1), today, Decline))
		if d.Stage != Declined || d.Expunged != today+Kept {
			t.Errorf("from %v: %v until %d", s, d.Stage, d.Expunged)
		}
		p := told(t, c, c.Next(person(1), today, Pause))
		refuses(t, p, p.Next(person(0), today, Pause), "circle.now")
		if back := told(t, p, p.Next(person(0), today, Resume)); p.Stage != Paused || back.Stage != s {
			t.Errorf("%v was paused, and goes on at %v", s, back.Stage)
		}
		told(t, p, p.Next(person(1), today, Decline))
		told(t, c, c.Next(person(0), today, Otherwise))
		told(t, c, c.Next(person(0), today, Refer))
	}
}

func TestASignatureIsForThePlanAsItStands(t *testing.T) {
	c := reach(t, CircleHeld)
	sign := func(c *Circle, who int) Fact {
		return with(c.Next(person(who), today, Sign), func(f *Fact) { f.Mark = c.PlanMark() })
	}
	refuses(t, c, sign(c, 0), "circle.changed") // there is none
	act := func(c *Circle, what string) Fact {
		return with(c.Next(person(1), today, Act), func(f *Fact) { f.Whom, f.What = person(1), what })
	}
	c = told(t, c, act(c, "Mend the wheel"))
	for _, day := range []uint64{0, today + ReviewFirst - 1, today + ReviewLast + 1} {
		refuses(t, c, with(c.Next(person(2), today, Review), func(f *Fact) { f.On = day }), "circle.review")
	}
	c = told(t, c, with(c.Next(person(2), today, Review), func(f *Fact) { f.On = today + ReviewLast }))
	early := sign(c, 1)
	c = told(t, c, sign(c, 0))
	if c = told(t, c, act(c, "Oil it")); c.Parties[0].Signed {
		t.Error("a signature stands for another plan")
	}
	early.N = c.Last + 1
	refuses(t, c, early, "circle.changed")
	c = told(t, c, with(c.Next(person(0), today, Drop), func(f *Fact) { f.Mark = c.Actions[1].Mark }))
	c = told(t, c, sign(c, 0))
	if c = told(t, c, sign(c, 1)); c.Stage != PlanAgreed {
		t.Errorf("all signed, and it is at %v", c.Stage)
	}
	refuses(t, c, with(c.Next(person(0), today, Done), func(f *Fact) { f.Mark = c.Actions[0].Mark }), "circle.now") // another's
	c = told(t, c, with(c.Next(person(1), today, Done), func(f *Fact) { f.Mark = c.Actions[0].Mark }))
	if !c.Actions[0].Done {
		t.Error("it is not done")
	}
}

func TestACircleIsGoneOnItsDayOrWhenAllSaySo(t *testing.T) {
	c := reach(t, Closed)
	if c.Gone(today+Kept-1, true) || c.Gone(today+Kept, false) || !c.Gone(today+Kept, true) {
		t.Error("it does not go on its day by a clock that is trusted")
	}
	for who := range 3 {
		if c.Gone(today, true) {
			t.Error("it goes before all said so")
		}
		c = told(t, c, c.Next(person(who), today, Forget))
	}
	if !c.Gone(0, false) {
		t.Error("all said so, and it stays")
	}
}

// TestThereIsNoRoomForAnythingElse is K3 and K6: of all that a fact can hold, one
// thing is text, that of an action, and it is short; and no verb is about
// somebody's place in the cell.
func TestThereIsNoRoomForAnythingElse(t *testing.T) {
	want := []string{"N uint64", "By op.Member", "Day uint64", "Verb circle.Verb", "Whom op.Member", "On uint64", "What string",
		"Mark [8]uint8", "Parties []op.Member", "Name [5]uint8"}
	var got []string
	for f := range reflect.TypeFor[Fact]().Fields() {
		got = append(got, f.Name+" "+f.Type.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("a fact holds %q", got)
	}
	for v := Call; v < verbs; v++ {
		f := Fact{N: 1, By: person(0), Verb: v, What: "words", Whom: person(1), On: 1, Parties: []op.Member{person(0), person(1)}}
		if said := bytes.Contains(f.Bytes(), []byte("words")); said != (v == Act) {
			t.Errorf("verb %d carries words: %v", v, said)
		}
	}
	for _, bad := range []string{"", "two\nlines", strings.Repeat("x", 141), strings.Repeat("\U0001F33B", 100), "\u202ehidden", " space"} {
		if CheckAction(bad) == nil {
			t.Errorf("%q passes for an action", bad)
		}
	}
	if err := CheckAction(strings.Repeat("€", 100)); err != nil { // 300 bytes
		t.Error(err)
	}
	if err := CheckAction(strings.Repeat("ع", 140)); err != nil {
		t.Errorf("140 letters do not fit: %v", err)
	}
	if verbs != Forget+1 || Forget != 23 {
		t.Error("there are other verbs: does one of them speak of somebody's seat (K6)?")
	}
}

func drawFact(t *rapid.T) Fact {
	m := func(name string) op.Member { return person(rapid.IntRange(0, 3).Draw(t, name)) }
	f := Fact{N: uint64(rapid.IntRange(1, 20).Draw(t, "n")), By: m("by"), Day: today, Verb: Verb(rapid.IntRange(1, int(verbs)-1).Draw(t, "verb"))}
	switch f.Verb {
	case Call:
		f.Parties = []op.Member{m("a"), m("b")}
	case Ask, Accept:
		f.Whom = m("whom")
	case Plan, Review:
		f.On = uint64(rapid.IntRange(0, 60).Draw(t, "on"))
	case Act:
		f.Whom, f.What = m("whom"), rapid.SampledFrom([]string{"Bread", "Mend it"}).Draw(t, "what")
	case Drop, Sign, Done:
		f.Mark = [8]byte{byte(rapid.IntRange(0, 3).Draw(t, "mark"))}
	}
	return f
}

// TestFactsAddUpInWhateverOrderTheyAreRead, and however often.
func TestFactsAddUpInWhateverOrderTheyAreRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(rapid.Custom(drawFact), 0, 40).Draw(t, "facts")
		facts = append(facts, Fact{N: 1, By: person(0), Verb: Call, Parties: []op.Member{person(0), person(1)}})
		mixed := rapid.Permutation(append(slices.Clone(facts), facts...)).Draw(t, "mixed")
		if a, b := Fold(ID{1}, facts), Fold(ID{1}, mixed); !reflect.DeepEqual(a, b) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

func TestFactsFitTheirPagesAndAreReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := rapid.SliceOfN(rapid.Custom(drawFact), 1, 60).Draw(t, "facts")
		facts = append(facts, Fact{N: 1 << 60, By: person(1), Day: 1 << 60, Verb: Act, Whom: person(0), On: 1 << 60, What: strings.Repeat("ع", 140)})
		all := make([]op.Member, MaxParties)
		facts = append(facts, Fact{N: 1 << 60, By: person(1), Day: 1 << 60, Verb: Call, Parties: all})
		var back []Fact
		for _, p := range Pages(ID{3}, 1<<60, facts) {
			if len(p.Bytes()) > op.MaxLetter {
				t.Fatalf("a page of %d bytes", len(p.Bytes()))
			}
			got, ok := ParsePage(p.Bytes())
			if !ok || got.ID != p.ID || got.Turn != p.Turn {
				t.Fatal("a page is not read back")
			}
			back = append(back, got.Facts...)
		}
		if !reflect.DeepEqual(back, facts) {
			t.Fatalf("%+v\n%+v", back, facts)
		}
	})
}

func FuzzPage(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := ParsePage(b)
		if !ok {
			return
		}
		if !bytes.Equal(p.Bytes(), b) {
			t.Fatalf("%x is read, and written as %x", b, p.Bytes())
		}
		Fold(p.ID, p.Facts)
	})
}
