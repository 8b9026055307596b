package ui

// PictureView is the form that puts a picture on a page.
type PictureView struct {
	Form     Form
	Title    string // of the page
	MaxBytes string
	Room     string
	Full     string // instead of the form, where no more fit
	Way      Link   // what makes room then
}

// FieldSeen is what is to be seen on a picture, for who cannot see it.
const FieldSeen = "seen"

// PickView is a picture to choose: what is to be seen on it, and where it lies
// if it is here.
type PickView struct{ Name, Seen, URL string }
