package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"celld/internal/cell/board"
	"celld/internal/cell/commons"
	"celld/internal/cell/consent"
	"celld/internal/cell/directory"
	"celld/internal/cell/ledger"
	"celld/internal/cell/letter"
	"celld/internal/cell/meeting"
	"celld/internal/cell/packet"
	"celld/internal/cell/projects"
	"celld/internal/op"
)

// The figures of the pages on which a cell lives, with cells in which all of it
// was written down: meetings, projects, needs and offers, the store, the tin,
// pages and their versions, packets, and letters that few can open.

// lifePages are the pages that are measured. Where an address has to be found
// first, the last link of its kind on another page is it.
var lifePages = []struct{ name, page, last string }{
	{"home", "/", ""},
	{"meetings", "/meetings", ""},
	{"meetings-older", "/meetings?page=3", ""},
	{"meeting", "/meetings", `"(/meetings/[^"/?]{8,})"`},
	{"calendar-feed", "", ""},
	{"projects", "/projects", ""},
	{"projects-older", "/projects?page=3", ""},
	{"project", "/projects", `"(/projects/[^"/?]{8,})"`},
	{"directory", "/directory", ""},
	{"directory-all", "/directory?sort=offer", ""},
	{"entry", "/directory?sort=offer", `"(/directory/[^"/?]{8,})"`},
	{"ledger", "/ledger", ""},
	{"tin", "/ledger/tin", ""},
	{"statement", "/ledger", `"(/ledger/account/[^"?]+)"`},
	{"statement-of-tin", "/ledger/tin", `"(/ledger/account/[^"?]+)"`},
	{"store", "/ledger/goods", ""},
	{"store-older", "/ledger/goods?page=1", ""},
	{"good", "/ledger/goods/swabs", ""},
	{"fund", "/ledger/fund", ""},
	{"fund-of-guests", "/fund", ""},
	{"pledges", "/ledger/pledges", ""},
	{"pledges-older", "/ledger/pledges?page=2", ""},
	{"rounds", "/rounds", ""},
	{"rounds-older", "/rounds?page=3", ""},
	{"round", "/rounds", `"(/r/[^"/?]+)"`},
	{"commons", "/commons", ""},
	{"page", "/commons", `"(/commons/p/[^"/?]+)"`},
	{"versions", "/commons", `"(/commons/p/[^"/?]+)"+/versions`},
	{"find-and-take-out", "/commons", `"(/commons/p/[^"/?]+)"+/out`},
	{"take-along", "/commons/take", ""},
	{"agreements", "/commons/agreements", ""},
	{"agreements-older", "/commons/agreements?page=1", ""},
	{"people", "/people", ""},
	{"packet", "/people", `"/people/([^"/?]+)"+/packet`},
	{"booklet", "/people", `"/people/([^"/?]+)"+/packet/booklet`},
	{"turns", "/turns", ""},
	{"board", "/board", ""},
	{"circles", "/circles", ""},
	{"circles-yours", "/circles/yours", ""},
	{"safety", "/safety", ""},
	{"safety-known", "/safety/known", ""},
	{"safety-kept", "/safety/kept", ""},
	{"routers", "/routers", ""},
}

// BenchmarkLife looks at those pages in cells of several sizes.
func BenchmarkLife(b *testing.B) {
	for _, store := range []string{storeSQLite, storeFile} {
		grown := growth{}
		for _, n := range figureSizes {
			if testing.Short() && n > 10_000 {
				continue
			}
			dir := lifeOf(b, n).copyTo(b, store)
			b.Run(fmt.Sprintf("pages/%s/%d", store, n), func(b *testing.B) { figureLife(b, dir, grown) })
			if n > figureSizes[0] {
				b.Run(fmt.Sprintf("growth/%s/%d", store, n), grown.report)
			}
		}
	}
}

// figureLife measures pages one after the other, and how long each is.
func figureLife(b *testing.B, dir string, grown growth) {
	p := startProgram(b, dir)
	v := signIn(b, p, 6) // Kite has a packet
	v.promise("to see what was promised")
	feed := calendarOf(b, v)
	pages := map[string]string{}
	for _, x := range lifePages {
		pages[x.name] = v.addressOf(b, x.page, x.last)
	}
	pages["calendar-feed"] = feed
	took, busy, size, largest := map[string][]time.Duration{}, map[string]time.Duration{}, map[string]int{}, 0
	for b.Loop() {
		for name, page := range pages {
			before := p.busy(b)
			for range looks {
				began := time.Now()
				r, err := v.get(page)
				if err != nil || r.status != 200 {
					b.Fatal(page, r.status, err)
				}
				took[name] = append(took[name], time.Since(began))
				size[name], largest = len(r.body), max(largest, len(r.body))
			}
			busy[name] += p.busy(b) - before
		}
	}
	b.ReportMetric(0, "ns/op")
	worst := time.Duration(0)
	for name, all := range took {
		p95 := percentile(all, 95)
		worst = max(worst, p95)
		b.ReportMetric(ms(percentile(all, 50)), name+"-p50-ms")
		b.ReportMetric(ms(p95), name+"-p95-ms")
		b.ReportMetric(ms(busy[name])/float64(len(all)), name+"-cpu-ms")
		b.ReportMetric(float64(size[name])/1000, name+"-kB")
		grown.note(name+"-p50", ms(percentile(all, 50)))
	}
	b.ReportMetric(ms(worst), "worst-p95-ms")
	b.ReportMetric(float64(largest)/1000, "largest-kB")
	signIn(b, p, 1)
	rss := float64(p.memory(b, "VmRSS"))
	b.ReportMetric(rss/1000, "rss-MB")
	grown.note("rss", rss)
	p.kill()
}

// calendarOf makes the address that somebody's calendar reads.
func calendarOf(t testing.TB, v *visitor) string {
	t.Helper()
	r, err := v.post("/calendar")
	address := regexp.MustCompile(`/calendar/[0-9A-Za-z_-]{8,}\.ics`).FindString(r.body)
	if err != nil || address == "" {
		t.Fatalf("no address of a calendar: %d, %v", r.status, err)
	}
	return address
}

// addressOf is a page, or the last link on it that looks like last; what stands
// behind a + there is added to it.
func (v *visitor) addressOf(t testing.TB, page, last string) string {
	t.Helper()
	if last == "" {
		return page
	}
	pattern, more, _ := strings.Cut(last, "+/")
	if more == "" {
		pattern = last
	}
	r, err := v.get(page)
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(pattern).FindAllStringSubmatch(r.body, -1)
	if len(all) == 0 {
		t.Fatalf("no link like %s on %s", pattern, page)
	}
	found := all[len(all)-1][1]
	switch {
	case strings.HasPrefix(more, "packet"):
		return "/packet/" + found + strings.TrimPrefix(more, "packet")
	case more != "":
		return found + "/" + more
	}
	return found
}

// lifeOf fills a cell of seven with all that a cell writes, spread over a year.
func lifeOf(b testing.TB, n int) *filledCell {
	l := &life{}
	return filled(b, filling{"life", n}, func(d *demo, i int) {
		if i == 0 {
			l.begin(d)
		}
		l.goOn(d, i)
	})
}

// life remembers what goes on.
type life struct {
	entries  []entryBy // what stands in the directory
	pages    []op.Ref
	promises int
	letters  *rand.ChaCha8
}

type entryBy struct {
	who string
	ref op.Ref
}

const lifeGoods = 40

func (l *life) begin(d *demo) {
	l.letters = rand.NewChaCha8([32]byte{7})
	d.firstAid()
	for i := range lifeGoods {
		u := ledger.Unit(fmt.Sprintf("good:thing-%d", i))
		d.submit("Moss", op.Draft{Kind: ledger.KindDeclare, Content: ledger.UnitInfo{Unit: u, Label: fmt.Sprintf("Things of sort %d", i)}},
			op.Draft{Kind: ledger.KindKeep, Content: ledger.Keep{Unit: u, Use: ledger.OfKits, Least: 5}})
	}
	d.show()
	for i := range 60 {
		l.pages = append(l.pages, d.page("Heron", op.Ref{}, lifePage(i), "First words.\n\nMore of them."))
	}
	d.submit("Fern", op.Draft{Kind: packet.KindBuddy, Content: packet.Buddy{For: d.by("Kite").Member, Yes: true}})
}

func lifePage(i int) commons.Save {
	return commons.Save{Kind: commons.Guide, Slug: fmt.Sprintf("guide-%d", i), Language: "en", Title: fmt.Sprintf("How to do thing no. %d", i), Scope: commons.OfCell}
}

// goOn lets one more thing happen.
func (l *life) goOn(d *demo, i int) {
	who, next := demoNames[i%len(demoNames)], demoNames[(i+1)%len(demoNames)]
	what := fmt.Sprintf("no. %d", i)
	switch i % 12 {
	case 0:
		l.meeting(d, who, what)
	case 1:
		l.project(d, who, what, i%240 == 1 && i < 240*50)
	case 2:
		l.entry(d, who, what, i)
	case 3:
		u := ledger.Unit(fmt.Sprintf("good:thing-%d", i/12%lifeGoods))
		d.goods(who, next, ledger.Transfer{Unit: u, From: "world:outside", To: demoStore, Amount: 9, UseBy: d.day(30 + i%300), Batch: what})
		d.goods(next, who, ledger.Transfer{Unit: u, From: demoStore, To: "world:outside", Amount: 8, Note: what})
	case 4:
		d.gift(who, next, 1000)
		d.expense(900, demoPurposes[i/12%len(demoPurposes)])
	case 5, 6:
		l.page(d, who, i)
	case 7:
		l.promise(d, who, next, what)
	case 8:
		d.submit(who, op.Draft{Kind: board.KindWrite, Content: board.Write{Text: "Found a glove, " + what}, Keep: board.Usual})
		l.letter(d, who)
	case 9:
		text := consent.Text{What: "What we agree on, " + what, Why: "Because somebody asked.", ReviewOn: uint64(d.now.AddDate(0, 5, 0).Unix())}
		if i%48 == 9 {
			stepwise(d, d.open(who, consent.Agreement, text, false))
		} else {
			d.agree(d.open(who, consent.Routine, text, false))
		}
	case 10:
		d.submit(who, op.Draft{Kind: packet.KindTick, Content: packet.Tick{For: d.by(who).Member, Things: packet.Pledged}, Try: true})
		l.letter(d, next)
	case 11:
		d.submit(next, op.Draft{Kind: ledger.KindSign, Subject: d.transfer(who, next, 10, what), Try: true})
	}
}

// meeting is called for a week later; and those are written down whose day it is.
func (l *life) meeting(d *demo, who, what string) {
	d.call(gathering{by: who, what: "We sit together, " + what, after: 7, place: "the hall", items: [][2]string{{who, "What there is"}, {who, "What there was"}}, minutes: "later"})
	state := d.log.State()
	list, _ := state.Value(meeting.KeyList).(*meeting.List)
	for _, x := range list.Coming(d.dayIn(-2), 2) {
		if m, _ := state.Value(meeting.Key(x.Ref)).(*meeting.Meeting); x.Day <= d.dayIn(0) {
			d.submit(d.named(m.Who(state.Now(), meeting.Pen)), op.Draft{Kind: meeting.KindMinutes, Subject: x.Ref, Content: meeting.WriteMinutes{Words: "All of it was talked through, " + what, There: []op.Member{d.by(who).Member}}})
		}
	}
}

func (l *life) project(d *demo, who, what string, goesOn bool) {
	p := d.project(who, projects.Plan{Title: "A project, " + what, Why: "Somebody has to.", Review: uint64(d.now.AddDate(0, 2, 0).Unix())})
	for n := range 3 {
		d.task(p, fmt.Sprintf("Task %d", n), !goesOn, who)
	}
	if goesOn {
		d.task(p, "Nobody yet", false)
		d.post(who, directory.Post{Sort: directory.Need, Area: directory.Tools, Words: "A spade for it, " + what, Project: p})
		return
	}
	d.submit(who, op.Draft{Kind: projects.KindClose, Subject: p, Content: projects.Words{Text: "It is done."}})
}

// entry puts something into the directory, until the oldest has to go.
func (l *life) entry(d *demo, who, what string, i int) {
	sort := []directory.Sort{directory.Offer, directory.Need, directory.Skill}[i/12%3]
	ref := d.submit(who, op.Draft{Kind: directory.KindPost, Content: directory.Post{Sort: sort, Area: directory.Areas[i/36%len(directory.Areas)],
		Words: "Bread and the repair of bicycles, " + what}, Try: true})[0]
	if !ref.IsZero() {
		l.entries = append(l.entries, entryBy{who, ref})
	}
	if len(l.entries) > 20*len(demoNames) {
		d.submit(l.entries[0].who, op.Draft{Kind: directory.KindEnd, Subject: l.entries[0].ref})
		l.entries = l.entries[1:]
	}
}

// page writes one page anew, now and then a very long one, or one beside it.
func (l *life) page(d *demo, who string, i int) {
	n := i / 12 % len(l.pages)
	s := lifePage(n)
	s.Note, s.Beside = fmt.Sprintf("Once more, no. %d", i), i%96 == 5
	if i%3 == 0 {
		n, s = 0, lifePage(0) // one that everybody writes on
	}
	d.page(who, l.pages[n], s, fmt.Sprintf("First words.\n\nMore of them, no. %d, by %s.", i, who))
}

// promise is given once in nine of ten times; the others stay open.
func (l *life) promise(d *demo, who, next, what string) {
	ref := d.submit(who, op.Draft{Kind: ledger.KindOffer, Content: ledger.Offer{From: d.account(who), To: d.account(next), What: "A loaf, " + what, Every: ledger.Once}, Try: true})[0]
	d.submit(next, op.Draft{Kind: ledger.KindAccept, Subject: ref, Try: true})
	if l.promises++; l.promises%10 != 0 {
		d.submit(next, op.Draft{Kind: ledger.KindFulfil, Subject: ref, Content: ledger.Fulfil{}, Try: true})
	}
}

// letter is one that nobody opens.
func (l *life) letter(d *demo, who string) {
	content := make([]byte, op.LetterSize)
	l.letters.Read(content)
	d.submit(who, op.Draft{Kind: letter.KindWrite, Content: content, Keep: letter.Stays})
}
