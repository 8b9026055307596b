package ledger

// KeepLess keeps little of how a tin went, so that short histories reach its end.
func KeepLess() (back func()) {
	months, moves, asked := flowMonths, flowMoves, flowAsked
	flowMonths, flowMoves, flowAsked = 2, 3, 2
	return func() { flowMonths, flowMoves, flowAsked = months, moves, asked }
}

// FlowKept is how many months, and how many movements.
func FlowKept() (months, moves int) { return flowMonths, flowMoves }
