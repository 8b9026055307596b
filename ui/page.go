package ui

import (
	"html"
	"strings"

	"celld/ui/locale"
)

// Page is what every page shares with every other.
type Page struct {
	Lang    locale.Lang
	Title   string // of the page alone
	Cell    string // the cell's name; empty before it is founded
	Members int    // how many seats the cell's mark has
	Me      string // the pseudonym of who is signed in; empty for a visitor
	Back    Link   // one way back; the zero value shows the cell's name in its place
	Wide    bool   // two columns on a desk
	Paper   bool   // made to be printed: no head, no foot
	Bare    bool   // for the small window of a phone: no script
	Flash   Flash  // what has just been written down
	Wrong   Wrong  // why a form came back
	Banners []Banner
	Foot    Foot
	Still   bool   // nothing on it tells what it belongs to: no head, no foot, no script
	Stream  string // the address of the live stream; empty for none
	Token   string // the form token of this session
	Tongues bool   // offers the other languages, for who is not signed in
}

// T is the page's own Lang.T, because every page says many things.
func (p *Page) T(id string, args ...any) string { return p.Lang.T(id, args...) }

// headTitle is the title in the browser's head.
func (p Page) headTitle() string {
	if p.Wrong.Title != "" {
		return p.Lang.T("Not yet: {1}", NoTitle)
	}
	return NoTitle
}

func (p Page) class() string {
	switch {
	case p.Paper:
		return "paper"
	case p.Wide:
		return "wide"
	}
	return ""
}

// Home is the way back that most pages have.
func Home(l locale.Lang) Link { return Link{URL: "/", Text: l.T("What waits for me")} }

// Link is an address and the words that lead to it.
type Link struct {
	URL, Text string
}

// Flash says what has been written down, by whom, and how to change it.
type Flash struct {
	Title string
	Text  string
	Link  Link
	Seat  Seat // the glyph beside it; Unheard draws a full seat
}

// Wrong says why a form came back, and leads to the field.
type Wrong struct {
	Title string
	Text  string
	Field string   // id of the field; empty when the reason is not in one
	Link  Link     // another way on
	Wrote []string // what was written, where no field is left to hand it back in
}

// BannerKind chooses the mark beside a banner.
type BannerKind uint8

// The kinds of banner.
const (
	ClockBanner   BannerKind = iota // deadlines are held
	ChangedBanner                   // the text changed after you spoke
	AloneBanner                     // this router is alone
	PassedBanner                    // somebody passed on your word
	NoteBanner                      // anything else worth a mark
)

// Banner is something the house knows and you should.
type Banner struct {
	Kind  BannerKind
	Title string
	Text  string
	Links []Link
	Posts []Action // answers that can be given at once
}

// Action is a button that changes something: it posts to URL.
type Action struct {
	URL  string
	Text string
}

// Foot is the router's own line at the end of a page.
type Foot struct {
	Routers  []Place // empty shows this router alone
	Sentence string
	LockURL  string // empty when there is nothing to lock
	SafeURL  string // the page about safety; empty for a visitor
}

// Form is what every form shares: where it goes, what was typed, and what was
// wrong with it, by the name of the field.
type Form struct {
	Action string
	Values map[string]string
	Errors map[string]string
}

// Field makes the field of a form: its words, and what was typed before.
func (f Form) Field(name, label, hint string) Field {
	return Field{Name: name, Label: label, Hint: hint, Value: f.Values[name], Err: f.Errors[name]}
}

// Is tells whether the form came back with this value chosen.
func (f Form) Is(name, value string) bool { return f.Values[name] == value }

// Field is one question of a form.
type Field struct {
	Name, Label, Hint string
	Value, Err        string
	Kind              FieldKind
	Rows              int
	Max               int
	Required          bool
	Complete          string // the autocomplete attribute; empty means off
	LTR               bool   // codes and numbers are read from the left in every language
}

// FieldKind is how the answer is given.
type FieldKind uint8

// The kinds of field.
const (
	Line FieldKind = iota
	Area
	Secret
	Figure
	Code
	Day
	Hour
	File
)

func (k FieldKind) input() string {
	return [...]string{"text", "text", "password", "text", "text", "date", "time", "file"}[k]
}

// Lines makes the field a text of several lines.
func (f Field) Lines(n int) Field { f.Kind, f.Rows = Area, n; return f }

// As gives the field another kind.
func (f Field) As(k FieldKind) Field { f.Kind = k; f.LTR = k == Figure || k == Code; return f }

// FromLeft marks an answer that reads from the left in every language.
func (f Field) FromLeft() Field { f.LTR = true; return f }

// Must marks the field as one that the form cannot do without.
func (f Field) Must() Field { f.Required = true; return f }

// UpTo bounds how many letters the field takes.
func (f Field) UpTo(n int) Field { f.Max = n; return f }

// describes lists the ids that describe the field to a screen reader.
func (f Field) describes() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	if f.Err != "" {
		ids = append(ids, f.Name+"-err")
	}
	return strings.Join(ids, " ")
}

// piece is a component made of finished markup.
func piece(markup string) Component { return draw(func(w *pen) { w.raw(markup) }) }

// Name is a person's name in a sentence, kept apart from the text around it.
func Name(s string) Component { return piece("<bdi>" + html.EscapeString(s) + "</bdi>") }

// Strong is a name that the sentence is about.
func Strong(s string) Component {
	return piece("<b><bdi>" + html.EscapeString(s) + "</bdi></b>")
}

// Words is plain text in a sentence.
func Words(s string) Component { return piece(html.EscapeString(s)) }

// Rich is a sentence with marked-up parts at its placeholders.
func Rich(l locale.Lang, id string, parts ...Component) Component {
	return mixed(l.Raw(id), parts)
}

// Names is a list of names as a sentence has it, each one strong.
func Names(l locale.Lang, names []string) Component {
	return draw(func(w *pen) {
		for i, n := range names {
			w.raw(l.Between(i, len(names), n))
			w.part(Strong(n))
		}
	})
}

// mixed is a sentence with components at its placeholders.
func mixed(sentence string, parts []Component) Component {
	return draw(func(w *pen) {
		for _, p := range locale.Pieces(sentence) {
			if p.Arg > 0 && p.Arg <= len(parts) {
				w.part(parts[p.Arg-1])
			} else {
				w.text(p.Text)
			}
		}
	})
}

// Join is components one after the other.
func Join(parts ...Component) Component {
	return draw(func(w *pen) {
		for _, p := range parts {
			w.part(p)
		}
	})
}

// Around is a component with others between its tags.
func Around(outer Component, inner ...Component) Component {
	return draw(func(w *pen) { w.around(outer, Join(inner...).(draw)) })
}

// Within is components in an element, both named by the house.
func Within(name, class string, inner ...Component) Component {
	return draw(func(w *pen) {
		w.raw("<" + name)
		if class != "" {
			w.raw(` class="` + class + `"`)
		}
		w.raw(">")
		w.part(Join(inner...))
		w.raw("</" + name + ">")
	})
}
