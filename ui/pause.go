package ui

// PauseView is what was done at once against a danger, and the form to do it.
type PauseView struct {
	Form     Form
	Accounts []Choice
	Now      []PauseRow
	WiFi     string // what else can be done at once, by hand
}

// FieldAccount is an account of the books.
const FieldAccount = "account"

// PauseRow is one account that nothing goes from.
type PauseRow struct {
	Account, Text, Why, By      string
	TellURL, ConfirmURL, EndURL string // POST; empty: not for who looks
}
