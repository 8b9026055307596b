package ui

import (
	"celld/ui/locale"
	"celld/ui/markdown"
)

// TakeView are the ways on which the pages leave the house.
type TakeView struct {
	Booklets []Row // to print: one a language
	FileURL  string
	ZipURL   string
	Public   string // the address at which git reads what is for everybody; empty while nothing is
	MakeURL  string // POST: a new address for all pages
	EndURL   string // POST: none any more; empty while there is none
	Address  string // the new one; shown once
}

// Book is the pages one behind the other.
type Book struct {
	Lang     locale.Lang
	Title    string
	AsOf     string
	Licence  string
	Contents []Link
	Leaves   []Leaf
}

// Leaf is one page of a book.
type Leaf struct {
	ID, Title, Language, Text string
	Credits                   []string
	Pictures                  markdown.Pictures
}

// BookFile is the beginning of a book that is a file of its own and needs
// nothing else: each BookLeaf goes on with it, and it needs no end.
func BookFile(b Book) Component {
	return Join(piece(`<!DOCTYPE html><html lang="`+b.Lang.Code()+`" dir="`+b.Lang.Dir()+`"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">`+
		`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><title>`), Words(b.Title), piece(bookStyle), BookCover(b))
}

// bookStyle is the least that reads well on any screen, and on paper.
const bookStyle = `</title><style>
:root{color-scheme:light dark}
body{max-width:38rem;margin:2rem auto;padding:0 1rem;font:1.1rem/1.5 Charter,Georgia,"Noto Serif","Noto Naskh Arabic",serif;overflow-wrap:anywhere}
article{border-top:1px solid;margin-top:2rem}
.small{font-size:.9rem}
img{max-width:100%;height:auto}
blockquote{margin:0;padding:0 1rem;border:solid;border-width:0 4px}
@media print{article{break-before:page;border:0}}
</style>
`
