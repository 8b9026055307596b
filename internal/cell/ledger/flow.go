package ledger

import (
	"slices"
	"strings"

	"celld/internal/op"
)

// How the tin of a currency went is told by month and by what it went to. All of
// that stands in the operations on its account; so that no page has to read them
// again it is folded beside them, as a subject that is no part of the digest: who
// keeps none has the same state.

// Flow is the value of FlowKey.
type Flow struct {
	Months  []MonthFlow `cbor:"1,keyasint,omitempty"` // the newest in which something happened; Left is not told
	Moves   []Movement  `cbor:"2,keyasint,omitempty"` // the newest, in the order in which they were posted
	Count   uint64      `cbor:"3,keyasint,omitempty"` // how many there ever were
	Waiting []Waits     `cbor:"4,keyasint,omitempty"`
	Asked   []Words     `cbor:"5,keyasint,omitempty"` // what the newest requests were for
}

// Movement is one movement.
type Movement struct {
	_       struct{} `cbor:",toarray"`
	Amount  Amount   // what the tin gained, with a minus what it lost
	Words   string   // what people wrote
	Project Account  // of a project, or of what is put aside: where it came from or went
	Pledged bool     // it kept a promise
	Asked   op.Ref   // the request in which its words stand, where they are too old to be here
}

// Waits is what would move if a second person says yes.
type Waits struct {
	Ref    op.Ref      `cbor:"1,keyasint"`
	Moves  []Movement  `cbor:"2,keyasint"`
	Count  uint64      `cbor:"3,keyasint"`
	Months []MonthFlow `cbor:"4,keyasint,omitempty"` // of a notebook; else it counts in the month of the yes
}

// Words are what a request was for.
type Words struct {
	_    struct{} `cbor:",toarray"`
	Ref  op.Ref
	Text string
}

// How much of it is kept. They are variables so that the laws can be tried on
// short histories, too.
var (
	flowMonths = 12
	flowMoves  = 200
	flowAsked  = 64
)

// FlowKey returns the key of how the tin went in a currency.
func FlowKey(u Unit) string { return prefixFlow + string(u) }

// Derived reports whether the subject at key only says again, for pages, what
// others hold: it is no part of the digest.
func Derived(key string) bool { return strings.HasPrefix(key, prefixFlow) }

// MarshalState implements Value.
func (f Flow) MarshalState() []byte { return op.MustMarshal(f) }

// flows returns the keys of the flows that o changes, by the keys of all else.
func flows(o op.Opened, keys []string) (out []string) {
	for _, key := range keys {
		unit, account, _ := strings.Cut(strings.TrimPrefix(key, prefixAcct), "/")
		if strings.HasPrefix(key, prefixAcct) && Account(account) == Tin && Unit(unit).Class() == ClassCash {
			out = append(out, FlowKey(Unit(unit)))
		}
	}
	if r, _ := read[Request](o); o.Kind == KindRequest && r.From == Tin && r.Unit.Class() == ClassCash {
		out = append(out, FlowKey(r.Unit))
	}
	return out
}

// apply folds o into how the tin went in u.
func (f Flow) apply(u Unit, o op.Opened) Flow {
	switch o.Kind {
	case KindRequest:
		r, _ := read[Request](o)
		f.Asked = newestOf(f.Asked, flowAsked, Words{Ref: o.Ref, Text: r.Purpose})
		return f
	case KindSign, KindConfirm:
		return f.end(o, true)
	case KindErase, KindRefuse, KindExpire, KindDrop:
		return f.end(o, false)
	}
	var j Journal
	for _, t := range j.Read(o) {
		if m, ok := f.move(u, t); ok {
			f = f.post(Waits{Moves: []Movement{m}, Count: 1}, t.On().Month())
		}
	}
	return f.wait(u, o.Ref, j.waiting[o.Ref])
}

// move is what a posting moves in the tin, if it does.
func (f Flow) move(u Unit, t Txn) (m Movement, ok bool) {
	sum, legs := t.Entries.For(Tin)
	if legs == 0 || t.Entries.Unit() != u {
		return m, false
	}
	m = Movement{Amount: sum, Words: t.Note, Pledged: sum > 0 && t.Kind == KindPropose && !t.Thing.IsZero()}
	for l := range t.Entries.Legs() {
		if l.Account.Place() == OfProject {
			m.Project, m.Words = l.Account, ""
			return m, true
		}
	}
	if t.Kind == KindPay && m.Words == "" {
		m.Asked = t.Thing
		if i := slices.IndexFunc(f.Asked, func(w Words) bool { return w.Ref == t.Thing }); i >= 0 {
			m.Words, m.Asked = f.Asked[i].Text, op.Ref{}
		}
	}
	return m, true
}

// wait remembers what began to wait. Of a notebook, the days stand in its lines.
func (f Flow) wait(u Unit, ref op.Ref, all []Txn) Flow {
	w := Waits{Ref: ref}
	for _, t := range all {
		m, ok := f.move(u, t)
		if !ok {
			continue
		}
		w.Moves, w.Count = append(w.Moves, m), w.Count+1
		if t.Day != 0 {
			w.Months = inMonth(w.Months, t.Day.Month(), m.Amount)
		}
	}
	if w.Count > 0 {
		w.Moves = newestOf(w.Moves, flowMoves)
		f.Waiting = append(slices.Clone(f.Waiting), w)
	}
	return f
}

// end posts what waited, or lets it go. Of two endings the first counts.
func (f Flow) end(o op.Opened, post bool) Flow {
	i := slices.IndexFunc(f.Waiting, func(w Waits) bool { return w.Ref == o.Subject })
	if i < 0 {
		return f
	}
	w := f.Waiting[i]
	f.Waiting = slices.Delete(slices.Clone(f.Waiting), i, i+1)
	if len(f.Waiting) == 0 {
		f.Waiting = nil
	}
	if !post {
		return f
	}
	return f.post(w, DayOf(o.Time).Month())
}

// post counts movements in the months that they name, or in the one at hand.
func (f Flow) post(w Waits, now Month) Flow {
	f.Moves, f.Count = newestOf(f.Moves, flowMoves, w.Moves...), f.Count+w.Count
	if w.Months == nil {
		for _, m := range w.Moves {
			f.Months = inMonth(f.Months, now, m.Amount)
		}
	}
	for _, m := range w.Months {
		f.Months = inMonth(f.Months, m.Month, m.In)
		f.Months = inMonth(f.Months, m.Month, -m.Out)
	}
	return f
}

// newestOf returns a list with more behind it, as far back as it is kept.
func newestOf[T any](list []T, most int, more ...T) []T {
	all := slices.Concat(list, more)
	return slices.Clip(all[max(0, len(all)-most):])
}

// inMonth returns flows with one more movement. A month that was too old once
// stays so, since those that are newer stay.
func inMonth(flows []MonthFlow, m Month, sum Amount) []MonthFlow {
	i, found := slices.BinarySearchFunc(flows, m, func(f MonthFlow, m Month) int { return int(f.Month) - int(m) })
	flows = slices.Clone(flows)
	if !found {
		flows = op.Insert(flows, i, MonthFlow{Month: m})
	}
	flows[i].add(sum)
	return flows[max(0, len(flows)-flowMonths):]
}
