package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // phones send both
	"io"
	"net/http"

	"github.com/a-h/templ"

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
	errPictureSize = errors.New("web: too many pixels")
)

// cleaned returns a picture drawn anew: with nothing in it of where, when and
// by which phone it was taken, and small enough to keep. A picture that leans
// on its metadata to stand upright lies on its side afterwards.
func cleaned(file []byte) ([]byte, error) {
	about, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, errPictureKind
	}
	if about.Width*about.Height > picturePixels || about.Width < 1 || about.Height < 1 {
		return nil, errPictureSize
	}
	img, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, errPictureKind
	}
	for side := pictureSide; side >= 160; side = side * 3 / 4 {
		small := scaled(img, side)
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

// picture takes the picture of a receipt, if one was sent, and returns the
// fingerprint of what is left of it.
func (a *asking) picture() ([]byte, bool) {
	file, ok := a.upload(ui.FieldPicture)
	if !ok || len(file) == 0 {
		return nil, true
	}
	clean, err := cleaned(file)
	if err == nil {
		sum := sha256.Sum256(clean)
		return sum[:], true
	}
	words := a.lang.T("Send it as a JPEG or PNG picture.")
	if errors.Is(err, errPictureSize) {
		words = a.lang.T("Make it smaller first, or take it from further away.")
	}
	a.form.Errors[ui.FieldPicture] = words
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

// askPage is ui.NewExpensePage with other words beside the picture: as long as
// no kind of operation carries it, only its fingerprint is kept, and a page
// says so.
func askPage(p ui.Page, v ui.NewExpenseView) templ.Component {
	l := p.Lang
	parts := []templ.Component{
		ui.Input(v.Form.Field(ui.FieldFor, l.T("What for?"), l.T("Everyone in the cell reads this line.")).UpTo(200).Must()),
		ui.Input(v.Form.Field(ui.FieldAmount, l.T("How much, in {1}?", unitOf(l.T("hours"), v.Measure)), "").As(ui.Figure).UpTo(12).Must()),
	}
	if len(v.From) > 1 {
		parts = append(parts, ui.Select(v.Form.Field(ui.FieldFrom, l.T("From where?"), ""), v.From))
	}
	parts = append(parts,
		ui.Select(v.Form.Field(ui.FieldPayee, l.T("Who gets the money?"), ""), v.To),
		ui.Input(v.Form.Field(ui.FieldPicture, l.T("A picture of the receipt"),
			l.T("You may leave it out. The router looks at it, keeps its fingerprint and forgets the picture: keep the paper until somebody has checked it.")).As(ui.File)),
		ui.Send(l.T("Ask the others")),
		within("p", "small soft", ui.Words(l.T("You cannot approve what you ask for yourself, nor pay it out.")+" "+l.T("This router writes it down for {1}.", p.Me))),
	)
	return around(ui.Layout(p), within("h1", "", ui.Words(l.T("Ask the tin to pay for something"))),
		within("p", "lead", ui.Words(l.T("There is {1} in it.", v.InIt.Words(l))+" "+v.Rule)), around(ui.Upload(p, v.Form.Action), parts...))
}

// unitOf names a measure beside a field.
func unitOf(hours string, m ui.Measure) string {
	if m.Kind == ui.InHours {
		return hours
	}
	return m.Name
}

// around puts components into one that has room for children.
func around(outer templ.Component, inner ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, templ.Join(inner...)), w)
	})
}

// within puts components into an element.
func within(name, class string, inner ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		open := "<" + name
		if class != "" {
			open += ` class="` + class + `"`
		}
		if _, err := io.WriteString(w, open+">"); err != nil {
			return err
		}
		if err := templ.Join(inner...).Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, "</"+name+">")
		return err
	})
}
