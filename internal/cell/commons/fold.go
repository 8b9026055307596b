package commons

import (
	"slices"

	"celld/internal/op"
)

// Apply returns a subject's value after o. It is total: what comes too late
// changes nothing. What has been taken out or thinned anywhere stays so, also
// where somebody had said no elsewhere at the same time: the bytes are gone.
func Apply(key string, value any, o op.Opened) any {
	if key == KeyIndex {
		return applyIndex(value, o)
	}
	p, _ := value.(*Page)
	if o.Kind == KindSave {
		return p.save(o)
	}
	if p == nil {
		return value
	}
	next := *p
	switch o.Kind {
	case KindPicture:
		next.hang(o)
	case KindAsk:
		next.wish(o)
	case KindThin:
		var w Wanted
		if o.Decode(&w) == nil {
			next.erase(w.Versions, Thinned)
		}
	default:
		next.answer(o)
	}
	return &next
}

func applyIndex(value any, o op.Opened) any {
	next := new(Index)
	if x, ok := value.(*Index); ok {
		next.Pages = slices.Clip(x.Pages)
	}
	next.Pages = append(next.Pages, o.Ref)
	return next
}

func (p *Page) save(o op.Opened) any {
	var s Save
	if o.Decode(&s) != nil {
		return p
	}
	next := Page{Ref: o.Ref, Copy: s.Copy}
	if p != nil {
		next = *p
	}
	if !s.Beside {
		next.Kind, next.Slug, next.Language, next.Title, next.Scope = s.Kind, s.Slug, s.Language, s.Title, s.Scope
	}
	if s.Origin != nil {
		next.Origin = s.Origin
	}
	next.Credits = Credit(next.Credits, s.Credits...)
	next.Versions = next.Versions.with(Version{Ref: o.Ref, Hash: s.Hash, Base: s.Base, Other: s.Other, By: o.Member,
		Time: o.Time, Dated: o.Clock.Trusted(), Size: s.Size, Note: s.Note, Beside: s.Beside})
	return &next
}

// Credit returns a list with more in it, each page once.
func Credit(list []Origin, more ...Origin) []Origin {
	for _, from := range more {
		if !slices.ContainsFunc(list, func(x Origin) bool { return x.Page == from.Page }) {
			list = append(slices.Clip(list), from)
		}
	}
	return list
}

func (p *Page) wish(o op.Opened) {
	var w Wanted
	if o.Decode(&w) != nil {
		return
	}
	a := Ask{Ref: o.Ref, By: o.Member, Versions: w.Versions}
	if o.Clock.Trusted() {
		a.Time = o.Time
	}
	p.Asks = append(slices.Clip(p.Asks), a)
}

func (p *Page) answer(o op.Opened) {
	var a Answer
	if o.Decode(&a) != nil {
		return
	}
	i := p.ask(a.Ask)
	if i < 0 {
		return
	}
	p.Asks = slices.Clone(p.Asks)
	p.Asks[i].Closed = true
	if o.Kind != KindNo {
		p.erase(p.Asks[i].Versions, Taken)
	}
}

func (p *Page) erase(versions []op.Ref, why Gone) {
	list := p.Versions.list()
	for i := range list {
		if slices.Contains(versions, list[i].Ref) {
			list[i].Gone = max(list[i].Gone, why)
		}
	}
	p.Versions = saved(list, p.Versions)
	for _, r := range versions {
		if i := p.pictureAt(r); i >= 0 {
			p.Pictures = slices.Clone(p.Pictures)
			p.Pictures[i].Gone = max(p.Pictures[i].Gone, why)
		}
	}
}
