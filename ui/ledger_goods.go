package ui

import "celld/ui/locale"

// Good is one sort of thing in store.
type Good struct {
	Name string
	N    int
	URL  string // its page
	Note string // what has to be said of it
}

// GoodsView is what the cell has in store.
type GoodsView struct {
	Goods   []Good // those on this page
	First   int    // the place of the first of them among all
	MoveURL string // POST: FieldGood, FieldWay (in, out), FieldAmount, FieldFor
	NewURL  string // POST: FieldName
	Lately  []Entry
	Members int
	Form    Form

	Previous, Next string
}

// FieldGood is the place of a good among all: "0".
const FieldGood = "good"

func (v GoodsView) choices() []Choice {
	var out []Choice
	for i, g := range v.Goods {
		out = append(out, Choice{digit(v.First + i), g.Name})
	}
	return out
}

// hint says that there is more than can be chosen here.
func (v GoodsView) hint(l locale.Lang) string {
	if v.Previous == "" && v.Next == "" {
		return ""
	}
	return l.T("Those on this page of the list.")
}
