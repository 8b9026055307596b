//go:build mips || mipsle

package main

import "runtime/debug"

// A router's program has lost the names of its functions (scripts/strip), so a
// traceback has to say where in the program each call is.
func init() { debug.SetTraceback("2") }
