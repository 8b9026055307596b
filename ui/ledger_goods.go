package ui

// Good is one sort of thing in store.
type Good struct {
	Name string
	N    int
	URL  string // its page
	Note string // what has to be said of it
}

// GoodsView is what the cell has in store.
type GoodsView struct {
	Goods   []Good
	MoveURL string // POST: FieldGood, FieldWay (in, out), FieldAmount, FieldFor
	NewURL  string // POST: FieldName
	Lately  []Entry
	Members int
	Form    Form
}

// FieldGood is the place of a good in Goods: "0".
const FieldGood = "good"

func (v GoodsView) choices() []Choice {
	var out []Choice
	for i, g := range v.Goods {
		out = append(out, Choice{digit(i), g.Name})
	}
	return out
}
