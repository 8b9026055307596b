package main

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/export"
)

// What the demo cell decided and wrote down is the same wherever it is filled on one
// day, and enough to look around in. Keys are new each time, and whose turn it is is
// drawn from them.
func TestTheDemoCellIsTheSameWhereverItIsFilled(t *testing.T) {
	one, entries := demoLife(t)
	another, _ := demoLife(t)
	if strings.Join(one, "\n") != strings.Join(another, "\n") {
		t.Errorf("two demo cells of one day differ:\n%s\n\n%s", strings.Join(one, "\n"), strings.Join(another, "\n"))
	}
	if rounds := len(one) - 1; rounds < 30 || entries < 200 {
		t.Errorf("the demo holds %d rounds and %d entries of the ledger", rounds, entries)
	}
}

// demoHouse is a house with the demo cell in it.
func demoHouse(t *testing.T) *house {
	t.Helper()
	h, err := openHouse(config{dir: t.TempDir(), demo: true, clock: "1795000000"}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.close() })
	if err := fillDemo(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	return h
}

// demoLife fills a demo cell and returns a line for each of its rounds, and its books
// without their references; and how many entries those have.
func demoLife(t *testing.T) (life []string, entries uint64) {
	t.Helper()
	h := demoHouse(t)
	state := h.log.State()
	name := cell.PeopleOf(state).Name
	list, _ := state.Value(consent.KeyRounds).(*consent.Rounds)
	for _, s := range append(list.Live(), list.Settled(0, 1000)...) {
		life = append(life, fmt.Sprint(s.Title, s.Class, s.State, s.Contested, s.Decided, " by ", name(s.Proposer)))
	}
	for _, u := range ledger.Totals(state.Now()) {
		entries += u.Transactions
	}
	books := &strings.Builder{}
	ops, failed := h.log.Lawful()
	if err := export.CSV(books, ops, name); err != nil || failed() != nil {
		t.Fatal(err, failed())
	}
	return append(life, regexp.MustCompile(`\b[0-9a-z]{13}-[0-9]+\b`).ReplaceAllString(books.String(), "ref")), entries
}
