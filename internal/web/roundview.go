package web

import (
	"slices"
	"strings"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

// roundURL is where a round lives.
func roundURL(r op.Ref, more ...string) string {
	return "/r/" + r.String() + strings.Join(append([]string{""}, more...), "/")
}

// table is a round as one visitor sees it: the round, and what it takes to
// say it in words.
type table struct {
	*visit
	round  *consent.Round
	at     cell.Reader
	people cell.People
	can    []op.Kind

	unix    uint64 // the time, and whether it can be trusted
	trusted bool
}

func (v *visit) table(r *consent.Round) *table {
	t := &table{visit: v, round: r, at: v.state.Now(), people: cell.PeopleOf(v.state)}
	t.unix, t.trusted = v.clocked()
	t.can = r.Can(t.at, v.me(), t.unix, t.trusted)
	return t
}

// clocked is the router's time in Unix seconds, and whether it can be trusted.
func (v *visit) clocked() (uint64, bool) {
	now, quality := v.Clock.Now()
	return uint64(max(now.Unix(), 0)), quality.Trusted()
}

func (t *table) url(more ...string) string { return roundURL(t.round.Ref, more...) }

func (t *table) may(k op.Kind) bool { return slices.Contains(t.can, k) }

// view is the whole page of a round.
func (t *table) view() ui.RoundView {
	r, me := t.round, t.me()
	tally := r.Tally(t.at)
	v := ui.RoundView{
		URL: t.url(), Title: r.Title(), Phase: t.phase(), Within: phases[r.State], Plain: r.Plain, Class: classes[r.Class],
		Version: r.VersionNumber(r.Current), Proposer: t.people.Name(r.Proposer), Mine: r.Proposer == me,
		Concerns: t.people.Name(r.Concerns), Places: t.places(), Voices: t.voices(), Awaited: t.awaited(),
		Held: r.Held() && r.State.Open(), ClockURL: "/router/time", Missing: max(0, tally.Needed-tally.Heard),
		Objections: t.objections(), Questions: t.questions(), Reactions: t.reactions(), Worries: t.worries(),
		Text: t.text(r.Text()), History: t.history(), Ending: t.ending(), BoardURL: boardAbout(r.Ref),
	}
	t.care(&v)
	if own, ok := r.VoiceOf(me); ok {
		v.Spoken = !r.Stale(own) && own.Stance != consent.NeedTime
	}
	if end, known := r.Deadline(); known {
		v.OpenUntil = t.lang.Moment(at(end), t.date)
	}
	t.begins(&v)
	if r.InForce() {
		v.Since = t.since()
	}
	if r.InForce() && r.Class != consent.Membership {
		v.ReviewOn = t.day(r.ReviewOn)
	}
	if len(r.AmendedBy) > 0 {
		v.NextURL = roundURL(r.AmendedBy[len(r.AmendedBy)-1])
	}
	if v.Version > 1 {
		v.ChangesURL = t.url("changes")
	}
	v.Reworded = r.Contested && r.Adopted.Text != r.Current
	v.Allowed = t.allowed()
	return v
}

// care says who looks after the round as things stand, who may go on in their
// place, in which order the table speaks, and why nothing is agreed though all
// have spoken.
func (t *table) care(v *ui.RoundView) {
	r := t.round
	f := r.FacilitatorNow(t.at)
	v.Facilitator, v.Care = t.people.Name(f), f == t.me() && f != r.Proposer
	if s := r.Surrogate(t.at, t.unix, t.trusted); !s.IsZero() {
		v.StandIn, v.StandsIn = t.people.Name(s), s == t.me()
	}
	if step, _ := r.Step(); r.State.Open() && (!r.Plain && step > 1 || !r.Affects.IsZero()) {
		for _, m := range r.Speaking(t.at) {
			v.Speaking = append(v.Speaking, t.people.Name(m))
		}
	}
	if checking := r.State == consent.Checking || r.State == consent.Awaiting; checking {
		v.Together = !r.Revealed(t.at)
		v.ManyAside = uint64(r.Tally(t.at).Asides) >= r.Limits.Asides
	}
}

func at(unix uint64) time.Time { return time.Unix(int64(unix), 0) }

// day says a date, or nothing while no clock could be trusted to tell it.
func (t *table) day(unix uint64) string {
	if unix == 0 {
		return ""
	}
	return t.lang.Date(at(unix))
}

// since says on which day the text came into force, as far as a clock knew.
func (t *table) since() string {
	if !t.round.Adopted.Clock.Trusted() {
		return ""
	}
	return t.day(t.round.Adopted.Time)
}

var classes = [...]ui.Class{
	consent.Routine: ui.Routine, consent.Standard: ui.Standard, consent.Agreement: ui.Agreement, consent.Membership: ui.Membership,
}

var phases = [...]ui.Phase{
	consent.Presented: ui.Draft, consent.Clarifying: ui.Clarifying, consent.Reacting: ui.Reacting, consent.Amending: ui.Reacting,
	consent.Checking: ui.Check, consent.Testing: ui.Testing, consent.Integrating: ui.Integrating, consent.Awaiting: ui.Awaiting,
	consent.InForce: ui.InForce, consent.Amended: ui.Amended, consent.Withdrawn: ui.Withdrawn, consent.Tabled: ui.Tabled,
	consent.Lapsed: ui.Lapsed, consent.Dropped: ui.Dropped, consent.Expired: ui.Expired,
}

func (t *table) phase() ui.Phase {
	return phaseOf(t.round.State, t.round.Contested, t.trusted && t.round.ReviewDue(t.unix))
}

func phaseOf(s consent.State, contested, due bool) ui.Phase {
	switch {
	case contested && s.Open():
		return ui.Contested
	case due:
		return ui.ReviewDue
	}
	return phases[s]
}

var stances = [...]ui.Seat{
	consent.Consent: ui.Consent, consent.Concern: ui.Concern, consent.StandAside: ui.Aside,
	consent.Object: ui.Objection, consent.Recused: ui.Recused, consent.NeedTime: ui.NeedTime,
}

func seatOf(s consent.Seat) ui.Seat {
	switch {
	case s.Gone:
		return ui.Left
	case s.Objecting:
		return ui.Objection
	case s.Hidden:
		return ui.Spoke
	case s.Stale:
		return ui.Stale
	}
	return stances[s.Stance]
}

// places are the seats of the ring, the viewer's own first.
func (t *table) places() []ui.Place {
	voices := t.voices()
	out := make([]ui.Place, len(voices))
	for i, v := range voices {
		out[i] = v.Place
	}
	return out
}

// near turns a ring so that the viewer's seat comes first.
func near(places []ui.Place) []ui.Place {
	return from(places, slices.IndexFunc(places, func(p ui.Place) bool { return p.You }))
}

// from turns a ring so that the seat with that number comes first, if there is one.
func from[T any](ring []T, i int) []T {
	i = max(0, i)
	return append(slices.Clone(ring[i:]), ring[:i]...)
}

// voices are the seats and what was said there. Two may have one name, so each
// seat is written down with its own words.
func (t *table) voices() []ui.Voice {
	seats := t.round.Seats(t.at, t.me())
	out := make([]ui.Voice, len(seats))
	for i, s := range seats {
		out[i] = ui.Voice{Why: s.Reason, Place: ui.Place{Name: t.people.Name(s.Member), Seat: seatOf(s), You: s.Member == t.me(),
			Asks: s.Member == t.round.Proposer, Relayed: t.people.Name(s.Relayed)}}
	}
	return from(out, slices.IndexFunc(out, func(v ui.Voice) bool { return v.You }))
}

func (t *table) awaited() []ui.Awaited {
	var out []ui.Awaited
	for _, m := range t.round.Awaited(t.at) {
		a := ui.Awaited{Name: t.people.Name(m), You: m == t.me()}
		if own, ok := t.round.VoiceOf(m); ok && own.Stance == consent.NeedTime && !t.round.Stale(own) {
			if end, known := t.round.Deadline(); known {
				a.Until = t.lang.Moment(at(end), t.date)
			}
		}
		out = append(out, a)
	}
	return out
}

func (t *table) speech(m op.Member, words string, when uint64) ui.Speech {
	s := ui.Speech{Text: words, By: t.people.Name(m)}
	if when > 0 {
		s.Details = []string{t.lang.On(at(when), t.date)}
	}
	return s
}

var lenses = []struct {
	bit  consent.Lens
	lens ui.Lens
	name string // as a form sends it
}{{consent.Ineffective, ui.Driver, "driver"}, {consent.Harmful, ui.Harm, "harm"}, {consent.Improvable, ui.Better, "better"}}

func (t *table) objections() []ui.ObjectionView {
	var out []ui.ObjectionView
	for _, x := range t.round.Objections {
		out = append(out, t.objection(x))
	}
	return out
}

func (t *table) objection(x consent.Objection) ui.ObjectionView {
	o := ui.ObjectionView{ID: x.Ref.String(), By: t.people.Name(x.Owner), Mine: x.Owner == t.me(), Text: x.Argument,
		Standing: x.Fate == consent.FateOpen, Gone: !t.people.IsActive(x.Owner), Relayed: t.people.Name(x.Relayed), Outcome: t.fate(x.Fate)}
	if x.Time > 0 {
		o.When = t.lang.On(at(x.Time), t.date)
	}
	for _, l := range lenses {
		if x.Lenses&l.bit != 0 {
			o.About = append(o.About, l.lens)
		}
	}
	for _, n := range x.Notes {
		s := t.speech(n.Member, n.Words, n.Time)
		s.Answer = !n.Ask
		o.Thread = append(o.Thread, s)
	}
	return o
}

func (t *table) fate(f consent.Fate) string {
	switch f {
	case consent.FateConcern:
		return t.lang.T("It stays as a concern.")
	case consent.FateWithdrawn:
		return t.lang.T("It was taken back.")
	case consent.FateIntegrated:
		return t.lang.T("A new text answered it.")
	}
	return ""
}

func (t *table) questions() []ui.Question {
	var out []ui.Question
	for _, q := range t.round.Talks {
		if q.Kind != consent.KindAsk {
			continue
		}
		question := ui.Question{ID: q.Ref.String(), Speech: t.speech(q.Member, q.Words, q.Time)}
		for _, a := range t.round.Talks {
			if a.Kind == consent.KindAnswer && a.To == q.Ref {
				s := t.speech(a.Member, a.Words, a.Time)
				s.Answer = true
				question.Answers = append(question.Answers, s)
			}
		}
		out = append(out, question)
	}
	return out
}

func (t *table) reactions() []ui.Speech {
	var out []ui.Speech
	for _, x := range t.round.Talks {
		if x.Kind == consent.KindReact {
			out = append(out, t.speech(x.Member, x.Words, x.Time))
		}
	}
	return out
}

// worries are the concerns that stand beside the text, those given with a
// voice and those that objections became.
func (t *table) worries() []ui.Speech {
	var out []ui.Speech
	if !t.round.Revealed(t.at) {
		return nil
	}
	for _, x := range t.round.Voices {
		if x.Stance == consent.Concern && !t.round.Stale(x) {
			out = append(out, t.speech(x.Member, x.Reason, x.Time))
		}
	}
	for _, x := range t.round.Objections {
		own, _ := t.round.VoiceOf(x.Owner)
		said := own.Stance == consent.Concern && !t.round.Stale(own) && own.Reason == x.Argument
		if x.Fate == consent.FateConcern && !said {
			out = append(out, t.speech(x.Owner, x.Argument, x.Time))
		}
	}
	return out
}

func (t *table) text(x consent.Text) ui.Text {
	out := ui.Text{Why: x.Why, What: x.What, Who: x.Who, Criteria: strings.Join(x.Criteria, "\n"), Effort: x.Effort,
		Review: t.day(x.ReviewOn), Expires: t.day(x.ExpiresOn)}
	if x.Effect != nil {
		out.Effects = t.effect(*x.Effect)
	}
	return out
}

// ending is what somebody said when they took it back or laid it aside.
func (t *table) ending() string {
	if t.round.State.Open() || t.round.InForce() || len(t.round.Events) == 0 {
		return ""
	}
	last := t.round.Talks
	for _, x := range slices.Backward(last) {
		if (x.Kind == consent.KindWithdraw || x.Kind == consent.KindTable) && x.Words != "" {
			return x.Words
		}
	}
	return ""
}
