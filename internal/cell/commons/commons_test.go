package commons_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

// table is a small cell in which operations are judged and folded one after the
// other, each having seen all before it.
type table struct {
	t      *testing.T
	values map[string]any
	texts  map[op.Ref]op.Opened
	seq    uint64
	now    uint64
	clock  op.Clock
}

type people struct{}

func (people) IsActive(m op.Member) bool { return m == moss || m == heron }

var moss, heron = op.Member{1}, op.Member{2}

func newTable(t *testing.T) *table {
	return &table{t: t, values: map[string]any{"people": people{}}, texts: map[op.Ref]op.Opened{}, now: 1_000_000, clock: op.ClockNTP}
}

func (x *table) At(key string) any { return x.values[key] }

// spelled is a value as digests have it.
func spelled(value any) []byte { return value.(interface{ MarshalState() []byte }).MarshalState() }

// try judges and, where it is lawful, folds.
func (x *table) try(by op.Member, kind op.Kind, subject op.Ref, content any, expires uint64) (op.Ref, error) {
	x.seq++
	o := op.Opened{Place: op.Place{Rank: x.seq, Ref: op.Ref{Device: op.Device{9}, Seq: x.seq}}, Member: by, Time: x.now, Clock: x.clock,
		Expires: expires, Kind: kind, Subject: subject, Content: op.MustMarshal(content)}
	if err := commons.Judge(o, x); err != nil {
		return o.Ref, err
	}
	keys, err := commons.Touches(o, x)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, key := range keys {
		held, was := x.values[key], []byte(nil)
		if held != nil {
			was = spelled(held)
		}
		x.values[key] = commons.Apply(key, held, o)
		if held != nil && !bytes.Equal(spelled(held), was) {
			x.t.Errorf("%s changed a value that was handed out", kind)
		}
		again, err := commons.UnmarshalState(key, spelled(x.values[key]))
		if err != nil {
			x.t.Fatal(err)
		}
		x.values[key] = again
	}
	x.texts[o.Ref] = o
	return o.Ref, nil
}

func (x *table) must(r op.Ref, err error) op.Ref {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
	return r
}

func (x *table) wants(code string, _ op.Ref, err error) {
	x.t.Helper()
	if r, ok := err.(op.Refusal); !ok || r.Code != code {
		x.t.Errorf("%v, want %s", err, code)
	}
}

// save writes a version and its text.
func (x *table) save(by op.Member, page op.Ref, change func(*commons.Save), text string) (op.Ref, error) {
	s := commons.Save{Kind: commons.Guide, Slug: "bread", Language: "en", Title: "Bread", Scope: commons.OfCell}
	if p := commons.Find(x, page); p != nil {
		s.Base = p.Current().Hash
	}
	if change != nil {
		change(&s)
	}
	drafts := commons.Drafts(page, s, commons.Text{Salt: commons.Salt{byte(x.seq), byte(x.seq >> 8)}, Text: text})
	r, err := x.try(by, drafts[0].Kind, page, drafts[0].Content, 0)
	if err != nil {
		return r, err
	}
	if page.IsZero() {
		page = r
	}
	_, err = x.try(by, drafts[1].Kind, page, drafts[1].Content, drafts[1].Keep)
	return page, err
}

func (x *table) read(r op.Ref) (op.Opened, error) {
	o, ok := x.texts[r]
	if !ok {
		return o, fmt.Errorf("%v is not here", r)
	}
	return o, nil
}

func (x *table) text(v commons.Version) string {
	x.t.Helper()
	text, err := v.Read(x.read)
	if err != nil {
		x.t.Error(err)
	}
	return text
}

func TestAPageIsWrittenOnFromWhatIsThere(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Flour, water, salt."))
	first := commons.Find(x, page).Current()
	x.must(x.save(heron, page, nil, "Flour, water, salt, time."))
	p := commons.Find(x, page)
	if p.Versions.Len() != 2 || x.text(p.Current()) != "Flour, water, salt, time." || x.text(p.Versions.At(0)) != "Flour, water, salt." {
		t.Fatalf("%+v", p)
	}
	stale := func(s *commons.Save) { s.Base = first.Hash }
	_, err := x.save(moss, page, stale, "Flour, water, and salt.")
	x.wants("page.stale", page, err)
	x.must(x.save(moss, page, func(s *commons.Save) { stale(s); s.Beside = true; s.Title = "Other" }, "Flour, water, and salt."))
	p = commons.Find(x, page)
	drafts := p.Drafts()
	if len(drafts) != 1 || x.text(drafts[0]) != "Flour, water, and salt." || x.text(p.Current()) != "Flour, water, salt, time." || p.Title != "Bread" {
		t.Fatalf("drafts %+v beside %+v", drafts, p.Current())
	}
	x.must(x.save(moss, page, func(s *commons.Save) { s.Other = drafts[0].Hash }, "Flour, water, and salt, and time."))
	if d := commons.Find(x, page).Drafts(); len(d) != 0 {
		t.Errorf("a draft that was merged is still one: %+v", d)
	}
	if got := slices.Collect(commons.All(x)); len(got) != 1 || got[0].Ref != page {
		t.Errorf("%v", got)
	}
}

func TestWhatIsNoPageIsRefused(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Flour"))
	refuse := func(code string, change func(*commons.Save)) {
		t.Helper()
		_, err := x.save(moss, page, change, "Flour, more")
		x.wants(code, page, err)
	}
	refuse("page.kind", func(s *commons.Save) { s.Kind = commons.Agreement })
	refuse("page.kind", func(s *commons.Save) { s.Kind = commons.Playbook })
	refuse("page.kind", func(s *commons.Save) { s.Scope = "everybody" })
	refuse("page.name", func(s *commons.Save) { s.Slug = "../etc" })
	refuse("page.name", func(s *commons.Save) { s.Language = "e" })
	refuse("page.title", func(s *commons.Save) { s.Title = "" })
	refuse("text.hidden", func(s *commons.Save) { s.Title = "a\u202eb" })
	refuse("page.unknown", func(s *commons.Save) { s.Base = commons.Hash{1} })
	refuse("page.unknown", func(s *commons.Save) { s.Other = commons.Hash{1} })
	refuse("page.content", func(s *commons.Save) { s.Credits = []commons.Origin{{}} })
	_, err := x.save(moss, page, nil, "")
	x.wants("page.empty", page, err)
	_, err = x.save(moss, page, nil, strings.Repeat("x", commons.MaxText+1))
	x.wants("page.long", page, err)
	_, err = x.save(op.Member{7}, page, nil, "Flour")
	x.wants("actor.unknown", page, err)
	_, err = x.save(moss, page, nil, "turned \u202e around")
	x.wants("text.hidden", page, err)
	_, err = x.try(moss, commons.KindText, page, commons.Text{Text: "nobody announced it"}, op.AtWill)
	x.wants("page.text", page, err)
	_, err = x.try(moss, commons.KindText, page, commons.Text{Text: "kept for ever"}, 0)
	x.wants("page.expires", page, err)
	_, err = x.try(moss, commons.KindSave, op.Ref{Seq: 99}, commons.Save{}, 0)
	x.wants("page.unknown", page, err)
}

// All pages together have as much room as the cell gave them, and what is taken
// out or thinned gives its own back (W6).
func TestThePagesHaveOnlySoMuchRoom(t *testing.T) {
	x := newTable(t)
	var pages []op.Ref
	for i := 0; ; i++ {
		r, err := x.save(moss, op.Ref{}, nil, strings.Repeat("x", commons.MaxText-i))
		if err != nil {
			x.wants("page.full", r, err)
			break
		}
		pages = append(pages, r)
	}
	if n := commons.Used(x); len(pages) != 63 || n > commons.MaxAll || n < commons.MaxAll-commons.MaxText-1000 {
		t.Fatalf("%d pages, %d bytes", len(pages), n)
	}
	x.takeOut(pages[0], heron)
	x.must(x.save(moss, op.Ref{}, nil, strings.Repeat("y", commons.MaxText)))
}

// takeOut lets one member ask and another say yes, for all versions.
func (x *table) takeOut(page op.Ref, second op.Member) op.Ref {
	x.t.Helper()
	var w commons.Wanted
	for v := range commons.Find(x, page).Versions.All() {
		w.Versions = append(w.Versions, v.Ref)
	}
	ask := x.must(x.try(moss, commons.KindAsk, page, w, 0))
	if !second.IsZero() {
		x.must(x.try(second, commons.KindYes, page, commons.Answer{Ask: ask}, 0))
	}
	return ask
}

func TestTwoPeopleOrThreeDaysTakeATextOut(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Call 555 0199"))
	x.must(x.save(moss, page, nil, "Call me"))
	ask := x.takeOut(page, op.Member{})
	answer := commons.Answer{Ask: ask}
	_, err := x.try(moss, commons.KindYes, page, answer, 0)
	x.wants("page.second", page, err)
	x.now += commons.Wait - 1
	_, err = x.try(op.Member{}, commons.KindOver, page, answer, 0)
	x.wants("page.early", page, err)
	x.now++
	x.clock = op.ClockTold
	_, err = x.try(op.Member{}, commons.KindOver, page, answer, 0)
	x.wants("clock.untrusted", page, err)
	if len(commons.Erased(x)) != 0 {
		t.Fatal("something goes before anybody may say so")
	}
	x.clock = op.ClockNTP
	x.must(x.try(op.Member{}, commons.KindOver, page, answer, 0))
	p := commons.Find(x, page)
	if !p.Empty() || len(commons.Erased(x)) != 2 || len(commons.Sorted(x)) != 0 {
		t.Fatalf("%+v", p)
	}
	if _, err := p.Current().Read(x.read); err != commons.ErrGone {
		t.Errorf("%v", err)
	}
	_, err = x.try(heron, commons.KindNo, page, answer, 0)
	x.wants("page.ask", page, err)
}

func TestAnybodyMayLeaveATextWhereItIs(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Call 555 0199"))
	ask := x.takeOut(page, op.Member{})
	w := commons.Wanted{Versions: commons.Find(x, page).Asks[0].Versions}
	_, err := x.try(heron, commons.KindAsk, page, w, 0)
	x.wants("page.wish-exists", page, err)
	x.must(x.try(heron, commons.KindNo, page, commons.Answer{Ask: ask}, 0))
	x.now += 2 * commons.Wait
	_, err = x.try(op.Member{}, commons.KindOver, page, commons.Answer{Ask: ask}, 0)
	x.wants("page.ask", page, err)
	if p := commons.Find(x, page); p.Empty() || len(p.Open()) != 0 {
		t.Errorf("%+v", p)
	}
	// Without a clock nobody's three days begin.
	x.clock = op.ClockNone
	ask = x.takeOut(page, op.Member{})
	x.clock = op.ClockNTP
	x.now += 2 * commons.Wait
	_, err = x.try(op.Member{}, commons.KindOver, page, commons.Answer{Ask: ask}, 0)
	x.wants("page.early", page, err)
}

// What was taken out elsewhere is gone, though here somebody said no meanwhile.
func TestANoThatCameTooLateBringsNothingBack(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Call 555 0199"))
	ask := x.takeOut(page, op.Member{})
	x.must(x.try(heron, commons.KindNo, page, commons.Answer{Ask: ask}, 0))
	yes := op.Opened{Kind: commons.KindYes, Member: heron, Subject: page, Content: op.MustMarshal(commons.Answer{Ask: ask})}
	p := commons.Apply(commons.Key(page), x.values[commons.Key(page)], yes).(*commons.Page)
	if !p.Empty() {
		t.Errorf("%+v", p)
	}
}

func TestOfADayThatIsLongPastOneVersionIsEnough(t *testing.T) {
	x := newTable(t)
	const day = 24 * 60 * 60
	x.now = 100*day + 1
	page := x.must(x.save(moss, op.Ref{}, nil, "one"))
	for _, text := range []string{"two", "three"} {
		x.now += 60
		x.must(x.save(moss, page, nil, text))
	}
	x.now += day
	x.must(x.save(moss, page, nil, "four"))
	x.now += 60
	x.must(x.save(moss, page, nil, "five"))
	p := commons.Find(x, page)
	at := 100*day + 61 + uint64(commons.Old)
	if got := p.Thinnable(at - 61); len(got) != 0 {
		t.Errorf("%d go too early", len(got))
	}
	if got := p.Thinnable(at); !slices.Equal(got, []op.Ref{p.Versions.At(1).Ref, p.Versions.At(0).Ref}) {
		t.Errorf("%v", got)
	}
	// The last of a day stays however long that is past, and so does what people read.
	if got := p.Thinnable(1 << 40); !slices.Equal(got, []op.Ref{p.Versions.At(3).Ref, p.Versions.At(1).Ref, p.Versions.At(0).Ref}) {
		t.Errorf("in the end %v go", got)
	}
	all := commons.Wanted{Versions: p.Thinnable(1 << 40)}
	_, err := x.try(op.Member{}, commons.KindThin, page, all, 0)
	x.wants("page.thin", page, err)
	x.now = at
	x.must(x.try(op.Member{}, commons.KindThin, page, commons.Wanted{Versions: p.Thinnable(at)}, 0))
	p = commons.Find(x, page)
	if len(commons.Erased(x)) != 2 || x.text(p.Versions.At(2)) != "three" || p.Empty() {
		t.Errorf("%+v", p.Versions)
	}
	x.clock = op.ClockTold
	_, err = x.try(op.Member{}, commons.KindThin, page, all, 0)
	x.wants("clock.untrusted", page, err)
}

func TestAttributionStays(t *testing.T) {
	x := newTable(t)
	from := func(n byte) commons.Origin {
		return commons.Origin{Cell: "Mill Lane", Page: commons.ID{n}, Title: "Bread", Base: commons.Hash{n}, Licence: commons.Licence}
	}
	first := from(1)
	page := x.must(x.save(moss, op.Ref{}, func(s *commons.Save) { s.Origin, s.Credits = &first, []commons.Origin{from(2)} }, "Flour"))
	x.must(x.save(moss, page, func(s *commons.Save) { s.Credits = []commons.Origin{from(3), from(2)} }, "Flour, more"))
	x.must(x.save(heron, page, nil, "All of it new"))
	p := commons.Find(x, page)
	if p.Origin == nil || p.Origin.Page != first.Page || len(p.Credits) != 2 {
		t.Errorf("%+v", p)
	}
}

func TestEveryRefusalIsListed(t *testing.T) {
	for code := range commons.Refusals {
		if !strings.HasPrefix(code, "page.") && code != "actor.unknown" {
			t.Error(code)
		}
	}
}
