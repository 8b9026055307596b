package people

import "celld/internal/op"

// KindPages makes the one address at which a member's git reads the pages of
// the cell, and ends the one before. Its content is a Calendar.
const KindPages op.Kind = "person.pages"

// PagesReader returns whose address has that hash.
func (p *People) PagesReader(code [32]byte) (op.Member, bool) {
	if p == nil {
		return op.Member{}, false
	}
	return whose(p.Pages, code)
}

// ReadsPages reports whether m has such an address.
func (p *People) ReadsPages(m op.Member) bool { return p != nil && has(p.Pages, m) }

func applyPages(p *People, o op.Opened) { p.Pages = addressed(p.Pages, o) }
