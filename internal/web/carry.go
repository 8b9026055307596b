package web

import (
	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// Some rounds change who belongs to the cell. What they decide is sealed; what
// makes it so is public: each voice carries an assent, and whoever writes the
// round down as agreed carries the act out.

// publicAct is the act that this round has to carry out, if any.
func (t *table) publicAct() (trust.Act, bool) {
	e := t.round.Text().Effect
	if e == nil {
		return trust.Act{}, false
	}
	switch e.Kind {
	case cell.EffectFounding:
		return trust.Act{Verb: trust.Close}, true
	case cell.EffectAct:
		var a trust.Act
		return a, op.Unmarshal(e.Content, &a) == nil
	}
	return trust.Act{}, false
}

// carried follows a voice (draft 1) and an attempt to adopt (draft 2).
func (t *table) carried() []op.Draft {
	act, ok := t.publicAct()
	if !ok {
		return nil
	}
	assent := op.Draft{Kind: trust.KindAssent, Content: trust.Assent{Act: act.Hash()}, Try: true}
	return append([]op.Draft{assent}, t.after(2)...)
}

// after carries out what was adopted by an earlier draft, or with 0 long ago.
func (t *table) after(adoption int) []op.Draft {
	act, ok := t.publicAct()
	if !ok {
		return nil
	}
	drafts := []op.Draft{{Kind: trust.KindAct, Content: act, If: adoption, Try: true}}
	switch act.Verb {
	case trust.Join:
		return append(drafts, t.seating(act, adoption)...)
	case trust.Rebind:
		if x, ok := t.people.Names().LostWith(act.Member, act.Identity); ok {
			slot := trust.Slot{Member: act.Member, Slot: x.Lost.Slot}
			drafts = append(drafts, op.Draft{Kind: trust.KindSlot, Content: slot, If: adoption, Try: true})
		}
	}
	return drafts
}

// seating gives a newcomer who was seated their keys and their name.
func (t *table) seating(act trust.Act, adoption int) (drafts []op.Draft) {
	for _, asked := range t.people.Names().Requests {
		if r := asked.Request; r.Member == act.Member {
			drafts = append(drafts,
				op.Draft{Kind: trust.KindSlot, Content: trust.Slot{Member: r.Member, Slot: r.Slot}, If: adoption, Try: true},
				op.Draft{Kind: people.KindName, Content: people.Name{Member: r.Member, Name: r.Name}, If: adoption, Try: true})
		}
	}
	return drafts
}

// assents reports whether a stance is a yes.
func assents(s consent.Stance) bool { return s == consent.Consent || s == consent.Concern }
