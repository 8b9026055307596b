package web

import (
	"errors"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/export"
	"celld/internal/op"
	"celld/ui"
)

// Whole is a Log that can be read from its beginning, for an export.
type Whole interface {
	Lawful() (ops iter.Seq[op.Opened], failed func() error)
}

// exportTime is how long a slow phone may take for all of the books.
const exportTime = 10 * time.Minute

func (b *books) exportPage() error {
	v := ui.ExportView{Months: int(b.book.Closes), Bands: b.rules.Bands(), Files: []ui.ExportFile{
		{URL: "/ledger/export.journal", Kind: ui.ExportHledger}, {URL: "/ledger/export.beancount", Kind: ui.ExportBeancount}, {URL: "/ledger/export.csv", Kind: ui.ExportCSV},
	}}
	return b.show(http.StatusOK, ui.ExportPage(b.leaf(b.lang.T("Take the books along")), v))
}

// notation is one way to write the books down.
type notation struct {
	ending, kind string
	write        func(io.Writer, export.Operations, export.Names) error
}

var (
	hledger   = notation{"journal", "text/plain; charset=utf-8", export.Hledger}
	beancount = notation{"beancount", "text/plain; charset=utf-8", export.Beancount}
	csvTable  = notation{"csv", "text/csv; charset=utf-8", export.CSV}
)

// download writes the books as it reads them, so that a small router never
// holds them whole. A file that breaks off is not given as if it were whole.
func (n notation) download(b *books) error {
	log, ok := b.Log.(Whole)
	if !ok {
		return errNotFound
	}
	ops, failed := log.Lawful()
	if b.rules.Bands() {
		ops = b.visible(ops)
	}
	h := b.w.Header()
	h.Set("Content-Type", n.kind)
	h.Set("Content-Disposition", `attachment; filename="`+b.fileName()+"."+n.ending+`"`)
	_ = http.NewResponseController(b.w).SetWriteDeadline(b.now.Add(exportTime)) // where there is none, the server's own holds
	return b.broken(errors.Join(n.write(b.w, ops, b.people.Name), failed()))
}

// fileName is the cell's name as every system can store it, and the day.
func (b *books) fileName() string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == ' ', r == '-':
			return '-'
		}
		return -1
	}, strings.ToLower(b.people.Cell()))
	if name = strings.Trim(name, "-"); name == "" {
		name = "cell"
	}
	return name + "-" + b.date.Format(time.DateOnly)
}

// visible leaves out what two others gave each other, where the cell agreed to
// show only which way people lean: and with it the closes, whose sums are
// those of everybody.
func (b *books) visible(ops iter.Seq[op.Opened]) iter.Seq[op.Opened] {
	return func(yield func(op.Opened) bool) {
		for o := range ops {
			if o, ok := b.ours(o); ok && !yield(o) {
				return
			}
		}
	}
}

// ours returns what of an operation is the viewer's or is shared.
func (b *books) ours(o op.Opened) (op.Opened, bool) {
	switch o.Kind {
	case ledger.KindPropose, ledger.KindContra:
		var c ledger.Transfer
		return o, o.Decode(&c) == nil && b.concerns(c.From, c.To)
	case ledger.KindClose:
		return o, false
	case ledger.KindImport:
		var n ledger.Notebook
		if o.Decode(&n) != nil {
			return o, false
		}
		var lines []ledger.Line
		for _, l := range n.Lines() {
			if b.concerns(l.From, l.To) {
				lines = append(lines, l)
			}
		}
		o.Content = op.MustMarshal(ledger.NewNotebook(lines))
	}
	return o, true
}

// known is what of an operation that names the viewer they may see. Of a close, their
// own sums and those that are shared.
func (b *books) known(o op.Opened) (op.Opened, bool) {
	var c ledger.Close
	switch {
	case !b.rules.Bands():
		return o, true
	case o.Kind != ledger.KindClose:
		return b.ours(o)
	case o.Decode(&c) != nil:
		return o, false
	}
	c.Lines = slices.DeleteFunc(c.Lines, func(l ledger.Total) bool { return b.hides(l.Account) })
	o.Content = op.MustMarshal(c)
	return o, true
}

func (b *books) concerns(from, to ledger.Account) bool {
	between := from.Place() == ledger.OfMember && to.Place() == ledger.OfMember
	return !between || from == b.mine() || to == b.mine()
}
