package web

import (
	"io"
	"net/http"

	"celld/internal/op"
	"celld/ui"
)

// The pages of a router that belongs to nobody yet and shall join a cell that
// there is. Who has shown the router's own code stands before it.

func (v *visit) taken() error {
	if _, err := v.founder(); err != nil {
		return err
	}
	if v.Seeking == nil {
		return errNotFound
	}
	v.Seeking.Seek(true)
	keys := v.Seeking.Keys()
	view := ui.TakenInView{Words: keyWords(keys.Key), Code: keys.Code(), QR: qrOf(keys.Code(), v.lang.T("The long code of this router")),
		Joins: v.Seeking.Joins(), Back: "/taken/back"}
	if key, ok := v.Seeking.Asking(); ok {
		view.Asked = &ui.Asking{Words: keyWords(key), YesURL: "/taken/yes", NoURL: "/taken/no"}
	}
	return v.show(http.StatusOK, ui.TakenInPage(v.page(v.lang.T("This router looks for its cell")), view))
}

// takenCode shows the long code to a router that asks for it.
func (v *visit) takenCode() error {
	if v.Seeking == nil || v.Log.Cell() != (op.ID{}) || !v.Seeking.Sought() {
		return errNotFound
	}
	v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(v.w, v.Seeking.Keys().Code())
	return err
}

func (v *visit) takenYes() error { return v.answerTaking(true, "/taken") }

func (v *visit) takenNo() error { return v.answerTaking(false, "/taken") }

func (v *visit) answerTaking(yes bool, to string) error {
	if v.Log.Cell() != (op.ID{}) {
		return away("/in")
	}
	if _, err := v.founder(); err != nil {
		return err
	}
	if v.Seeking == nil {
		return errNotFound
	}
	if err := v.Seeking.Answer(yes); err != nil {
		return err
	}
	return away(to)
}

func (v *visit) takenBack() error {
	if _, err := v.founder(); err != nil {
		return err
	}
	if v.Seeking != nil {
		v.Seeking.Seek(false)
	}
	return away("/found")
}
