package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// The figures of the whole program: scripts/bench prints them, and holds those
// against the budget that have one.

// figureSizes are how many operations the cells have that are measured.
var figureSizes = []int{1000, 10_000, 100_000}

// looks is how often every page is fetched at least, to tell its percentiles.
const looks = 25

// BenchmarkProgram starts the real program on cells of several sizes, signs
// in, and looks at pages as a browser does.
func BenchmarkProgram(b *testing.B) {
	for _, store := range []string{storeSQLite, storeFile} {
		grown := growth{}
		for _, n := range figureSizes {
			if testing.Short() && n > 10_000 {
				continue
			}
			c := cellOf(b, n)
			dir := c.copyTo(b, store)
			b.Run(fmt.Sprintf("start/%s/%d", store, n), func(b *testing.B) { figureStart(b, dir) })
			if n > figureSizes[0] {
				b.Run(fmt.Sprintf("snapshot/%s/%d", store, n), func(b *testing.B) { figureSnapshot(b, dir, n) })
			}
			b.Run(fmt.Sprintf("pages/%s/%d", store, n), func(b *testing.B) { figurePages(b, dir, c, grown) })
			b.Run(fmt.Sprintf("submit/%s/%d", store, n), func(b *testing.B) { figureSubmit(b, dir) })
			if n > figureSizes[0] {
				b.Run(fmt.Sprintf("growth/%s/%d", store, n), grown.report)
			}
		}
	}
}

// growth remembers the figures of the smallest cell and of the present one.
type growth map[string][2]float64

func (g growth) note(name string, value float64) {
	both, known := g[name]
	if !known {
		both[0] = value
	}
	both[1] = value
	g[name] = both
}

func (g growth) report(b *testing.B) {
	b.ReportMetric(0, "ns/op") // all is measured already
	for name, both := range g {
		b.ReportMetric(both[1]/both[0], "x-"+name)
	}
}

// figureStart measures from the start of the process to its first page, which
// asks a visitor to sign in, and from there to the home page of who does: that
// opens everything that was sealed. One key derivation is part of it.
//
// Beside the time on the wall stands the processor's: other programs on the
// same machine change the one and hardly the other.
func figureStart(b *testing.B, dir string) {
	var first, woken, firstBusy, wokenBusy []time.Duration
	for b.Loop() {
		began := time.Now()
		p := startProgram(b, dir)
		if r, err := newVisitor(p).get("/in"); err != nil || r.status != 200 {
			b.Fatal(r.status, err)
		}
		first, firstBusy = append(first, time.Since(began)), append(firstBusy, p.busy(b))
		began = time.Now()
		if r, err := signIn(b, p, 0).get("/"); err != nil || r.status != 200 {
			b.Fatal(r.status, err)
		}
		woken, wokenBusy = append(woken, time.Since(began)), append(wokenBusy, p.busy(b)-firstBusy[len(firstBusy)-1])
		p.kill()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(percentile(first, 50)), "start-p50-ms")
	b.ReportMetric(ms(percentile(woken, 50)), "wake-p50-ms")
	b.ReportMetric(ms(percentile(firstBusy, 50)), "start-cpu-ms")
	b.ReportMetric(ms(percentile(wokenBusy, 50)), "wake-cpu-ms")
}

// figureSnapshot measures the same start from a snapshot, how long it takes to
// write one, and how much flash that is.
func figureSnapshot(b *testing.B, dir string, n int) {
	if *programFlag != "celld" {
		b.Skip("the snapshot is written in the test's own process, and another program was asked for")
	}
	h, _ := openFilled(b, dir)
	began := time.Now()
	h.keep()
	kept := time.Since(began)
	if err := h.close(); err != nil {
		b.Fatal(err)
	}
	file, err := os.Stat(snapshotFile{dir}.path())
	if err != nil {
		b.Fatal(err)
	}
	figureStart(b, dir)
	b.ReportMetric(ms(kept), "keep-ms")
	b.ReportMetric(float64(file.Size())/float64(n), "B/operation")
}

// figurePages measures pages one after the other, and the memory that the
// program holds when all have been seen.
func figurePages(b *testing.B, dir string, c *filledCell, grown growth) {
	p := startProgram(b, dir)
	v := signIn(b, p, 0)
	pages := map[string]string{"home": "/", "rounds": "/rounds", "round": "/r/" + c.open.String(), "ledger": "/ledger"}
	took, seen, before := map[string][]time.Duration{}, 0, p.busy(b)
	for b.Loop() {
		seen += looks * len(pages)
		for name, page := range pages {
			for range looks {
				began := time.Now()
				if r, err := v.get(page); err != nil || r.status != 200 {
					b.Fatal(page, r.status, err)
				}
				took[name] = append(took[name], time.Since(began))
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	each := ms(p.busy(b)-before) / float64(seen)
	b.ReportMetric(each, "page-cpu-ms")
	grown.note("page-cpu", each)
	for name, all := range took {
		b.ReportMetric(ms(percentile(all, 50)), name+"-p50-ms")
		b.ReportMetric(ms(percentile(all, 95)), name+"-p95-ms")
		grown.note(name+"-p50", ms(percentile(all, 50)))
	}
	signIn(b, p, 1) // gives back to the system what a collector can find
	rss := float64(p.memory(b, "VmRSS"))
	b.ReportMetric(rss/1000, "rss-MB")
	b.ReportMetric(float64(p.memory(b, "RssAnon"))/1000, "anon-MB")
	b.ReportMetric(float64(p.memory(b, "VmHWM"))/1000, "peak-MB")
	grown.note("rss", rss)
	p.kill()
}

// figureSubmit measures one operation through the one door against a bare
// write and fsync of as many bytes on the same disk, taking turns.
func figureSubmit(b *testing.B, dir string) {
	if *programFlag != "celld" {
		b.Skip("this one runs in the test's own process, and another program was asked for")
	}
	h, by := openFilled(b, dir)
	defer h.close()
	bare, err := os.Create(filepath.Join(dir, "bare"))
	if err != nil {
		b.Fatal(err)
	}
	defer bare.Close()
	var ours, theirs []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		_, err := h.log.Submit(by, op.Draft{Kind: ledger.KindOffer, Content: ledger.Offer{
			From: ledger.MemberAccount(by.Member), To: ledger.Common, What: fmt.Sprintf("Bread no. %d", i), Every: ledger.Once}})
		ours = append(ours, time.Since(began))
		if err != nil {
			b.Fatal(err)
		}
		began = time.Now()
		if _, err := bare.Write(make([]byte, 400)); err != nil {
			b.Fatal(err)
		}
		if err := bare.Sync(); err != nil {
			b.Fatal(err)
		}
		theirs = append(theirs, time.Since(began))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ms(percentile(ours, 50)), "submit-p50-ms")
	b.ReportMetric(ms(percentile(theirs, 50)), "fsync-p50-ms")
	b.ReportMetric(float64(percentile(ours, 50))/float64(percentile(theirs, 50)), "x-fsync")
	allowed := max(5*percentile(theirs, 50), 2*time.Millisecond)
	b.ReportMetric(float64(percentile(ours, 50))/float64(allowed), "x-allowed")
}

// openFilled opens a filled cell in this process and signs its first in.
func openFilled(b testing.TB, dir string) (*house, op.Author) {
	b.Helper()
	c, err := parseConfig(programArgs(dir))
	if err != nil {
		b.Fatal(err)
	}
	h, err := openHouse(c, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	by, err := h.desk.Login(context.Background(), op.Member{}, demoWords(0), nil)
	if err != nil {
		b.Fatal(err)
	}
	return h, by
}

// percentile returns a percentile.
func percentile(all []time.Duration, percent int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	return all[min(len(all)*percent/100, len(all)-1)]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// filledCell is a cell with a given number of operations, before any engine
// has it.
type filledCell struct {
	keys string // the folder of its vault
	disk *scratch
	open op.Ref // a round that nobody has answered yet
}

// filling is what a cell is filled with, and how many operations that makes.
type filling struct {
	with string
	n    int
}

var filledCells = map[filling]*filledCell{}

// cellOf fills a cell of seven: hours given and confirmed, and a decided round
// for every ten of those, spread over a year. The last three rounds are open.
func cellOf(b testing.TB, n int) *filledCell {
	return filled(b, filling{"hours", n}, (*demo).oneOfMany)
}

// filled fills a cell with one thing after the other.
func filled(b testing.TB, f filling, one func(d *demo, i int)) *filledCell {
	b.Helper()
	if c := filledCells[f]; c != nil {
		return c
	}
	dir, kept := f.folder(b)
	if c := readFilled(b, dir, kept); c != nil {
		filledCells[f] = c
		return c
	}
	h, err := openHouse(config{dir: dir, demo: true, store: storeFile}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	d := &demo{house: h, disk: &scratch{}, chance: rand.New(rand.NewPCG(7, 2026))}
	if err := d.begin(context.Background()); err != nil {
		b.Fatal(err)
	}
	d.founding()
	began, year := d.now, 364*24*time.Hour
	for i := 0; len(d.disk.operations) < f.n-3 && d.err == nil; i++ {
		if at := began.Add(time.Duration(float64(year) * float64(len(d.disk.operations)) / float64(f.n))); at.After(d.now) {
			d.now = at
		}
		one(d, i)
	}
	c := &filledCell{keys: filepath.Join(dir, "keys"), disk: d.disk}
	for _, name := range demoNames[1:4] {
		c.open = d.open(name, consent.Routine, consent.Text{What: "A bench under the lime tree, by " + name, Why: "We stand too much."}, false)
	}
	if err := d.err; err != nil {
		b.Fatal(err)
	}
	if err := h.close(); err != nil {
		b.Fatal(err)
	}
	if kept {
		c.write(b, dir)
	}
	filledCells[f] = c
	return c
}

// oneOfMany is ten minutes that one neighbour gave the next, so that nobody
// reaches a limit, and now and then a decision.
func (d *demo) oneOfMany(i int) {
	giver, receiver := demoNames[i%len(demoNames)], demoNames[(i+1)%len(demoNames)]
	made := d.transfer(giver, receiver, 10, fmt.Sprintf("%s, no. %d", favours[i%len(favours)].what, i))
	d.submit(receiver, op.Draft{Kind: ledger.KindSign, Subject: made})
	if i%10 == 0 {
		text := consent.Text{What: fmt.Sprintf("Thing no. %d that we might do together on Thursdays", i), Why: "Because somebody asked for it twice already."}
		d.agree(d.open(giver, consent.Routine, text, false))
	}
}

// copyTo makes a folder with the cell in one engine.
func (c *filledCell) copyTo(b testing.TB, store string) string {
	b.Helper()
	dir := b.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "keys"), os.DirFS(c.keys)); err != nil {
		b.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "keys"), 0o700); err != nil {
		b.Fatal(err)
	}
	e, err := openStore(dir, store)
	if err != nil {
		b.Fatal(err)
	}
	for ops := range slices.Chunk(c.disk.operations, 1000) {
		if _, err := e.Append(ops, c.disk.chunks); err != nil {
			b.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

// fillFolder makes a folder with a cell of the figures in the log file, for who
// measures on another machine: fill OPERATIONS DIR. It prints the round that is
// open, and who sits where with which words.
func fillFolder() int {
	testing.Init()
	var n int
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "fill OPERATIONS DIR")
		return 2
	}
	if _, err := fmt.Sscan(os.Args[1], &n); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	r := testing.Benchmark(func(b *testing.B) {
		c := cellOf(b, n)
		if err := os.CopyFS(os.Args[2], os.DirFS(c.copyTo(b, storeFile))); err != nil {
			b.Fatal(err)
		}
		fmt.Println("/r/" + c.open.String())
	})
	if r.N != 1 {
		return 1
	}
	for i, name := range demoNames {
		fmt.Println(name, demoWords(i))
	}
	return 0
}
