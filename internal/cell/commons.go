package cell

import (
	"celld/internal/cell/commons"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// Erased lists the operations whose payload the cell has decided to take out.
func (s *State) Erased() []op.Ref { return commons.Erased(s.Now()) }

// Agreed is an agreement in force, as a page that nobody can edit (W1).
type Agreed struct {
	*consent.Round
	Decided uint64 // 0: nobody knew the date
}

// AgreementsInForce are the agreements among n settled rounds, the newest first,
// after skip of them.
func AgreementsInForce(s *State, skip, n int) (out []Agreed) {
	list, _ := s.Value(consent.KeyRounds).(*consent.Rounds)
	for _, x := range list.Settled(skip, n) {
		if x.Class != consent.Agreement || x.State != consent.InForce {
			continue
		}
		if r, _ := s.Value(consent.Key(x.Ref)).(*consent.Round); r != nil {
			out = append(out, Agreed{r, x.Decided})
		}
	}
	return out
}

// Page is the text of an agreement in the words of those who made it, as pages
// are written: what, then why, then how it is known to work.
func (a Agreed) Page() string {
	t := a.Text()
	page := "# " + t.Heading() + "\n\n" + t.What + "\n\n> " + t.Why
	if t.Who != "" {
		page += "\n\n" + t.Who
	}
	for i, c := range t.Criteria {
		if i == 0 {
			page += "\n"
		}
		page += "\n- " + c
	}
	if t.ReviewOn != 0 {
		page += "\n\n" + ledger.DayOf(t.ReviewOn).String()
	}
	return page + "\n"
}
