package gitserve_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"celld/internal/gitserve"
)

// shelf is a history that tests add to.
type shelf struct {
	mu      sync.Mutex // git asks while a test changes it
	commits []gitserve.Commit
}

func (s *shelf) add(c ...gitserve.Commit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commits = append(s.commits, c...)
}

func (s *shelf) replace(i int, c gitserve.Commit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.commits[i] = c
}

func (s *shelf) history(yield func(gitserve.Commit) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.commits {
		if err := yield(c); err != nil {
			return err
		}
	}
	return nil
}

func file(path, text string) gitserve.Change {
	return gitserve.Change{Path: path, Content: []byte(text)}
}

func step(n int64, message string, changes ...gitserve.Change) gitserve.Commit {
	return gitserve.Commit{Author: "Río <de> abajo", Time: 1_700_000_000 + n, Message: message, Changes: changes}
}

// first is what a small commons looks like.
func first() *shelf {
	s := new(shelf)
	s.add(
		step(0, "Begin", file("README.md", "# The commons\n"), file("guides/bread.md", "flour\n"), file("guides/water.md", "boil\n"), file("old/x.md", "x\n")),
		step(1, "Salt", file("guides/bread.md", "flour, salt\n")),
		step(2, "A name with other letters", file("guías/دليل.md", "خبز\n"), gitserve.Change{Path: "guides/water.md", Gone: true}, gitserve.Change{Path: "old/x.md", Gone: true}),
		step(3, "No salt again", file("guides/bread.md", "flour\n"), file("guides-old.md", "sorts before guides/\n")),
	)
	return s
}

// serve puts a history behind a port, as celld does.
func serve(t testing.TB, h gitserve.History) string {
	t.Helper()
	var desk gitserve.Desk
	mux := http.NewServeMux()
	mux.HandleFunc("GET /commons.git/info/refs", func(w http.ResponseWriter, r *http.Request) { desk.Refs(w, r, h) })
	mux.HandleFunc("POST /commons.git/git-upload-pack", func(w http.ResponseWriter, r *http.Request) { desk.Pack(w, r, h) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL + "/commons.git"
}

// git runs Debian's git, which is the judge here.
func git(t testing.TB, args ...string) (string, error) {
	t.Helper()
	c := exec.Command("git", args...)
	c.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1", "HOME="+t.TempDir(), "LC_ALL=C",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@b.invalid", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@b.invalid")
	out, err := c.CombinedOutput()
	return string(out), err
}

func must(t testing.TB, args ...string) string {
	t.Helper()
	out, err := git(t, args...)
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func TestGitClonesWhatIsTold(t *testing.T) {
	s := first()
	url, to := serve(t, s.history), filepath.Join(t.TempDir(), "commons")
	must(t, "clone", "-q", url, to)
	if out := must(t, "-C", to, "fsck", "--strict", "--full"); out != "" {
		t.Errorf("git fsck says:\n%s", out)
	}
	for name, want := range map[string]string{"README.md": "# The commons\n", "guides/bread.md": "flour\n", "guías/دليل.md": "خبز\n", "guides-old.md": "sorts before guides/\n"} {
		if got, err := os.ReadFile(filepath.Join(to, name)); string(got) != want {
			t.Errorf("%s holds %q (%v), not %q", name, got, err, want)
		}
	}
	if _, err := os.Stat(filepath.Join(to, "guides/water.md")); err == nil {
		t.Error("what was taken away is there")
	}
	if got := must(t, "-C", to, "log", "--format=%an|%s|%at"); got != "Río de abajo|No salt again|1700000003\nRío de abajo|A name with other letters|1700000002\nRío de abajo|Salt|1700000001\nRío de abajo|Begin|1700000000\n" {
		t.Errorf("the log is\n%s", got)
	}
	head, _, _ := gitserve.History(s.history).Head()
	if got := must(t, "ls-remote", url); got != fmt.Sprintf("%v\tHEAD\n%v\t%s\n", head, head, gitserve.Branch) {
		t.Errorf("ls-remote says\n%s", got)
	}
}

// A fetch brings what is new and nothing else, also to somebody who has written
// commits of their own, by the hundred: what they have is then named in gzip.
func TestAFetchBringsWhatIsNew(t *testing.T) {
	s := first()
	url, to := serve(t, s.history), filepath.Join(t.TempDir(), "commons")
	must(t, "clone", "-q", url, to)
	var own strings.Builder
	for i := range 300 {
		fmt.Fprintf(&own, "commit refs/heads/mine\ncommitter A <a@b.invalid> %d +0000\ndata 1\nx\n", 1_800_000_000+i)
		if i == 0 {
			own.WriteString("from refs/heads/main\n")
		}
	}
	c := exec.Command("git", "-C", to, "fast-import", "--quiet")
	c.Stdin = strings.NewReader(own.String())
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s.add(step(4, "Yeast", file("guides/bread.md", "flour, yeast\n")))
	before := objects(t, to)
	must(t, "-C", to, "fetch", "-q")
	if got := objects(t, to) - before; got != 4 { // a blob, two trees, a commit
		t.Errorf("%d objects came, not 4", got)
	}
	if got := must(t, "-C", to, "show", "origin/main:guides/bread.md"); got != "flour, yeast\n" {
		t.Errorf("the bread is %q", got)
	}
	must(t, "-C", to, "fetch", "-q")
	if out := must(t, "-C", to, "fsck", "--strict", "--full"); strings.Contains(out, "error") {
		t.Error(out)
	}
}

func objects(t *testing.T, repo string) int {
	t.Helper()
	return strings.Count(must(t, "-C", repo, "cat-file", "--batch-all-objects", "--batch-check"), "\n")
}

// What was redacted is told no more, by a history that is another one from
// there on. Who has the old one keeps it until they throw it away.
func TestARewrittenHistoryIsFetched(t *testing.T) {
	s := first()
	url, to := serve(t, s.history), filepath.Join(t.TempDir(), "commons")
	must(t, "clone", "-q", url, to)
	s.replace(1, step(1, "Salt", file("guides/bread.md", "taken away\n")))
	must(t, "-C", to, "fetch", "-q")
	if out := must(t, "-C", to, "log", "-p", "origin/main"); strings.Contains(out, "salt\n+") || strings.Contains(out, "flour, salt") {
		t.Error("what was redacted came again")
	}
	if out := must(t, "-C", to, "fsck", "--strict"); strings.Contains(out, "error") {
		t.Error(out)
	}
}

func TestAnEmptyHistoryIsAnEmptyRepository(t *testing.T) {
	url, to := serve(t, new(shelf).history), filepath.Join(t.TempDir(), "commons")
	if out := must(t, "clone", url, to); !strings.Contains(out, "empty repository") {
		t.Error(out)
	}
}

// What is not served is refused in words, and git tells them.
func TestWhatIsNotServedIsSaid(t *testing.T) {
	url, to := serve(t, first().history), filepath.Join(t.TempDir(), "commons")
	if out, err := git(t, "clone", "-q", "--depth", "1", url, to); err == nil || !strings.Contains(out, "shallow") {
		t.Errorf("a shallow clone: %v\n%s", err, out)
	}
	must(t, "clone", "-q", url, to)
	must(t, "-C", to, "-c", "user.name=x", "-c", "user.email=x@y.invalid", "commit", "-q", "--allow-empty", "-m", "mine")
	if out, err := git(t, "-C", to, "push", "origin", "HEAD"); err == nil || !strings.Contains(out, "403") {
		t.Errorf("a push: %v\n%s", err, out)
	}
}

func TestBadRequestsAreRefused(t *testing.T) {
	s := first()
	url := serve(t, s.history)
	head, _, _ := gitserve.History(s.history).Head()
	want := pkt("want " + head.String() + "\n")
	var zip bytes.Buffer
	z := gzip.NewWriter(&zip)
	_, _ = io.WriteString(z, want+"00000009done\n")
	_ = z.Close()
	for _, x := range []struct {
		name, body, encoding string
		status               int
	}{
		{"whole", want + "00000009done\n", "", 200},
		{"zipped", zip.String(), "gzip", 200},
		{"empty", "", "", 400},
		{"a flush", "0000", "", 400},
		{"no wants", "0009done\n", "", 400},
		{"no number", "xyzw", "", 400},
		{"a delimiter of version 2", "0001", "", 400},
		{"an empty line", "0004", "", 400},
		{"a line too long", "ffff", "", 400},
		{"cut in the head", "00", "", 400},
		{"cut in a line", want[:20], "", 400},
		{"half a name", pkt("want " + head.String()[:20]), "", 400},
		{"too much of a name", pkt("want " + head.String() + "00"), "", 400},
		{"a stranger", pkt("want " + strings.Repeat("a", 40)), "", 409},
		{"have before want", pkt("have "+head.String()) + want, "", 400},
		{"want after have", want + pkt("have "+head.String()) + want, "", 400},
		{"shallow", want + pkt("deepen 1"), "", 400},
		{"no gzip", want, "gzip", 400},
		{"many wants", strings.Repeat(want, 17), "", 400},
	} {
		r, _ := http.NewRequest("POST", url+"/git-upload-pack", strings.NewReader(x.body))
		r.Header.Set("Content-Type", "application/x-git-upload-pack-request")
		r.Header.Set("Content-Encoding", x.encoding)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		words, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != x.status {
			t.Errorf("%s: %d (%s), not %d", x.name, answer.StatusCode, words, x.status)
		}
	}
}

func pkt(s string) string { return fmt.Sprintf("%04x%s", len(s)+4, s) }

// Packs cost a router much: a third one at once has to wait.
func TestOnlySoManyAreServedAtOnce(t *testing.T) {
	inside, leave := make(chan bool), make(chan bool)
	var gate atomic.Bool
	gate.Store(true)
	s := first()
	url := serve(t, func(yield func(gitserve.Commit) error) error {
		if gate.Load() {
			inside <- true
			<-leave
		}
		return s.history(yield)
	})
	status := make(chan int, 2)
	for range 2 {
		go func() {
			answer, err := http.Get(url + "/info/refs?service=git-upload-pack")
			if err != nil {
				status <- 0
				return
			}
			answer.Body.Close()
			status <- answer.StatusCode
		}()
		<-inside
	}
	gate.Store(false) // nobody else would be let in there
	answer, err := http.Get(url + "/info/refs?service=git-upload-pack")
	if err != nil || answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("the third is answered %v (%v)", answer.StatusCode, err)
	}
	leave <- true
	leave <- true
	if a, b := <-status, <-status; a != 200 || b != 200 {
		t.Errorf("the two before are answered %d and %d", a, b)
	}
}

// A path that would lead out of a clone, or into git's own folder, is told to
// nobody.
func TestPathsStayWithinTheFolder(t *testing.T) {
	for _, path := range []string{"", "/a", "a/", "a//b", "..", "../a", "a/../b", ".git/config", "a/.git", "git~1", `a\b`, "a\x00b", "a\nb", "c:", strings.Repeat("a", 201)} {
		s := new(shelf)
		s.add(step(0, "x", file(path, "x")))
		if _, _, err := gitserve.History(s.history).Head(); !errors.Is(err, gitserve.ErrPath) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// Git takes more than it lacks without a word, so that the pack is counted here.
func TestAPackHoldsWhatIsLackingOnce(t *testing.T) {
	s := first()
	var heads []gitserve.ID
	for n := range s.commits {
		part := shelf{commits: s.commits[:n+1]}
		head, _, _ := gitserve.History(part.history).Head()
		heads = append(heads, head)
	}
	// The commits bring 8, 4, 5 and 4 objects: themselves, the root, the folders
	// that changed, and texts that were nowhere before.
	for _, x := range []struct {
		want, have, objects int
	}{{3, -1, 21}, {3, 0, 13}, {3, 2, 4}, {1, 0, 4}, {0, 3, 0}, {3, 3, 0}} {
		q := gitserve.Request{Wants: heads[x.want : x.want+1], Done: true}
		if x.have >= 0 {
			q.Haves = heads[x.have : x.have+1]
		}
		var b bytes.Buffer
		if err := gitserve.Answer(&b, s.history, q); err != nil {
			t.Fatal(err)
		}
		_, pack, _ := bytes.Cut(b.Bytes(), []byte("PACK"))
		if got := binary.BigEndian.Uint32(pack[4:]); int(got) != x.objects {
			t.Errorf("who has %d and wants %d is given %d objects, not %d", x.have, x.want, got, x.objects)
		}
	}
}

// large tells about 4 MB of pages, in 40 versions each, made again each time.
func large(yield func(gitserve.Commit) error) error {
	for version := range 8 {
		for page := range 8 {
			text := make([]byte, 0, 64<<10)
			r := rand.New(rand.NewPCG(uint64(version), uint64(page)))
			for len(text) < 63<<10 {
				text = fmt.Appendf(text, "%x\n", r.Uint64())
			}
			c := step(int64(version*8+page), "m", gitserve.Change{Path: fmt.Sprintf("guides/%d.md", page), Content: text})
			if err := yield(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// The memory that a pack takes does not grow with what is in it.
func TestAPackIsMadeInBoundedMemory(t *testing.T) {
	head, _, err := gitserve.History(large).Head()
	if err != nil {
		t.Fatal(err)
	}
	q, err := gitserve.ReadRequest(strings.NewReader(pkt("want "+head.String()) + "00000009done\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := &meter{}
	if err := gitserve.Answer(m, large, q); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d bytes of pack, at most %d kB of heap", m.bytes, m.most>>10)
	if m.bytes < 2<<20 || m.most > 4<<20 {
		t.Errorf("%d bytes of pack took %d of heap", m.bytes, m.most)
	}
}

// meter looks at the heap while it is written to.
type meter struct {
	bytes int
	calls int
	most  uint64
}

func (m *meter) Write(b []byte) (int, error) {
	m.bytes += len(b)
	if m.calls++; m.calls%64 == 1 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		m.most = max(m.most, now.HeapAlloc)
	}
	return len(b), nil
}

func FuzzReadRequest(f *testing.F) {
	id := strings.Repeat("0a", 20)
	for _, s := range []string{"", "0000", pkt("want "+id+" multi_ack_detailed agent=git/2.39\n") + "0000" + pkt("have "+id+"\n") + "0000",
		pkt("want "+id) + "0009done\n", pkt("want "+id) + pkt("deepen 1"), "0001", "ffff", "00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		q, err := gitserve.ReadRequest(bytes.NewReader(b))
		if err != nil && !errors.Is(err, gitserve.ErrRequest) {
			t.Fatal(err)
		}
		if err == nil && len(q.Wants) == 0 {
			t.Fatal("a request that wants nothing")
		}
	})
}
