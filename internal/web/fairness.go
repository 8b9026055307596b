package web

import (
	"sort"
	"strings"

	"celld/internal/cell"
	"celld/internal/cell/rota"
	"celld/internal/op"
	"celld/ui"
)

const (
	aDay    = 24 * 60 * 60
	quarter = 91 * aDay
)

// fairness is who served how long in the last three months or, where nobody
// knows the date, who had how many turns since the beginning; nil before
// anybody had one.
func (v *visit) fairness() *ui.EvenView {
	if v.rota() == nil {
		return nil
	}
	now, trusted := v.clocked()
	view := &ui.EvenView{Since: v.lang.T("The last three months.")}
	of := v.lastQuarter
	if !trusted {
		view.Since = v.lang.T("All turns since the beginning, since this router does not know the date.")
		of = v.allTurns
	}
	who := cell.PeopleOf(v.state)
	turns := map[op.Member][]ui.ShareTurn{}
	for _, r := range rota.Roles {
		of(turns, r, now)
	}
	counts := []int{}
	for _, m := range who.Active() {
		s := ui.Share{Name: who.Name(m), URL: "/people/" + m.String(), Turns: turns[m]}
		rounds := 0
		for _, t := range s.Turns {
			s.Largest += t.Days
			if t.Rounds {
				rounds++
			}
		}
		s.Words = v.lang.T("none")
		if n := len(s.Turns); n > 0 {
			s.Words = whole(v.lang.N("one turn", "{1} turns", n))
			if trusted {
				s.Words = v.lang.T("{1}, {2}", s.Words, whole(v.lang.N("one day", "{1} days", s.Largest)))
			}
		}
		counts, view.Shares = append(counts, rounds), append(view.Shares, s)
	}
	view.Even = v.evenness(counts)
	longestFirst(view.Shares)
	return view
}

// whole keeps a figure and its word on one line.
func whole(words string) string { return strings.ReplaceAll(words, " ", "\u00a0") }

// longestFirst orders shares, and draws all to the scale of the first.
func longestFirst(shares []ui.Share) {
	sort.SliceStable(shares, func(i, j int) bool { return shares[i].Largest > shares[j].Largest })
	for i := range shares {
		shares[i].Largest = shares[0].Largest
	}
}

// lastQuarter adds the turns of a role in the last three months, in days.
func (v *visit) lastQuarter(turns map[op.Member][]ui.ShareTurn, r rota.Role, now uint64) {
	for _, s := range v.rota().Post(r).Since(max(now, quarter)-quarter, now) {
		days := int((s.To - s.From + aDay/2) / aDay)
		turns[s.Member] = append(turns[s.Member], ui.ShareTurn{Days: days, Rounds: r == rota.Facilitator})
	}
}

// allTurns adds every turn that a role ever had, each as long as another.
func (v *visit) allTurns(turns map[op.Member][]ui.ShareTurn, r rota.Role, _ uint64) {
	for _, s := range v.rota().Post(r).Served {
		for range min(s.Terms, 200) {
			turns[s.Member] = append(turns[s.Member], ui.ShareTurn{Days: 1, Rounds: r == rota.Facilitator})
		}
	}
}

// evenness says how far most and fewest turns at the rounds lie apart: that is
// what goes round often enough to tell.
func (v *visit) evenness(counts []int) string {
	if len(counts) < 2 {
		return ""
	}
	sort.Ints(counts)
	switch most := counts[len(counts)-1]; most - counts[0] {
	case 0, 1:
		if most == 0 {
			return ""
		}
		return v.lang.T("Even: at looking after the rounds nobody had more than one turn more than another.")
	default:
		return v.lang.T("At looking after the rounds, {1} turns lie between the most and the fewest.", v.lang.Number(most-counts[0]))
	}
}
