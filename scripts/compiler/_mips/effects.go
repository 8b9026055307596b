package mips

import (
	"strings"

	"cmd/internal/obj"
)

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
		e = effect{known: true}
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

func calls(p *obj.Prog, name string) bool {
	return p.As == AJAL && p.To.Sym != nil && strings.HasPrefix(p.To.Sym.Name, name)
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
