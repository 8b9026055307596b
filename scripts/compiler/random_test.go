package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// A writer writes a random program: functions of numbers, arrays and a structure,
// which call those before them, and some of which break off (an index out of bounds,
// nothing where a pointer should lead somewhere). It calls each with many numbers, and
// prints a sum of what came back.
type writer struct {
	*rand.Rand
	bytes.Buffer
	function int
	depth    int
	loops    int  // how many loops there are in the function, whose counters are theirs
	recovers bool // the function goes on after a panic
}

const functionsOfOne = 24

func random(seed uint64) []byte {
	w := &writer{Rand: rand.New(rand.NewPCG(seed, 0))}
	fmt.Fprint(w, `package main

import "fmt"

type thing struct {
	id   [8]byte
	list [6]int32
	half [5]uint16
	next *thing
}

var sum uint32

func add(list ...int32) {
	for _, v := range list {
		sum = (sum ^ uint32(v)) * 16777619
	}
}

func try(f func()) {
	defer func() {
		if r := recover(); r != nil {
			add(int32(len(fmt.Sprint(r))))
		}
	}()
	f()
}
`)
	for w.function = range functionsOfOne {
		w.one()
	}
	fmt.Fprint(w, "\nfunc main() {\n")
	for f := range functionsOfOne {
		fmt.Fprintf(w, "for i := int32(-9); i < 30; i++ {\ntry(func() {\nt := &thing{next: &thing{}}\nx, y, u := f%d(i, i*i-7, 3-i, t)\nadd(x, y, u.list[2], t.list[1], t.next.list[3], int32(u.id[3]), int32(u.half[4]))\n})\n}\nfmt.Println(%d, sum)\n", f, f)
	}
	fmt.Fprint(w, "}\n")
	return w.Bytes()
}

func (w *writer) one() {
	w.loops, w.depth = 0, 0
	fmt.Fprintf(w, "\n//go:noinline\nfunc f%d(a, b, c int32, t *thing) (d, e int32, u thing) {\nvar g, h int32 = a ^ b, c\nvar m [7]int32\n", w.function)
	if w.recovers = w.IntN(4) == 0; w.recovers {
		fmt.Fprint(w, "defer func() {\nif r := recover(); r != nil {\nd += int32(len(fmt.Sprint(r)))\n}\n}()\n")
	}
	w.block(4 + w.IntN(6))
	fmt.Fprint(w, "_, _, _ = g, h, m\nreturn d, e, u\n}\n")
}

func (w *writer) block(n int) {
	w.depth++
	for range n {
		w.statement()
	}
	w.depth--
}

func (w *writer) statement() {
	switch n := w.IntN(16); {
	case n < 5:
		fmt.Fprintf(w, "%s = %s\n", w.place(), w.value(3))
	case n < 9 && w.depth < 4:
		fmt.Fprintf(w, "if %s {\n", w.condition())
		w.block(1 + w.IntN(3))
		if w.IntN(2) == 0 {
			fmt.Fprint(w, "} else {\n")
			w.block(1 + w.IntN(3))
		}
		fmt.Fprint(w, "}\n")
	case n < 11 && w.depth < 3:
		w.loops++
		fmt.Fprintf(w, "for i%d := int32(0); i%d < %s&7; i%d++ {\n", w.loops, w.loops, w.value(1), w.loops)
		w.block(1 + w.IntN(3))
		if w.IntN(2) == 0 {
			fmt.Fprintf(w, "if %s {\n%s\n}\n", w.condition(), w.choose("break", "continue"))
		}
		fmt.Fprint(w, "}\n")
	case n == 11 && w.depth > 1:
		fmt.Fprintf(w, "if %s {\nreturn %s, %s, %s\n}\n", w.condition(), w.value(1), w.choose("e", "h", "0"), w.choose("u", "*t", "thing{}", "u"))
	case n == 12 && w.function > 0:
		fmt.Fprintf(w, "%s, %s, %s = f%d(%s, %s, %s, %s)\n", w.choose("d", "g", "_"), w.choose("e", "h"), w.choose("u", "*t", "_"),
			w.function-1-w.IntN(min(3, w.function)), w.value(1), w.value(1), w.value(2), w.thing())
	case n == 13:
		fmt.Fprintln(w, w.choose("u = *t", "*t = u", "u.list = t.list", "t.id = u.id", "u.half = t.half", "m = [7]int32{}", "u.list = [6]int32{}", "u.id = [8]byte{3: byte(a)}", "t.half, u.half = u.half, t.half", "u.next = t", "t.list[5], u.id[3] = h, byte(g)"))
	case n == 14:
		fmt.Fprintf(w, "switch %s & 3 {\ncase 0:\n", w.value(1))
		w.block(1)
		fmt.Fprint(w, "case 2:\n")
		w.block(1)
		fmt.Fprint(w, "default:\n")
		w.block(1)
		fmt.Fprint(w, "}\n")
	default:
		fmt.Fprintf(w, "%s %s %s\n", w.choose("d", "e", "g", "h"), w.choose("+=", "-=", "^=", "|=", "&=", "*="), w.value(2))
	}
}

// thing is where one is. A result that others may point to is none after a panic: Go's
// own compiler for mips copies it to where nothing says that it ends
// (docs/decisions/0004-small-binaries.md).
func (w *writer) thing() string {
	if w.recovers {
		return w.choose("t", "t.next")
	}
	return w.choose("t", "&u", "t.next", "t")
}

func (w *writer) condition() string {
	c := fmt.Sprintf("%s %s %s", w.value(2), w.choose("<", "<=", "==", "!=", ">", ">="), w.value(1))
	switch w.IntN(6) {
	case 0:
		return fmt.Sprintf("%s && %s > %s", c, w.value(1), w.value(1))
	case 1:
		return fmt.Sprintf("uint32(%s) < uint32(%s) || %s", w.value(1), w.value(1), c)
	case 2:
		return w.choose("t.next == nil", "t.id == u.id", "u.list != t.list", "u.half[1] > 3") + " || " + c
	}
	return c
}

func (w *writer) place() string {
	return w.choose("d", "e", "g", "h", "a", "b", "c", fmt.Sprintf("m[%s&3]", w.value(1)), fmt.Sprintf("u.list[%s&3]", w.value(1)),
		fmt.Sprintf("t.list[%s&7]", w.value(1)), "t.list[1]", "t.next.list[3]")
}

func (w *writer) value(depth int) string {
	if depth == 0 || w.IntN(4) == 0 {
		return w.choose("a", "b", "c", "d", "e", "g", "h", "m[2]", "u.list[4]", "t.list[1]", "int32(u.id[3])", "int32(t.half[2])", "(a + 1)", "(d - 3)", "(g & 1000)", "(b ^ 70000)")
	}
	form := w.choose("(%[1]s + %[2]s)", "(%[1]s - %[2]s)", "(%[1]s * %[2]s)", "(%[1]s & %[2]s)", "(%[1]s | %[2]s)", "(%[1]s ^ %[2]s)",
		"(%[1]s << (uint32(%[2]s) & 15))", "(%[1]s >> (uint32(%[2]s) & 7))", "(%[1]s / (%[2]s | 1))",
		"int32(int64(%[1]s) * int64(%[2]s) >> 5)", "int32(uint32(%[1]s) >> 3)", "int32(int8(%[1]s))")
	return fmt.Sprintf(form, w.value(depth-1), w.value(depth-1))
}

func (w *writer) choose(from ...string) string { return from[w.IntN(len(from))] }
