package cell_test

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"testing"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

var update = flag.Bool("update", false, "write the vectors anew")

const vectorFile = "../../docs/vectors/histories.json"

// history is a vector: what one router heard, in an order in which it could,
// and what it has to come to.
type history struct {
	Name       string            `json:"name"`
	About      string            `json:"about"`
	Cell       string            `json:"cell"`
	Secret     string            `json:"epoch_secret"`
	Operations []string          `json:"operations"`
	Refused    map[string]string `json:"refused"` // place: reason
	Digest     string            `json:"digest"`
}

// stories are the histories of the vectors. Each leaves its routers apart; the
// vector holds what they know together.
var stories = []struct {
	name, about string
	tell        func(*testing.T) *world
}{
	{"founding", "A cell of three on one router; names; a second name for the cell is refused.", tellFounding},
	{"contested", "On one router the last voice adopts, on another somebody objects at the same time: contested in every order.", tellContested},
	{"overdrawn", "Two routers let one member receive, each within the limit, together beyond it: both stand, a further one is refused.", tellOverdrawn},
	{"removed", "A member is removed on one router and goes on writing on another: what lies behind the closed head is void.", tellRemoved},
	{"forked", "A device signs two histories; the proof freezes its log where others had covered it.", tellForked},
	{"moved", "Routers say where they can be reached; one moves while it is let go: what lies behind the closed head is void.", tellMoved},
	{"merged", "Two write on one page at two routers, somebody puts both together; on an old version one writes only beside the page.", tellMerged},
	{"forked-page", "A page of another cell is kept as it came; ours goes on from it and takes in words of two cells.", tellForkedPage},
	{"taken-out", "A text is taken out by a second yes, whatever no is said meanwhile, another when three days are over.", tellTakenOut},
	{"thinned", "Of a day that is long past one version of a page is enough.", tellThinned},
	{"rebound", "A member gets new keys: not before 72 hours; a device that the new one lets in stands, what the old device wrote elsewhere is void.", tellRebound},
	{"called-off", "A meeting and an empty bucket are called off, a project is closed, joined by nobody and goes on again, a pledge given in part is put on a day.", tellCalledOff},
}

func tellFounding(t *testing.T) *world {
	w := newWorld(t, 3, 1)
	x, a := w.replica[0], w.members[0]
	x.must(a.id, op.Draft{Kind: people.KindCell, Content: people.CellName{Name: "Mill Lane"}})
	x.write(w.members[1].id, op.Draft{Kind: people.KindCell, Content: people.CellName{Name: "Other"}})
	return w
}

func tellContested(t *testing.T) *world {
	w, here, there, round := apart(t)
	text := here.round(round).Current
	here.must(w.members[2].id, op.Draft{Kind: consent.KindSpeak, Subject: round, Content: &consent.Speak{Text: text, Stance: consent.Consent}})
	here.must(w.members[0].id, op.Draft{Kind: consent.KindAdopt, Subject: round, Content: &consent.Adopt{Text: text}})
	there.must(w.members[1].id, op.Draft{Kind: consent.KindSpeak, Subject: round,
		Content: &consent.Speak{Text: text, Stance: consent.Object, Reason: "The pram does not get past.", Lenses: consent.Harmful}})
	return w
}

func tellOverdrawn(t *testing.T) *world {
	w := newWorld(t, 3, 2)
	a, b := w.members[0], w.members[1]
	bill := func(x *replica, amount ledger.Amount) op.Opened {
		return x.write(b.id, op.Draft{Kind: ledger.KindPropose, Content: ledger.Transfer{
			Unit: ledger.Minutes, From: ledger.MemberAccount(a.id), To: ledger.MemberAccount(b.id), Amount: amount, Note: "Help"}})
	}
	for _, x := range w.replica {
		x.must(a.id, op.Draft{Kind: ledger.KindSign, Subject: bill(x, 500).Ref})
	}
	w.settle()
	bill(w.replica[0], 1)
	return w
}

func tellRemoved(t *testing.T) *world {
	w := newWorld(t, 3, 2)
	here, there := w.replica[0], w.replica[1]
	act := trust.Act{Verb: trust.Remove, Member: w.members[2].id}
	for _, m := range w.members[:2] {
		here.must(m.id, op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}})
	}
	here.must(w.members[0].id, op.Draft{Kind: trust.KindAct, Content: act})
	there.must(w.members[2].id, op.Draft{Kind: people.KindAway})
	return w
}

// tellForked lets a device sign twice for one place, as a restored backup does.
func tellForked(t *testing.T) *world {
	w := newWorld(t, 3, 1)
	x, b := w.replica[0], w.members[1]
	first := x.must(b.id, op.Draft{Kind: people.KindAway})
	x.must(w.members[0].id, op.Draft{Kind: people.KindAway}) // covers the first
	x.must(b.id, op.Draft{Kind: people.KindBack})            // nobody covers this
	twin := w.all[first.Ref].Header
	twin.Time++
	other, err := op.Sign(twin, w.all[first.Ref].Payload, op.Key(x.devices[b.id]))
	if err != nil {
		t.Fatal(err)
	}
	x.must(w.members[0].id, op.Draft{Kind: trust.KindFork, Content: trust.Fork{A: half(w.all[first.Ref]), B: half(other)}})
	return w
}

func half(o op.Operation) trust.Half {
	header, sig := o.Signed()
	return trust.Half{Header: header, Signature: sig}
}

// vector writes down what a world's routers know together.
func (w *world) vector(name, about string) history {
	w.settle()
	x := w.replica[0]
	h := history{Name: name, About: about, Cell: w.id.String(), Secret: hex.EncodeToString(w.secret[:]), Refused: map[string]string{}}
	for _, o := range x.held {
		h.Operations = append(h.Operations, hex.EncodeToString(o.Encode()))
		if why := x.state.Refused(o.Ref()); why != nil {
			h.Refused[o.Ref().String()] = why.Error()
		}
	}
	digest := x.state.Digest()
	h.Digest = hex.EncodeToString(digest[:])
	return h
}

func TestHistoriesComeToTheirDigests(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	b, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var all []history
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != len(stories) {
		t.Errorf("%d histories for %d stories", len(all), len(stories))
	}
	for i, h := range all {
		t.Run(h.Name, func(t *testing.T) { h.check(t, stories[i].tell(t)) })
	}
}

func writeVectors(t *testing.T) {
	var all []history
	for _, s := range stories {
		all = append(all, s.tell(t).vector(s.name, s.about))
	}
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(vectorFile, append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// check hears a history from its bytes alone, forwards and in another order.
func (h history) check(t *testing.T, w *world) {
	var ops []op.Operation
	for _, s := range h.Operations {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		o, err := op.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, o)
	}
	for name, pick := range map[string]func(int) int{"as told": func(int) int { return 0 }, "from the end": func(n int) int { return n - 1 }} {
		x := w.retold(ops, pick)
		digest := x.state.Digest()
		if got := hex.EncodeToString(digest[:]); got != h.Digest {
			t.Errorf("%s: digest %s, want %s", name, got, h.Digest)
		}
		h.refusals(t, x)
	}
	bare := w.listener()
	bare.drops = true
	for _, o := range ops {
		bare.take(o)
	}
	if digest := bare.state.Settle().Digest(); hex.EncodeToString(digest[:]) != h.Digest {
		t.Errorf("without what may go: digest %x, want %s", digest, h.Digest)
	}
}

func (h history) refusals(t *testing.T, x *replica) {
	got := 0
	for ref := range x.ops {
		if why := x.state.Refused(ref); why != nil {
			got++
			if h.Refused[ref.String()] != why.Error() {
				t.Errorf("%v: refused as %q, want %q", ref, why, h.Refused[ref.String()])
			}
		}
	}
	if got != len(h.Refused) {
		t.Errorf("%d refused, want %d: %v", got, len(h.Refused), h.Refused)
	}
}
