package web

import (
	"crypto/sha256"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"celld/internal/cell"
	"celld/internal/op"
	"celld/ui"
)

// Bounds of what is kept for people who have to sign in again: for how long,
// how much of each, and for how many browsers.
const (
	keptCookie = "celld-kept"
	keptTime   = 15 * time.Minute
	keptBytes  = 16 << 10
	keptMost   = 32
)

// keptForm is a form that came when nobody was signed in any more.
type keptForm struct {
	to     string // the address it was for
	fields url.Values
	until  time.Time
}

// kept holds such forms, in memory only, each for the browser that sent it.
type kept struct {
	mu  sync.Mutex
	all map[[32]byte]keptForm
}

// put keeps a form, and returns what its browser has to show to see it again.
// The oldest goes where there are too many.
func (k *kept) put(f keptForm, now time.Time) string {
	t := token()
	k.mu.Lock()
	defer k.mu.Unlock()
	var oldest [32]byte
	for id, x := range k.all {
		if now.After(x.until) {
			delete(k.all, id)
		} else if o, ok := k.all[oldest]; !ok || x.until.Before(o.until) {
			oldest = id
		}
	}
	if k.all == nil {
		k.all = map[[32]byte]keptForm{}
	}
	if len(k.all) >= keptMost {
		delete(k.all, oldest)
	}
	f.until = now.Add(keptTime)
	k.all[sha256.Sum256([]byte(t))] = f
	return t
}

// find returns what is kept for the browser of a request.
func (k *kept) find(r *http.Request, now time.Time) (keptForm, bool) {
	c, err := cookie(r, keptCookie)
	if err != nil {
		return keptForm{}, false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	f, ok := k.all[sha256.Sum256([]byte(c.Value))]
	return f, ok && !now.After(f.until)
}

func (k *kept) drop(r *http.Request) {
	if c, err := cookie(r, keptCookie); err == nil {
		k.mu.Lock()
		defer k.mu.Unlock()
		delete(k.all, sha256.Sum256([]byte(c.Value)))
	}
}

// clear forgets all of it: the router is locked.
func (k *kept) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	clear(k.all)
}

// keep holds on to what somebody wrote while their session ended. Files and
// what is nothing but a button are not kept. It reports whether anything was.
func (v *visit) keep(r Route) bool {
	if v.r.Method != http.MethodPost || r.limit() > pageForm || r.secret() || v.r.ParseForm() != nil {
		return false
	}
	f := keptForm{to: v.r.URL.RequestURI(), fields: v.r.PostForm}
	if !v.writes(writer(v.r.PostForm.Get("token"))) || len(f.words()) == 0 || f.size() > keptBytes {
		return false
	}
	setCookie(v.w, v.r, keptCookie, v.kept.put(f, v.now))
	return true
}

// writes reports whether a name in a form's token is that of somebody who sits here.
// Strangers do not know one: else theirs would take the place of what members wrote.
func (v *visit) writes(name string) bool {
	return slices.ContainsFunc(cell.PeopleOf(v.state).Trust.Active(), func(m op.Member) bool { return m.String() == name })
}

func (f keptForm) size() (n int) {
	for name, values := range f.fields {
		for _, x := range values {
			n += len(name) + len(x)
		}
	}
	return n
}

// secret tells whether a form asks for the five words, which are not to be seen
// and not to be kept.
func (r Route) secret() bool {
	return r.Pattern == "/in" || r.Pattern == "/me/words" || r.Pattern == "/people/{member}/rebind/veto"
}

// wrote is what a member has written in a form that is not taken: it comes back
// on the page that says so.
func (v *visit) wrote() []string {
	if v.session == nil || writer(v.r.PostForm.Get("token")) != v.me().String() || v.route.secret() {
		return nil
	}
	return keptForm{fields: v.r.PostForm}.words()
}

// handBack is what was written, where what is wrong is not at a field: the page may
// have moved on and have none for it any more.
func (v *visit) handBack(wrong ui.Wrong) []string {
	if wrong.Field != "" {
		return nil
	}
	return v.wrote()
}

// writtenIn are the fields in which people write sentences; a voice's reason is
// named for the voice, and an answer for what it answers.
var writtenIn = []string{
	ui.FieldTitle, ui.FieldWhat, ui.FieldFor, ui.FieldName, ui.FieldWhy, ui.FieldWho, ui.FieldEffort, ui.FieldCriteria,
	ui.FieldWords, ui.FieldNote, ui.FieldTime, ui.FieldPlace, ui.FieldReason, ui.FieldBatch, ui.FieldSeen,
	"question", "answer", "reaction", "harm", ui.FieldHow,
}

// words are the sentences of a form, as people read them back.
func (f keptForm) words() []string {
	var out []string
	for _, field := range writtenIn {
		for _, name := range slices.Sorted(maps.Keys(f.fields)) {
			if name != field && !strings.HasPrefix(name, field+"-") {
				continue
			}
			if x := trimmed(f.fields.Get(name)); x != "" {
				out = append(out, x)
			}
		}
	}
	return out
}

// keptHere is what this member wrote in this browser before they signed in again.
func (v *visit) keptHere() (keptForm, bool) {
	f, ok := v.kept.find(v.r, v.now)
	return f, ok && v.session != nil && writer(f.fields.Get("token")) == v.me().String()
}

// keptPage shows it, to be sent now or let go.
func (v *visit) keptPage() error {
	f, ok := v.keptHere()
	if !ok {
		return away("/")
	}
	view := ui.KeptView{To: f.to, DropURL: "/kept", Words: f.words()}
	for _, name := range slices.Sorted(maps.Keys(f.fields)) {
		for _, x := range f.fields[name] {
			if name != "token" {
				view.Fields = append(view.Fields, ui.Choice{Value: name, Text: x})
			}
		}
	}
	return v.show(http.StatusOK, ui.KeptPage(v.page(v.lang.T("What you wrote is still here")), view))
}

// letItGo drops it, as readForm does with whatever was kept before.
func (v *visit) letItGo() error { return away("/") }
