package spreadsheet

import "strings"

// Columns says which column holds what, from 0; -1 where none does.
type Columns struct {
	Date, From, To, Amount, Unit, Note int
}

type column int

const (
	none column = iota
	dateColumn
	fromColumn
	toColumn
	amountColumn
	unitColumn
	noteColumn
)

// words that head a column, in the languages of our pages.
var words = map[column]string{
	dateColumn:   "date day when fecha día dia cuándo cuando data quando التاريخ تاريخ اليوم يوم",
	fromColumn:   "from gave giver who payer de dio da quien quién doador deu quem من المعطي أعطى",
	toColumn:     "to received receiver for payee whom a para recibió recibio recebeu إلى الى لـ المستلم أخذ",
	amountColumn: "amount hours time sum minutes value cantidad horas tiempo importe suma valor quantidade tempo soma المبلغ الساعات المدة الوقت القيمة",
	unitColumn:   "unit currency unidad moneda unidade moeda الوحدة العملة",
	noteColumn:   "note what description text comment nota qué que concepto descripción descripcion comentario o descrição ملاحظة ماذا الوصف",
}

func columnOf(name string) column {
	first, _, _ := strings.Cut(Key(name), " ")
	for c := dateColumn; c <= noteColumn; c++ {
		for w := range strings.FieldsSeq(words[c]) {
			if w == first {
				return c
			}
		}
	}
	return none
}

// Guess maps the columns by the header; without one, by the usual order: date,
// who gave, who received, amount, note.
func (t Table) Guess() Columns {
	if len(t.Header) == 0 {
		return Columns{Date: 0, From: 1, To: 2, Amount: 3, Unit: -1, Note: 4}
	}
	c := Columns{-1, -1, -1, -1, -1, -1}
	for i, name := range t.Header {
		if place := c.place(columnOf(name)); place != nil && *place < 0 {
			*place = i
		}
	}
	return c
}

func (c *Columns) place(k column) *int {
	switch k {
	case dateColumn:
		return &c.Date
	case fromColumn:
		return &c.From
	case toColumn:
		return &c.To
	case amountColumn:
		return &c.Amount
	case unitColumn:
		return &c.Unit
	case noteColumn:
		return &c.Note
	}
	return nil
}

// Key is how names are compared: without case, outer space and repeated space,
// and without the apostrophe that keeps a spreadsheet from calculating.
func Key(name string) string {
	name = strings.TrimPrefix(strings.TrimSpace(name), "'")
	return strings.ToLower(strings.Join(strings.Fields(name), " "))
}

// People returns the different names in the two columns, in the order in which
// they appear, so that a page can ask who each of them is.
func (t Table) People(c Columns) (names []string) {
	seen := map[string]bool{}
	for _, r := range t.Rows {
		for _, i := range []int{c.From, c.To} {
			if i < 0 || i >= len(r.Cells) || r.Cells[i] == "" || seen[Key(r.Cells[i])] {
				continue
			}
			seen[Key(r.Cells[i])] = true
			names = append(names, r.Cells[i])
		}
	}
	return names
}
