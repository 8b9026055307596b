package ui

// CalendarView offers an address that a calendar reads.
type CalendarView struct {
	MakeURL string // POST: a new address
	EndURL  string // POST: none any more; empty while there is none
	Address string // the new one; shown once
	QR      QR
}
