package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	neturl "net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/vault"
	"celld/internal/web"
)

func open(t *testing.T, dir, store string) *house {
	t.Helper()
	c := config{dir: dir, store: store, clock: "1795000000"}
	h, err := openHouse(c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close() })
	return h
}

func settled(t *testing.T) (*house, op.Author) {
	t.Helper()
	h := open(t, t.TempDir(), storeFile)
	moss, err := settle(h)
	if err != nil {
		t.Fatal(err)
	}
	return h, moss
}

// again closes a house and opens it as after a power cut: locked.
func again(t *testing.T, h *house) *house {
	t.Helper()
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	return open(t, h.config.dir, "")
}

func login(t *testing.T, h *house, m op.Member) op.Author {
	t.Helper()
	by, err := h.desk.Login(context.Background(), m, phrase(0), nil)
	if err != nil {
		t.Fatal(err)
	}
	return by
}

func away(t *testing.T, h *house, by op.Author) {
	t.Helper()
	if _, err := h.log.Submit(by, op.Draft{Kind: people.KindAway}); err != nil {
		t.Fatal(err)
	}
}

func TestALoginWakesTheRouterAndGoesOnInTheSameLog(t *testing.T) {
	h, moss := settled(t)
	want := h.log.State().Digest()
	h = again(t, h)
	if h.desk.Awake() || h.log.Waiting() == 0 || cell.PeopleOf(h.log.State()).Cell() != "" {
		t.Fatal("names can be read before anybody signed in")
	}
	by := login(t, h, moss.Member)
	if by.Device != moss.Device {
		t.Error("a second login made another device key")
	}
	if !h.desk.Awake() || h.log.Waiting() != 0 || h.log.State().Digest() != want {
		t.Error("the router is not as it was")
	}
	away(t, h, by)
	if n := len(h.log.Heads()); n != 1 {
		t.Errorf("%d logs for one device", n)
	}
}

func TestAnyMembersWordsWakeALockedRouter(t *testing.T) {
	h, moss := settled(t)
	if err := h.desk.Lock(); err != nil {
		t.Fatal(err)
	}
	if by := login(t, h, op.Member{}); by.Member != moss.Member {
		t.Errorf("%v woke it, not Moss", by.Member)
	}
}

func TestLockingLeavesNothingThatWasSealed(t *testing.T) {
	h, moss := settled(t)
	want := h.log.State().Digest()
	if err := h.desk.Lock(); err != nil {
		t.Fatal(err)
	}
	if h.desk.Awake() || cell.PeopleOf(h.log.State()).Cell() != "" {
		t.Error("names can be read while locked")
	}
	if _, err := h.log.Submit(moss, op.Draft{Kind: people.KindAway}); !errors.Is(err, vault.ErrLocked) {
		t.Errorf("writing while locked: %v", err)
	}
	login(t, h, moss.Member)
	if h.log.State().Digest() != want {
		t.Error("after waking the state is another")
	}
}

func TestWrongWordsAreToldAsPagesKnowThem(t *testing.T) {
	h, moss := settled(t)
	ctx := context.Background()
	if _, err := h.desk.Login(ctx, moss.Member, phrase(1), nil); !errors.Is(err, web.ErrWords) {
		t.Errorf("wrong words: %v", err)
	}
	var wait web.Wait
	if _, err := h.desk.Login(ctx, moss.Member, phrase(0), nil); !errors.As(err, &wait) || wait.For <= 0 {
		t.Errorf("too soon after wrong words: %v", err)
	}
	if _, err := h.desk.Login(ctx, op.Member{9}, phrase(0), nil); !errors.Is(err, web.ErrWords) {
		t.Errorf("a stranger: %v", err)
	}
}

func TestChangedWordsOpenAndTheOldOnesDoNot(t *testing.T) {
	h, moss := settled(t)
	ctx := context.Background()
	if err := h.desk.Change(ctx, moss, phrase(0), phrase(2)); err != nil {
		t.Fatal(err)
	}
	h = again(t, h)
	by, err := h.desk.Login(ctx, moss.Member, phrase(2), nil)
	if err != nil {
		t.Fatal(err)
	}
	if by.Device != moss.Device {
		t.Error("new words made another device key")
	}
	h = again(t, h)
	if _, err := h.desk.Login(ctx, moss.Member, phrase(0), nil); !errors.Is(err, web.ErrWords) {
		t.Errorf("the old words: %v", err)
	}
}

// TestOfTwoChangesOfWordsAtOnceOneCounts: whoever is told that new words open the door has
// those that do.
func TestOfTwoChangesOfWordsAtOnceOneCounts(t *testing.T) {
	h, moss := settled(t)
	var both sync.WaitGroup
	var errs [2]error
	for i := range errs {
		both.Go(func() { errs[i] = h.desk.Change(t.Context(), moss, phrase(0), phrase(byte(2+i))) })
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("the two are answered %v and %v", errs[0], errs[1])
	}
	for i, err := range errs {
		if _, opens := h.desk.Login(vault.From(t.Context(), string(rune('a'+i))), moss.Member, phrase(byte(2+i)), nil); (opens == nil) != (err == nil) {
			t.Errorf("words that were answered %v open with %v", err, opens)
		}
	}
}

// seated gives Fern a seat, as the door does.
func seated(t *testing.T, h *house, moss op.Author) op.Author {
	t.Helper()
	n, err := h.desk.Newcomer(context.Background(), phrase(3))
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.log.Submit(moss,
		op.Draft{Kind: trust.KindAdmit, Content: trust.Admit{Member: n.Member(), Identity: n.Identity(), Opening: n.Opening()}},
		op.Draft{Kind: trust.KindSlot, Content: trust.Slot{Member: n.Member(), Slot: n.Slot()}},
		op.Draft{Kind: people.KindName, Content: people.Name{Member: n.Member(), Name: "Fern"}})
	if err != nil {
		t.Fatal(err)
	}
	fern, err := n.Seat()
	if err != nil {
		t.Fatal(err)
	}
	return fern
}

func TestANewcomerIsSeatedAndReadsWhatCameBefore(t *testing.T) {
	h, moss := settled(t)
	fern := seated(t, h, moss)
	away(t, h, fern)
	h = again(t, h)
	if _, err := h.desk.Login(context.Background(), fern.Member, phrase(3), nil); err != nil {
		t.Fatal(err)
	}
	if got := cell.PeopleOf(h.log.State()).Cell(); got != "Mill Lane" {
		t.Errorf("Fern reads that the cell is called %q", got)
	}
}

func TestOperationsOfSeveralLogsComeInTheOneOrder(t *testing.T) {
	h, moss := settled(t)
	fern := seated(t, h, moss)
	for range 3 {
		away(t, h, fern)
		away(t, h, moss)
	}
	ops, failed := h.log.Lawful()
	var last op.Place
	n := 0
	for o := range ops {
		if n > 0 && !last.Before(o.Place) {
			t.Errorf("%v comes after %v", o.Place, last)
		}
		last = o.Place
		n++
	}
	if err := failed(); err != nil || n < 14 {
		t.Errorf("%d operations, %v", n, err)
	}
}

// TestTheFirstRouterHasAName that the others hear of: what it was started with, if
// that is a name for people.
func TestTheFirstRouterHasAName(t *testing.T) {
	for given, want := range map[string]string{
		"Kitchen":               "Kitchen",
		"":                      "",
		" Kitchen":              "",
		strings.Repeat("k", 33): "",
	} {
		c := config{dir: t.TempDir(), store: storeFile, clock: "1795000000", name: given}
		h, err := openHouse(c, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer h.close()
		if _, err := h.desk.Found(context.Background(), "Mill Lane", "Moss", phrase(0)); err != nil {
			t.Fatalf("%q: %v", given, err)
		}
		if got := cell.PeopleOf(h.log.State()).Router(h.vault.Router()); got != want {
			t.Errorf("%q is called %q", given, got)
		}
	}
}

// A founding that fails halfway must not stand in the way of the next one.
func TestAFoundingThatFailedCanBeTriedAgain(t *testing.T) {
	h := open(t, t.TempDir(), storeFile)
	ctx := context.Background()
	if _, err := h.desk.Found(ctx, "", "Moss", phrase(0)); err == nil {
		t.Fatal("a cell without a name was founded")
	}
	if h.log.Cell() != (op.ID{}) || h.desk.Awake() {
		t.Fatal("something was left behind")
	}
	if _, err := h.desk.Found(ctx, "Mill Lane", "Moss", phrase(0)); err != nil {
		t.Fatal(err)
	}
}

// restored moves a cell into a new folder.
func restored(t *testing.T, h *house, engine string) *house {
	t.Helper()
	if err := h.close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cell.age")
	ctl := func(dir string, args ...string) {
		var errs bytes.Buffer
		if code := control(append([]string{"-dir", dir}, args...), bytes.NewBufferString("secret\n"), io.Discard, &errs); code != 0 {
			t.Fatalf("cellctl %v: %s", args, errs.String())
		}
	}
	dir := t.TempDir()
	ctl(h.config.dir, "backup", file)
	ctl(dir, "restore", "-store", engine, file)
	return open(t, dir, "")
}

func TestAfterARestoreNoOldDeviceKeyWritesAgain(t *testing.T) {
	h, moss := settled(t)
	router, want := h.vault.Router(), h.log.State().Digest()
	h = restored(t, h, storeSQLite)
	if h.vault.Router() == router {
		t.Error("the router has its old key")
	}
	by := login(t, h, moss.Member)
	if h.log.State().Digest() != want {
		t.Error("the restored cell adds up to something else")
	}
	if by.Device == moss.Device {
		t.Error("an old device key came back")
	}
	away(t, h, by)
	if h.log.Heads()[moss.Device] != 8 {
		t.Error("the old log goes on")
	}
	tr := h.desk.trust()
	if r, ok := tr.Router(h.vault.Router()); !ok || r.Status != trust.Active {
		t.Error("the member's first word did not take the router in")
	}
	if _, err := h.log.Submit(h.desk.Router(), op.Draft{Kind: trust.KindEpoch, Content: trust.Epoch{Epoch: op.Epoch{1}, MAC: []byte{}}}); err != nil {
		t.Errorf("the router may not speak for itself: %v", err)
	}
	// And once more, over the restored one: what it wrote is there.
	h = again(t, h)
	if by := login(t, h, moss.Member); by.Device == moss.Device {
		t.Error("an old device key came back after a restart")
	}
}

// A folder that had a cell's keys before: a backup of yesterday is put back
// where today's keys still lie.
func TestKeysThatLieInTheFolderAreRetiredByARestore(t *testing.T) {
	h, moss := settled(t)
	dir := h.config.dir
	file := filepath.Join(t.TempDir(), "cell.age")
	secret := func() io.Reader { return bytes.NewBufferString("secret\n") }
	h.close()
	if control([]string{"-dir", dir, "backup", file}, secret(), io.Discard, io.Discard) != 0 {
		t.Fatal("no backup")
	}
	if err := removeStore(dir, storeFile); err != nil {
		t.Fatal(err)
	}
	if control([]string{"-dir", dir, "restore", file}, secret(), io.Discard, io.Discard) != 0 {
		t.Fatal("no restore")
	}
	h = open(t, dir, "")
	if by := login(t, h, moss.Member); by.Device == moss.Device {
		t.Error("the key that lay there writes on")
	}
}

func TestARetiredKeyIsRevokedAtTheNextLogin(t *testing.T) {
	h, moss := settled(t)
	if err := h.vault.RetireDevice(moss.Device); err != nil {
		t.Fatal(err)
	}
	by := login(t, h, moss.Member)
	if head, closed := h.log.State().Closed(moss.Device); !closed || head != 8 {
		t.Errorf("the old log is closed at %d: %v", head, closed)
	}
	away(t, h, by)
}

// A stranger on the Wi-Fi who goes on giving wrong words in a member's name waits;
// the member, whose phone has another address, signs in.
func TestWrongWordsFromOnePhoneHoldUpNoOther(t *testing.T) {
	h, moss := settled(t)
	url, stop := serving(t, func(w http.ResponseWriter, r *http.Request) {
		_, err := h.desk.Login(r.Context(), moss.Member, r.URL.Query().Get("words"), nil)
		fmt.Fprint(w, err)
	})
	defer stop()
	says := func(from, words string) string {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		c := http.Client{Transport: &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true}}
		r, err := c.Get(url + "/?words=" + neturl.QueryEscape(words))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, _ := io.ReadAll(r.Body)
		return string(b)
	}
	if got := says("127.0.0.2", phrase(1)); got != web.ErrWords.Error() {
		t.Fatalf("wrong words: %s", got)
	}
	if got := says("127.0.0.2", phrase(0)); got == "<nil>" || got == web.ErrWords.Error() {
		t.Errorf("who guessed does not wait: %s", got)
	}
	if got := says("127.0.0.1", phrase(0)); got != "<nil>" {
		t.Errorf("the member at another phone: %s", got)
	}
}

// TestWhatIsWrittenIsTheOwnersAlone: also in a folder that others may look into.
func TestWhatIsWrittenIsTheOwnersAlone(t *testing.T) {
	for _, engine := range []string{storeFile, storeSQLite} {
		dir := t.TempDir()
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := settle(open(t, dir, engine)); err != nil {
			t.Fatal(err)
		}
		for _, path := range filesIn(t, dir) {
			if about, err := os.Stat(path); err != nil || about.Mode()&0o077 != 0 {
				t.Errorf("%s: %v, %v", path, about.Mode(), err)
			}
		}
	}
}
