package commons

import (
	"slices"

	"celld/internal/op"
)

// People is what this room asks of the subject "people".
type People interface{ IsActive(op.Member) bool }

// Touches returns the keys of the subjects that o changes.
func Touches(o op.Opened, _ Reader) ([]string, error) {
	switch {
	case o.Kind == KindText || o.Kind == KindImage:
		return nil, nil
	case o.Kind == KindSave && o.Subject.IsZero():
		return []string{Key(o.Ref), KeyIndex}, nil
	}
	return []string{Key(o.Subject)}, nil
}

// Judge says whether o is lawful at its own frontier, and why not.
func Judge(o op.Opened, at Reader) error {
	leaf := o.Kind == KindText || o.Kind == KindImage
	if (o.Expires != 0) != leaf || o.Expires != 0 && o.Expires != op.AtWill {
		return op.Refuse("page.expires")
	}
	byRouter := o.Kind == KindOver || o.Kind == KindThin
	if people, ok := at.At("people").(People); !byRouter && (!ok || !people.IsActive(o.Member)) {
		return op.Refuse("actor.unknown")
	}
	p := Find(at, o.Subject)
	if p == nil && !(o.Kind == KindSave && o.Subject.IsZero()) {
		return op.Refuse("page.unknown")
	}
	switch o.Kind {
	case KindSave:
		return judgeSave(o, p, at)
	case KindText:
		return judgeText(o, p)
	case KindPicture:
		return judgePicture(o, p, at)
	case KindImage:
		return judgeImage(o, p)
	case KindAsk:
		return judgeAsk(o, p)
	case KindThin:
		return judgeThin(o, p)
	}
	return judgeAnswer(o, p)
}

func judgeSave(o op.Opened, p *Page, at Reader) error {
	var s Save
	if o.Decode(&s) != nil {
		return op.Refuse("page.content")
	}
	if err := s.check(); err != nil {
		return err
	}
	if p == nil {
		return s.judgeFirst(at)
	}
	switch _, known := p.Find(s.Base); {
	case s.Kind != p.Kind || s.Copy != p.Copy:
		return op.Refuse("page.kind")
	case !known:
		return op.Refuse("page.unknown")
	case !s.Beside && s.Base != p.Current().Hash:
		return op.Refuse("page.stale")
	case p.Versions.Len() >= Versions:
		return op.Refuse("page.many", Versions)
	}
	if _, known := p.Find(s.Other); !known && !s.Other.IsZero() {
		return op.Refuse("page.unknown")
	}
	if _, twice := p.Find(s.Hash); twice {
		return op.Refuse("page.content")
	}
	return s.fits(at)
}

func (s Save) judgeFirst(at Reader) error {
	if !s.Base.IsZero() || !s.Other.IsZero() || s.Beside || s.Copy && s.Origin == nil {
		return op.Refuse("page.content")
	}
	if x, _ := at.At(KeyIndex).(*Index); x != nil && len(x.Pages) >= MaxPages {
		return op.Refuse("page.many", MaxPages)
	}
	return s.fits(at)
}

func (s Save) fits(at Reader) error { return fits(at, Version{Size: s.Size}.cost()) }

// fits asks for room (W6).
func fits(at Reader, more uint64) error {
	if Used(at)+more > MaxAll {
		return op.Refuse("page.full", MaxAll)
	}
	return nil
}

// check looks at what a version says of itself.
func (s Save) check() error {
	switch {
	case !slices.Contains(Kinds, s.Kind) || !slices.Contains(scopes, s.Scope):
		return op.Refuse("page.kind")
	case !isSlug(s.Slug) || !isLanguage(s.Language):
		return op.Refuse("page.name")
	case s.Title == "":
		return op.Refuse("page.title")
	case s.Size == 0:
		return op.Refuse("page.empty")
	case s.Size > MaxText:
		return op.Refuse("page.long", MaxText)
	case s.Hash.IsZero() || len(s.Credits) > maxCredits:
		return op.Refuse("page.content")
	}
	if err := op.CheckText(s.Title, MaxTitle, false); err != nil {
		return err
	}
	if err := op.CheckText(s.Note, MaxNote, false); err != nil {
		return err
	}
	for _, from := range s.sources() {
		if err := from.check(); err != nil {
			return err
		}
	}
	return nil
}

const maxCredits = 100

func (s Save) sources() []Origin {
	if s.Origin == nil {
		return s.Credits
	}
	return append([]Origin{*s.Origin}, s.Credits...)
}

func (f Origin) check() error {
	if f.Page.IsZero() || f.Cell == "" || f.Title == "" || f.Licence == "" {
		return op.Refuse("page.content")
	}
	for _, words := range []string{f.Cell, f.Title, f.Licence} {
		if err := op.CheckText(words, MaxTitle, false); err != nil {
			return err
		}
	}
	return nil
}

func isSlug(s string) bool {
	return len(s) > 0 && len(s) <= 60 && s[0] != '-' && !slices.ContainsFunc([]byte(s), func(c byte) bool {
		return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z')
	})
}

func isLanguage(s string) bool {
	return len(s) >= 2 && len(s) <= 12 && !slices.ContainsFunc([]byte(s), func(c byte) bool {
		return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
	})
}

func judgeText(o op.Opened, p *Page) error {
	var t Text
	if o.Decode(&t) != nil {
		return op.Refuse("page.content")
	}
	if len(t.Text) > MaxText {
		return op.Refuse("page.long", MaxText)
	}
	v, there := p.saidAt(o.Ref)
	if !there || v.Hash != Sum(t.Salt, t.Text) || v.Size != uint64(len(t.Text)) {
		return op.Refuse("page.text")
	}
	return op.CheckText(t.Text, MaxText, true)
}

func judgeAsk(o op.Opened, p *Page) error {
	var w Wanted
	if o.Decode(&w) != nil || len(w.Versions) == 0 || len(w.Versions) > Versions {
		return op.Refuse("page.content")
	}
	known := map[op.Ref]bool{}
	for v := range p.Versions.All() {
		known[v.Ref] = true
	}
	for i, r := range w.Versions {
		if !known[r] && p.pictureAt(r) < 0 || slices.Contains(w.Versions[:i], r) {
			return op.Refuse("page.unknown")
		}
	}
	same := func(a Ask) bool { return slices.Equal(a.Versions, w.Versions) }
	if slices.ContainsFunc(p.Open(), same) {
		return op.Refuse("page.wish-exists")
	}
	if p.asksOf(o.Member) >= maxAsks {
		return op.Refuse("page.many", maxAsks)
	}
	return nil
}

// maxAsks is how often one member may wish something out of a page. What others
// wished is not counted, so that nobody uses up their wishes by saying no.
const maxAsks = 100

func (p *Page) asksOf(m op.Member) (n int) {
	for _, a := range p.Asks {
		if a.By == m {
			n++
		}
	}
	return n
}

// saidAt finds the version whose text lies at a place. It is nearly always the
// newest.
func (p *Page) saidAt(r op.Ref) (Version, bool) {
	for v := range p.Versions.Backward() {
		if v.Text() == r {
			return v, true
		}
	}
	return Version{}, false
}

// pictureAt returns where the picture of an operation stands, or -1.
func (p *Page) pictureAt(r op.Ref) int {
	return slices.IndexFunc(p.Pictures, func(x Picture) bool { return x.Ref == r })
}

func (p *Page) ask(r op.Ref) int {
	return slices.IndexFunc(p.Asks, func(a Ask) bool { return a.Ref == r })
}

func judgeAnswer(o op.Opened, p *Page) error {
	var a Answer
	if o.Decode(&a) != nil {
		return op.Refuse("page.content")
	}
	i := p.ask(a.Ask)
	if i < 0 || p.Asks[i].Closed {
		return op.Refuse("page.ask")
	}
	switch ask := p.Asks[i]; {
	case o.Kind == KindYes && o.Member == ask.By:
		return op.Refuse("page.second")
	case o.Kind == KindOver && !o.Clock.Trusted():
		return op.Refuse("clock.untrusted")
	case o.Kind == KindOver && (ask.Due() == 0 || o.Time < ask.Due()):
		return op.Refuse("page.early", ask.Due())
	}
	return nil
}

// day is of which a version is, by a clock that could be trusted.
func (v Version) day() uint64 { return v.Time / (24 * 60 * 60) }

// Old is after how long, in seconds, one version of a day is enough.
const Old = 30 * 24 * 60 * 60

// Thinnable are the versions that may go at a time: 30 days old, and not the
// last of their day, nor what people read, nor a draft, nor what somebody has
// asked to take out.
func (p *Page) Thinnable(now uint64) (out []op.Ref) {
	keep := map[Hash]bool{p.Current().Hash: true}
	for _, d := range p.Drafts() {
		keep[d.Hash] = true
	}
	later := map[uint64]bool{}
	for v := range p.Versions.Backward() {
		if !v.Dated || v.Gone != Here {
			continue
		}
		if later[v.day()] && !keep[v.Hash] && v.Time+Old <= now {
			out = append(out, v.Ref)
		}
		later[v.day()] = true
	}
	return out
}

func judgeThin(o op.Opened, p *Page) error {
	var w Wanted
	if o.Decode(&w) != nil || len(w.Versions) == 0 {
		return op.Refuse("page.content")
	}
	if !o.Clock.Trusted() {
		return op.Refuse("clock.untrusted")
	}
	may := p.Thinnable(o.Time)
	for _, r := range w.Versions {
		if !slices.Contains(may, r) {
			return op.Refuse("page.thin")
		}
	}
	return nil
}
