package ledger

import (
	"iter"

	"celld/internal/op"
)

// Txn is one completed posting, as people and other programs read it.
type Txn struct {
	Ref     op.Ref   // what began it: the name that everything links to
	Row     int      // of an import, from 1; else 0
	Kind    op.Kind  // what began it
	Place   op.Place // of the operation that completed it
	Time    uint64   // of that operation, as told
	Clock   op.Clock
	Day     Day // the day that people wrote down themselves, of an import; else 0
	Entries Entries
	Note    string
	Of      op.Ref // what it corrects
	Thing   op.Ref // the expense, bucket or count it belongs to
	Makers  []op.Member
}

// Journal reads lawful operations in the one order and tells what they post.
// It is the fold of all accounts at once, for exports and statements, where a
// state cannot be asked because finished transfers keep no words.
// The zero value is ready. A Journal belongs to one reader.
type Journal struct {
	waiting  map[op.Ref][]Txn
	purposes map[op.Ref]string
}

// Read takes the next operation and returns what it completed.
func (j *Journal) Read(o op.Opened) []Txn {
	if j.waiting == nil {
		j.waiting, j.purposes = map[op.Ref][]Txn{}, map[op.Ref]string{}
	}
	switch o.Kind {
	case KindPropose, KindContra:
		t := transferOf(o)
		j.wait(o, Txn{Ref: o.Ref, Kind: o.Kind, Entries: t.entries(), Note: t.Note, Of: t.Of, Thing: t.Pledge})
	case KindImport:
		for i, l := range notebookOf(o).Lines() {
			j.wait(o, Txn{Ref: o.Ref, Row: i, Kind: o.Kind, Day: l.Day, Entries: l.entries(), Note: l.Note})
		}
	case KindSign, KindConfirm:
		return j.complete(o)
	case KindErase, KindRefuse, KindExpire, KindDrop:
		delete(j.waiting, o.Subject)
	case KindRequest:
		r, _ := read[Request](o)
		j.purposes[o.Ref] = r.Purpose
	case KindBucket:
		b, _ := read[Purpose](o)
		j.purposes[o.Ref] = b.Name
	}
	return j.atOnce(o)
}

func (j *Journal) wait(o op.Opened, t Txn) {
	t.Makers = []op.Member{o.Member}
	j.waiting[o.Ref] = append(j.waiting[o.Ref], t)
}

func (j *Journal) complete(o op.Opened) []Txn {
	done := j.waiting[o.Subject]
	delete(j.waiting, o.Subject)
	for i := range done {
		done[i].Place, done[i].Time, done[i].Clock = o.Place, o.Time, o.Clock
		done[i].Makers = append(done[i].Makers, o.Member)
	}
	return done
}

func (j *Journal) atOnce(o op.Opened) (done []Txn) {
	for _, e := range postedAtOnce(o) {
		p, _ := read[Posting](o)
		t := Txn{Ref: o.Ref, Kind: o.Kind, Place: o.Place, Time: o.Time, Clock: o.Clock, Entries: e,
			Note: p.Note, Thing: o.Subject, Makers: []op.Member{o.Member}}
		if t.Note == "" {
			t.Note = j.purposes[o.Subject]
		}
		done = append(done, t)
	}
	return done
}

// Txns yields what lawful operations, given in the one order, complete.
func Txns(ops iter.Seq[op.Opened]) iter.Seq[Txn] {
	return func(yield func(Txn) bool) {
		var j Journal
		for o := range ops {
			for _, t := range j.Read(o) {
				if !yield(t) {
					return
				}
			}
		}
	}
}
