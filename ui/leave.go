package ui

// LeaveView is the page on which somebody gives their own seat back.
type LeaveView struct {
	Form     Form
	Balances []Row // what is still open in the books; settled first
}
