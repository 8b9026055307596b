// What Go's assembler for MIPS leaves undone, and a router's program is a tenth
// larger for: it puts a nop behind every branch, where MIPS executes one instruction
// more before the branch is taken (the delay slot). It is added to cmd/internal/obj/mips
// when scripts/compiler builds the compiler, and called once a function, when all its
// instructions stand and before those nops are put.
//
// Each step leaves a function that does the same. Nothing here passes a label, and
// memory is read and written in the order in which it was.
//
// What the runtime relies on, and stays: the call of deferreturn is where it is
// jumped to after a recovery, so nothing moves behind it; and a kernel tells the
// branch as the place of what happens in its delay slot (Cause.BD), so the depth of
// the stack (pcsp) and which words are pointers are asked for there, and nowhere in
// the slot.
//
// A program of this must not be stopped between two calls: a store may have left the
// stretch in which that was forbidden (PCDATA_UnsafePoint). scripts/strip sees to it
// for what a router gets; GODEBUG=asyncpreemptoff=1 does for a test.
package mips

import (
	"strings"

	"cmd/internal/obj"
	"cmd/internal/sys"
)

// line is an instruction of a function, and what it does to registers and memory.
type line struct {
	*obj.Prog
	size   int32
	labels bool // something branches here
	inSlot bool // it stands in the slot of the branch before it
	effect
}

// effect is what an instruction does. Registers are bits; the zero register is none.
type effect struct {
	known         bool // otherwise it may do anything
	reads, writes uint32
	loads, stores bool
	frame         bool // what it loads or stores lies on the stack, where nothing faults
}

const (
	everything = ^uint32(0)
	tmp        = 1 << (REGTMP - REG_R0)
	link       = 1 << (REGLINK - REG_R0)
	// scratch are the registers that hold what a function computes, and nothing else.
	scratch = 1<<23 - 2 | 1<<24 | 1<<25
)

// tighten is all of it, step by step. Marks of branches are taken away where a slot
// was filled, so that no nop follows.
func (c *ctxt0) tighten() {
	text := c.cursym.Func().Text
	if c.ctxt.Arch.Family != sys.MIPS {
		return
	}
	c.autosize = int32(text.To.Offset + c.ctxt.Arch.FixedFrameSize) // as span0 has it
	c.shareEnds(c.lines())
	c.saveOnce(c.lines())
	c.shortenLoops(c.lines())
	live := c.living(c.lines())
	c.fillFromBefore(c.lines())
	c.fillFromBehind(c.lines(), live)
	c.growFirst(c.lines())
}

// lines are the instructions of the function; what has no size (where tables
// change) is left out.
func (c *ctxt0) lines() []line {
	targets := map[*obj.Prog]bool{}
	text := c.cursym.Func().Text
	for p := text; p != nil; p = p.Link {
		if t := p.To.Target(); t != nil {
			targets[t] = true
		}
	}
	var list []line
	labels, filled := false, false
	for p := text.Link; p != nil; p = p.Link {
		labels = labels || targets[p]
		if sizeless(p) {
			continue
		}
		l := line{Prog: p, size: int32(c.oplook(p).size), labels: labels, inSlot: filled, effect: effectOf(p)}
		if l.size != 4 {
			l.reads, l.writes = l.reads|tmp, l.writes|tmp
		}
		list = append(list, l)
		labels, filled = false, branches(p) && p.Mark&BRANCH == 0
	}
	return list
}

// branches says whether an instruction has a delay slot that may be filled. (Those
// on floating point keep their nop: see preprocess.)
func branches(p *obj.Prog) bool {
	return p.As == AJMP || p.As == AJAL || conditional(p)
}

func conditional(p *obj.Prog) bool {
	switch p.As {
	case ABEQ, ABNE, ABGEZ, ABGTZ, ABLEZ, ABLTZ:
		return true
	}
	return false
}

// effectOf knows what the compiler writes most; the rest may do anything.
func effectOf(p *obj.Prog) (e effect) {
	if len(p.RestArgs) != 0 || p.Mark&SYNC != 0 {
		return effect{}
	}
	switch p.As {
	case AMOVW, AMOVB, AMOVBU, AMOVH, AMOVHU:
		return effectOfMove(p)
	case AADDU, ASUBU, AAND, AOR, AXOR, ANOR, ASGT, ASGTU, ASLL, ASRL, ASRA:
		from, ok1 := operand(p.From)
		to, ok2 := register(p.To.Reg)
		second, ok3 := register(p.Reg)
		if p.Reg == 0 {
			second = to
		}
		return effect{known: ok1 && ok2 && ok3 && p.From.Type != obj.TYPE_MEM && p.To.Type == obj.TYPE_REG, reads: from | second, writes: to}
	case ABEQ, ABNE, ABGEZ, ABGTZ, ABLEZ, ABLTZ:
		from, ok1 := register(p.From.Reg)
		second, ok2 := register(p.Reg)
		return effect{known: ok1 && ok2, reads: from | second}
	case AJMP, AJAL:
		e = effect{known: true, reads: 0}
		if p.To.Type != obj.TYPE_BRANCH {
			e.reads, e.known = register(p.To.Reg)
		}
		if p.As == AJAL {
			e.writes = link
		}
		return e
	}
	return effect{}
}

func effectOfMove(p *obj.Prog) (e effect) {
	from, ok1 := operand(p.From)
	to, ok2 := operand(p.To)
	e = effect{known: ok1 && ok2 && p.Reg == 0, reads: from}
	switch {
	case p.To.Type == obj.TYPE_REG:
		e.writes, e.loads, e.frame = to, p.From.Type == obj.TYPE_MEM, onStack(p.From)
	case p.To.Type == obj.TYPE_MEM && p.From.Type == obj.TYPE_REG:
		e.reads, e.stores, e.frame = from|to, true, onStack(p.To)
	default:
		return effect{}
	}
	return e
}

func onStack(a obj.Addr) bool {
	return a.Type == obj.TYPE_MEM && (a.Name == obj.NAME_AUTO || a.Name == obj.NAME_PARAM || a.Name == obj.NAME_NONE && a.Reg == REGSP)
}

// operand is what registers one names: itself, or where it lies.
func operand(a obj.Addr) (bits uint32, ok bool) {
	switch a.Type {
	case obj.TYPE_CONST:
		return 0, true
	case obj.TYPE_REG:
		return register(a.Reg)
	case obj.TYPE_MEM, obj.TYPE_ADDR:
		switch a.Name {
		case obj.NAME_AUTO, obj.NAME_PARAM:
			return register(REGSP)
		case obj.NAME_EXTERN, obj.NAME_STATIC:
			return 0, true
		case obj.NAME_NONE:
			bits, ok = register(a.Reg)
			return bits, ok && a.Reg != 0 && a.Index == 0
		}
	}
	return 0, false
}

// register is the bit of one of the 32; of none, too.
func register(r int16) (bits uint32, ok bool) {
	if r == 0 || r == REG_R0 {
		return 0, true
	}
	return 1 << uint(r-REG_R0), r > REG_R0 && r <= REG_R31
}

// swap says whether two instructions that follow each other may change places.
func swap(a, b line) bool {
	return a.known && b.known &&
		a.writes&(b.reads|b.writes) == 0 && a.reads&b.writes == 0 &&
		!(a.stores && (b.loads || b.stores)) && !(a.loads && b.stores)
}

// moves says whether an instruction may stand in a slot at all.
func (l line) moves() bool {
	return l.known && l.size == 4 && !branches(l.Prog) && !l.inSlot
}

// open says whether a branch still waits for what stands in its slot.
func (l line) open() bool {
	return branches(l.Prog) && l.known && l.size == 4 && l.Mark&BRANCH != 0 && !(l.As == AJAL && calls(l.Prog, "runtime.deferreturn"))
}

func calls(p *obj.Prog, name string) bool {
	return p.As == AJAL && p.To.Sym != nil && strings.HasPrefix(p.To.Sym.Name, name)
}

// fill takes an instruction from its place into the slot of a branch. A label stays
// where it was.
func (c *ctxt0) fill(branch, with *obj.Prog) {
	s := c.newprog()
	*s = *with
	s.Link, branch.Link = branch.Link, s
	branch.Mark &^= BRANCH
	branch.Spadj += s.Spadj // that of a return, which they cancel
	s.Spadj = 0
	remove(with)
}

func remove(p *obj.Prog) {
	p.As, p.From, p.To, p.Reg, p.RestArgs = obj.ANOP, obj.Addr{}, obj.Addr{}, 0, nil
	p.Spadj, p.Optab, p.Mark = 0, 0, p.Mark&LABEL
}

// fillFromBefore fills a slot with what stands before its branch, which does not need it.
func (c *ctxt0) fillFromBefore(list []line) {
	const far = 8
	for i, branch := range list {
		if !branch.open() {
			continue
		}
	search:
		for j := i - 1; j >= max(0, i-far) && !list[j+1].labels && list[j].known && !list[j].inSlot && !branches(list[j].Prog); j-- {
			p := list[j]
			if p.size != 4 || p.Spadj != 0 && (j != i-1 || branch.Spadj != -p.Spadj) {
				continue
			}
			for _, over := range list[j+1 : i+1] {
				if !swap(p, over) {
					continue search
				}
			}
			c.fill(branch.Prog, p.Prog)
			list[j].known = false // it is gone, and what is sought next ends here
			break
		}
	}
}

// fillFromBehind fills the slot of a condition with what follows it if it is not met,
// when nobody misses what that overwrites if it is.
func (c *ctxt0) fillFromBehind(list []line, live map[*obj.Prog]uint32) {
	const far = 4
	for i, branch := range list {
		lives, ok := live[branch.To.Target()]
		if !branch.open() || !conditional(branch.Prog) || !ok {
			continue
		}
	search:
		for j := i + 1; j < min(len(list), i+far); j++ {
			p := list[j]
			if p.labels || !p.known || branches(p.Prog) || p.inSlot {
				break
			}
			if !p.moves() || p.Spadj != 0 || p.loads && !p.frame || p.writes == 0 || p.writes&^scratch != 0 || p.writes&lives != 0 {
				continue
			}
			for _, over := range list[i+1 : j] {
				if !swap(over, p) {
					continue search
				}
			}
			c.fill(branch.Prog, p.Prog)
			list[j].known = false
			break
		}
	}
}

// living tells for each label which registers may still be read from there on.
// A call of another function keeps none; what stands for one (runtime.panicBounds,
// runtime.gcWriteBarrier) reads them as it likes.
func (c *ctxt0) living(list []line) map[*obj.Prog]uint32 {
	at := map[*obj.Prog]uint32{} // by the label
	first := c.labels(list)
	for changed := true; changed; {
		changed = false
		after := everything // behind the end
		for i := len(list) - 1; i >= 0; i-- {
			l := list[i]
			after = before(l, after, at)
			for _, label := range first[i] {
				if at[label] != after {
					at[label], changed = after, true
				}
			}
		}
	}
	return at
}

// labels are the places that something branches to, by what stands there.
func (c *ctxt0) labels(list []line) map[int][]*obj.Prog {
	targets, at := map[*obj.Prog]bool{}, map[int][]*obj.Prog{}
	for _, l := range list {
		if t := l.To.Target(); t != nil {
			targets[t] = true
		}
	}
	i := 0
	for p := c.cursym.Func().Text.Link; p != nil && i < len(list); p = p.Link {
		if targets[p] {
			at[i] = append(at[i], p)
		}
		if p == list[i].Prog {
			i++
		}
	}
	return at
}

// before are the registers that are read at an instruction or later, when those
// are known that are read after it.
func before(l line, after uint32, at map[*obj.Prog]uint32) uint32 {
	switch {
	case !l.known:
		return everything
	case conditional(l.Prog):
		return l.reads | after | at[l.To.Target()]
	case l.As == AJAL:
		if l.To.Sym == nil || !strings.HasPrefix(l.To.Sym.Name, "runtime.") {
			return l.reads | 1<<(REGCTXT-REG_R0)
		}
		if calls(l.Prog, "runtime.panic") || calls(l.Prog, "runtime.gcWriteBarrier") || calls(l.Prog, "runtime.morestack") {
			return everything
		}
		return l.reads | 1<<(REGCTXT-REG_R0)
	case l.As == AJMP && l.To.Target() != nil:
		return at[l.To.Target()]
	case l.As == AJMP && l.To.Sym != nil:
		return everything
	case l.As == AJMP:
		return l.reads // what is returned lies on the stack
	}
	return after&^l.writes | l.reads
}

// saveOnce leaves out the second of two stores of the link register. It is for a
// signal that comes before there is a stack for signals, which a C library may cause.
func (c *ctxt0) saveOnce(list []line) {
	for i := 0; i+2 < len(list); i++ {
		first, adjust, second := list[i], list[i+1], list[i+2]
		if storesLink(first) && storesLink(second) && second.To.Offset == 0 && !adjust.labels && !second.labels &&
			adjust.As == AADDU && adjust.From.Type == obj.TYPE_CONST && adjust.To.Reg == REGSP && adjust.Spadj == int32(-first.To.Offset) && adjust.Spadj > 0 {
			remove(second.Prog)
		}
	}
}

func storesLink(l line) bool {
	return l.As == AMOVW && l.From.Type == obj.TYPE_REG && l.From.Reg == REGLINK && l.To.Type == obj.TYPE_MEM && l.To.Name == obj.NAME_NONE && l.To.Reg == REGSP
}

// shortenLoops takes two instructions out of each loop that copies or clears
// memory (compile/internal/mips: LoweredMove, LoweredZero). They begin one element
// early, count, and compare; counted in the slot, the last element is still the last.
//
//	SUBU $4, R1; loop: MOVW 4(R1), R23; MOVW R23, (R2); ADDU $4, R1; ADDU $4, R2; BNE Rend, R1, loop
//	SUBU $4, R1; loop: MOVW R0, 4(R1); ADDU $4, R1; BNE Rend, R1, loop
func (c *ctxt0) shortenLoops(list []line) {
	for i := 0; i+3 < len(list); i++ {
		if n := loop(list[i:]); n > 0 {
			early, first, count, end := list[i].Prog, list[i+1].Prog, list[i+n-2].Prog, list[i+n-1].Prog
			if n == 6 {
				count = list[i+3].Prog
				first.From.Offset, first.From.Class, first.Optab = 0, 0, 0
			} else {
				first.To.Offset, first.To.Class, first.Optab = 0, 0, 0
			}
			remove(early)
			c.fill(end, count)
		}
	}
}

// loop is how many instructions long a loop is that begins here: 6 if it copies, 4
// if it clears, 0 if it is none.
func loop(list []line) int {
	step := -list[0].From.Offset // the assembler has made additions of subtractions
	adds := func(l line, step int64, reg int16) bool {
		return l.As == AADDU && l.From.Type == obj.TYPE_CONST && l.From.Offset == step && l.Reg == 0 && l.To.Type == obj.TYPE_REG && l.To.Reg == reg && !l.labels
	}
	closes := func(l line) bool {
		return l.As == ABNE && l.open() && l.Reg == REG_R1 && l.From.Reg != REG_R1 && l.To.Target() == list[1].Prog && !l.labels
	}
	early, first := list[0], list[1]
	early.labels = false // a label before the loop is none in it
	if !adds(early, -step, REG_R1) || step < 1 || step > 4 || !first.known || first.size != 4 {
		return 0
	}
	at := func(a obj.Addr, reg int16, offset int64) bool {
		return a.Type == obj.TYPE_MEM && a.Name == obj.NAME_NONE && a.Reg == reg && a.Offset == offset
	}
	if first.stores && first.From.Reg == REGZERO && at(first.To, REG_R1, step) &&
		adds(list[2], step, REG_R1) && closes(list[3]) {
		return 4
	}
	if len(list) >= 6 && first.loads && first.To.Reg == REGTMP && at(first.From, REG_R1, step) &&
		list[2].stores && list[2].As == first.As && list[2].From.Reg == REGTMP && at(list[2].To, REG_R2, 0) && !list[2].labels &&
		adds(list[3], step, REG_R1) && adds(list[4], step, REG_R2) && closes(list[5]) && list[5].reads&(1<<2|tmp) == 0 {
		return 6
	}
	return 0
}

// An end is where instructions end that are followed by the same: by a label, which
// they run into or jump to, or by nothing, since they return.
type end struct {
	last int // of its instructions; a return is one of them
	jump int // behind them, or none
}

const none = -1

// shareEnds lets what ends alike end at one place: the others jump there, from where
// what is still to do is the same.
func (c *ctxt0) shareEnds(list []line) {
	for _, same := range ends(list) {
		var kept []end
		for _, e := range same {
			best, with, least := 0, 0, 2
			if e.jump == none {
				least = 3 // of a return
			}
			for _, k := range kept {
				if n := alike(list, e.last, k.last); n > best {
					best, with = n, k.last
				}
			}
			if best < least || !e.leaves(list) {
				kept = append(kept, e)
				continue
			}
			share(list, e, best, with)
		}
	}
}

// share removes the last n instructions of an end, and jumps to the same ones before with.
func share(list []line, e end, n, with int) {
	for i := e.last - n + 1; i <= max(e.last, e.jump); i++ {
		remove(list[i].Prog)
		list[i].known = false
	}
	to := &list[with-n+1]
	p := list[e.last-n+1].Prog
	p.As, p.Mark = AJMP, p.Mark|BRANCH
	p.To.Type = obj.TYPE_BRANCH
	p.To.SetTarget(to.Prog)
	to.Mark |= LABEL
	to.labels = true
}

// leaves says whether an end goes elsewhere, and does not run into what follows.
func (e end) leaves(list []line) bool { return e.jump != none || list[e.last].As == AJMP }

// ends finds the ends of a function, those together that the same follows, and first
// what runs into it.
func ends(list []line) [][]end {
	at := map[*obj.Prog]int{}
	for i, l := range list {
		at[l.Prog] = i
	}
	found := map[int][]end{}
	for i, l := range list[:len(list)-1] {
		if next := list[i+1]; next.labels && l.As != AJMP {
			found[i+1] = append(found[i+1], end{i, none})
		}
	}
	for i, l := range list {
		switch {
		case returns(list, i):
			found[none] = append(found[none], end{i, none})
		case l.As == AJMP && l.To.Target() != nil && l.known && !l.labels && i > 0:
			if to, ok := at[follow(l.To.Target())]; ok {
				found[to] = append(found[to], end{i - 1, i})
			}
		}
	}
	var all [][]end
	for i := none; i < len(list); i++ {
		if len(found[i]) > 1 {
			all = append(all, found[i])
		}
	}
	return all
}

// follow is the instruction at a label.
func follow(p *obj.Prog) *obj.Prog {
	for p != nil && sizeless(p) {
		p = p.Link
	}
	return p
}

func sizeless(p *obj.Prog) bool {
	return p.As == obj.ANOP || p.As == obj.APCDATA || p.As == obj.AFUNCDATA
}

// returns says whether the last of three instructions that return stands here.
func returns(list []line, i int) bool {
	if i < 2 || list[i].As != AJMP || list[i].To.Type != obj.TYPE_MEM || list[i].To.Reg != REGLINK || list[i].labels || list[i-1].labels {
		return false
	}
	load, adjust := list[i-2], list[i-1]
	return load.loads && load.To.Reg == REGLINK && load.From.Reg == REGSP && adjust.As == AADDU && adjust.To.Reg == REGSP && adjust.Spadj < 0
}

// alike counts how many instructions until two ends are the same.
func alike(list []line, i, k int) (n int) {
	for ; n <= min(i, k) && n < max(i-k, k-i); n++ {
		a, b := list[i-n], list[k-n]
		if !same(a, b) || branches(a.Prog) && (n > 0 || a.As == AJAL || conditional(a.Prog) || a.To.Target() != nil) {
			break
		}
		if a.labels {
			return n + 1
		}
	}
	return n
}

func same(a, b line) bool {
	return a.known && b.known && a.As == b.As && a.Reg == b.Reg && a.Spadj == b.Spadj && sameAddr(a.From, b.From) && sameAddr(a.To, b.To)
}

func sameAddr(a, b obj.Addr) bool {
	local := a.Name == obj.NAME_AUTO || a.Name == obj.NAME_PARAM
	return a.Type == b.Type && a.Name == b.Name && a.Reg == b.Reg && a.Index == b.Index && a.Offset == b.Offset && (local || a.Sym == b.Sym) && a.Val == nil && b.Val == nil
}

// growFirst lets a function whose stack was too small begin again without a jump of
// its own: the call of runtime.morestack returns to where the function begins. The
// link register, which runtime.morestack wants in R3, is kept in the slot of the
// condition; what a function got lies on the stack.
//
//	MOVW 8(g), R1; SGTU SP, R1, R1; BNE R1, done; MOVW R31, R3; JAL runtime.morestack; ADDU $-28, R31; done:
func (c *ctxt0) growFirst(list []line) {
	var pc int64
	for i := 0; i+2 < len(list) && i < 12; i++ {
		branch, keep, call := list[i], list[i+1], list[i+2]
		pc += int64(branch.size)
		if branch.Mark&BRANCH != 0 && branches(branch.Prog) {
			pc += 4 // of a nop
		}
		if !calls(call.Prog, "runtime.morestack") || i+3 >= len(list) || list[i+3].As != AJMP {
			continue
		}
		if list[i+3].To.Target() == nil || follow(list[i+3].To.Target()) != list[0].Prog || keep.labels || call.labels || !call.open() {
			return
		}
		if branch.As == ABNE && branch.open() && keep.As == AMOVW && keep.From.Reg == REGLINK && keep.To.Reg == REG_R3 {
			c.fill(branch.Prog, keep.Prog)
		} else {
			pc += 4
			if !keep.known || branches(keep.Prog) && keep.Mark&BRANCH != 0 {
				return
			}
		}
		c.returnTo(call.Prog, pc)
		remove(list[i+3].Prog)
		return
	}
}

// returnTo lets a call at pc return to the beginning.
func (c *ctxt0) returnTo(call *obj.Prog, pc int64) {
	s := c.newprog()
	s.As, s.Pos = AADDU, call.Pos
	s.From.Type, s.From.Offset = obj.TYPE_CONST, -(pc + 8)
	s.To.Type, s.To.Reg = obj.TYPE_REG, REGLINK
	s.Link, call.Link = call.Link, s
	call.Mark &^= BRANCH
}
