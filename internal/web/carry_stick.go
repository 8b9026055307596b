package web

import (
	"errors"
	"io"
	"net/http"
	"time"

	"celld/internal/cell"
	"celld/ui"
)

// A file for a router out of reach, and one from there. Coming in it is large,
// and goes to the disk as it arrives: nothing of it stays in memory.
const (
	carryURL    = "/routers/carry"
	carryRoute  = "POST " + carryURL
	carryUpload = 64 << 20
	carryTime   = 10 * time.Minute // for a slow phone
	tokenBytes  = 1 << 10
)

func (v *visit) carryPage() error { return v.showCarry(http.StatusOK, ui.Wrong{}) }

func (v *visit) showCarry(status int, wrong ui.Wrong) error {
	if v.Carrier == nil {
		return errNotFound
	}
	f := ui.Form{Action: carryURL, Errors: map[string]string{}}
	if wrong.Title != "" {
		wrong.Field = ui.FieldFile
		f.Errors[ui.FieldFile] = wrong.Title
	}
	p := v.page(v.lang.T("Carry it on a stick"))
	p.Back, p.Wrong = ui.Link{URL: "/routers", Text: v.lang.T("Our routers")}, wrong
	return v.show(status, ui.CarryPage(p, ui.CarryView{FileURL: carryURL + "/file", Form: f}))
}

// carryFile gives all that is here. A file that breaks off is not given as if
// it were whole.
func (v *visit) carryFile() error {
	if v.Carrier == nil {
		return errNotFound
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", `attachment; filename="cell-`+v.now.Format(time.DateOnly)+`.celld"`)
	_ = http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(carryTime)) // where there is none, the server's own holds
	return v.broken(v.Carrier.FillUp(v.w))
}

// openStream reads a large form as far as its token, which stands first.
func (v *visit) openStream() error {
	parts, err := v.r.MultipartReader()
	if err != nil {
		return problem(http.StatusBadRequest, "form.unreadable")
	}
	first, err := parts.NextPart()
	if err != nil {
		return problem(http.StatusBadRequest, "form.unreadable")
	}
	token, err := io.ReadAll(io.LimitReader(first, tokenBytes))
	if err != nil || first.FormName() != "token" || !v.session.formIs(string(token)) {
		return problem(http.StatusForbidden, "form.old")
	}
	v.parts = parts
	return nil
}

// carryLook takes the file, and tells what it says of itself.
func (v *visit) carryLook() error {
	if v.Carrier == nil {
		return errNotFound
	}
	_ = http.NewResponseController(v.w).SetReadDeadline(time.Now().Add(carryTime)) // as above
	file, err := v.parts.NextPart()
	if err != nil || file.FormName() != ui.FieldFile || file.FileName() == "" {
		return v.showCarry(http.StatusUnprocessableEntity, ui.Wrong{Title: v.lang.T("Choose the file once more.")})
	}
	parcel, err := v.Carrier.Lay(file)
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, ErrNoRoom), errors.As(err, &large):
		return v.showCarry(http.StatusUnprocessableEntity, ui.Wrong{Title: v.lang.T("There is not enough room here for this file.")})
	case errors.Is(err, ErrOtherCell):
		return v.showCarry(http.StatusUnprocessableEntity, ui.Wrong{Title: v.lang.T("This file is another cell’s.")})
	case errors.Is(err, ErrNoParcel):
		return v.showCarry(http.StatusUnprocessableEntity, ui.Wrong{Title: v.lang.T("This file is not whole, or not one of a router of ours."), Text: v.lang.T("Download it there once more, and bring it again.")})
	case err != nil:
		return err
	}
	return v.showParcel(parcel)
}

func (v *visit) showParcel(parcel Parcel) error {
	by := v.lang.T("a router that we do not know")
	if cell.PeopleOf(v.state).Trust.HasRouter(parcel.By) {
		by = v.routerName(parcel.By)
	}
	facts := []ui.Fact{{Question: v.lang.T("Made by"), Answer: by}}
	if !parcel.Made.IsZero() {
		facts = append(facts, ui.Fact{Question: v.lang.T("Made on"), Answer: v.lang.Date(parcel.Made)})
	}
	facts = append(facts,
		ui.Fact{Question: v.lang.T("Things in it"), Answer: v.lang.Number(parcel.Things)},
		ui.Fact{Question: v.lang.T("Not here yet"), Answer: v.lang.Number(parcel.Ahead)})
	p := v.page(v.lang.T("What is in the file"))
	p.Back = ui.Link{URL: carryURL, Text: v.lang.T("Carry it on a stick")}
	return v.show(http.StatusOK, ui.ParcelPage(p, ui.ParcelView{ID: parcel.ID, Facts: facts, Action: carryURL + "/in", LeaveURL: carryURL + "/leave"}))
}

// carryIn takes in what was looked at.
func (v *visit) carryIn() error {
	if v.Carrier == nil {
		return errNotFound
	}
	var got TakenIn
	var err error
	g := &growing{title: v.lang.T("It is being taken in"), end: v.lang.T("It is done."), far: func() (Doing, bool) { return v.at(Carrying) }}
	v.while(g, func() { got, err = v.Carrier.TakeIn(v.r.PostForm.Get(ui.FieldParcel)) })
	if errors.Is(err, ErrNoParcel) {
		return v.showCarry(http.StatusUnprocessableEntity, ui.Wrong{Title: v.lang.T("Choose the file once more.")})
	}
	if err != nil {
		return err
	}
	text := ""
	switch {
	case got.Refused > 0:
		text = v.lang.T("What is refused is not signed as it should be, or contradicts what is here.")
	case got.Held > 0:
		text = v.lang.T("Some of it waits for things that are not in this file.")
	}
	return v.done("/routers", v.lang.T("New here: {1}. Known already: {2}. Refused: {3}.",
		v.lang.Number(got.New), v.lang.Number(got.Known), v.lang.Number(got.Refused)), text)
}

func (v *visit) carryLeave() error {
	if v.Carrier == nil {
		return errNotFound
	}
	if err := v.Carrier.Leave(v.r.PostForm.Get(ui.FieldParcel)); err != nil {
		return err
	}
	return away(carryURL)
}
