package ui

// TurnsView is whose turn it is to look after the rounds, and whose is next.
type TurnsView struct {
	Holder     string // has the turn, or had it last; empty for nobody
	Mine       bool   // it is the viewer's
	Over       bool   // its time is up, and nobody has taken the next one
	Until      string // when it ends, in a sentence
	Next       string // whose turn comes next; empty: everybody said no
	NextIsMe   bool
	Rows       []Row  // the members in the order of their turns
	BeginURL   string // POST: the viewer takes the next turn; empty for not yet
	DeclineURL string // POST: not this time; empty for not theirs
	EndURL     string // POST: hands it back; empty for not theirs
}
