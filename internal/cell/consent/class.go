package consent

// Class says how much agreement a round needs (rule C7).
type Class uint8

// The classes, from light to grave.
const (
	Routine Class = iota + 1
	Standard
	Agreement  // rules, ledger limits, links, retention
	Membership // joining and removal
)

const day = 24 * 60 * 60

// Limits are the thresholds of a round. They are copied into it at its
// opening, so that a program with other habits folds old rounds alike.
type Limits struct {
	_       struct{} `cbor:",toarray"`
	Quorum  uint64   // voices that must be heard
	Asides  uint64   // so many stand-asides send the text back to amending
	Minimum uint64   // seconds that it stays open unless everybody has spoken
}

// LimitsOf returns the thresholds of a class for n eligible members.
func LimitsOf(c Class, n int) Limits {
	m := uint64(max(n, 0))
	l := Limits{Asides: share(m, 1, 3)}
	switch c {
	case Routine:
		l.Quorum, l.Minimum = share(m, 1, 2), 1*day
	case Standard:
		l.Quorum, l.Minimum = share(m, 3, 4), 3*day
	case Agreement:
		l.Quorum, l.Minimum = m, 5*day
	case Membership:
		l.Quorum, l.Minimum = m, 7*day
	}
	return l
}

// share is the ceiling of n*a/b.
func share(n, a, b uint64) uint64 { return (n*a + b - 1) / b }

func (c Class) known() bool { return c >= Routine && c <= Membership }

// plain reports whether a round of this class may begin plain (rule C13).
func (c Class) plain() bool { return c == Routine || c == Standard }

func (c Class) String() string {
	return name(int(c), "none", "routine", "standard", "agreement", "membership")
}

// name picks the name of a small enumerated value.
func name(i int, names ...string) string {
	if i < 0 || i >= len(names) {
		return "unknown"
	}
	return names[i]
}
