package commons_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

func origin(n int) commons.Origin {
	return commons.Origin{Cell: "Mill Lane", Page: commons.ID{byte(n), byte(n >> 8), 1}, Title: "Bread", Base: commons.Hash{1}, Licence: commons.Licence}
}

func origins(n int) (out []commons.Origin) {
	for i := range n {
		out = append(out, origin(i))
	}
	return out
}

// W6: what people are told fits does fit, to the last byte, and one more does not.
func TestAPageMayBeAsLongAsPeopleAreTold(t *testing.T) {
	x := newTable(t)
	longest := strings.Repeat("é", commons.MaxText/2)
	page := x.must(x.save(moss, op.Ref{}, func(s *commons.Save) {
		s.Title, s.Note = strings.Repeat("é", commons.MaxTitle), strings.Repeat("é", commons.MaxNote)
	}, longest))
	if got := x.text(commons.Find(x, page).Current()); got != longest {
		t.Errorf("%d bytes come back", len(got))
	}
	for _, c := range []struct {
		code, text string
		change     func(*commons.Save)
	}{
		{"page.long", longest + "x", nil},
		{"text.long", "Bread", func(s *commons.Save) { s.Title = strings.Repeat("é", commons.MaxTitle+1) }},
		{"text.long", "Bread", func(s *commons.Save) { s.Note = strings.Repeat("é", commons.MaxNote+1) }},
	} {
		_, err := x.save(moss, page, c.change, c.text)
		x.wants(c.code, page, err)
	}
}

// W6: all pages and pictures together fill the room to its last byte.
func TestTheRoomIsFilledToItsLastByte(t *testing.T) {
	x := newTable(t)
	for commons.Used(x)+128+commons.MaxText <= commons.MaxAll {
		x.must(x.save(moss, op.Ref{}, nil, strings.Repeat("x", commons.MaxText)))
	}
	last := int(commons.MaxAll - commons.Used(x) - 128)
	page := op.Ref{Device: op.Device{9}, Seq: 1}
	_, err := x.save(moss, op.Ref{}, nil, strings.Repeat("y", last+1))
	x.wants("page.full", page, err)
	_, err = x.hang(moss, page, jpeg("", last+1))
	x.wants("page.full", page, err)
	if _, err = x.hang(moss, page, jpeg("", last)); err != nil || commons.Used(x) != commons.MaxAll {
		t.Errorf("%d of %d bytes are used: %v", commons.Used(x), commons.MaxAll, err)
	}
}

// A cell has so many pages and a page so many versions, and one more is refused
// with how many there may be.
func TestSoManyPagesAndVersionsAndNoMore(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Flour"))
	index := &commons.Index{}
	for i := range commons.MaxPages - 1 {
		index.Pages = append(index.Pages, op.Ref{Device: op.Device{1}, Seq: uint64(i) + 1})
	}
	x.values[commons.KeyIndex] = index
	x.must(x.save(moss, op.Ref{}, nil, "The last one"))
	_, err := x.save(moss, op.Ref{}, nil, "One too many")
	many(t, err, "1000")
	delete(x.values, commons.KeyIndex) // what they count is another test's

	for key := commons.Key(page); commons.Find(x, page).Versions.Len() < commons.Versions-1; x.seq++ {
		p := commons.Find(x, page)
		o := op.Opened{Place: op.Place{Rank: x.seq, Ref: op.Ref{Device: op.Device{8}, Seq: x.seq}}, Member: moss, Kind: commons.KindSave, Subject: page,
			Content: op.MustMarshal(commons.Save{Kind: p.Kind, Slug: p.Slug, Language: p.Language, Title: p.Title, Scope: p.Scope,
				Base: p.Current().Hash, Hash: commons.Hash{1, byte(x.seq), byte(x.seq >> 8)}, Size: 1})}
		x.values[key] = commons.Apply(key, p, o)
	}
	x.must(x.save(moss, page, nil, "The last one"))
	_, err = x.save(moss, page, nil, "One too many")
	many(t, err, "4000")
}

func many(t *testing.T, err error, most string) {
	t.Helper()
	var r op.Refusal
	if !errors.As(err, &r) || r.Code != "page.many" || fmt.Sprint(r.Args...) != most {
		t.Errorf("%v, want page.many of %s", err, most)
	}
}

// W3: a page names a hundred sources, in the cell and in a file, and no more.
func TestAHundredSourcesAreNamed(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, func(s *commons.Save) { s.Credits = origins(100) }, "Flour"))
	if n := len(commons.Find(x, page).Credits); n != 100 {
		t.Errorf("%d are named", n)
	}
	_, err := x.save(moss, op.Ref{}, func(s *commons.Save) { s.Credits = origins(101) }, "Flour")
	x.wants("page.content", page, err)
	f := sample()
	f.Credits = origins(100)
	if got, err := commons.ParseFile(f.Encode()); err != nil || len(got.Credits) != 100 {
		t.Errorf("%d are named in a file: %v", len(got.Credits), err)
	}
	f.Credits = origins(101)
	if _, err := commons.ParseFile(f.Encode()); err == nil {
		t.Error("a file names one more")
	}
}

// W3: what a cell took over under other terms leaves it under those, and its own
// pages under its own.
func TestAPageLeavesUnderTheTermsItCameWith(t *testing.T) {
	x := newTable(t)
	from := origin(1)
	from.Licence = "CC0"
	page := x.must(x.save(moss, op.Ref{}, func(s *commons.Save) { s.Origin = &from }, "Flour"))
	own := x.must(x.save(moss, op.Ref{}, nil, "Flour"))
	for _, c := range []struct {
		page op.Ref
		want string
	}{{page, "CC0"}, {own, commons.Licence}} {
		p := commons.Find(x, c.page)
		f := commons.FileOf(op.ID{7}, "Hill", p, p.Current(), "Flour")
		got, err := commons.ParseFile(f.Encode())
		if err != nil || got.Licence != c.want || got.Source().Licence != c.want {
			t.Errorf("%q, and who takes it over says %q: %v; want %q", got.Licence, got.Source().Licence, err, c.want)
		}
	}
}

// A file with the longest text and all the pictures that a page may have is taken.
func TestTheLargestFileIsTaken(t *testing.T) {
	f := sample()
	f.Text, f.Credits = strings.Repeat("é", commons.MaxText/2), origins(100)
	b := f.Encode()
	for n := range commons.MaxPictures {
		b = append(b, commons.Image{Salt: commons.Salt{byte(n)}, JPEG: jpeg("", commons.MaxPicture)}.Along()...)
	}
	got, err := commons.ParseFile(b)
	if err != nil || got.Text != f.Text || len(got.Pictures) != commons.MaxPictures || len(got.Pictures[0].JPEG) != commons.MaxPicture {
		t.Errorf("%d bytes, %d pictures: %v", len(got.Text), len(got.Pictures), err)
	}
	f.Text += "x"
	if _, err := commons.ParseFile(f.Encode()); err != commons.ErrFileLong {
		t.Errorf("a longer text: %v", err)
	}
	if _, err := commons.ParseFile(append(b, make([]byte, commons.MaxFile)...)); err != commons.ErrFileLong {
		t.Errorf("a longer file: %v", err)
	}
}

// The name of a page in an address and of its file is what of the title every
// system can store.
func TestAFileIsCalledWhatItsTitleSays(t *testing.T) {
	for title, want := range map[string]string{
		"Bread":                        "bread",
		"How we say yes":               "how-we-say-yes",
		"¿Qué hacemos mañana?":         "que-hacemos-manana",
		"Ação à distância":             "acao-a-distancia",
		"  1 + 1 = 2!  ":               "1-1-2",
		"AZ az 09":                     "az-az-09",
		"خبز":                          "guide",
		"":                             "guide",
		"خبز 7":                        "7",
		"../../etc/passwd":             "etc-passwd",
		" " + strings.Repeat("a", 41):  strings.Repeat("a", 40),
		strings.Repeat("a", 41):        strings.Repeat("a", 40),
		strings.Repeat("abc ", 12):     "abc-abc-abc-abc-abc-abc-abc-abc-abc-abc",
		strings.Repeat("a", 39) + " b": strings.Repeat("a", 39),
	} {
		got := commons.Slug(title, commons.Guide)
		if got != want {
			t.Errorf("%q is called %q, want %q", title, got, want)
		}
		f := sample()
		if f.Slug = got; title != "" {
			if _, err := commons.ParseFile(f.Encode()); err != nil {
				t.Errorf("%q is no name for a file: %v", got, err)
			}
		}
	}
}

// Wishes to take something out have a bound, so that a page stays small. It is one for
// each: else who pasted a number could wish and say no until nobody may wish any more.
func TestNobodyUsesUpTheWishesOfOthers(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Call 555 0199"))
	w := commons.Wanted{Versions: []op.Ref{commons.Find(x, page).Current().Ref}}
	for range 100 {
		ask := x.must(x.try(moss, commons.KindAsk, page, w, 0))
		x.must(x.try(moss, commons.KindNo, page, commons.Answer{Ask: ask}, 0))
	}
	_, err := x.try(moss, commons.KindAsk, page, w, 0)
	x.wants("page.many", page, err)
	ask := x.must(x.try(heron, commons.KindAsk, page, w, 0))
	x.must(x.try(moss, commons.KindYes, page, commons.Answer{Ask: ask}, 0))
	if !commons.Find(x, page).Empty() {
		t.Error("the number is there still")
	}
}
