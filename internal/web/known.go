package web

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/rota"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// newestWords is how many of somebody's newest words the page counts by kind. All of
// them are in the file.
const newestWords = 200

// headed is a Log that knows how far each device has written.
type headed interface{ Heads() op.Past }

// myDevices are the keys that sign for who is signed in, with how much each has
// written, the one with most first.
func (v *visit) myDevices() (mine []trust.Device, wrote op.Past) {
	if log, ok := v.Log.(headed); ok {
		wrote = log.Heads()
	}
	for _, d := range cell.PeopleOf(v.state).Trust.Devices {
		if d.Member == v.me() {
			mine = append(mine, d)
		}
	}
	sort.SliceStable(mine, func(i, j int) bool { return wrote[mine[i].Name] > wrote[mine[j].Name] })
	return mine, wrote
}

// areas are what people write, by the first word of a kind, and where it is seen.
var areas = []struct{ prefix, title, url string }{
	{"round", locale.M("In rounds"), "/rounds"},
	{"tx", locale.M("Payments and their answers"), "/ledger"},
	{"pledge", locale.M("Promises"), "/ledger"},
	{"expense", locale.M("Asked of the pool"), "/ledger"},
	{"note", locale.M("Notes on the board"), boardURL},
	{"rota", locale.M("Turns"), "/turns"},
	{"project", locale.M("In projects"), projectsURL},
	{"entry", locale.M("Needs and offers"), directoryURL},
	{"page", locale.M("In the pages of the cell"), "/commons"},
	{"meeting", locale.M("For meetings"), "/meetings"},
	{"person", locale.M("Your name, being away, invitations"), "/people"},
	{"trust", locale.M("Keys, seats and routers"), "/routers"},
}

// wroteByKind counts the newest things that somebody wrote, device by device.
func (v *visit) wroteByKind(mine []trust.Device, wrote op.Past) (rows []ui.Row, looked int) {
	counts := make([]int, len(areas)+1)
	for _, d := range mine {
		for n := wrote[d.Name]; n > 0 && looked < newestWords; n-- {
			o, err := v.Log.Read(op.Ref{Device: d.Name, Seq: n})
			if err != nil {
				continue // what had its time, or is sealed still
			}
			looked++
			counts[areaOf(o.Kind)]++
		}
	}
	for i, n := range counts {
		switch {
		case n == 0:
		case i < len(areas):
			rows = append(rows, ui.Row{URL: areas[i].url, Title: v.lang.T(areas[i].title), Number: v.lang.Number(n)})
		default:
			rows = append(rows, ui.Row{Title: v.lang.T("Other things"), Number: v.lang.Number(n)})
		}
	}
	return rows, looked
}

func areaOf(k op.Kind) int {
	for i, a := range areas {
		if strings.HasPrefix(string(k), a.prefix+".") {
			return i
		}
	}
	return len(areas)
}

// known is all that this router knows of who looks at it.
func (v *visit) known() error {
	l, p := v.lang, cell.PeopleOf(v.state)
	mine, wrote := v.myDevices()
	total := 0
	keys := ui.Part{Title: l.T("Your keys"), Lines: []string{l.T("One on each router where you signed in. It signs what you write there, and opens by your words alone. They stay until you leave.")}}
	for _, d := range mine {
		total += int(wrote[d.Name])
		text := ""
		if _, closed := v.state.Closed(d.Name); closed {
			text = l.T("It signs no more.")
		}
		keys.Rows = append(keys.Rows, ui.Row{URL: "/routers/" + d.Router.String(), Title: v.routerName(d.Router), Text: text, Number: l.N("one thing", "{1} things", int(wrote[d.Name]))})
	}
	rows, looked := v.wroteByKind(mine, wrote)
	written := ui.Part{Title: l.T("What you wrote"), Rows: rows, Lines: []string{
		l.N("One thing in all. It stays until the cell says otherwise; notes on the board go by themselves.", "{1} things in all. They stay until the cell says otherwise; notes on the board go by themselves.", total)}}
	if looked < total {
		written.Lines = append(written.Lines, l.N("Counted here: the newest one.", "Counted here: the newest {1}.", looked))
	}
	here := ui.Part{Title: l.T("Where you are signed in"), Lines: []string{l.T("In the memory of this router, for twelve hours after your last visit. It is gone with the power.")}}
	for _, s := range v.mySessions() {
		here.Rows = append(here.Rows, ui.Row{Title: s.Where, Text: s.When})
	}
	address := map[bool]string{false: l.T("There is none."), true: l.T("There is one. The router knows only its fingerprint.")}
	you := ui.Part{Title: l.T("You"), Facts: append(v.knows(p),
		ui.Fact{Question: l.T("The address of your calendar"), Answer: address[p.Names().Subscribes(v.me())]},
		ui.Fact{Question: l.T("The address at which git reads the pages"), Answer: address[p.Names().ReadsPages(v.me())]})}
	others := ui.Part{Title: l.T("What others wrote about you"), Rows: v.aboutMe(), Lines: []string{l.T("Words that somebody passed on for you, rounds about your seat, what others paid you. All of it is in the file.")}}
	file := ui.Part{Title: l.T("Take it along"), Lines: []string{l.T("All that you wrote here, and all that names you, as one file. Keep it where nobody else looks.")}, Ways: []ui.Link{{URL: "/safety/known/file", Text: l.T("Download the file")}}}
	return v.tellPage(http.StatusOK, l.T("What this router knows of you"), ui.SafetyView{
		Parts: []ui.Part{you, here, keys, written, v.standing(), others, file},
	})
}

// standing is what somebody has and does in the cell: balances and turns.
func (v *visit) standing() ui.Part {
	l := v.lang
	part := ui.Part{Title: l.T("What you have and do here")}
	b := v.books()
	account := ledger.MemberAccount(v.me())
	for _, u := range b.mutual() {
		h := b.holding(u, account)
		if h.Balance != 0 || len(h.Pending) > 0 {
			part.Rows = append(part.Rows, ui.Row{URL: accountURL(u, account), Title: locale.Capital(b.measure(u).Unit(l)), Number: b.sum(u, h.Balance).Signed(l)})
		}
	}
	for _, r := range rota.Roles {
		post := v.rota().Post(r)
		for _, s := range post.Served {
			if s.Member == v.me() {
				part.Rows = append(part.Rows, ui.Row{URL: "/turns/" + r.String(), Title: l.T(tasks[r].title), Text: l.N("one turn so far", "{1} turns so far", int(s.Terms))})
			}
		}
	}
	if len(part.Rows) == 0 {
		part.Lines = []string{l.T("Nothing in the books, and no turns so far.")}
	}
	return part
}

// aboutMe lists the open rounds in which somebody else spoke for who looks, or
// about them.
func (v *visit) aboutMe() (rows []ui.Row) {
	for _, s := range roundList(v.state).Live() {
		r, _ := v.state.Value(consent.Key(s.Ref)).(*consent.Round)
		if r == nil {
			continue
		}
		if r.Concerns == v.me() {
			rows = append(rows, ui.Row{URL: roundURL(s.Ref), Title: s.Title, Text: v.lang.T("It is about your seat.")})
		}
		for _, seat := range r.Seats(v.state.Now(), v.me()) {
			if seat.Member == v.me() && !seat.Relayed.IsZero() {
				rows = append(rows, ui.Row{URL: roundURL(s.Ref), Title: s.Title, Text: v.lang.T("{1} passed on your word.", cell.PeopleOf(v.state).Name(seat.Relayed))})
			}
		}
	}
	return rows
}

// saved is one operation as the file has it. Content is by the numbers of
// docs/protocol.md, since a word for each would have to be kept for ever.
type saved struct {
	When    string `json:"when,omitempty"`
	By      string `json:"by,omitempty"`
	Router  string `json:"router"`
	Kind    string `json:"kind"`
	Ref     string `json:"ref"`
	About   string `json:"about,omitempty"`
	Goes    string `json:"goes,omitempty"` // when it is dropped
	Content any    `json:"content,omitempty"`
}

// knownFile is all that somebody wrote and all that names them, as it is read: a
// small router never holds it whole.
func (v *visit) knownFile() error {
	log, ok := v.Log.(Whole)
	if !ok {
		return errNotFound
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="mine.json"`)
	_ = http.NewResponseController(v.w).SetWriteDeadline(v.now.Add(exportTime))
	return v.broken(v.writeKnown(v.w, log))
}

func (v *visit) writeKnown(w io.Writer, log Whole) error {
	p, me := cell.PeopleOf(v.state), v.me()
	first, err := json.Marshal(map[string]any{
		"name": p.Name(me), "number": me.String(), "router": v.Name, "written": v.date.UTC().Format(time.RFC3339),
		"kept": map[string]string{"notes": strconv.Itoa(int(cell.RulesOf(v.state).NoteDays())) + " d", "receipts": strconv.Itoa(ledger.ReceiptDays) + " d", "all else": "until the cell says otherwise"},
	})
	if err != nil {
		return err
	}
	if _, err := w.Write(append(first[:len(first)-1], `,"operations":[`...)); err != nil {
		return err
	}
	ops, failed := log.Lawful()
	comma, books := false, v.books()
	for o := range ops {
		if o.Member != me && !v.names(o, me) {
			continue
		}
		o, may := books.known(o)
		if !may {
			continue
		}
		line, err := json.Marshal(v.saved(o))
		if err == nil && comma {
			_, err = io.WriteString(w, ",\n")
		}
		if err == nil {
			_, err = w.Write(line)
		}
		if err != nil {
			return err
		}
		comma = true
	}
	_, err = io.WriteString(w, "]}\n")
	return errors.Join(err, failed())
}

// names reports whether an operation speaks of m: by their number, or by their
// account, which is written with it.
func (v *visit) names(o op.Opened, m op.Member) bool {
	return bytes.Contains(o.Content, m[:]) || bytes.Contains(o.Content, []byte(ledger.MemberAccount(m)))
}

func (v *visit) saved(o op.Opened) saved {
	s := saved{Router: v.routerName(o.Router), Kind: string(o.Kind), Ref: o.Ref.String()}
	if !o.Member.IsZero() {
		s.By = cell.PeopleOf(v.state).Name(o.Member)
	}
	if o.Clock.Trusted() {
		s.When = at(o.Time).UTC().Format(time.RFC3339)
	}
	if o.Expires != 0 {
		s.Goes = at(o.Expires).UTC().Format(time.RFC3339)
	}
	if !o.Subject.IsZero() {
		s.About = o.Subject.String()
	}
	var content any
	if len(o.Content) > 0 && op.Unmarshal(o.Content, &content) == nil {
		s.Content = v.plain(content)
	}
	return s
}

// plain makes what CBOR holds into what JSON can hold; who is named by a number
// is named by name.
func (v *visit) plain(x any) any {
	switch x := x.(type) {
	case map[any]any:
		out := map[string]any{}
		for k, value := range x {
			if n, ok := k.(uint64); ok {
				out[strconv.FormatUint(n, 10)] = v.plain(value)
			}
		}
		return out
	case []any:
		out := make([]any, len(x))
		for i, value := range x {
			out[i] = v.plain(value)
		}
		return out
	case []byte:
		if len(x) == len(op.Member{}) && cell.PeopleOf(v.state).Names() != nil {
			if name := cell.PeopleOf(v.state).Names().Name(op.Member(x)); name != "" {
				return name
			}
		}
		return hex.EncodeToString(x)
	}
	return x
}
