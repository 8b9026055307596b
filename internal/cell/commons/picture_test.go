package commons_test

import (
	"strings"
	"testing"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

// jpeg is something that begins as a picture does.
func jpeg(words string, size int) []byte {
	return append([]byte("\xff\xd8\xff"+words), make([]byte, size-3-len(words))...)
}

// hang puts a picture on a page.
func (x *table) hang(by op.Member, page op.Ref, file []byte) (commons.Picture, error) {
	i := commons.Image{Salt: commons.Salt{byte(x.seq), byte(x.seq >> 8)}, JPEG: file}
	d := commons.PictureDrafts(page, i)
	if _, err := x.try(by, d[0].Kind, page, d[0].Content, 0); err != nil {
		return commons.Picture{}, err
	}
	p, ok := commons.Find(x, page).Called(commons.NameOf(i))
	if !ok {
		x.t.Fatal("a picture does not hang on its page")
	}
	_, err := x.try(by, d[1].Kind, page, d[1].Content, d[1].Keep)
	return p, err
}

func TestAPictureHangsOnAPageUntilItIsTakenOut(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Bread"))
	file := jpeg("a loaf", 5000)
	pic, err := x.hang(moss, page, file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pic.Read(x.read); err != nil || string(got) != string(file) {
		t.Fatalf("%d bytes come back: %v", len(got), err)
	}
	used := commons.Used(x)
	if used < 5000 {
		t.Errorf("a picture counts nothing: %d", used)
	}
	ask := x.must(x.try(moss, commons.KindAsk, page, commons.Wanted{Versions: []op.Ref{pic.Ref}}, 0))
	if len(commons.Erased(x)) != 0 {
		t.Error("it goes before a second person said so")
	}
	x.must(x.try(heron, commons.KindYes, page, commons.Answer{Ask: ask}, 0))
	p := commons.Find(x, page)
	gone, _ := p.Called(pic.Name())
	if gone.Gone != commons.Taken || p.Empty() {
		t.Fatalf("%+v", p)
	}
	if got := commons.Erased(x); len(got) != 1 || got[0] != pic.Image() {
		t.Errorf("what goes is %v", got)
	}
	if _, err := gone.Read(x.read); err != commons.ErrGone {
		t.Errorf("%v", err)
	}
	if commons.Used(x) > used-4800 {
		t.Error("it still counts as if it were there")
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Bread"))
	_, err := x.hang(moss, page, jpeg("", commons.MaxPicture+1))
	x.wants("page.picture", page, err)
	_, err = x.hang(moss, op.Ref{Seq: 99}, jpeg("", 100))
	x.wants("page.unknown", page, err)
	_, err = x.hang(op.Member{7}, page, jpeg("", 100))
	x.wants("actor.unknown", page, err)
	_, err = x.hang(moss, page, []byte("<svg onload=x>"))
	x.wants("page.content", page, err)
	_, err = x.try(moss, commons.KindPicture, page, commons.PictureOf{}, 0)
	x.wants("page.content", page, err)
	_, err = x.try(moss, commons.KindImage, page, commons.Image{JPEG: jpeg("nobody announced it", 100)}, op.AtWill)
	x.wants("page.text", page, err)
	_, err = x.try(moss, commons.KindImage, page, commons.Image{JPEG: jpeg("for ever", 100)}, 0)
	x.wants("page.expires", page, err)
	d := commons.PictureDrafts(page, commons.Image{JPEG: jpeg("twice", 100)})
	x.must(x.try(moss, commons.KindPicture, page, d[0].Content, 0))
	_, err = x.try(moss, commons.KindPicture, page, d[0].Content, 0)
	x.wants("page.content", page, err)
	from := commons.Origin{Cell: "Mill Lane", Page: commons.ID{1}, Title: "Bread", Base: commons.Hash{1}, Licence: commons.Licence}
	theirs := x.must(x.save(moss, op.Ref{}, func(s *commons.Save) { s.Copy, s.Origin = true, &from }, "Theirs"))
	if _, err = x.hang(moss, theirs, jpeg("", 100)); err != nil {
		t.Error("a copy of another cell's page takes none: ", err)
	}
}

// Pictures have their number on a page and share the room of all pages (W6).
func TestPicturesHaveOnlySoMuchRoom(t *testing.T) {
	x := newTable(t)
	var err error
	n := 0
	for err == nil {
		page := x.must(x.save(moss, op.Ref{}, nil, "Bread"))
		for range commons.MaxPictures {
			if _, err = x.hang(moss, page, jpeg("", commons.MaxPicture)); err != nil {
				break
			}
			n++
		}
		if err == nil {
			_, many := x.hang(moss, page, jpeg("", 300))
			x.wants("page.many", page, many)
		}
	}
	x.wants("page.full", op.Ref{}, err)
	if n != 20 || commons.Used(x) > commons.MaxAll {
		t.Errorf("%d pictures, %d bytes", n, commons.Used(x))
	}
}

func TestWordsAboutAPictureStandInTheText(t *testing.T) {
	x := newTable(t)
	page := x.must(x.save(moss, op.Ref{}, nil, "Bread"))
	a, _ := x.hang(moss, page, jpeg("a", 300))
	b, _ := x.hang(moss, page, jpeg("b", 300))
	text := "Flour ![ not yet\n\n" + commons.Mark(a.Name(), "a [loaf]\ncut open") + "\n\n" + commons.Mark(a.Name(), "again")
	p := commons.Find(x, page)
	if got := p.Shown(text); len(got) != 1 || got[0].Ref != a.Ref {
		t.Errorf("it shows %v", got)
	}
	if got := commons.Seen(text, a.Name()); got != "a (loaf) cut open" || commons.Seen(text, b.Name()) != "" {
		t.Errorf("to be seen is %q", got)
	}
	left, found := commons.WithoutPicture(text, a.Name(), "[…]")
	if !found || strings.Contains(left, a.Name()) || strings.Contains(left, "again") || left != "Flour ![ not yet\n\n[…]\n\n[…]" {
		t.Errorf("left is %q", left)
	}
	if same, found := commons.WithoutPicture(text, b.Name(), ""); found || same != text {
		t.Error("a picture that is not shown is taken out")
	}
}
