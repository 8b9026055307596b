package consent

import (
	"slices"

	"celld/internal/op"
)

func (a *Ask) judge(_ world, r *Round, _ op.Opened) error {
	if err := r.mayAsk(); err != nil {
		return err
	}
	return words(a.Words, MaxReason)
}

func (r *Round) mayAsk() error {
	if r.State == Presented || r.State == Clarifying || r.beside() {
		return nil
	}
	return op.Refuse("talk.phase", r.State.String())
}

// beside reports whether questions and reactions have their place beside the
// text, while consent is open: in a plain round.
func (r *Round) beside() bool { return r.Plain && (r.State == Checking || r.State == Awaiting) }

func (a *Ask) apply(r *Round, o op.Opened) { r.say(o, op.Ref{}, a.Words) }

func (a *Answer) judge(_ world, r *Round, _ op.Opened) error {
	if err := r.open(); err != nil {
		return err
	}
	if !slices.ContainsFunc(r.Talks, func(t Talk) bool { return t.Ref == a.To && t.Kind == KindAsk }) {
		return op.Refuse("talk.no-question")
	}
	return words(a.Words, MaxReason)
}

func (a *Answer) apply(r *Round, o op.Opened) { r.say(o, a.To, a.Words) }

func (a *React) judge(_ world, r *Round, _ op.Opened) error {
	if err := r.mayReact(); err != nil {
		return err
	}
	return words(a.Words, MaxBrief)
}

func (r *Round) mayReact() error {
	if r.State == Reacting || r.beside() {
		return nil
	}
	return op.Refuse("talk.phase", r.State.String())
}

func (a *React) apply(r *Round, o op.Opened) { r.say(o, op.Ref{}, a.Words) }

func (a *Pass) judge(_ world, r *Round, _ op.Opened) error { return r.mayPass() }

func (r *Round) mayPass() error {
	if r.State == Clarifying || r.State == Reacting {
		return nil
	}
	return op.Refuse("talk.phase", r.State.String())
}

func (a *Pass) apply(r *Round, o op.Opened) { r.say(o, op.Ref{}, "") }

func (a *Meet) judge(_ world, r *Round, _ op.Opened) error { return r.open() }
func (a *Meet) apply(r *Round, o op.Opened)                { r.say(o, op.Ref{}, "") }

// say writes down what was said. Concurrent talk beyond all measure is dropped
// from the page; it stays in the log.
func (r *Round) say(o op.Opened, to op.Ref, words string) {
	if len(r.Talks) >= maxEvents {
		return
	}
	r.Talks = appended(r.Talks, Talk{Ref: o.Ref, Kind: o.Kind, Member: o.Member, Text: r.Current,
		Phase: r.State, To: to, Words: words, Time: o.Time})
}
