// Package cell owns the State: what all lawful operations of a cell add up to.
//
// State is a value. Apply judges an operation on the state at that operation's
// own frontier, which gives a verdict that never changes, and folds the lawful
// ones, in the one order, into small subjects, so that a late arrival folds
// again only what it touches. docs/decisions/0001-the-engine.md tells why.
package cell
