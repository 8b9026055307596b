package web

import (
	"bytes"
	"encoding/base64"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

var pictureName = regexp.MustCompile(`/picture/([0-9a-f]{16}\.jpg)`)

// hangs puts a picture on a page and returns its name.
func (b *phone) hangs(page op.Ref, seen string) string {
	b.Helper()
	a := b.says(b.upload(pageURL(page, "picture"), "picture", photo(b.T, 400, 300), "seen", seen), http.StatusOK, "The picture is on the page.")
	for _, name := range pictureName.FindAllStringSubmatch(a.body, -1) {
		if strings.Contains(a.body, name[1]+`" alt="`+seen+`"`) {
			return name[1]
		}
	}
	b.Fatalf("the page shows no picture of %q: %s", seen, a.body)
	return ""
}

func TestAPictureIsShownOnItsPageWithoutWhatThePhoneWroteIntoIt(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss, fern := e.all["Moss"], e.all["Fern"]
	page := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Flour, water, salt.")
	moss.says(moss.get(pageURL(page)), http.StatusOK, "Put a picture on this page")
	moss.says(moss.get(pageURL(page, "picture")), http.StatusOK, "What is to be seen on it?", "16 more fit", "There is room for")
	name := moss.hangs(page, "A loaf on a board")
	got := fern.get(pageURL(page, "picture", name))
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "image/jpeg" || got.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %v", got.status, got.header)
	}
	if about, err := jpeg.DecodeConfig(strings.NewReader(got.body)); err != nil || about.Width != 400 || strings.Contains(got.body, "taken at home") || strings.Contains(got.body, "Exif") {
		t.Errorf("%+v, %v, or it still says where it was taken", about, err)
	}
	if a := e.stranger().get(pageURL(page, "picture", name)); a.body == got.body || a.header.Get("Content-Type") == "image/jpeg" {
		t.Error("a stranger sees it")
	}
	if a := moss.get(pageURL(page, "picture", "0000000000000000.jpg")); a.status != http.StatusNotFound {
		t.Errorf("a picture that there is not answers %d", a.status)
	}
	moss.says(moss.get(pageURL(page, "picture")), http.StatusOK, "15 more fit")
}

// TestAPageThatIsFullOfPicturesSaysSoBeforeOneIsChosen, and what makes room.
func TestAPageThatIsFullOfPicturesSaysSoBeforeOneIsChosen(t *testing.T) {
	e := sit(t, "Moss")
	moss := e.all["Moss"]
	page := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Flour, water, salt.")
	form := pageURL(page, "picture")
	for range commons.MaxPictures - 1 {
		moss.hangs(page, "A loaf")
	}
	moss.says(moss.get(form), http.StatusOK, "1 more fit", "Put the picture there")
	moss.hangs(page, "The last one")
	full := moss.says(moss.get(form), http.StatusOK, "There is room for 16 of these.", "Take something out for good")
	if strings.Contains(full.body, `type="file"`) {
		t.Error("a picture can be chosen that does not fit")
	}
	moss.says(moss.upload(form, "picture", photo(t, 40, 30), "seen", "One too many"), http.StatusUnprocessableEntity, "There is room for 16 of these.")
}

func TestWhatIsNoPictureOfAPageWritesNothing(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	page := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Flour, water, salt.")
	before := e.applied()
	form := pageURL(page, "picture")
	moss.says(moss.upload(form, "picture", []byte("GIF89a"), "seen", "A loaf"), http.StatusUnprocessableEntity, "Send it as a JPEG or PNG picture.")
	moss.says(moss.upload(form, "picture", vast(t), "seen", "A loaf"), http.StatusUnprocessableEntity, "Make it smaller first")
	moss.says(moss.upload(form, "picture", nil, "seen", "A loaf"), http.StatusUnprocessableEntity, "Choose a picture first.")
	moss.says(moss.upload(form, "picture", photo(t, 40, 30)), http.StatusUnprocessableEntity, "Say in a few words what is to be seen")
	moss.says(moss.upload(form, "picture", photo(t, 40, 30), "seen", "a\u202eb"), http.StatusUnprocessableEntity)
	if e.applied() != before {
		t.Error("something was written down all the same")
	}
}

// Full is told beside the picture, and nothing is written down (W6).
func TestAFullHouseTakesNoPicture(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	page := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Flour, water, salt.")
	for range 64 {
		s := commons.Save{Kind: commons.Guide, Slug: "long", Language: "en", Title: "Long", Scope: commons.OfCell}
		e.log.Submit(moss.by, commons.Drafts(op.Ref{}, s, salted(strings.Repeat("x", commons.MaxText)))...)
	}
	before := e.applied()
	a := moss.says(moss.upload(pageURL(page, "picture"), "picture", photo(t, 1000, 900), "seen", "A loaf"), http.StatusUnprocessableEntity, "and that is full")
	if !strings.Contains(a.body, `value="A loaf"`) {
		t.Error("what was typed is lost")
	}
	if e.applied() != before {
		t.Error("half of it was written down")
	}
}

// takenDown lets Moss ask for pictures to go, and Fern say yes.
func (e *evening) takenDown(page op.Ref, names ...string) {
	e.Helper()
	moss, fern := e.all["Moss"], e.all["Fern"]
	var values []string
	for _, name := range names {
		values = append(values, "pick", name)
	}
	moss.says(moss.post(pageURL(page, "out"), values...), http.StatusOK, "It is asked for.", "It is about one picture.")
	asks := commons.Find(e.log.State().Now(), page).Open()
	fern.says(fern.get(pageURL(page)), http.StatusOK, "See the picture", "Yes, take it out")
	fern.says(fern.post(pageURL(page, "out", asks[0].Ref.String(), "yes")), http.StatusOK, "It is taken out for good.")
}

func TestAPictureIsTakenOutByTwo(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss, fern := e.all["Moss"], e.all["Fern"]
	page := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Flour, water, salt.")
	name, stays := moss.hangs(page, "Kite at the oven"), moss.hangs(page, "A loaf")
	moss.says(moss.get(pageURL(page, "out")), http.StatusOK, "Which pictures?", "Kite at the oven")
	moss.says(moss.post(pageURL(page, "out"), "pick", name, "words", "Flour"), http.StatusUnprocessableEntity, "One thing at a time")
	moss.says(moss.post(pageURL(page, "out"), "pick", "0000000000000000.jpg"), http.StatusUnprocessableEntity, "Somebody has asked")
	e.takenDown(page, name)
	pic, _ := commons.Find(e.log.State().Now(), page).Called(name)
	if erased := e.log.State().Erased(); len(erased) != 1 || erased[0] != pic.Image() {
		t.Errorf("what goes is %v", erased)
	}
	a := fern.says(fern.get(pageURL(page)), http.StatusOK, "[…]")
	if strings.Contains(a.body, "Kite") || !strings.Contains(a.body, stays) {
		t.Error("the page still tells who was on it, or lost the other picture")
	}
	if a := fern.get(pageURL(page, "picture", name)); a.status != http.StatusNotFound {
		t.Errorf("it still answers %d", a.status)
	}
	old := commons.Find(e.log.State().Now(), page).Versions.At(1)
	fern.says(fern.get(pageURL(page)+"?v="+old.Hash.String()), http.StatusOK, "A picture that was taken out:")
	for _, file := range []string{"/pages.zip", "/pages.html", "/booklet"} {
		if got := moss.get(takeURL + file); strings.Contains(got.body, "Kite") || strings.Contains(got.body, name) {
			t.Errorf("%s still has it", file)
		}
	}

	// With all of a page its pictures go.
	moss.says(moss.post(pageURL(page, "out"), "all", "1"), http.StatusOK, "It is about one picture.", "versions.")
}

func TestPicturesGoAlongWithTheirPages(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	page := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Flour, water, salt.")
	inside := moss.hangs(page, "Who bakes")
	text, _ := commons.WithoutPicture(e.textOf(page), inside, "")
	moss.writes(page, commons.Public, "Bread", strings.TrimSpace(text)+" And time.")
	name := moss.hangs(page, "A loaf")
	file := moss.get(pageURL(page, "picture", name)).body

	c := exec.Command("python3", "-c", `
import sys, io, zipfile
z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert z.testzip() is None
sys.stdout.buffer.write(z.read(sys.argv[1]))
`, "en/guide/"+name)
	c.Stdin = strings.NewReader(moss.get(takeURL + "/pages.zip").body)
	if out, err := c.Output(); err != nil || string(out) != file {
		t.Errorf("the folder has %d bytes of it: %v", len(out), err)
	}
	whole := moss.get(takeURL + "/pages.html").body
	if !strings.Contains(whole, `src="data:image/jpeg;base64,`+base64.StdEncoding.EncodeToString([]byte(file))+`" alt="A loaf"`) || !strings.Contains(whole, "img-src data:") {
		t.Error("the one file does not hold it")
	}
	if strings.Count(whole, "data:image") != 1 {
		t.Error("a picture is in it that the page does not show")
	}
	moss.says(moss.get(takeURL+"/booklet"), http.StatusOK)
	if got := moss.get(takeURL + "/booklet").body; !strings.Contains(got, pageURL(page, "picture", name)) {
		t.Error("the booklet does not show it")
	}

	s := httptest.NewServer(e.server)
	defer s.Close()
	guest := filepath.Join(t.TempDir(), "commons")
	git(t, "clone", "-q", s.URL+"/commons.git", guest)
	git(t, "-C", guest, "fsck", "--strict", "--full")
	if got, err := os.ReadFile(filepath.Join(guest, "en/guide", name)); err != nil || !bytes.Equal(got, []byte(file)) {
		t.Errorf("a guest who clones has %d bytes of it: %v", len(got), err)
	}
	if _, err := os.Stat(filepath.Join(guest, "en/guide", inside)); !os.IsNotExist(err) {
		t.Errorf("a guest has a picture that was never for everybody: %v", err)
	}
	e.takenDown(page, name)
	again := filepath.Join(t.TempDir(), "commons")
	git(t, "clone", "-q", s.URL+"/commons.git", again)
	if got := git(t, "-C", again, "log", "--stat", "--format=%H"); strings.Contains(got, name) {
		t.Error("what was taken out is cloned")
	}
}

// A picture that a text shows a thousand times is in a file once.
func TestAFileHoldsAPictureOnce(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	page := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Flour")
	name := moss.hangs(page, "A loaf")
	moss.writes(page, commons.OfCell, "Bread", strings.TrimSpace(strings.Repeat(commons.Mark(name, "A loaf")+"\n", 1000)))
	if got := moss.get(takeURL + "/pages.html").body; strings.Count(got, "data:image") != 1 || !strings.Contains(got, "The picture above:") {
		t.Errorf("it is in it %d times", strings.Count(got, "data:image"))
	}
}

// textOf is what a page says now.
func (e *evening) textOf(page op.Ref) string {
	e.Helper()
	text, err := commons.Find(e.log.State().Now(), page).Current().Read(e.log.Read)
	if err != nil {
		e.Fatal(err)
	}
	return text
}

// TestPicturesGoAlongToAnotherCell: with the same name and bytes, so that a page
// that comes again brings nothing twice; and from a copy to the page that is made
// of it, or takes a paragraph of it over.
func TestPicturesGoAlongToAnotherCell(t *testing.T) {
	a, b := sit(t, "Moss", "Heron"), sit(t, "Moss", "Fern")
	moss, wren := a.all["Moss"], b.all["Fern"]
	bread := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Flour, water, salt.")
	name := moss.hangs(bread, "A loaf on a board")
	picture := moss.get(pageURL(bread, "picture", name)).body
	shows := func(page string) {
		t.Helper()
		if got := wren.get(page); !strings.Contains(got.body, name+`" alt="A loaf on a board"`) {
			t.Errorf("%s does not show it: %s", page, got.text())
		}
		if got := wren.get(page + "/picture/" + name); got.status != http.StatusOK || got.body != picture {
			t.Errorf("%s/picture/%s answers %d", page, name, got.status)
		}
	}
	theirs := wren.says(moss.carries(pageURL(bread), wren), http.StatusOK, "It is here, as theirs.").url
	shows(theirs)
	moss.writes(bread, commons.OfCell, "Bread", a.textOf(bread)+"\n\nAnd time.")
	if again := wren.says(moss.carries(pageURL(bread), wren), http.StatusOK, "And time."); strings.Contains(again.text(), "Not every picture") {
		t.Error(again.text())
	}
	if n := len(commons.Find(b.log.State().Now(), ref(t, theirs)).Pictures); n != 1 {
		t.Errorf("the same page twice brings %d pictures", n)
	}
	shows(wren.says(wren.post(theirs+"/fork"), http.StatusOK, "It is ours now.").url)

	ours := wren.writes(op.Ref{}, commons.OfCell, "Food", "Bake.")
	pull := pageURL(ours, "theirs") + "?from=" + ref(t, theirs).String()
	f := wren.form(pull)
	wren.says(wren.post(pageURL(ours, "theirs"), "from", f["from"], "base", f["base"], "other", f["other"], "pick", "1"), http.StatusOK, "Bake.")
	shows(pageURL(ours))

	b.takenDown(ref(t, theirs), name)
	wren.says(wren.get(theirs), http.StatusOK, "[…] And time.")
	wren.says(moss.carries(pageURL(bread), wren), http.StatusOK, "It is here, as theirs.")
	if got := wren.get(theirs + "/picture/" + name); got.status != http.StatusNotFound {
		t.Errorf("what was taken out of a copy came back: %d", got.status)
	}
}

// TestOnlyAPictureThatWasDrawnComesAlong: what another program wrote into one, or
// behind it, does not come to us with a page.
func TestOnlyAPictureThatWasDrawnComesAlong(t *testing.T) {
	clean, err := cleaned(photo(t, 400, 300))
	if err != nil || !drawn(clean) {
		t.Fatal("what we draw is not taken for drawn: ", err)
	}
	said := append([]byte{0xff, 0xe1, 0, 8}, "secret"...)
	for what, bad := range map[string][]byte{
		"a photo":           photo(t, 400, 300),
		"a remark in front": slices.Concat(clean[:2], said, clean[2:]),
		"a remark behind":   append(slices.Clip(clean), "secret"...),
		"two ends":          append(slices.Clip(clean), 0xff, jpegEnd),
		"no end":            clean[:len(clean)-2],
		"no points":         clean[:200],
		"no picture":        []byte("\xff\xd8\xff\xdb\x00\x02"),
		"nothing":           nil,
	} {
		if drawn(bad) {
			t.Errorf("%s is taken for drawn", what)
		}
	}
	large, _ := cleaned(photo(t, 1280, 20))
	if about, err := jpeg.DecodeConfig(bytes.NewReader(large)); err != nil || about.Width != pictureSide || !drawn(large) {
		t.Errorf("%+v, %v", about, err)
	}

	e := sit(t, "Moss")
	moss := e.all["Moss"]
	i := commons.Image{JPEG: append(slices.Clip(clean), "secret"...)}
	file := commons.File{Cell: "Hill", Page: commons.ID{5}, Kind: commons.Guide, Slug: "bread", Language: "en", Title: "Bread", Version: commons.Hash{6},
		Licence: commons.Licence, Text: "Flour.\n\n" + commons.Mark(commons.NameOf(i), "A loaf")}
	page := moss.says(moss.upload("/commons/bring", "file", append(file.Encode(), i.Along()...)), http.StatusOK, "It is here, as theirs.", "A picture that did not come along:").url
	if p := commons.Find(e.log.State().Now(), ref(t, page)); len(p.Pictures) != 0 {
		t.Error("its picture is kept")
	}
}

// A page comes without the pictures that there is no room for, and says so (W6).
func TestAPageComesWithoutThePicturesThatDoNotFit(t *testing.T) {
	a, b := sit(t, "Moss"), sit(t, "Wren")
	moss, wren := a.all["Moss"], b.all["Wren"]
	bread := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Flour.")
	moss.hangs(bread, "A loaf")
	s := commons.Save{Kind: commons.Guide, Slug: "long", Language: "en", Title: "Long", Scope: commons.OfCell}
	for left := commons.MaxAll; left > 4<<10; left = commons.MaxAll - int(commons.Used(b.log.State().Now())) {
		if _, err := b.log.Submit(wren.by, commons.Drafts(op.Ref{}, s, salted(strings.Repeat("x", min(commons.MaxText, left-3<<10))))...); err != nil {
			t.Fatal(err)
		}
	}
	wren.says(moss.carries(pageURL(bread), wren), http.StatusOK, "It is here, as theirs.", "Not every picture could come along.", "A picture that did not come along:")
}
