package oplog_test

import (
	"strings"
	"testing"

	"celld/internal/cell/commons"
	"celld/internal/op"
	"celld/internal/oplog"
)

const number = "555 0199 230"

// paged writes a page of many paragraphs with a telephone number in it, then a
// version without, and asks that the first be taken out.
func paged(t testing.TB, l *oplog.Log, by op.Author) (page *commons.Page) {
	t.Helper()
	s := commons.Save{Kind: commons.Guide, Slug: "doctor", Language: "en", Title: "Doctor", Scope: commons.OfCell}
	text := strings.Repeat("Ask for Fern. ", 150) + "Call " + number + "."
	refs, err := l.Submit(by, commons.Drafts(op.Ref{}, s, commons.Text{Salt: commons.Salt{1}, Text: text})...)
	if err != nil {
		t.Fatal(err)
	}
	first := commons.Find(l.State().Now(), refs[0]).Current()
	s.Base = first.Hash
	if _, err := l.Submit(by, commons.Drafts(refs[0], s, commons.Text{Salt: commons.Salt{2}, Text: "Ask for Fern."})...); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Submit(by, op.Draft{Kind: commons.KindAsk, Subject: refs[0], Content: commons.Wanted{Versions: []op.Ref{first.Ref}}}); err != nil {
		t.Fatal(err)
	}
	return commons.Find(l.State().Now(), refs[0])
}

// over lets three days pass, and the router say so.
func over(t testing.TB, l *oplog.Log, k *keys, w *wall, p *commons.Page, by op.Author) {
	t.Helper()
	w.now += commons.Wait
	d := op.Draft{Kind: commons.KindOver, Subject: p.Ref, Content: commons.Answer{Ask: p.Asks[0].Ref}}
	if _, err := l.Submit(by, d); err != nil {
		t.Fatal(err)
	}
}

func takenOut(t testing.TB, l *oplog.Log, want int) {
	t.Helper()
	if n, err := l.TakeOut(); n != want || err != nil {
		t.Fatalf("%d are taken out, want %d: %v", n, want, err)
	}
}

func TestWhatTheCellTakesOutIsGoneAndNothingElse(t *testing.T) {
	_, disk, k, moss := founded(t)
	w := &wall{5000, op.ClockNTP}
	l := boarded(t, nil, disk, k, w)
	p := paged(t, l, moss)
	if len(disk.chunks) == 0 {
		t.Fatal("the text is too short to lie in chunks")
	}
	takenOut(t, l, 0)
	over(t, l, k, w, p, moss)
	before := l.State().Digest()
	takenOut(t, l, 1)
	takenOut(t, l, 0)
	if payload(t, l, p.Versions.At(0).Text()) != nil || len(disk.chunks) != 0 || payload(t, l, p.Versions.At(1).Text()) == nil {
		t.Errorf("%d chunks are left", len(disk.chunks))
	}
	for name, l := range map[string]*oplog.Log{"running": l, "started again": boarded(t, nil, disk, k, w)} {
		p := commons.Find(l.State().Now(), p.Ref)
		text, err := p.Current().Read(l.Read)
		if err != nil || text != "Ask for Fern." || l.State().Digest() != before || l.Waiting() != 0 {
			t.Errorf("%s: %q, %d wait, %v", name, text, l.Waiting(), err)
		}
		if _, err := p.Versions.At(0).Read(l.Read); err != commons.ErrGone {
			t.Errorf("%s: %v", name, err)
		}
		takenOut(t, l, 0)
	}
	if r := verified(t, disk); r.Faulty != 0 || r.Dropped != 1 {
		t.Errorf("%+v", r)
	}
}

// Another router takes it in with the text, though its chunks came nowhere, and
// after the text is gone; either way it comes to the same state, and none waits.
func TestWhatWasTakenOutTravelsWithoutItsText(t *testing.T) {
	_, disk, k, moss := founded(t)
	w := &wall{5000, op.ClockNTP}
	l := boarded(t, nil, disk, k, w)
	p := paged(t, l, moss)
	over(t, l, k, w, p, moss)
	whole := all(t, l)
	takenOut(t, l, 1)
	for name, ops := range map[string][]op.Operation{"before": whole, "after": all(t, l)} {
		there := boarded(t, nil, &memory{chunks: map[op.Chunk][]byte{}}, k, w)
		there.Expect(k.cell)
		if r, err := there.AcceptAll(ops); err != nil || len(r.New) != len(ops) {
			t.Fatal(name, r, err)
		}
		if err := there.Wake(); err != nil {
			t.Fatal(err)
		}
		if name == "before" && there.Waiting() != 1 {
			t.Fatalf("%s: %d wait for chunks", name, there.Waiting())
		}
		if _, err := there.TakeOut(); err != nil {
			t.Fatal(err)
		}
		if there.Waiting() != 0 || len(there.Need(9)) != 0 || there.State().Digest() != l.State().Digest() || there.State().Applied() != l.State().Applied() {
			t.Errorf("%s: %d wait for %d chunks, %d applied of %d", name, there.Waiting(), len(there.Need(9)), there.State().Applied(), l.State().Applied())
		}
		if payload(t, there, p.Versions.At(0).Text()) != nil {
			t.Errorf("%s: the text is still there", name)
		}
	}
}

// A picture of the largest size goes with each of its chunks, and the page stays.
func TestAPictureThatIsTakenOutLeavesNoByte(t *testing.T) {
	_, disk, k, moss := founded(t)
	w := &wall{5000, op.ClockNTP}
	l := boarded(t, nil, disk, k, w)
	s := commons.Save{Kind: commons.Guide, Slug: "bread", Language: "en", Title: "Bread", Scope: commons.OfCell}
	refs, err := l.Submit(moss, commons.Drafts(op.Ref{}, s, commons.Text{Text: "Bake."})...)
	if err != nil {
		t.Fatal(err)
	}
	file := append([]byte("\xff\xd8\xff"), make([]byte, commons.MaxPicture-3)...)
	hung, err := l.Submit(moss, commons.PictureDrafts(refs[0], commons.Image{JPEG: file})...)
	if err != nil {
		t.Fatal(err)
	}
	if len(disk.chunks) < commons.MaxPicture/op.ChunkSize {
		t.Fatalf("it lies in %d chunks", len(disk.chunks))
	}
	page := func() *commons.Page { return commons.Find(l.State().Now(), refs[0]) }
	if got, err := page().Pictures[0].Read(l.Read); err != nil || len(got) != len(file) {
		t.Fatalf("%d bytes come back: %v", len(got), err)
	}
	if _, err := l.Submit(moss, op.Draft{Kind: commons.KindAsk, Subject: refs[0], Content: commons.Wanted{Versions: hung[:1]}}); err != nil {
		t.Fatal(err)
	}
	over(t, l, k, w, page(), moss)
	takenOut(t, l, 1)
	if len(disk.chunks) != 0 || payload(t, l, hung[1]) != nil || payload(t, l, page().Versions.At(0).Text()) == nil {
		t.Errorf("%d chunks are left", len(disk.chunks))
	}
	if _, err := page().Pictures[0].Read(l.Read); err != commons.ErrGone {
		t.Errorf("%v", err)
	}
}
