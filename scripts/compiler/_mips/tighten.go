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
//
// effects.go knows what instructions do, ends.go joins ends that are alike, shorten.go
// what is longer than it need be; slots are filled here.
package mips

import (
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

// moves says whether an instruction may stand in a slot at all.
func (l line) moves() bool {
	return l.known && l.size == 4 && !branches(l.Prog) && !l.inSlot
}

// open says whether a branch still waits for what stands in its slot.
func (l line) open() bool {
	return branches(l.Prog) && l.known && l.size == 4 && l.Mark&BRANCH != 0 && !(l.As == AJAL && calls(l.Prog, "runtime.deferreturn"))
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
	p.Spadj, p.Optab, p.Mark = 0, 0, 0
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
