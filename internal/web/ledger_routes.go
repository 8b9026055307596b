package web

// upload is a request that carries a file, and how large it may be.
type upload struct {
	route string
	most  int64
}

// uploads are all of them.
var uploads = []upload{
	{"POST /ledger/expense/new", pictureUpload},
	{"POST /ledger/import", importUpload},
	{carryRoute, carryUpload},

	{"POST /commons/new", pageForm},
	{"POST /commons/bring", bringForm},
	{"POST /commons/p/{page}/edit", pageForm},
	{"POST /commons/p/{page}/theirs", pageForm},

	{"POST /commons/p/{page}/picture", pictureUpload},
}

// ledgerRoutes lists every address of the ledger; package ui says what each
// is for.
func ledgerRoutes() []Route {
	return []Route{
		{"GET", "/ledger", Member, onBooks((*books).ledger)},
		{"GET", "/ledger/pay", Member, onBooks((*books).pay)},
		{"POST", "/ledger/pay", Member, onBooks((*books).paid)},
		{"GET", "/ledger/t/{ref}", Member, onTransfer((*transfer).show)},
		{"POST", "/ledger/t/{ref}/yes", Member, onTransfer((*transfer).yes)},
		{"POST", "/ledger/t/{ref}/no", Member, onTransfer((*transfer).no)},
		{"POST", "/ledger/t/{ref}/back", Member, onTransfer((*transfer).back)},
		{"POST", "/ledger/t/{ref}/right", Member, onTransfer((*transfer).right)},
		{"GET", "/ledger/account/{unit}/{account}", Member, onBooks((*books).statement)},
		{"GET", "/ledger/tin", Member, onTill((*till).show)},
		{"POST", "/ledger/tin/in", Member, onTill((*till).put)},
		{"POST", "/ledger/tin/count", Member, onTill((*till).count)},
		{"POST", "/ledger/tin/count/{ref}", Member, onTill((*till).same)},
		{"GET", "/ledger/carry/{ref}", Member, onBooks((*books).carryPage)},
		{"POST", "/ledger/carry/{ref}", Member, onBooks((*books).carry)},
		{"GET", "/ledger/expense/new", Member, onAsking((*asking).show)},
		{"POST", "/ledger/expense/new", Member, onAsking((*asking).ask)},
		{"GET", "/ledger/expense/{ref}", Member, onExpense((*expense).show)},
		{"GET", "/ledger/expense/{ref}/picture", Member, onExpense((*expense).picture)},
		{"POST", "/ledger/expense/{ref}/yes", Member, onExpense((*expense).yes)},
		{"POST", "/ledger/expense/{ref}/no", Member, onExpense((*expense).no)},
		{"POST", "/ledger/expense/{ref}/back", Member, onExpense((*expense).takeBack)},
		{"POST", "/ledger/expense/{ref}/pay", Member, onExpense((*expense).pay)},
		{"POST", "/ledger/expense/{ref}/checked", Member, onExpense((*expense).checked)},
		{"POST", "/ledger/expense/{ref}/round", Member, onExpense((*expense).bring)},
		{"GET", "/ledger/pledges", Member, onBooks((*books).pledges)},
		{"GET", "/ledger/pledge/new", Member, onBooks((*books).newPledge)},
		{"POST", "/ledger/pledge/new", Member, onBooks((*books).pledged)},
		{"GET", "/ledger/pledge/{ref}", Member, onPledge((*promise).show)},
		{"POST", "/ledger/pledge/{ref}/yes", Member, onPledge((*promise).yes)},
		{"POST", "/ledger/pledge/{ref}/day", Member, onPledge((*promise).day)},
		{"POST", "/ledger/pledge/{ref}/done", Member, onPledge((*promise).kept)},
		{"POST", "/ledger/pledge/{ref}/part", Member, onPledge((*promise).part)},
		{"POST", "/ledger/pledge/{ref}/over", Member, onPledge((*promise).over)},
		{"POST", "/ledger/pledge/{ref}/back", Member, onPledge((*promise).takeBack)},
		{"GET", "/ledger/buckets", Member, onBooks((*books).buckets)},
		{"GET", "/ledger/bucket/new", Member, onBooks((*books).newBucket)},
		{"POST", "/ledger/bucket/new", Member, onBooks((*books).opened)},
		{"GET", "/ledger/bucket/{ref}", Member, onBucket((*bucket).show)},
		{"POST", "/ledger/bucket/{ref}/in", Member, onBucket((*bucket).put)},
		{"POST", "/ledger/bucket/{ref}/out", Member, onBucket((*bucket).take)},
		{"POST", "/ledger/bucket/{ref}/keep", Member, onBucket((*bucket).keep)},
		{"POST", "/ledger/bucket/{ref}/cancel", Member, onBucket((*bucket).cancel)},
		{"GET", "/ledger/goods", Member, onBooks((*books).goodsPage)},
		{"POST", "/ledger/goods", Member, onBooks((*books).moveGoods)},
		{"POST", "/ledger/goods/new", Member, onBooks((*books).nameGood)},
		{"GET", "/ledger/close", Member, onBooks((*books).closePage)},
		{"POST", "/ledger/close", Member, onBooks((*books).closeMonth)},
		{"GET", "/ledger/close/{month}/sheet", Member, onBooks((*books).closeSheet)},
		{"GET", "/ledger/import", Member, atDesk((*importing).begin)},
		{"POST", "/ledger/import", Member, atDesk((*importing).step)},
		{"GET", "/ledger/import/{ref}", Member, onImport((*imported).show)},
		{"POST", "/ledger/import/{ref}/yes", Member, onImport((*imported).yes)},
		{"POST", "/ledger/import/{ref}/back", Member, onImport((*imported).back)},
		{"GET", "/ledger/export", Member, onBooks((*books).exportPage)},
		{"GET", "/ledger/export.journal", Member, onBooks(hledger.download)},
		{"GET", "/ledger/export.beancount", Member, onBooks(beancount.download)},
		{"GET", "/ledger/export.csv", Member, onBooks(csvTable.download)},
		{"GET", "/ledger/rules", Member, onBooks((*books).rulesPage)},
		{"GET", "/ledger/rules/new", Member, onChange((*change).show)},
		{"POST", "/ledger/rules/new", Member, onChange((*change).propose)},
		{"GET", "/ledger/leaving", Member, onLeaving((*leaving).show)},
		{"POST", "/ledger/leaving", Member, onLeaving((*leaving).settle)},
	}
}
