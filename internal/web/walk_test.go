package web

import (
	"html"
	"maps"
	"math/rand"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
)

var (
	roomForms = regexp.MustCompile(`(?s)<form method="post" action="([^"]+)"[^>]*>(.*?)</form>`)
	roomLinks = regexp.MustCompile(`href="(/[^"#]*)`)
	// What a walk leaves alone: other languages, what is no page, and what ends it.
	notWalked = regexp.MustCompile(`^/(static|live|network|lost|join|claim|git/|commons\.git|calendar/.|fund$|in$|out|lock|away|me/words|routers/add|practice|safety/wipe|commons/bring|ledger/import$)|/(picture|go)$|lang=`)
	// What is refused with a word at its field, since it lies in what was typed, or in two
	// fields that do not go together.
	typedWrong = regexp.MustCompile(`id="(cap|to|long|put|taken|amount|lost|next|words|day|currency|reason-[a-z]+)-err"`)
	notTicked  = []string{"Tick what is done.", "Tick who is part of it beside you.", "What we share does not pay by itself.", "These figures do not go together."}
	// Who did this lately rests, which the page of the pause does not say before.
	restedLately = "You did this not long ago"
)

// rooms is a walk through all rooms of the house, by several people who read nothing.
type rooms struct {
	walker
	pages map[string]string // those that one of them reaches
	taps  int
}

// roomOffer is a form on a page.
type roomOffer struct{ page, action, form string }

// looks follows every link that somebody is shown, and returns every form.
func (w *rooms) looks(p *phone) (all []roomOffer) {
	w.pages = map[string]string{}
	type link struct{ to, from string }
	for todo := []link{{"/", "/"}, {"/circles/yours", "/"}}; len(todo) > 0; todo = todo[1:] {
		at := todo[0].to
		if path, _, _ := strings.Cut(at, "?"); w.pages[at] != "" || notWalked.MatchString(at) || len(w.pages) > 300 && path != at {
			continue
		}
		page := p.get(at)
		elsewhere := page.url == "/ledger/tin" || strings.HasSuffix(page.url, "?rule="+ruleCash) // where a currency is agreed on
		if page.status != http.StatusOK || page.url != at && !elsewhere {
			w.Fatalf("what %s shows leads from %s to %s (%d)\n%s", todo[0].from, at, page.url, page.status, strings.Join(w.trail, "\n"))
		}
		w.pages[at] = page.body
		if !strings.Contains(page.header.Get("Content-Type"), "html") {
			continue
		}
		for _, m := range roomLinks.FindAllStringSubmatch(page.body, -1) {
			todo = append(todo, link{html.UnescapeString(m[1]), at})
		}
		for _, m := range roomForms.FindAllStringSubmatch(page.body, -1) {
			if action := html.UnescapeString(m[1]); !notWalked.MatchString(action) {
				all = append(all, roomOffer{at, action, m[2]})
			}
		}
	}
	return all
}

var lettersOnly = regexp.MustCompile(`[0-9a-z]{13}(-[0-9]+)?|[?].*`)

// does sends one of the forms that somebody is offered: of each kind as often.
func (w *rooms) does(p *phone) {
	kinds := map[string][]roomOffer{}
	for _, o := range w.looks(p) {
		kind := lettersOnly.ReplaceAllString(o.action, "")
		kinds[kind] = append(kinds[kind], o)
	}
	kind := slices.Sorted(maps.Keys(kinds))[w.Intn(len(kinds))]
	if ends := strings.HasSuffix(kind, "/leave"); ends && w.Intn(4) > 0 {
		return
	}
	o := kinds[kind][w.Intn(len(kinds[kind]))]
	values := w.fill(o.form)
	w.trail = append(w.trail, cell.PeopleOf(w.log.State()).Name(p.by.Member)+" "+o.action+" "+strings.Join(values, "|"))
	w.taps++
	a := p.post(o.action, append(values, "tap", strconv.Itoa(w.taps))...)
	if a.status == http.StatusOK || typedWrong.MatchString(a.body) || strings.Contains(a.text(), restedLately) {
		return
	}
	if !slices.ContainsFunc(notTicked, func(s string) bool { return strings.Contains(a.text(), s) }) {
		w.Fatalf("what %s offers is refused: %s\n%s", o.page, a.text(), strings.Join(w.trail, "\n"))
	}
}

// fill is a form filled in, with small figures and days that are near.
func (w *rooms) fill(form string) []string {
	values := w.filled("", form)
	for _, tag := range offeredTags.FindAllString(form, -1) {
		i := slices.Index(values, attribute(tag, "name"))
		if i < 0 || i%2 == 1 { // or a value that is called so
			continue
		}
		switch was := attribute(tag, "value"); {
		case attribute(tag, "inputmode") == "numeric", attribute(tag, "inputmode") == "decimal":
			values[i+1] = strconv.Itoa(1 + w.Intn(3))
		case attribute(tag, "type") == "date" && (strings.Contains(tag, " required") || w.Intn(2) == 0):
			values[i+1] = w.now.AddDate(0, 0, 1+w.Intn(40)).Format(time.DateOnly)
		case attribute(tag, "type") == "time":
			values[i+1] = "19:30"
		case attribute(tag, "type") == "text" && was != "" && w.Intn(2) == 0:
			values[i+1] = was
		}
	}
	for _, tag := range offeredTags.FindAllString(form, -1) {
		if attribute(tag, "type") == "checkbox" && (strings.Contains(tag, " required") || w.Intn(2) == 0) {
			values = append(values, attribute(tag, "name"), attribute(tag, "value"))
		}
	}
	return values
}

// Nothing that any page of the house shows leads nowhere, and nothing that it offers is
// refused, but for what lies in what was typed.
func TestWhatTheRoomsOfferIsDone(t *testing.T) {
	for seed := range int64(6) {
		w := &rooms{walker: walker{Rand: rand.New(rand.NewSource(seed))}}
		w.names = []string{"Moss", "Fern", "Kite", "Tide"}[:2+w.Intn(3)]
		w.evening = gather(t, w.names...)
		withWords(w.evening)
		for _, rule := range []func(){
			func() { w.agree(ledger.EffectUnit, ledger.UnitInfo{Unit: ledger.Cash("EUR")}, w.names...) },
			func() {
				w.agree(ledger.EffectLimits, ledger.LimitsEffect{Unit: ledger.Credit, Min: -60, Max: 90, Cap: 500}, w.names...)
			},
			func() { w.agree(ledger.EffectBands, ledger.Switch{On: true}, w.names...) },
		} {
			if w.Intn(2) == 0 {
				rule()
			}
		}
		for range 24 {
			p := w.all[w.names[w.Intn(len(w.names))]]
			switch n := w.Intn(12); {
			case !cell.PeopleOf(w.log.State()).IsActive(p.by.Member):
			case n == 0:
				w.now = w.now.Add(time.Duration(w.Intn(96)) * time.Hour)
			case n == 1 && len(w.names) < 5 && !cell.PeopleOf(w.log.State()).Trust.Closed:
				w.seat(p.by, "Lark"+strconv.Itoa(len(w.names)))
				w.names = append(w.names, "Lark"+strconv.Itoa(len(w.names)))
			case w.server.sessions.find(p.asking(), time.Now()) == nil:
				w.again(cell.PeopleOf(w.log.State()).Name(p.by.Member))
			default:
				w.does(p)
			}
		}
	}
}

func (p *phone) asking() *http.Request {
	r := &http.Request{Header: http.Header{}, URL: &url.URL{Path: "/"}}
	r.AddCookie(&http.Cookie{Name: cookieName, Value: p.cookie})
	return r
}
