package main

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/color"
	"image/jpeg"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

// pages lets the cell have a few: its own way of doing things, the page of a
// neighbouring cell that it went on from, and that cell's newer one; a draft
// beside a page, and a number that somebody wants out.
func (d *demo) pages() {
	ours := commons.Save{Kind: commons.Guide, Slug: "bread", Language: "en", Title: "Thursday bread", Scope: commons.OfCell}
	theirs := commons.Save{Kind: commons.Guide, Slug: "bread", Language: "en", Title: "Bread for twenty", Scope: commons.OfCell, Copy: true}
	first := "Flour, water, salt.\n\n## The evening before\n\n- Mix **all** of it.\n- Wait a night.\n\n> Whoever wakes first lights the oven."
	sum := sha256.Sum256([]byte("a cell on the hill"))
	source := commons.Origin{Cell: "Hill cell", Page: commons.ID(sum[:16]), Title: theirs.Title, Base: commons.Sum(commons.Salt{}, first), Licence: commons.Licence}
	theirs.Origin, ours.Origin = &source, &source
	copied := d.page("Ember", op.Ref{}, theirs, first)
	bread := d.page("Ember", op.Ref{}, ours, first)
	newer := source
	newer.Base = commons.Sum(commons.Salt{1}, first)
	theirs.Origin = &newer
	d.page("Ember", copied, theirs, first+"\n\nTake some to the door across the street.")
	ours.Origin, ours.Note = nil, "For our small oven"
	picture := commons.Image{JPEG: loaf()}
	d.submit("Fern", commons.PictureDrafts(bread, picture)...)
	d.page("Fern", bread, ours, first+"\n\nOur oven takes four at once.\n\n"+commons.Mark(commons.NameOf(picture), "A round loaf on a wooden board"))
	ours.Beside, ours.Note = true, ""
	d.page("Heron", bread, ours, "Flour, water, salt, a spoon of honey.")
	doctor := commons.Save{Kind: commons.Guide, Slug: "who-knows", Language: "en", Title: "Who knows what to do", Scope: commons.OfCell}
	page := d.page("Heron", op.Ref{}, doctor, "For fever, ask Fern. In the night, 555 0199.")
	d.page("Heron", page, doctor, "For fever, ask Fern.")
	if p := commons.Find(d.log.State().Now(), page); p != nil {
		d.submit("Heron", op.Draft{Kind: commons.KindAsk, Subject: page, Content: commons.Wanted{Versions: []op.Ref{p.Versions.At(0).Ref}}})
	}
}

// loaf is a picture of one, drawn alike on every machine.
func loaf() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for y := range 200 {
		for x := range 320 {
			c := color.RGBA{222, 206, 178, 255}
			if y > 120 {
				c = color.RGBA{156, 112, 70, 255}
			}
			if dx, dy := (x-160)*3, (y-110)*5; dx*dx+dy*dy < 300*300 {
				c = color.RGBA{uint8(176 - y/3), uint8(118 - y/3), 58, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic("demo: " + err.Error()) // into memory
	}
	return b.Bytes()
}

// page writes a version from the one before it, and returns the page.
func (d *demo) page(name string, page op.Ref, s commons.Save, text string) op.Ref {
	if d.err != nil {
		return page
	}
	if p := commons.Find(d.log.State().Now(), page); p != nil {
		s.Base = p.Current().Hash
	}
	refs := d.submit(name, commons.Drafts(page, s, commons.Text{Salt: commons.Salt{byte(d.log.State().Applied())}, Text: text})...)
	if page.IsZero() && len(refs) > 0 {
		page = refs[0]
	}
	return page
}
