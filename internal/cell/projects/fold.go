package projects

import (
	"slices"

	"celld/internal/op"
)

// The kinds of this room.
const (
	KindOpen   op.Kind = "project.open"   // Plan
	KindChange op.Kind = "project.change" // Plan
	KindJoin   op.Kind = "project.join"
	KindPart   op.Kind = "project.part"
	KindTask   op.Kind = "project.task" // Words
	KindTake   op.Kind = "project.take" // Which
	KindGive   op.Kind = "project.give" // Which
	KindDone   op.Kind = "project.done" // Which
	KindUndone op.Kind = "project.undone"
	KindDrop   op.Kind = "project.drop"  // Which
	KindClose  op.Kind = "project.close" // Words
	KindAgain  op.Kind = "project.again"
)

// Kinds lists them.
var Kinds = []op.Kind{KindOpen, KindChange, KindJoin, KindPart, KindTask, KindTake, KindGive, KindDone, KindUndone, KindDrop, KindClose, KindAgain}

// Plan is what a project is about.
type Plan struct {
	Title  string `cbor:"1,keyasint"`
	Why    string `cbor:"2,keyasint"`
	Round  op.Ref `cbor:"3,keyasint,omitzero"`  // the decision behind it
	Review uint64 `cbor:"4,keyasint,omitempty"` // when we look at it again, in Unix seconds
}

// Words are those of a task, or how a project went.
type Words struct {
	Text string `cbor:"1,keyasint,omitempty"`
}

// Which names a task.
type Which struct {
	Task op.Ref `cbor:"1,keyasint"`
}

// Refusals lists every code that this room refuses with and what it means.
var Refusals = map[string]string{
	"project.content": "the content or the subject is not that of its kind",
	"project.member":  "only active members act here",
	"project.unknown": "there is no such project",
	"project.closed":  "the project is closed",
	"project.open":    "the project is not closed",
	"project.title":   "it has no name",
	"project.why":     "nothing says what it is for",
	"project.round":   "the round behind it is not in force",
	"project.with":    "only who is with the project does this, while any of them is here",
	"project.joined":  "the author is with it already",
	"project.task":    "there is no such task, or it does not stand where this asks",
	"project.words":   "the words are missing",
	"project.tasks":   "the argument is how many tasks a project has at most",
	"project.many":    "the argument is how many projects are open at most",
}

// Reader gives the values of subjects at the frontier that is judged.
type Reader interface{ At(key string) any }

// people is what this room asks of the subject "people".
type people interface{ IsActive(op.Member) bool }

// decided is what this room asks of a round.
type decided interface{ InForce() bool }

// Owns reports whether a kind belongs to this room.
func Owns(k op.Kind) bool { return slices.Contains(Kinds, k) }

func listed(k op.Kind) bool {
	return k == KindOpen || k == KindChange || k == KindClose || k == KindAgain
}

// Touches returns the keys of the subjects that o changes.
func Touches(o op.Opened, _ Reader) ([]string, error) {
	keys := []string{Key(o.Thing())}
	if listed(o.Kind) {
		keys = append(keys, KeyList)
	}
	return keys, nil
}

// act is what an operation says.
type act struct {
	plan Plan
	text string
	task op.Ref
}

func decode(o op.Opened) (a act, ok bool) {
	var err error
	switch o.Kind {
	case KindOpen, KindChange:
		err = o.Decode(&a.plan)
	case KindTask, KindClose:
		var w Words
		err = o.Decode(&w)
		a.text = w.Text
	case KindTake, KindGive, KindDone, KindUndone, KindDrop:
		var w Which
		err = o.Decode(&w)
		a.task = w.Task
	default:
		return a, len(o.Content) == 0
	}
	return a, err == nil
}

// Judge says whether o is lawful at its own frontier, and why not.
func Judge(o op.Opened, at Reader) error {
	a, ok := decode(o)
	if !ok || o.Subject.IsZero() != (o.Kind == KindOpen) {
		return op.Refuse("project.content")
	}
	who, ok := at.At("people").(people)
	if !ok || !who.IsActive(o.Member) {
		return op.Refuse("project.member")
	}
	if o.Kind == KindOpen {
		list, _ := at.At(KeyList).(*List)
		if len(list.Open()) >= MaxOpen {
			return op.Refuse("project.many", MaxOpen)
		}
		return a.plan.judge(o, at, op.Ref{})
	}
	p, _ := at.At(Key(o.Subject)).(*Project)
	switch {
	case p == nil:
		return op.Refuse("project.unknown")
	case p.Closed && o.Kind != KindAgain:
		return op.Refuse("project.closed")
	case !p.Closed && o.Kind == KindAgain:
		return op.Refuse("project.open")
	case !anybody(o.Kind) && !p.led(o.Member, who):
		return op.Refuse("project.with")
	}
	return a.judge(o, p, at)
}

// anybody lists what no one has to be with a project for.
func anybody(k op.Kind) bool { return k == KindJoin || k == KindTake || k == KindAgain }

// led reports whether m goes on with p: who is with it, or anybody once none of
// those is here.
func (p *Project) led(m op.Member, who people) bool {
	return p.Has(m) || !slices.ContainsFunc(p.With, who.IsActive)
}

// Led is led for a page.
func (p *Project) Led(m op.Member, who interface{ IsActive(op.Member) bool }) bool {
	return p.led(m, who)
}

func (a act) judge(o op.Opened, p *Project, at Reader) error {
	switch o.Kind {
	case KindChange:
		return a.plan.judge(o, at, p.Plan.Round)
	case KindJoin:
		return refuseIf(p.Has(o.Member), "project.joined")
	case KindPart:
		return refuseIf(!p.Has(o.Member), "project.with")
	case KindTask:
		if len(p.Tasks) >= MaxTasks {
			return op.Refuse("project.tasks", MaxTasks)
		}
		if a.text == "" {
			return op.Refuse("project.words")
		}
		return op.CheckText(a.text, MaxTask, false)
	case KindClose:
		return op.CheckText(a.text, MaxWhy, true)
	case KindAgain:
		return nil
	}
	return a.judgeTask(o, p)
}

func (a act) judgeTask(o op.Opened, p *Project) error {
	t, ok := p.Task(a.task)
	mine := slices.Contains(t.Takes, o.Member)
	wrong := !ok
	switch o.Kind {
	case KindTake:
		wrong = wrong || t.Done || mine
	case KindGive:
		wrong = wrong || t.Done || !mine
	case KindDone, KindDrop:
		wrong = wrong || t.Done
	case KindUndone:
		wrong = wrong || !t.Done
	}
	return refuseIf(wrong, "project.task")
}

// judge asks that the decision behind a plan is in force when it is named;
// later the page shows where it stands.
func (p Plan) judge(o op.Opened, at Reader, before op.Ref) error {
	if p.Title == "" {
		return op.Refuse("project.title")
	}
	if err := op.CheckText(p.Title, MaxTitle, false); err != nil {
		return err
	}
	if p.Why == "" {
		return op.Refuse("project.why")
	}
	if err := op.CheckText(p.Why, MaxWhy, true); err != nil {
		return err
	}
	if p.Round.IsZero() || p.Round == before {
		return nil
	}
	r, ok := at.At("round/" + p.Round.String()).(decided)
	return refuseIf(!ok || !o.Saw(p.Round) || !r.InForce(), "project.round")
}

func refuseIf(wrong bool, code string) error {
	if wrong {
		return op.Refuse(code)
	}
	return nil
}

// Apply returns the value of a subject after o. It is total: what has nothing
// more to say, because something concurrent came first in the order, changes
// nothing.
func Apply(key string, value any, o op.Opened) any {
	a, ok := decode(o)
	if !ok {
		return value
	}
	if key == KeyList {
		l, _ := value.(*List)
		if next := l.after(o, a); next != nil {
			return next
		}
		return value // no list yet, where what began first is void
	}
	p, _ := value.(*Project)
	if o.Kind == KindOpen && o.Ref == o.Thing() {
		return &Project{Ref: o.Ref, Plan: a.plan, By: o.Member, Opened: dated(o), With: []op.Member{o.Member}}
	}
	if p == nil {
		return value
	}
	next := *p
	if !next.apply(o, a) {
		return value
	}
	return &next
}

func dated(o op.Opened) uint64 {
	if o.Clock.Trusted() {
		return o.Time
	}
	return 0
}

func (l *List) after(o op.Opened, a act) *List {
	x, open := l.find(o.Thing())
	switch o.Kind {
	case KindOpen:
		return l.add(Line{Ref: o.Ref, Title: a.plan.Title, Review: a.plan.Review})
	case KindChange:
		if open {
			next := l.without(x.Ref)
			i := slices.IndexFunc(l.Live, func(y Line) bool { return y.Ref == x.Ref })
			next.Live = op.Insert(next.Live, i, Line{Ref: x.Ref, Title: a.plan.Title, Review: a.plan.Review})
			return next
		}
	case KindClose:
		if open {
			x.Ended = dated(o)
			return l.close(x)
		}
	case KindAgain:
		if !open && !x.Ref.IsZero() {
			x.Ended = 0
			return l.add(x)
		}
	}
	return l
}

// apply changes p, a copy, and reports whether it did.
func (p *Project) apply(o op.Opened, a act) bool {
	switch o.Kind {
	case KindAgain:
		if !p.Closed {
			return false
		}
		p.Closed, p.Ended, p.Words = false, 0, ""
	case KindChange:
		if p.Closed {
			return false
		}
		p.Plan = a.plan
	case KindClose:
		if p.Closed {
			return false
		}
		p.Closed, p.Ended, p.Words = true, dated(o), a.text
	case KindJoin:
		return p.join(o.Member)
	case KindPart:
		return p.part(o.Member)
	case KindTask:
		p.Tasks = append(slices.Clone(p.Tasks), Task{Ref: o.Ref, Words: a.text})
	default:
		return p.applyTask(o, a.task)
	}
	return true
}

func (p *Project) join(m op.Member) bool {
	if p.Has(m) {
		return false
	}
	p.With = append(slices.Clone(p.With), m)
	return true
}

// part takes somebody out, and gives their tasks back.
func (p *Project) part(m op.Member) bool {
	if !p.Has(m) {
		return false
	}
	p.With = slices.DeleteFunc(slices.Clone(p.With), func(x op.Member) bool { return x == m })
	p.Tasks = slices.Clone(p.Tasks)
	for i := range p.Tasks {
		if !p.Tasks[i].Done {
			p.Tasks[i].Takes = without(p.Tasks[i].Takes, m)
		}
	}
	return true
}

func without(all []op.Member, m op.Member) []op.Member {
	rest := slices.DeleteFunc(slices.Clone(all), func(x op.Member) bool { return x == m })
	if len(rest) == 0 {
		return nil
	}
	return rest
}

func (p *Project) applyTask(o op.Opened, ref op.Ref) bool {
	i := p.task(ref)
	if i < 0 {
		return false
	}
	p.Tasks = slices.Clone(p.Tasks)
	t := &p.Tasks[i]
	switch o.Kind {
	case KindTake:
		if slices.Contains(t.Takes, o.Member) {
			return false
		}
		t.Takes = append(slices.Clone(t.Takes), o.Member)
		p.join(o.Member)
	case KindGive:
		t.Takes = without(t.Takes, o.Member)
	case KindDone:
		if t.Done {
			return false
		}
		t.Done, t.By = true, o.Member
	case KindUndone:
		t.Done, t.By = false, op.Member{}
	case KindDrop:
		if t.Done {
			return false
		}
		p.Tasks = slices.Delete(p.Tasks, i, i+1)
	}
	return true
}
