package web

import (
	"net/http"
	"net/url"
	"slices"
	"sync"

	"celld/internal/cell"
	"celld/internal/cell/board"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

const (
	boardURL     = "/board"
	notesPerPage = 50
)

// boardAbout leads to a note about something.
func boardAbout(r op.Ref) string { return boardURL + "?" + url.Values{"about": {r.String()}}.Encode() }

func (v *visit) board() error {
	return v.showBoard(http.StatusOK, ui.Form{Action: boardURL, Values: map[string]string{}}, v.r.URL.Query().Get("about"), ui.Wrong{})
}

func (v *visit) showBoard(status int, f ui.Form, about string, wrong ui.Wrong) error {
	notes := v.notes()
	part := v.span(notesPerPage, len(notes))
	view := ui.BoardView{Form: f, Clear: boardURL, Stay: int(cell.RulesOf(v.state).NoteDays())}
	if ref, err := op.ParseRef(about); err == nil {
		view.About, view.Ref = v.noteAbout(ref), about
	}
	view.Previous, view.Next = part.ways(boardURL + "?page=")
	view.Days = v.noteDays(of(part, notes))
	p := v.page(v.lang.T("The board"))
	p.Wrong = wrong
	return v.show(status, ui.BoardPage(p, view))
}

// notes are what hangs there, the newest first. A note whose last day has passed
// is not shown, also in the minute before it is dropped.
func (v *visit) notes() []board.Note {
	now, trusted := v.clocked()
	return slices.DeleteFunc(v.state.Notes(), func(n board.Note) bool { return trusted && n.Over(now) })
}

// noteDays puts notes under their days. One without a date belongs to the day
// of the note that it stands on.
func (v *visit) noteDays(notes []board.Note) (days []ui.NoteDay) {
	here := v.onlyHere(v.state)
	for _, n := range slices.Backward(notes) {
		name := v.lang.T("Nobody knew the date")
		if n.Dated {
			name = locale.Capital(v.lang.Date(at(n.Time)))
		} else if len(days) > 0 {
			name = days[len(days)-1].Name
		}
		if len(days) == 0 || days[len(days)-1].Name != name {
			days = append(days, ui.NoteDay{Name: name})
		}
		day := &days[len(days)-1]
		day.Notes = append(day.Notes, v.note(n, here(n)))
	}
	for _, d := range days {
		slices.Reverse(d.Notes)
	}
	slices.Reverse(days)
	return days
}

func (v *visit) note(n board.Note, onlyHere bool) ui.BoardNote {
	out := ui.BoardNote{Text: n.Text, By: cell.PeopleOf(v.state).Name(n.By), When: v.lang.T("nobody knew the time"), OnlyHere: onlyHere}
	if n.Dated {
		out.When = v.lang.Clock(at(n.Time))
	}
	if !n.About.IsZero() {
		out.About = v.noteAbout(n.About)
	}
	if n.By == v.me() {
		out.DownURL = boardURL + "/" + n.Ref.String() + "/down"
	}
	return out
}

// onlyHere tells which notes were written on this router and, where the cell
// has more than one, are not known to be on another.
func (v *visit) onlyHere(state *cell.State) func(board.Note) bool {
	t, own := cell.PeopleOf(state).Trust, v.Keys.Router().Device
	others := func(r trust.RouterKeys) bool { return r.Status == trust.Active && r.Name != own }
	if v.Mesh == nil || t == nil || !slices.ContainsFunc(t.Routers, others) {
		return func(board.Note) bool { return false }
	}
	carried := sync.OnceValue(v.Mesh.Carried) // it asks all neighbours
	return func(n board.Note) bool { return n.Router == own && !carried()(n.Ref) }
}

// stuck counts them. It is the same for whoever looks, and letters leave it alone.
func (v *visit) stuck(state *cell.State) (n int) {
	here := v.onlyHere(state)
	for _, x := range state.Notes() {
		if here(x) {
			n++
		}
	}
	return n
}

// noteAbout leads to the round or the promise that a note names, if it is here.
func (v *visit) noteAbout(r op.Ref) ui.Link {
	if x, _ := v.state.Value(consent.Key(r)).(*consent.Round); x != nil {
		return ui.Link{URL: roundURL(r), Text: x.Title()}
	}
	if g, ok := v.state.Value(ledger.PledgeKey(r)).(ledger.Pledge); ok {
		return ui.Link{URL: ledgerURL("pledge", r), Text: g.What}
	}
	return v.thing(r)
}

func (v *visit) leaveNote() error {
	w := board.Write{Text: v.value(ui.FieldWords)}
	about := v.value(ui.FieldAbout)
	if ref, err := op.ParseRef(about); err == nil && v.noteAbout(ref).URL != "" {
		w.About = ref
	}
	_, err := v.submit(op.Draft{Kind: board.KindWrite, Content: w, Keep: cell.RulesOf(v.state).NoteDays() * 24 * 60 * 60})
	f := v.form(boardURL)
	fields := byCode{{"note.empty", ui.FieldWords}, {"text.long", ui.FieldWords}, {"text.hidden", ui.FieldWords}, {"text.spelling", ui.FieldWords}}
	if wrong, ok := v.refused(&f, err, fields); ok {
		return v.showBoard(http.StatusUnprocessableEntity, f, about, wrong)
	}
	if err != nil {
		return err
	}
	return v.done(boardURL, v.lang.T("It hangs on the board."), "")
}

// takeNoteDown stays in force as long as any note may.
func (v *visit) takeNoteDown() error {
	ref, err := op.ParseRef(v.r.PathValue("ref"))
	if err != nil || !slices.ContainsFunc(v.notes(), func(n board.Note) bool { return n.Ref == ref }) {
		return errNotFound
	}
	if _, err := v.submit(op.Draft{Kind: board.KindRemove, Subject: ref, Keep: board.Longest}); err != nil {
		return err
	}
	return v.done(boardURL, v.lang.T("It is off the board."), v.lang.T("On a router that has not heard of it yet it stays until then. Its sealed words go when its time is over."))
}
