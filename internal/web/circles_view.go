package web

import (
	"net/http"
	"slices"
	"time"

	"celld/internal/cell/circle"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// stages are what each stage is called, and what it means. {1} is the day that
// it is about, {2} the keeper.
var stages = [...]struct{ name, about string }{
	circle.Called:            {locale.M("called"), locale.M("It goes on when each of you has said yes. Anyone can say no, and owes no reason.")},
	circle.KeeperSought:      {locale.M("a keeper is sought"), locale.M("You look for a keeper: somebody who is not part of it, who decides nothing and holds the time.")},
	circle.KeeperAccepted:    {locale.M("the keeper is found"), locale.M("{2} keeps the circle, and all of you agreed.")},
	circle.PreCircle:         {locale.M("the keeper talks with each"), locale.M("{2} talks with each of you alone. Bring somebody who supports you, if you like. Say here when you are ready to sit down together.")},
	circle.CirclePlanned:     {locale.M("the day is set"), locale.M("You sit down together on {1}. Bring paper: nothing is typed there.")},
	circle.CircleHeld:        {locale.M("it was held"), locale.M("Now write down what each will do. It stands when each of you has signed it. Burn the paper.")},
	circle.PlanAgreed:        {locale.M("the plan is agreed"), locale.M("Each does what they took on. You all meet again on {1}.")},
	circle.PostCircle:        {locale.M("you met again"), locale.M("You met again. What is left is to close it.")},
	circle.Closed:            {locale.M("closed"), locale.M("It is closed.")},
	circle.Paused:            {locale.M("it rests"), locale.M("It rests. Any of you can go on from where it was.")},
	circle.Declined:          {locale.M("somebody said no"), locale.M("Somebody said no. That is all right: a circle is never a duty.")},
	circle.CaredForOtherwise: {locale.M("cared for in another way"), locale.M("It is cared for in another way.")},
	circle.ReferredOut:       {locale.M("with people outside"), locale.M("It went to people outside who look after somebody’s safety.")},
}

// move is one thing that can be done on the page of a circle.
type move struct {
	verb   circle.Verb
	path   string
	button string
	said   string
	lead   bool // what the stage waits for
}

// moves are all of them, in the order in which they stand there. None takes
// anybody out of the cell (K6).
var moves = []move{
	{circle.Come, "come", locale.M("Yes, I am part of it"), locale.M("You said yes."), true},
	{circle.Agree, "agree", locale.M("I keep it"), locale.M("You keep it, once each of them agrees."), true},
	{circle.Recuse, "recuse", locale.M("I do not keep it"), locale.M("That is all right. It is on your pages no more."), false},
	{circle.Accept, "accept", locale.M("I accept this keeper"), locale.M("You accept the keeper."), true},
	{circle.Ask, "ask", locale.M("Ask them"), locale.M("Asked. They see it when they sign in."), true},
	{circle.Begin, "begin", locale.M("I begin to talk with each one"), locale.M("Now you talk with each one alone."), true},
	{circle.Ready, "ready", locale.M("I am ready to sit down"), locale.M("You are ready."), true},
	{circle.Held, "held", locale.M("It was held"), locale.M("It was held."), true},
	{circle.Plan, "plan", locale.M("Set the day"), locale.M("The day is set."), true},
	{circle.Act, "will", locale.M("Add it"), locale.M("It is in the plan. Each of you signs it."), false},
	{circle.Review, "again", locale.M("Set the day"), locale.M("The day is set."), false},
	{circle.Sign, "sign", locale.M("I sign this plan"), locale.M("You signed."), true},
	{circle.Drop, "drop", locale.M("Take it out"), locale.M("It is out of the plan. Each of you signs it."), false},
	{circle.Done, "done", locale.M("It is done"), locale.M("It is done."), false},
	{circle.Again, "met", locale.M("We all met again"), locale.M("You met again."), true},
	{circle.Close, "close", locale.M("Close the circle"), locale.M("It is closed."), true},
	{circle.Resume, "resume", locale.M("Go on with it"), locale.M("You go on."), true},
	{circle.Forget, "forget", locale.M("Let nothing of it be left, now"), locale.M("When all of you say so, nothing of it is left."), false},
	{circle.Pause, "pause", locale.M("Let it rest"), locale.M("It rests."), false},
	{circle.Decline, "decline", locale.M("No, not this circle"), locale.M("You said no. You owe no reason."), false},
	{circle.Otherwise, "otherwise", locale.M("It is cared for in another way"), locale.M("It is cared for in another way."), false},
	{circle.Refer, "refer", locale.M("It goes to people outside, for safety"), locale.M("It goes to people outside."), false},
}

// asides are the ways out, which stand last.
var asides = []circle.Verb{circle.Forget, circle.Pause, circle.Recuse, circle.Decline, circle.Otherwise, circle.Refer}

func (s *seat) show() error { return s.showWith(http.StatusOK, ui.Form{}, ui.Wrong{}) }

func (s *seat) showWith(status int, f ui.Form, wrong ui.Wrong) error {
	view := ui.CircleView{Name: circleName(s.Name), Form: f, About: s.about(), Rows: s.partyRows(), Keeper: s.keeperWords(),
		Aloud: s.aloud(), HelpURL: circlesURL + "#help"}
	if s.Since > 0 {
		view.Since = s.lang.T("Since {1}.", s.dayWords(s.Since))
	}
	if s.Expunged > 0 {
		view.Gone = s.lang.T("After {1} nothing of it is left on our routers.", s.dayWords(s.Expunged))
	}
	for _, m := range moves {
		switch a, may := s.offer(m); {
		case !may || m.verb == circle.Drop || m.verb == circle.Done:
		case slices.Contains(asides, m.verb) && (m.verb != circle.Recuse || s.Kept):
			view.More = append(view.More, a)
		default:
			view.Acts = append(view.Acts, a)
		}
	}
	view.Plan = s.plan()
	p := s.circlePage(ui.Link{URL: circlesURL + "/yours", Text: s.lang.T("Circles")})
	p.Wrong = wrong
	return s.visit.show(status, ui.CirclePage(p, view))
}

func (s *seat) dayWords(day uint64) string { return s.lang.Date(at(day*daySeconds + daySeconds/2)) }

func (s *seat) about() string {
	day := ""
	switch s.Stage {
	case circle.CirclePlanned:
		day = s.dayWords(s.Circle.Plan)
	case circle.PlanAgreed:
		day = s.dayWords(s.Review)
	}
	return s.lang.T(stages[s.Stage].about, day, s.people.Name(s.Keeper))
}

// offer is a form for a move, if who looks may make it now.
func (s *seat) offer(m move) (a ui.CircleAct, may bool) {
	a = ui.CircleAct{URL: circleURL(s.ID) + "/" + m.path, Button: s.lang.T(m.button), Lead: m.lead}
	f := s.Next(s.me(), s.circleDay(), m.verb)
	a.DayField, f.On, f.Whom = ui.FieldDay, 1, s.me()
	switch m.verb {
	case circle.Accept:
		f.Whom = s.Keeper
		a.Hint = s.lang.T("{1} is asked to keep it.", s.people.Name(s.Keeper))
	case circle.Agree:
		a.Hint = s.lang.T("Say no if you are part of it yourself, close to one of them, knew of it before, or have something at stake. You owe no reason.")
	case circle.Ask:
		a.Whom, a.Label = s.candidates(), s.lang.T("Whom do you ask to keep it?")
		if len(a.Whom) == 0 {
			return a, false
		}
		f.Whom, _ = op.ParseMember(a.Whom[0].Value)
	case circle.Plan:
		a.Day = s.lang.T("On which day do you sit down together?")
	case circle.Act:
		a.Whom, a.Label, a.Text, a.Day = s.choices(s.People()), s.lang.T("Who does it?"), true, s.lang.T("By when?")
	case circle.Review:
		a.Day, a.DayField = s.lang.T("When do you all meet again? Two to six weeks after."), ui.FieldAgain
		f.On = s.HeldOn + circle.ReviewFirst
	case circle.Sign:
		f.Mark = s.PlanMark()
		a.Mark = op.Member(f.Mark).String()
	case circle.Drop, circle.Done:
		return a, false
	}
	return a, s.May(f) == nil
}

// plan is what each will do.
func (s *seat) plan() (out []ui.CirclePlan) {
	for _, x := range s.Actions {
		row := ui.CirclePlan{What: x.What, Who: s.people.Name(x.Who), Done: x.Done, Mark: op.Member(x.Mark).String()}
		if x.By > 0 {
			row.By = s.dayWords(x.By)
		}
		if !x.Done {
			row.NeedURL = circleURL(s.ID) + "/need"
		}
		for _, m := range moves {
			f := s.Next(s.me(), 0, m.verb)
			if f.Mark = x.Mark; (m.verb == circle.Drop || m.verb == circle.Done) && s.May(f) == nil {
				row.URL, row.Button = circleURL(s.ID)+"/"+m.path, s.lang.T(m.button)
			}
		}
		out = append(out, row)
	}
	return out
}

func (s *seat) choices(all []op.Member) (out []ui.Choice) {
	for _, m := range all {
		out = append(out, ui.Choice{Value: m.String(), Text: s.people.Name(m)})
	}
	return out
}

// candidates are whom a party may ask to keep it (K2): those who said that they
// keep circles, and everybody else where nobody of them is left.
func (s *seat) candidates() []ui.Choice {
	may := func(m op.Member) bool {
		f := s.Next(s.me(), 0, circle.Ask)
		f.Whom = m
		return s.May(f) == nil && s.people.IsActive(m)
	}
	free := slices.DeleteFunc(slices.Clone(s.people.Active()), func(m op.Member) bool { return !may(m) })
	pool := slices.DeleteFunc(slices.Clone(free), func(m op.Member) bool { return !slices.Contains(s.rota().Keeps(), m) })
	if len(pool) > 0 {
		return s.choices(pool)
	}
	return s.choices(free)
}

func (s *seat) partyRows() (rows []ui.Row) {
	for _, p := range s.Parties {
		words := s.lang.T("not heard yet")
		switch {
		case p.Signed:
			words = s.lang.T("signed the plan")
		case p.Ready:
			words = s.lang.T("is ready")
		case p.Accepts:
			words = s.lang.T("accepts the keeper")
		case p.Came:
			words = s.lang.T("said yes")
		}
		rows = append(rows, ui.Row{Title: s.people.Name(p.Member), Text: words})
	}
	return rows
}

func (s *seat) keeperWords() string {
	switch {
	case s.Keeper.IsZero():
		return ""
	case s.Kept:
		return s.lang.T("{1} keeps it.", s.people.Name(s.Keeper))
	}
	return s.lang.T("{1} is asked to keep it.", s.people.Name(s.Keeper))
}

// aloud are questions that people may read to each other. Nobody types an answer.
func (s *seat) aloud() []string {
	switch s.Stage {
	case circle.PreCircle:
		return ui.AskedBefore(s.lang)
	case circle.CirclePlanned:
		return ui.AskedInside(s.lang)
	case circle.PlanAgreed:
		return ui.AskedAfter(s.lang)
	}
	return nil
}

// parseDay reads a date as browsers send it, in days.
func parseDay(s string) (uint64, error) {
	t, err := typedDay(s, time.UTC)
	return uint64(max(0, t.Unix())) / daySeconds, err
}
