package web

import (
	"errors"
	"io"
	"time"

	"celld/internal/op"
)

// Carrier fills files that somebody carries to a router out of reach, and takes
// them in.
type Carrier interface {
	// FillUp writes all that is here. Were it called Write, the linker would keep
	// http.Request.Write for it, and what else speaks as a client.
	FillUp(w io.Writer) error
	// Lay reads such a file, checks that it is whole, and takes nothing in: it is
	// kept for a while under the Parcel's ID, in the place of an earlier one.
	Lay(r io.Reader) (Parcel, error)
	// TakeIn does what the file is for, and removes it.
	TakeIn(id string) (TakenIn, error)
	// Leave removes it.
	Leave(id string) error
}

// Parcel is what such a file says of itself.
type Parcel struct {
	ID     string
	By     op.Device // the router that made it
	Made   time.Time // zero where that router did not know
	Things int       // in it
	Ahead  int       // that its maker had, and this router lacks
}

// TakenIn is what became of it.
type TakenIn struct {
	New, Known, Held, Refused int
}

// Why a file is not taken.
var (
	ErrNoRoom    = errors.New("web: there is no room for that file")
	ErrOtherCell = errors.New("web: that file is another cell's")
	ErrNoParcel  = errors.New("web: that is no whole file of a router, or it is gone")
)
