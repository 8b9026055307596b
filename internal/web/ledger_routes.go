package web

// ledgerRoutes lists every address of the ledger; package ui says what each
// is for.
func ledgerRoutes() []Route {
	return []Route{
		{Method: "GET", Pattern: "/ledger", Who: Member, serve: onBooks((*books).ledger)},
		{Method: "GET", Pattern: "/ledger/pay", Who: Member, serve: onBooks((*books).pay)},
		{Method: "POST", Pattern: "/ledger/pay", Who: Member, serve: onBooks((*books).paid)},
		{Method: "GET", Pattern: "/ledger/t/{ref}", Who: Member, serve: onTransfer((*transfer).show)},
		{Method: "POST", Pattern: "/ledger/t/{ref}/yes", Who: Member, serve: onTransfer((*transfer).yes)},
		{Method: "POST", Pattern: "/ledger/t/{ref}/no", Who: Member, serve: onTransfer((*transfer).no)},
		{Method: "POST", Pattern: "/ledger/t/{ref}/back", Who: Member, serve: onTransfer((*transfer).back)},
		{Method: "POST", Pattern: "/ledger/t/{ref}/right", Who: Member, serve: onTransfer((*transfer).right)},
		{Method: "GET", Pattern: "/ledger/account/{unit}/{account}", Who: Member, serve: onBooks((*books).statement)},
	}
}
