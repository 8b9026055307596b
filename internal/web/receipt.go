package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // phones send both
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
)

// Bounds of a picture: what may be sent, what a small router can open, and
// what is left of it.
const (
	pictureUpload = 8 << 20
	picturePixels = 24 << 20
	pictureSide   = 1280
	pictureBytes  = 200 << 10
)

var (
	errPictureKind = errors.New("web: neither JPEG nor PNG")
	errPictureSize = errors.New("web: too much to open")
)

// cleaned returns a picture drawn anew: with nothing in it of where, when and
// by which phone it was taken, upright as that phone was held, and small enough
// to keep.
func cleaned(file []byte) ([]byte, error) {
	about, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, errPictureKind
	}
	if about.Width < 1 || about.Height < 1 || dear(file, about) {
		return nil, errPictureSize
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, errPictureKind
	}
	held := orientation(file)
	for side := pictureSide; side >= 160; side = side * 3 / 4 {
		small := upright(scaled(img, side), held)
		for _, quality := range []int{80, 60, 40} {
			var out bytes.Buffer
			if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: quality}); err != nil {
				return nil, err
			}
			if out.Len() <= pictureBytes {
				return out.Bytes(), nil
			}
		}
	}
	return nil, errPictureSize
}

// scaled draws a picture so that no side is longer than most. Each point is
// the mean of four of the original's: enough to read a receipt, and quick
// where there is no floating point.
func scaled(img image.Image, most int) *image.RGBA {
	from := img.Bounds()
	w, h := from.Dx(), from.Dy()
	if long := max(w, h); long > most {
		w, h = max(1, w*most/long), max(1, h*most/long)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			left, top := from.Min.X+x*from.Dx()/w, from.Min.Y+y*from.Dy()/h
			right := max(left, from.Min.X+(x+1)*from.Dx()/w-1)
			low := max(top, from.Min.Y+(y+1)*from.Dy()/h-1)
			out.SetRGBA(x, y, mean(img.At(left, top), img.At(right, top), img.At(left, low), img.At(right, low)))
		}
	}
	return out
}

// mean mixes colours, over white where they let something through.
func mean(all ...color.Color) color.RGBA {
	var r, g, b uint32
	for _, c := range all {
		cr, cg, cb, ca := c.RGBA()
		r, g, b = r+cr+0xffff-ca, g+cg+0xffff-ca, b+cb+0xffff-ca
	}
	n := uint32(len(all)) * 0x101
	return color.RGBA{R: uint8(r / n), G: uint8(g / n), B: uint8(b / n), A: 0xff}
}

// photo reads the picture of a posted form and draws it anew; nil where none
// was sent, and why where it cannot be used.
func (v *visit) photo() (clean []byte, why string) {
	file, ok := v.upload(ui.FieldPicture)
	if !ok || len(file) == 0 {
		return nil, ""
	}
	clean, err := v.drawn(file)
	switch {
	case errors.Is(err, errPictureSize):
		return nil, v.lang.T("Make it smaller first, or take it from further away.")
	case err != nil:
		return nil, v.lang.T("Send it as a JPEG or PNG picture.")
	}
	return clean, ""
}

// picture takes the picture of a receipt, if one was sent, draws it anew and
// returns its fingerprint.
func (a *asking) picture() ([]byte, bool) {
	clean, why := a.photo()
	if why == "" && clean == nil {
		return nil, true
	}
	if why == "" {
		a.file = clean
		sum := sha256.Sum256(clean)
		return sum[:], true
	}
	a.form.Errors[ui.FieldPicture] = why
	a.wrong = ui.Wrong{Title: a.lang.T("This picture cannot be used."), Field: ui.FieldPicture}
	return nil, false
}

// upload reads a file of a posted form.
func (v *visit) upload(name string) ([]byte, bool) {
	f, _, err := v.r.FormFile(name)
	if err != nil {
		return nil, !errors.Is(err, http.ErrNotMultipart)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return b, err == nil
}

// keep puts the picture of a request on the shelf. What was asked stands all
// the same; whoever asked is told when the picture does not.
func (a *asking) keep(request op.Ref) (said string) {
	if len(a.file) == 0 {
		return ""
	}
	err := a.Receipts.Keep(request, a.file)
	if err == nil {
		return ""
	}
	a.Logger.Error("a picture of a receipt could not be kept", "err", err)
	return " " + a.lang.T("The picture could not be kept, only its fingerprint: keep the paper.")
}

// receipt is the picture, for who has to look at it, or what is left of it.
func (e *expense) receipt() ui.ReceiptView {
	if len(e.Receipt) == 0 {
		return ui.ReceiptView{}
	}
	x := hex.EncodeToString(e.Receipt[:6])
	v := ui.ReceiptView{Given: true, Print: strings.Join([]string{x[:4], x[4:8], x[8:]}, " ")}
	switch {
	case e.forgotten():
		v.Gone = true
	case !e.Receipts.Has(e.ref):
		v.Elsewhere = true
	case e.looks():
		v.URL = e.url("picture")
	}
	if until := e.ReceiptUntil(); until != 0 {
		v.Until = e.lang.Date(at(until))
	}
	return v
}

// forgotten reports whether the picture's time is over. What is still on the
// shelf then goes now: nobody need wait for the minute.
func (e *expense) forgotten() bool {
	now, quality := e.Clock.Now()
	if !e.ReceiptOver(uint64(now.Unix())) || !quality.Trusted() {
		return false
	}
	if err := e.Receipts.Drop(e.ref); err != nil {
		e.Logger.Error("a picture of a receipt does not go", "err", err)
	}
	return true
}

// looks reports whether the viewer has to see the picture: who asked, who gets
// the money, who is asked to approve, and who compares it with the book.
func (e *expense) looks() bool {
	paid := func(p ledger.Payment) bool { return p.By == e.me() }
	switch e.me() {
	case e.Requester, e.Payee, e.Reconciler:
		return true
	}
	open := e.State == ledger.ExpenseRequested || e.State == ledger.ExpenseApproved
	return open && slices.Contains(e.Eligible, e.me()) || e.State == ledger.ExpensePaid && !slices.ContainsFunc(e.Paid, paid)
}

// picture sends the picture to who has to look at it.
func (e *expense) picture() error {
	if len(e.Receipt) == 0 || e.forgotten() || !e.looks() {
		return errNotFound
	}
	b, err := e.Receipts.Picture(e.ref)
	if errors.Is(err, fs.ErrNotExist) {
		return errNotFound
	}
	if err != nil {
		return err
	}
	e.w.Header().Set("Content-Type", "image/jpeg")
	_, err = e.w.Write(b)
	return err
}
