package web

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"celld/internal/cell/commons"
	"celld/internal/op"
)

var gitAddress = regexp.MustCompile(`/git/[A-Za-z0-9_-]{43}/commons\.git`)

// writes saves a page, or a version of one, and returns the page.
func (b *phone) writes(page op.Ref, scope commons.Scope, title, text string) op.Ref {
	b.Helper()
	s := commons.Save{Kind: commons.Guide, Slug: commons.Slug(title, commons.Guide), Language: "en", Title: title, Scope: scope}
	if p := commons.Find(b.log.State().Now(), page); p != nil {
		s.Base = p.Current().Hash
	}
	b.now = b.now.Add(1)
	refs, err := b.log.Submit(b.by, commons.Drafts(page, s, commons.Text{Text: text})...)
	if err != nil {
		b.Fatal(err)
	}
	if page.IsZero() {
		return refs[0]
	}
	return page
}

// takeOut lets two people take every version of a page but the last out.
func (e *evening) takeOut(page op.Ref, first, second string) {
	e.Helper()
	p := commons.Find(e.log.State().Now(), page)
	var w commons.Wanted
	for i := range p.Versions.Len() - 1 {
		w.Versions = append(w.Versions, p.Versions.At(i).Ref)
	}
	asked, err := e.log.Submit(e.all[first].by, op.Draft{Kind: commons.KindAsk, Subject: page, Content: w})
	if err != nil {
		e.Fatal(err)
	}
	if _, err := e.log.Submit(e.all[second].by, op.Draft{Kind: commons.KindYes, Subject: page, Content: commons.Answer{Ask: asked[0]}}); err != nil {
		e.Fatal(err)
	}
}

// git runs Debian's git, and fails where it does.
func git(t *testing.T, args ...string) string {
	t.Helper()
	c := exec.Command("git", args...)
	c.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1", "HOME="+t.TempDir(), "LC_ALL=C")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// holds is all that is in a repository: every object, whoever leads to it.
func holds(t *testing.T, repo string) string {
	t.Helper()
	if said := git(t, "-C", repo, "fsck", "--strict", "--full"); said != "" {
		t.Errorf("git fsck says %s", said)
	}
	return git(t, "-C", repo, "cat-file", "--batch-all-objects", "--batch")
}

func TestGitReadsThePagesThatItMay(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	moss.writes(op.Ref{}, commons.OfCell, "Who has a key", "Ask at the blue door.")
	bread := moss.writes(op.Ref{}, commons.OfCell, "Bread", "Kite bakes, call 555-1234.")
	moss.writes(bread, commons.Public, "Bread", "Flour, water, salt.")
	s := httptest.NewServer(e.server)
	defer s.Close()
	guest, all := filepath.Join(t.TempDir(), "commons"), filepath.Join(t.TempDir(), "commons")

	git(t, "clone", "-q", s.URL+"/commons.git", guest)
	got := holds(t, guest)
	for word, want := range map[string]bool{"Flour, water": true, "blue door": false, "555-1234": false, "Mill Lane": true, "Moss": false, moss.by.Member.String(): false} {
		if strings.Contains(got, word) != want {
			t.Errorf("a guest reads %q: %v", word, !want)
		}
	}

	a := moss.says(moss.post(takeURL), http.StatusOK, "shown this once", "End it")
	address := s.URL + gitAddress.FindString(a.body)
	git(t, "clone", "-q", address, all)
	if got := holds(t, all); !strings.Contains(got, "blue door") || !strings.Contains(got, "555-1234") || strings.Contains(got, "Moss") {
		t.Error("a member reads too little, or names")
	}
	moss.writes(bread, commons.Public, "Bread", "Flour, water, salt, time.")
	git(t, "-C", all, "fetch", "-q")
	if got := git(t, "-C", all, "show", "origin/main:en/guide/bread.md"); !strings.Contains(got, "salt, time.") {
		t.Errorf("after a change: %s", got)
	}

	e.takeOut(bread, "Moss", "Fern")
	again := filepath.Join(t.TempDir(), "commons")
	git(t, "clone", "-q", address, again)
	if got := holds(t, again); strings.Contains(got, "555-1234") || !strings.Contains(got, "taken out for good") {
		t.Error("what was taken out is told, or that it was is not")
	}
	git(t, "-C", all, "fetch", "-q")
	if got := git(t, "-C", all, "log", "-p", "origin/main"); strings.Contains(got, "555-1234") {
		t.Error("a fetch leads to what was taken out")
	}

	moss.says(moss.post(takeURL+"/end"), http.StatusOK, "leads nowhere")
	for path, want := range map[string]int{strings.TrimPrefix(address, s.URL): 404, "/git/x/commons.git": 404, "/git/" + strings.Repeat("A", 43) + "/commons.git": 404, "/commons.git": 200} {
		answer, err := http.Get(s.URL + path + "/info/refs?service=git-upload-pack")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("%s answers %d, not %d", path, answer.StatusCode, want)
		}
	}
}

// An archive is one for a program that is not ours, too.
func TestPagesLeaveInFilesThatOthersOpen(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	moss := e.all["Moss"]
	moss.writes(op.Ref{}, commons.OfCell, "Water", "Boil it. <script>alert(1)</script>")
	moss.writes(op.Ref{}, commons.OfCell, "Water", "Another page of that name, خبز.")

	a := moss.get(takeURL + "/pages.zip")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%d %v", a.status, a.header)
	}
	c := exec.Command("python3", "-c", `
import sys, io, zipfile
z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
assert z.testzip() is None
for i in z.infolist():
    print(i.filename, i.date_time[:3], oct(i.external_attr >> 16), i.file_size)
    assert z.read(i).decode("utf-8")
`)
	c.Stdin = strings.NewReader(a.body)
	out, err := c.CombinedOutput()
	if err != nil || bytes.Count(out, []byte("(2026, 11, 23) 0o100644")) != 3 || !bytes.Contains(out, []byte("en/guide/water.md")) || !bytes.Contains(out, []byte("en/guide/water-")) {
		t.Errorf("%v\n%s", err, out)
	}

	file := moss.get(takeURL + "/pages.html")
	if !strings.Contains(file.body, "&lt;script&gt;") || strings.Contains(file.body, "<script") || !strings.Contains(file.text(), "Another page of that name") || strings.Contains(file.body, "/static/") {
		t.Errorf("the file is\n%s", file.body)
	}
	moss.says(moss.get(takeURL+"/booklet"), http.StatusOK, "The pages of", "What is in it", "Boil it.")
	moss.says(moss.get(takeURL), http.StatusOK, "A booklet to print", "English")
}

func TestGitIsToldThatTheRouterSleeps(t *testing.T) {
	e := sit(t, "Moss", "Fern")
	withWords(e)
	e.all["Moss"].post("/lock")
	if a := e.stranger().get("/commons.git/info/refs?service=git-upload-pack"); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "asleep") {
		t.Errorf("%d %s", a.status, a.body)
	}
}
