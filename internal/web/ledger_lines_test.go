package web

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"celld/internal/cell/ledger"
)

// apart is some routers that hear each other now and then, and what was begun on
// any of them, by the addresses of its pages.
type apart struct {
	*rand.Rand
	routers []*evening
	names   []string
	begun   map[string][]string
}

// TestLinesAddUpToTheBook: whatever people did who could not hear each other, once
// all routers have met, the lines of each account add up to what the book has on
// it, every unit to nothing, and all routers say the same.
func TestLinesAddUpToTheBook(t *testing.T) {
	for seed := range uint64(12) {
		a := &apart{Rand: rand.New(rand.NewPCG(seed, 2026)), names: []string{"Moss", "Tide", "Kite", "Heron"}, begun: map[string][]string{}}
		e := sit(t, a.names...)
		e.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR")}, a.names...)
		a.routers = []*evening{e, e.apart("Tide"), e.apart("Kite")}
		for range 150 {
			a.step(t)
		}
		for range 2 {
			a.meet()
		}
		lines := 0
		for _, r := range a.routers {
			lines += r.addsUp(seed)
			if r.log.State().Digest() != e.log.State().Digest() {
				t.Fatalf("seed %d: routers that heard the same differ", seed)
			}
		}
		if lines < 30 {
			t.Errorf("seed %d has %d lines, which says little", seed, lines)
		}
	}
}

// step lets somebody do something, or two routers meet.
func (a *apart) step(t *testing.T) {
	r := a.routers[a.IntN(len(a.routers))]
	here := slices.DeleteFunc(slices.Clone(a.names), func(name string) bool { return r.all[name] == nil })
	p := r.all[here[a.IntN(len(here))]]
	some := func(of string) string {
		all := a.begun[of]
		if len(all) == 0 {
			return "/ledger/" + of + "/none"
		}
		return all[a.IntN(len(all))]
	}
	either := func(words ...string) string { return words[a.IntN(len(words))] }
	got := [...]func() answer{
		func() answer {
			return p.post("/ledger/pay", "way", either("gave", "got"), "to", either(a.somebody(), wholeCell), "h", strconv.Itoa(1+a.IntN(3)), "m", "", "for", "Digging")
		},
		func() answer {
			return p.post("/ledger/tin/in?unit=EUR", "amount", strconv.Itoa(5+a.IntN(40)), "for", "Found")
		},
		func() answer { return p.post(some("t") + "/yes") },
		func() answer { return p.post(some("t") + "/yes") },
		func() answer { return p.post(some("t") + either("/back", "/no")) },
		func() answer { return p.post(some("t")+"/right", "why", "It was wrong") },
		func() answer {
			return p.post("/ledger/bucket/new", "name", "A bench", "measure", "0", "target", "2", "cap", "4")
		},
		func() answer { return p.post(some("bucket")+"/in", "put-h", "1", "put-m", "") },
		func() answer { return p.post(some("bucket")+"/out", "taken-h", "1", "taken-m", "") },
		func() answer { return p.post(some("bucket") + either("/keep", "/cancel")) },
		func() answer {
			return p.upload("/ledger/expense/new?unit="+either("EUR", "min"), "picture", nil, "for", "Bus", "amount", "1", "payee", either(string(outside), a.somebody()))
		},
		func() answer { return p.post(some("expense") + "/yes") },
		func() answer { return p.post(some("expense") + "/pay") },
		func() answer {
			r.meets(a.routers[a.IntN(len(a.routers))])
			return answer{}
		},
	}[a.IntN(14)]()
	if got.status >= http.StatusInternalServerError {
		t.Fatalf("%s answers %d: %s", got.url, got.status, got.text())
	}
	if of, ref, ok := strings.Cut(strings.TrimPrefix(got.url, "/ledger/"), "/"); ok && !strings.Contains(ref, "/") && !slices.Contains(a.begun[of], got.url) {
		a.begun[of] = append(a.begun[of], got.url)
	}
}

func (a *apart) somebody() string {
	name := a.names[a.IntN(len(a.names))]
	for _, r := range a.routers {
		if p := r.all[name]; p != nil {
			return p.by.Member.String()
		}
	}
	return ""
}

func (a *apart) meet() {
	for _, r := range a.routers {
		for _, other := range a.routers {
			if other != r {
				r.meets(other)
			}
		}
	}
}

// addsUp compares the lines of every account with the book, and counts them.
func (e *evening) addsUp(seed uint64) (n int) {
	e.Helper()
	b := (&visit{Server: e.server, state: e.log.State()}).books()
	together := map[ledger.Unit]ledger.Amount{}
	for k, h := range ledger.Accounts(b.at) {
		lines, _ := b.lines(ledger.AcctKey(k.Unit, k.Account), k.Unit, k.Account, newest, newest)
		var sum ledger.Amount
		for _, l := range lines {
			sum += l.gain
		}
		if sum != h.Balance {
			e.Errorf("seed %d: the lines of %s in %s add up to %d, and the book says %d", seed, k.Account, k.Unit, sum, h.Balance)
		}
		n, together[k.Unit] = n+len(lines), together[k.Unit]+h.Balance
	}
	for u, sum := range together {
		if sum != 0 {
			e.Errorf("seed %d: %s adds up to %d", seed, u, sum)
		}
	}
	return n
}
