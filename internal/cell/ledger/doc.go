// Package ledger owns the cell's books: what members gave and received in
// hours, credit, cash and goods, what they promised, and what the pool paid.
//
// It is a room of the cell: three pure functions (Touches, Judge, Apply) over
// values that never change once made. Every unit is a book of its own, in
// which all balances sum to zero, because the only thing that can be posted is
// an Entries, and an Entries that does not balance cannot be made.
//
// The subjects, by key:
//
//	acct/<unit>/<account>  Holding: balance, what is pending on it, its last count
//	tx/<ref>               Tx: one transfer, from its proposal to its end
//	pledge/<ref>           Pledge: a promise, which is no money
//	expense/<ref>          Expense: a request to the pool, its approvals and payment
//	bucket/<ref>           Bucket: a purpose that people put aside for
//	count/<ref>            Count: a tin counted by two
//	import/<ref>           Import: the notebook from before, until a second person confirms it
//	gifts/<account>        Gifts: how often somebody gave and received (gift mode)
//	closed/<account>       Closed: the account of somebody who left
//	mandate/<ref>          Mandate: what a round's mandate has been used for
//	open                   Open: which pledges, expenses, buckets, counts and imports are under way
//	book                   Book: which accounts exist, which goods, the last close
//
// A posting happens in one of two ways. A transfer waits as a Pending on both
// accounts, and whichever of sign, erase, refuse and expire comes first in the
// one order ends it on both alike; every other posting carries its entries
// itself. So two people who pay one expense without having seen each other
// have both paid: the fold shows it, and people settle it.
//
// The words map to Credit Commons: Tx is its transaction, From its payer, To
// its payee, Amount its quant, Note its description, and the states pending,
// completed and erased are the same; ref is its uuid.
package ledger
