// Command broken works for a while, as a program does that needs its tables, and
// then breaks down.
package main

import (
	"runtime"
	"sort"
	"sync/atomic"
)

type tree struct{ left, right *tree }

func main() {
	defer func() {
		if recover() == nil {
			panic("nothing was to recover from")
		}
		deep(20_000, grow(12))
		spin()
		done := make(chan bool)
		go new(tree).fall(done)
		<-done
	}()
	println([]int{1}[runtime.NumGoroutine()]) // out of bounds, which ends a program only in the runtime's own code
}

// grow makes what only its stack points to.
func grow(n int) *tree {
	if n == 0 {
		return nil
	}
	t := &tree{grow(n - 1), grow(n - 1)}
	runtime.Gosched()
	return t
}

// deep makes the stack move, with pointers in it, while there is collected.
//
//go:noinline
func deep(n int, t *tree) int {
	if n == 0 {
		runtime.GC()
		return size(t)
	}
	return deep(n-1, t) + n
}

// spin is stopped over and over, wherever it calls something, with what only its
// stack points to. Between two calls nothing stops it any more.
func spin() {
	var over atomic.Bool
	go func() {
		for range 50 {
			runtime.GC()
		}
		over.Store(true)
	}()
	for t, n := grow(8), 0; !over.Load(); n++ {
		if size(t.left.right.left.right) == 0 {
			panic("collected while it was in use")
		}
	}
}

func size(t *tree) int {
	if t == nil {
		return 0
	}
	return size(t.left) + 1 + size(t.right)
}

//go:noinline
func (t *tree) fall(chan bool) {
	*t = tree{left: t}
	println(size(grow(3)))
	sort.Slice([]int{2, 1}, func(int, int) bool { // by way of somebody else's functions
		t.right.left.left = t
		return false
	})
}
