package ui

// ChoosingView is how something that goes round is given by reasons this time.
type ChoosingView struct {
	Title string
	Under bool   // it was begun
	Words string // what it is there for now
	By    string
	Form  Form
	Named string // how many have named somebody
	Shown bool   // all see whom each named
	Rows  []Nominated
	Who   []Choice // who can be named
	Names bool     // the viewer has a voice in it now
	Among []Choice // who can be proposed; empty for who does not lead it
	Round Link     // about whom it is proposed

	ShowURL, ProposeURL, CloseURL string // POST; empty for not the viewer's
}

// Nominated is whom somebody named.
type Nominated struct {
	By, Who, Why string
	Before       string // whom before they heard the others' reasons
}

// said is a nomination as people's words stand everywhere.
func (n Nominated) said(p Page) Speech {
	s := Speech{Text: n.Why, By: p.T("{1} names {2}", n.By, n.Who)}
	if n.Why == "" {
		s.Text = n.Who
	}
	if n.Before != "" {
		s.Details = []string{p.T("before that {1}", n.Before)}
	}
	return s
}
