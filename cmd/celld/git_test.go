package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	gitAddress = regexp.MustCompile(`http://\S+/git/[A-Za-z0-9_-]{43}/commons\.git`)
	baseField  = regexp.MustCompile(`name="base" value="([0-9a-f]+)"`)
)

// git runs the git of this machine, whatever is set up for it here.
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

// whole lets git look at all that came, and returns it.
func whole(t *testing.T, repo string) string {
	t.Helper()
	if said := git(t, "-C", repo, "fsck", "--strict", "--full"); said != "" {
		t.Errorf("git fsck says %s", said)
	}
	return git(t, "-C", repo, "cat-file", "--batch-all-objects", "--batch")
}

// TestGitClonesFromTheProgram lets Debian's git read the pages of a cell, before
// and after a change, and after some of it was taken out. With -args -program
// "qemu-mips-static celld-mips" it is the big-endian program that it reads from.
func TestGitClonesFromTheProgram(t *testing.T) {
	p := startProgram(t, t.TempDir(), "-demo", "-clock", "ntp")
	moss, heron := signIn(t, p, 0), signIn(t, p, 1)
	page := moss.follow(t, "/commons/new", "sort", "guide", "title", "Water", "words", "Boil it. Ask Kite, 0611 555-1234.", "language", "en", "scope", "public")
	r, err := moss.post("/commons/take")
	if err != nil || r.status != http.StatusOK {
		t.Fatalf("%d %v", r.status, err)
	}
	address, public := gitAddress.FindString(r.body), p.url+"/commons.git"
	dir := t.TempDir()
	guest, all := filepath.Join(dir, "guest"), filepath.Join(dir, "all")

	git(t, "clone", "-q", public, guest)
	git(t, "clone", "-q", address, all)
	if got := whole(t, guest); !strings.Contains(got, "Boil it.") || strings.Contains(got, "Thursday bread") {
		t.Error("a guest reads what is not for everybody, or not what is")
	}
	if got := whole(t, all); !strings.Contains(got, "Boil it.") || !strings.Contains(got, "Our oven takes four at once") || strings.Contains(got, "Moss") {
		t.Error("a member reads not all of it, or names")
	}

	form, err := moss.get(page + "/edit")
	base := baseField.FindStringSubmatch(form.body)
	if err != nil || base == nil {
		t.Fatalf("%v: %s", err, form.body)
	}
	moss.follow(t, page+"/edit", "base", base[1], "title", "Water", "words", "Boil it for a minute.", "language", "en", "scope", "public")
	for _, repo := range []string{guest, all} {
		git(t, "-C", repo, "fetch", "-q")
		if got := git(t, "-C", repo, "show", "origin/main:en/guide/water.md"); !strings.Contains(got, "for a minute") {
			t.Errorf("a fetch does not bring what is new: %s", got)
		}
		whole(t, repo)
	}

	asked := moss.follow(t, page+"/out", "words", "0611 555-1234")
	out, err := heron.get(asked)
	yes := regexp.MustCompile(`action="(/commons/p/[^"]+/yes)"`).FindStringSubmatch(out.body)
	if err != nil || yes == nil {
		t.Fatalf("%v: nothing to say yes to at %s: %s", err, asked, out.body)
	}
	heron.follow(t, yes[1])
	for from, repo := range map[string]string{public: filepath.Join(dir, "guest-again"), address: filepath.Join(dir, "all-again")} {
		git(t, "clone", "-q", from, repo)
		if got := whole(t, repo); strings.Contains(got, "555-1234") || !strings.Contains(got, "for a minute") {
			t.Error("what was taken out is still told")
		}
	}
	if got := git(t, "-C", guest, "log", "--format=%an <%ae>", "origin/main"); strings.Trim(strings.ReplaceAll(got, "Mill Lane <commons@cell.invalid>", ""), "\n") != "" {
		t.Errorf("authors are %s", got)
	}
}
