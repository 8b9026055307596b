package mips

import "cmd/internal/obj"

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
	p.As, p.Mark = AJMP, BRANCH
	p.To.Type = obj.TYPE_BRANCH
	p.To.SetTarget(to.Prog)
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
	for i := 1; i < len(list); i++ {
		if list[i].labels && list[i-1].As != AJMP {
			found[i] = append(found[i], end{i - 1, none})
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
