// Command shapes does, and prints, what a compiler for MIPS could get wrong that
// moves instructions behind branches: conditions, loops that copy, returns, panics
// that are recovered from, stacks that grow, and what a collector must still find.
// It prints the same on every processor.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
)

func main() {
	debug.SetGCPercent(5)
	for _, shape := range []func(){conditions, copies, ends, panics, stacks, pointers, others} {
		shape()
	}
}

// --- conditions: what is overwritten behind one, and read where it leads

//go:noinline
func choose(a, b, c int32) (x, y int32) {
	x, y = b, a
	if a < b {
		x = c
		if b < c {
			y = x + 1
		}
	} else if a == c {
		y = b - c
	}
	return x, y
}

//go:noinline
func count(list []int32, from int32) (n, sum int32) {
	for i, v := range list {
		if v&1 == 0 {
			continue
		}
		if sum += v; sum > from {
			return int32(i), sum
		}
		n += from >> uint(i&3)
	}
	return n, sum
}

//go:noinline
func wide(a, b int64, c uint64) (int64, uint64) {
	if a > b {
		return a*b - int64(c), c / uint64(a|1)
	}
	if c>>33 != 0 {
		return b % (a | 1), c << (uint(b) & 63)
	}
	return a ^ b, c * c
}

//go:noinline
func real(x float64, n int32) float64 {
	for ; n > 0; n-- {
		if x > 100 {
			x /= 3
		} else {
			x = x*1.5 + float64(n)
		}
	}
	return x
}

func conditions() {
	for a := int32(-2); a < 3; a++ {
		for b := int32(-2); b < 3; b++ {
			for c := int32(-2); c < 3; c++ {
				x, y := choose(a, b, c)
				p, q := wide(int64(a)<<31+int64(b), int64(c)<<29, uint64(uint32(a))<<20|uint64(uint32(b)))
				fmt.Println(a, b, c, x, y, p, q)
			}
		}
		fmt.Println(count([]int32{3, 4, 5, a, 7, 9}, 10+a))
		fmt.Println(real(float64(a), 12))
	}
}

// --- copies: loops over memory, by bytes, halves and words, and what lies beside

type (
	bytes8  [8]byte
	bytes33 [33]byte
	halves  [13]uint16
	words   [9]uint32
)

type packed struct {
	before byte
	id     bytes8
	long   bytes33
	h      halves
	w      words
	after  byte
}

//go:noinline
func swap(a, b *packed) {
	a.id, b.id = b.id, a.id
	a.long, b.long = b.long, a.long
	a.h, b.h = b.h, a.h
	a.w, b.w = b.w, a.w
}

//go:noinline
func byValue(p packed, id bytes8) (packed, bytes8) {
	p.id[3] ^= id[5]
	p.w[8]++
	return p, p.id
}

//go:noinline
func clearSome(p *packed, which int) {
	switch which {
	case 0:
		p.id = bytes8{}
	case 1:
		p.long = bytes33{}
	case 2:
		p.h = halves{}
	case 3:
		p.w = words{}
	default:
		*p = packed{}
	}
}

func copies() {
	var a, b packed
	for i := range a.long {
		a.long[i], b.long[i] = byte(i), byte(200-i)
	}
	for i := range a.id {
		a.id[i], b.id[i] = byte(i+1), byte(i*i)
	}
	for i := range a.h {
		a.h[i], b.h[i] = uint16(i*1000), uint16(7*i)
	}
	for i := range a.w {
		a.w[i], b.w[i] = uint32(i)<<28, ^uint32(i)
	}
	a.before, a.after, b.before, b.after = 1, 2, 3, 4
	swap(&a, &b)
	fmt.Println(a, b)
	c, id := byValue(a, b.id)
	fmt.Println(c, id, a == c, a.h == c.h)
	for which := range 5 {
		c := b
		clearSome(&c, which)
		fmt.Println(c)
	}
}

// --- ends: returns that are the same to their last instructions, or nearly

var errOdd, errBig = errors.New("odd"), errors.New("big")

//go:noinline
func check(n int32, s string) (string, int32, error) {
	if n&1 != 0 {
		return "", 0, errOdd
	}
	if n > 100 {
		return "", 0, errBig
	}
	if len(s) == 0 {
		return "none", n, nil
	}
	if s[0] == '-' {
		return "", 0, fmt.Errorf("%s: %w", s, errBig)
	}
	if n == 42 {
		return s, n, errOdd
	}
	return s + s, n, nil
}

func ends() {
	for _, n := range []int32{1, 2, 42, 102, 8} {
		for _, s := range []string{"", "-x", "word"} {
			fmt.Println(check(n, s))
		}
	}
}

// --- panics: where execution goes on after one

type list struct {
	value int32
	next  *list
}

//go:noinline
func third(l *list, out *int32) (sum int32, err error) {
	sum = 5
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("after %d: %v", sum, r)
			sum = -sum
		}
	}()
	sum += l.value
	*out = sum
	sum += l.next.value
	*out = sum
	if sum > 20 {
		return sum, errBig
	}
	sum += l.next.next.value
	*out = sum
	return sum, nil
}

//go:noinline
func bounds(a []int32, i, j, k int) (s string) {
	defer func() { s += fmt.Sprint(recover()) }()
	s = "at "
	if i > 2 {
		a = a[i:j:k]
	} else if j > 4 {
		a = a[i:j]
	}
	s += fmt.Sprint(a[k], len(a))
	return s
}

//go:noinline
func divide(a, b int32, m map[string]int32, v any) (q int32, s string) {
	defer func() {
		if r := recover(); r != nil {
			s += fmt.Sprint(q, r)
		}
	}()
	q = 1
	q = a / b
	m["q"] = q
	return q + v.(int32), "fine "
}

//go:noinline
func many(n int32) (trace string) {
	for i := range n {
		defer func() {
			trace += fmt.Sprint(i, recover(), ";")
			if i&1 == 1 {
				panic(i)
			}
		}()
	}
	var none *list
	return fmt.Sprint(none.next.value)
}

func panics() {
	var out int32
	for _, l := range []*list{nil, {1, nil}, {1, &list{2, nil}}, {1, &list{2, &list{value: 3}}}, {9, &list{value: 9}}} {
		sum, err := third(l, &out)
		fmt.Println(sum, err, out)
	}
	for i := range 4 {
		for j := range 7 {
			fmt.Println(bounds([]int32{1, 2, 3, 4, 5}, i, j, i+j))
		}
	}
	fmt.Println(divide(7, 2, map[string]int32{}, int32(4)))
	fmt.Println(divide(7, 0, map[string]int32{}, int32(4)))
	fmt.Println(divide(7, 2, nil, int32(4)))
	fmt.Println(divide(7, 2, map[string]int32{}, "four"))
	fmt.Println(many(3))
}

// --- stacks: functions that find theirs too small, with frames of three sizes

//go:noinline
func small(n int32, s string, l *list) (int32, string) {
	if n == 0 {
		return l.value, s
	}
	m, t := small(n-1, s, l)
	return m + n, t
}

//go:noinline
func large(n int32, l *list) int32 {
	var a [300]int32
	a[n%300] = n
	if n > 0 {
		a[0] += large(n-1, &list{l.value + 1, l})
	}
	return a[n%300] + a[0] + l.value
}

//go:noinline
func huge(n int32, l *list) (a [3000]int32) {
	if n > 0 {
		a = huge(n-1, l)
	}
	a[n] = l.value + a[max(n-1, 0)]
	return a
}

type walker interface{ walk(n int32) int32 }

func (l *list) walk(n int32) int32 {
	if n == 0 {
		return l.value
	}
	return walker(l).walk(n-1) + 1
}

func stacks() {
	done := make(chan string)
	for i := range int32(3) {
		l := &list{value: i}
		go func() {
			n, s := small(5000, fmt.Sprint("s", i), l)
			h := huge(20+i, l)
			var f func(n int32) int32
			f = func(n int32) int32 {
				if n == 0 {
					return l.value
				}
				return f(n-1) + i
			}
			done <- fmt.Sprint(n, s, large(400, l), h[20], h[21+i], f(3000), l.walk(4000))
		}()
		fmt.Println(<-done)
	}
}

// --- pointers: what only a stack or a register holds while there is collected

//go:noinline
func grow(n int32) *list {
	var l *list
	for i := range n {
		l = &list{i, l}
		if i&15 == 3 {
			runtime.Gosched()
		}
	}
	return l
}

//go:noinline
func reverse(l *list) (r *list) {
	for l != nil {
		l.next, r, l = r, l, l.next
	}
	return r
}

func pointers() {
	results := make(chan int64)
	for i := range int32(4) {
		go func() {
			var sum int64
			for round := range int32(30) {
				l := reverse(grow(50 + i + round))
				m := map[string]*list{}
				for p := l; p != nil; p = p.next {
					m[fmt.Sprint("k", p.value)] = &list{p.value, p}
				}
				for k, p := range m {
					sum += int64(len(k)) + int64(p.value)*int64(p.next.value)
				}
			}
			results <- sum
		}()
	}
	var all []int64
	for range 4 {
		all = append(all, <-results)
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	fmt.Println(all)
}

// --- others: what a language has besides

//go:noinline
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case int32:
		return "int" + strings.Repeat("!", int(v&7))
	case string:
		switch v {
		case "a", "bc", "def", "ghij":
			return "known " + v
		}
		return "text"
	case fmt.Stringer:
		return v.String()
	case error:
		return "error " + v.Error()
	}
	return "other"
}

func others() {
	for _, v := range []any{nil, int32(3), "a", "ghij", "zz", errOdd, 2.5, &strings.Builder{}} {
		fmt.Println(kind(v))
	}
	var b strings.Builder
	for i, r := range "schön, 元気, ok" {
		fmt.Fprintf(&b, "%d%c", i, r)
	}
	fmt.Println(b.String(), strings.Fields(" a b  c "), strings.ToUpper(b.String()))
	seq := func(yield func(int32) bool) {
		for i := int32(0); yield(i * i); i++ {
		}
	}
	for v := range seq {
		if v > 50 {
			fmt.Println("stopped at", v)
			break
		}
	}
}
