package web

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"celld/ui"
)

// stick is a carrier whose files are what they say.
type stick struct {
	laid, left string
	fails      error
}

func (s *stick) FillUp(w io.Writer) error { _, err := io.WriteString(w, "all of it"); return err }

func (s *stick) Lay(r io.Reader) (Parcel, error) {
	b, err := io.ReadAll(r)
	if s.fails != nil {
		err = s.fails
	}
	s.laid = string(b)
	return Parcel{ID: "7", Things: 12, Ahead: 3}, err
}

func (s *stick) TakeIn(id string) (TakenIn, error) {
	if id != "7" || s.laid == "" {
		return TakenIn{}, ErrNoParcel
	}
	s.laid = ""
	return TakenIn{New: 12, Known: 3, Refused: 1}, nil
}

func (s *stick) Leave(id string) error { s.left = id; return nil }

// TestAFileIsLookedAtBeforeItIsTakenIn: two steps, and neither without the
// other.
func TestAFileIsLookedAtBeforeItIsTakenIn(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	s := &stick{}
	e.server.Carrier = s
	moss.says(moss.get("/routers"), http.StatusOK, "Carry it on a stick")
	if a := moss.get("/routers/carry/file"); a.body != "all of it" {
		t.Errorf("the file is %q", a.body)
	}
	moss.says(moss.upload("/routers/carry", ui.FieldFile, []byte("a file")), http.StatusOK, "What is in the file", "a router that we do not know", "12", "Nothing of it is taken in yet.")
	if s.laid != "a file" {
		t.Errorf("what arrived is %q", s.laid)
	}
	moss.says(moss.post("/routers/carry/in", ui.FieldParcel, "8"), http.StatusUnprocessableEntity, "Choose the file once more.")
	moss.says(moss.post("/routers/carry/in", ui.FieldParcel, "7"), http.StatusOK, "New here: 12. Known already: 3. Refused: 1.", "contradicts what is here")
	moss.post("/routers/carry/leave", ui.FieldParcel, "7")
	if s.left != "7" {
		t.Error("it is not left")
	}
}

// TestAFileThatIsNoneIsToldSo, each in a sentence.
func TestAFileThatIsNoneIsToldSo(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	s := &stick{}
	e.server.Carrier = s
	for err, words := range map[error]string{ErrNoRoom: "not enough room", ErrOtherCell: "another cell’s", ErrNoParcel: "not whole", &http.MaxBytesError{}: "not enough room"} {
		s.fails = err
		moss.says(moss.upload("/routers/carry", ui.FieldFile, []byte("a file")), http.StatusUnprocessableEntity, words)
	}
	s.fails = nil
	if a := moss.upload("/routers/carry", "picture", []byte("a file")); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a form without the file: %d", a.status)
	}
	large := bytes.Repeat([]byte("x"), carryUpload+1)
	if a := moss.upload("/routers/carry", ui.FieldFile, large); a.status == http.StatusOK || !strings.Contains(a.text(), "not enough room") {
		t.Errorf("a vast file: %d", a.status)
	}
	moss.token = "of another page"
	if a := moss.upload("/routers/carry", ui.FieldFile, []byte("unasked")); a.status != http.StatusForbidden || s.laid == "unasked" {
		t.Errorf("a form of another site: %d, %q", a.status, s.laid)
	}
}
