package web

import (
	"fmt"
	"html"
	"math/rand"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/consent"
	"celld/internal/op"
	"celld/ui"
)

var (
	offeredForms = regexp.MustCompile(`(?s)<form method="post" action="(/r/[^"]+)"[^>]*>(.*?)</form>`)
	offeredTags  = regexp.MustCompile(`(?s)<input\b[^>]*>|<textarea\b[^>]*>|<button\b[^>]*>|<select\b[^>]*>.*?</select>`)
	offeredLinks = regexp.MustCompile(`href="(/r/[^"#]+)"`)
	choices      = regexp.MustCompile(`<option value="([^"]+)"`)
)

// attribute is one of a tag.
func attribute(tag, name string) string {
	if m := regexp.MustCompile(`\b` + name + `="([^"]*)"`).FindStringSubmatch(tag); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// walker goes through the pages of a round as somebody does who reads nothing: it
// follows any link, fills in any form with as much as there is room for, and sends it.
type walker struct {
	*rand.Rand
	*evening
	names []string
	round op.Ref
	trail []string
}

// filled is a form of a page, filled in.
func (w *walker) filled(action, form string) (values []string) {
	radios, ticks, buttons := map[string][]string{}, []string{}, []string{}
	for _, tag := range offeredTags.FindAllString(form, -1) {
		name, value := attribute(tag, "name"), attribute(tag, "value")
		switch kind := attribute(tag, "type"); {
		case name == "":
		case strings.HasPrefix(tag, "<button"):
			buttons = append(buttons, name, value)
		case strings.HasPrefix(tag, "<select"):
			if all := choices.FindAllStringSubmatch(tag, -1); len(all) > 0 {
				values = append(values, name, html.UnescapeString(all[w.Intn(len(all))][1]))
			}
		case kind == "radio":
			radios[name] = append(radios[name], value)
		case kind == "checkbox":
			ticks = append(ticks, name, value)
		case kind == "date" && name == ui.FieldNext:
			values = append(values, name, w.now.AddDate(0, 0, 1+w.Intn(300)).Format(time.DateOnly))
		case kind == "hidden", kind == "date":
			values = append(values, name, value)
		default:
			values = append(values, name, w.words(name, attribute(tag, "maxlength")))
		}
	}
	for name, all := range radios {
		values = append(values, name, all[w.Intn(len(all))])
	}
	if slices.Contains(values, "objection") {
		values = append(values, ticks[:2]...)
	}
	if n := len(buttons) / 2; n > 0 {
		i := w.Intn(n)
		values = append(values, buttons[2*i:2*i+2]...)
	}
	return values
}

// words fill a field to the brim, or are few.
func (w *walker) words(name, most string) string {
	n := 0
	fmt.Sscan(most, &n)
	if n == 0 || name == ui.FieldCriteria || w.Intn(3) > 0 {
		return fmt.Sprint("word ", w.Int())
	}
	return strings.Repeat("ñ", n)
}

// world lets something happen that is not on the pages of the round.
func (w *walker) world(p *phone) {
	switch w.Intn(5) {
	case 0:
		w.trail = append(w.trail, "leaves")
		if len(cell.PeopleOf(w.log.State()).Active()) > 1 {
			p.post("/people/" + p.id() + "/leave")
		}
	case 1:
		w.trail = append(w.trail, "is away")
		p.post("/me/away")
	case 2:
		p.post("/me/back")
	default:
		w.trail = append(w.trail, "time")
		w.now = w.now.Add(time.Duration(w.Intn(72)) * time.Hour)
		w.timers()
	}
}

// timers writes what a router with a clock writes.
func (w *walker) timers() {
	now, quality := w.Now()
	r := w.at()
	if a := r.Due(w.log.State().Now(), uint64(now.Unix())); a != nil && quality.Trusted() {
		_, _ = w.log.Submit(op.Author{Device: w.router}, op.Draft{Kind: a.Kind(), Subject: r.Ref, Content: a})
	}
}

func (w *walker) at() *consent.Round {
	r, _ := w.log.State().Value(consent.Key(w.round)).(*consent.Round)
	return r
}

// step takes a way that a page offers, and fails where it leads nowhere.
func (w *walker) step(p *phone) {
	page := p.says(p.get(roundURL(w.round)), http.StatusOK)
	links := offeredLinks.FindAllStringSubmatch(page.body, -1)
	if i := w.Intn(len(links) + 2); i < len(links) {
		page = w.follow(p, html.UnescapeString(links[i][1]))
		if more := offeredLinks.FindAllStringSubmatch(page.body, -1); len(more) > 0 && w.Intn(3) == 0 {
			page = w.follow(p, html.UnescapeString(more[w.Intn(len(more))][1]))
		}
	}
	forms := offeredForms.FindAllStringSubmatch(page.body, -1)
	if len(forms) == 0 {
		return
	}
	form := forms[w.Intn(len(forms))]
	if end := strings.HasSuffix(form[1], "/withdraw") || strings.HasSuffix(form[1], "/aside"); end && w.Intn(4) > 0 {
		return
	}
	was, values := w.at(), w.filled(form[1], form[2])
	w.trail = append(w.trail, cell.PeopleOf(w.log.State()).Name(p.by.Member)+" "+strings.TrimPrefix(form[1], roundURL(w.round))+" "+voiced(values))
	if a := p.post(html.UnescapeString(form[1]), values...); a.status != http.StatusOK {
		w.Fatalf("%v (contested %v): what %s offers is refused: %s\n%v", was.State, was.Contested, page.url, a.text(), w.trail)
	}
}

func voiced(values []string) string {
	if i := slices.Index(values, ui.FieldVoice); i >= 0 {
		return values[i+1]
	}
	return ""
}

func (w *walker) follow(p *phone, link string) answer {
	page := p.get(link)
	path, _, _ := strings.Cut(link, "?")
	if page.status != http.StatusOK || !strings.HasPrefix(page.url, path) {
		w.Fatalf("%v: the link to %s leads to %s (%d)\n%v", w.at().State, link, page.url, page.status, w.trail)
	}
	return page
}

// Nothing that a page of a round offers is refused, whatever was done before: no
// button, no link, no answer that there is room for.
func TestWhatARoundOffersIsDone(t *testing.T) {
	for seed := range int64(30) {
		w := &walker{Rand: rand.New(rand.NewSource(seed))}
		w.names = []string{"Moss", "Fern", "Kite", "Tide", "Ember"}[:2+w.Intn(4)]
		w.evening = sit(t, w.names...)
		withWords(w.evening)
		if w.Intn(6) == 0 {
			w.now = time.Unix(1000, 0)
		}
		moss, last := w.all["Moss"], w.all[w.names[len(w.names)-1]]
		switch class := []string{"routine", "standard", "agreement", "founding", "leave"}[w.Intn(5)]; class {
		case "founding":
			w.round = moss.begins("/rounds/founding")
		case "leave":
			w.round = moss.begins("/people/" + last.id() + "/leave")
		default:
			w.round = moss.brings(class)
		}
		for range 40 {
			p := w.all[w.names[w.Intn(len(w.names))]]
			switch {
			case !cell.PeopleOf(w.log.State()).IsActive(p.by.Member):
			case w.Intn(7) == 0:
				w.world(p)
			default:
				w.step(p)
			}
		}
	}
}

// begins opens a round by a form of its own.
func (p *phone) begins(path string) op.Ref {
	p.Helper()
	a := p.post(path, ui.FieldWhat, "We do this", ui.FieldWhy, "It is time")
	ref, err := op.ParseRef(strings.TrimPrefix(a.url, "/r/"))
	if err != nil {
		p.Fatal(a.text())
	}
	return ref
}

// The same holds of two routers that lose each other and meet again, with the round
// going on at both; and they come to one state each time.
func TestWhatARoundOffersIsDoneAfterRoutersWereApart(t *testing.T) {
	for seed := range int64(12) {
		draw := rand.New(rand.NewSource(seed))
		names := []string{"Moss", "Fern", "Kite", "Tide", "Ember"}[:3+draw.Intn(3)]
		e, here := sit(t, names...), 1+draw.Intn(len(names)-1)
		withWords(e)
		ref := e.all["Moss"].brings([]string{"routine", "standard", "agreement"}[draw.Intn(3)])
		for _, p := range e.all { // their devices are known from here on
			p.says(p.post("/board", "words", "I am here"), http.StatusOK)
		}
		far := e.apart(names[here:]...)
		walkers := []*walker{{Rand: draw, evening: e, names: names[:here], round: ref}, {Rand: draw, evening: far, names: names[here:], round: ref}}
		for range 4 {
			for range 14 {
				w := walkers[draw.Intn(2)]
				if draw.Intn(9) == 0 {
					w.now = w.now.Add(time.Duration(draw.Intn(72)) * time.Hour)
					w.timers()
					continue
				}
				w.step(w.all[w.names[draw.Intn(len(w.names))]])
			}
			e.meets(far)
			far.meets(e)
			if e.log.State().Digest() != far.log.State().Digest() {
				t.Fatalf("two states: %v, %v", walkers[0].trail, walkers[1].trail)
			}
		}
	}
}
