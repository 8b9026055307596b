package mips

import "cmd/internal/obj"

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
