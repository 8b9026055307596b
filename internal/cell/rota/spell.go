package rota

import (
	"slices"

	"celld/internal/op"
)

// Spell is a term that is over, as trusted clocks told it.
type Spell struct {
	_        struct{} `cbor:",toarray"`
	Member   op.Member
	From, To uint64
}

// maxSpells is how many of a role are kept: more than a quarter holds.
const maxSpells = 16

// over puts the last term among those that are over, where a trusted clock told
// when it began; by is the time at which the next one begins, 0 for unknown.
func (p *Post) over(by uint64) {
	t := p.Term
	if t.From == 0 {
		return
	}
	to := t.To
	if !t.Ended && by != 0 {
		to = by
	}
	p.Spells = append(slices.Clip(p.Spells), Spell{Member: t.Member, From: t.From, To: max(to, t.From)})
	p.Spells = p.Spells[max(0, len(p.Spells)-maxSpells):]
}

// Since returns the terms of a role that reach beyond a time, cut to it, the
// oldest first, and with them the one that runs now.
func (p Post) Since(from, now uint64) (out []Spell) {
	all := p.Spells
	if t := p.Term; t.From != 0 {
		last := Spell{Member: t.Member, From: t.From, To: now}
		if t.Ended {
			last.To = t.To
		}
		all = append(slices.Clip(all), last)
	}
	for _, s := range all {
		if s.From, s.To = max(s.From, from), min(s.To, now); s.From < s.To {
			out = append(out, s)
		}
	}
	return out
}
