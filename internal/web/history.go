package web

import (
	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/rota"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// deedList says what an operation did. The linker fills it, where code would fill a map.
type deedList []struct {
	kind  op.Kind
	words string
}

func (l deedList) of(k op.Kind) (words string, known bool) {
	for _, d := range l {
		if d.kind == k {
			return d.words, true
		}
	}
	return "", false
}

// deeds say what somebody did to a round: {1} is who.
var deeds = deedList{
	{consent.KindOpen, locale.M("{1} brought it.")}, {consent.KindRevise, locale.M("{1} wrote a new text.")},
	{consent.KindAsk, locale.M("{1} asked something.")}, {consent.KindAnswer, locale.M("{1} answered.")},
	{consent.KindReact, locale.M("{1} said a first thought.")}, {consent.KindPass, locale.M("{1} had nothing to add.")},
	{consent.KindPhases, locale.M("{1} asked to go step by step.")}, {consent.KindMove, locale.M("{1} led on to the next step.")},
	{consent.KindSpeak, locale.M("{1} said what they think.")}, {consent.KindTest, locale.M("{1} asked to see the harm.")},
	{consent.KindResolve, locale.M("{1} ended an objection.")}, {consent.KindConfirm, locale.M("{1} looked at the new text.")},
	{consent.KindMeet, locale.M("{1} asked to go on in one room.")}, {consent.KindWithdraw, locale.M("{1} took it back.")},
	{consent.KindTable, locale.M("{1} set it aside.")}, {consent.KindAdopt, locale.M("{1} wrote it down as agreed.")},
	{consent.KindReview, locale.M("{1} looked at it again.")},
}

// turns say what a router did when a time had come.
var turns = deedList{
	{consent.KindMark, locale.M("The router knows the date by now: the days count from here.")},
	{consent.KindAdopt, locale.M("The time was over and enough had been heard: it is agreed.")},
	{consent.KindAwait, locale.M("The time was over and voices were missing. It waits once more.")},
	{consent.KindLapse, locale.M("Voices were still missing, so it lapsed.")}, {consent.KindExpire, locale.M("It ended on its day.")},
}

// history tells how a round went, the newest last.
func (t *table) history() []ui.Change {
	var out []ui.Change
	for _, e := range t.round.Events {
		c := ui.Change{Text: t.deed(e)}
		if e.Time > 0 {
			c.When = t.lang.On(at(e.Time), t.date)
		}
		out = append(out, c)
	}
	return out
}

func (t *table) deed(e consent.Event) string {
	if e.Member.IsZero() {
		words, _ := turns.of(e.Kind)
		return t.lang.T(words)
	}
	words, _ := deeds.of(e.Kind)
	words = t.lang.T(words, t.people.Name(e.Member))
	if e.Kind == consent.KindPass && e.From == consent.Reacting {
		words = t.lang.T("{1} needed time to think.", t.people.Name(e.Member))
	}
	switch {
	case e.Contested && e.Kind == consent.KindAdopt:
		words += " " + t.lang.T("Something else had been written elsewhere meanwhile, so it is not in force.")
	case e.Contested:
		words += " " + t.lang.T("With that it is not in force any more.")
	}
	return words
}

// effect says what the house does by itself when a text is agreed.
func (t *table) effect(e consent.Effect) []string {
	l := t.lang
	switch e.Kind {
	case cell.EffectFounding:
		return []string{l.T("The founding is over, and everybody at the table belongs.")}
	case cell.EffectSilence:
		return []string{silenceWords(l, e.Content)}
	case cell.EffectUnattended:
		return []string{l.T("After a power cut the router opens by itself. Whoever takes it away can read everything on it.")}
	case cell.EffectNotes:
		return []string{notesWords(l, e.Content)}
	case cell.EffectAct:
		return t.actWords(e.Content)
	case rota.EffectTurn:
		return []string{t.turnGiven(e.Content)}
	}
	return t.ledgerEffect(e)
}

// silenceWords says which way the rule about silence is turned (C8).
func silenceWords(l locale.Lang, content []byte) string {
	var s cell.Switch
	if op.Unmarshal(content, &s) == nil && s.On {
		return l.T("Silence counts as consent in routine rounds.")
	}
	return l.T("Silence is never a yes, also in routine rounds.")
}

func (t *table) actWords(content []byte) []string {
	var a trust.Act
	if op.Unmarshal(content, &a) != nil {
		return nil
	}
	switch a.Verb {
	case trust.Join:
		return []string{t.lang.T("A seat at the table, with all that belongs to it, and all that was written before can be read.")}
	case trust.Remove:
		return []string{t.lang.T("{1} no longer belongs to the cell.", t.people.Name(a.Member))}
	case trust.Rebind:
		return []string{t.lang.T("{1} gets five new words. The old ones no longer open anything.", t.people.Name(a.Member))}
	}
	return nil
}
