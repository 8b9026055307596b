// What is copied into its caller in a small program. It is added to
// cmd/compile/internal/inline when scripts/compiler builds the compiler.
package inline

import "cmd/compile/internal/base"

// smallBudget is how much a function may hold to be copied into its caller with
// -l=2, in nodes of its syntax: about what a call of it takes. Other levels are as
// they were.
const smallBudget = 8

// within is the budget that a level of -l leaves.
func within(budget int32) int32 {
	if base.Flag.LowerL == 2 {
		return smallBudget
	}
	return budget
}
