package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"celld/internal/vault"
	"celld/internal/web"
)

// What was deleted earlier lies in free blocks. A wipe fills the free room of the
// disk with chance, as far and as long as this: all of a small router's flash,
// and not all of a large disk.
const (
	overwriteAtMost = 64 << 20
	overwriteTime   = 10 * time.Second
	overwriteStep   = 1 << 20
	roomFiller      = "filling"
)

// errWiped ends the program that wiped its folder: it begins anew, as on the
// first day, and nothing of what it had in memory stays.
var errWiped = errors.New("this router was wiped")

// errUnwiped is errWiped after a wipe that did not finish. A disk that takes nothing
// keeps no marker of it either: the program that begins has to be told.
var errUnwiped = errors.New("this router was not wiped to the end")

// wiping is the one wipe that a program can do.
type wiping struct {
	once sync.Once
	did  web.Wiped
	end  sync.Once
	over chan struct{} // closed when it was tried, done or not, and told
	tell atomic.Bool   // it was tried by cellctl, which waits for its answer
}

// told ends the program when cellctl has been answered that the wipe was tried.
func (w *wiping) told() {
	if w.tell.Load() {
		w.end.Do(func() { close(w.over) })
	}
}

// wipe destroys the keys first, in memory and on disk, then all else that lies
// in the folder, and says what became of that. What it cannot do now is tried
// again by the program that begins anew, until it is done.
func (h *house) wipe() web.Wiped {
	h.wiping.once.Do(func() {
		h.logger.Warn("a wipe has begun: keys first, then all else", "dir", h.config.dir)
		_ = h.vault.Destroy() // its files once more below, which tells what stays
		h.wiping.did = finishWipe(h.config.dir, h.store.Close)
		tellWipe(h.logger, h.wiping.did)
	})
	return h.wiping.did
}

// anew ends the program after a wipe. Whoever asked for it is answered first: an
// answer that is under way when the doors close may be lost.
func (h *house) anew() { h.wiping.end.Do(func() { close(h.wiping.over) }) }

func tellWipe(logger *slog.Logger, did web.Wiped) {
	if did.Failed != "" {
		logger.Error("the wipe did not finish; it is tried again", "left", strings.Join(did.Left, ", "), "err", did.Failed)
		return
	}
	logger.Warn("the wipe is done: nothing of the cell is left here", "free room not written over, MB", did.Beyond>>20)
}

// finishWipe destroys the keys in dir, and then all other files. release makes
// whoever has them open let go of them; it is called when they are all in hand,
// so that none gets away.
func finishWipe(dir string, release func() error) web.Wiped {
	_ = vault.At(dir).Destroy() // on a full disk without its marker, so once more below
	w := &wiper{dir: dir}
	w.take()
	if release != nil {
		_ = release() // what it could not write is to be destroyed anyway
	}
	w.destroy()
	w.did.Beyond = w.fill()
	if err := vault.At(dir).Destroy(); err != nil {
		w.failed = errors.Join(w.failed, err)
		var r *vault.Remains
		if errors.As(err, &r) {
			w.did.Left = append(w.did.Left, r.Files...)
		}
	}
	if w.failed == nil {
		w.failed = vault.At(dir).WipeDone()
	}
	if w.failed != nil {
		w.did.Failed = w.failed.Error()
	}
	return w.did
}

// wiper is one going over a folder.
type wiper struct {
	dir      string
	held     []inHand
	dirs     []string
	followed bool // the receipts were elsewhere
	filled   int64
	failed   error
	did      web.Wiped
}

// inHand is a file that is to be destroyed, open, so that it can be found also
// when its name is gone.
type inHand struct {
	name string
	file *os.File // nil for a link
	err  error    // it could not be opened, and can at most be removed
}

// take opens every file below dir but the marker of the wipe and the keys, which
// the vault has destroyed. The folder may be a link to another disk, and so may be
// what lies in it: celld has written there, too.
func (w *wiper) take() {
	if to, err := filepath.EvalSymlinks(w.dir); err == nil {
		w.dir = to
	}
	w.takeBelow(w.dir)
}

func (w *wiper) takeBelow(dir string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch keys := path == filepath.Join(w.dir, "keys"); {
		case err != nil:
			w.leave(path, err)
		case keys && d.IsDir():
			return fs.SkipDir
		case d.IsDir() && path != dir:
			w.dirs = append(w.dirs, path)
		case d.Type().IsRegular():
			w.hold(path)
		case d.Type()&fs.ModeSymlink != 0 && !keys:
			w.follow(path)
		}
		return nil
	})
}

func (w *wiper) hold(path string) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	w.held = append(w.held, inHand{path, f, err})
}

// follow takes what a link leads to, then the link. SQLite keeps what belongs to a
// log beside the log itself; of folders only that of the receipts is celld's.
func (w *wiper) follow(link string) {
	at, err := os.Stat(link)
	to, _ := filepath.EvalSymlinks(link)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil // it leads nowhere
	case err != nil:
	case at.Mode().IsRegular():
		for _, suffix := range storeSuffixes {
			if _, err := os.Lstat(to + suffix); err == nil {
				w.hold(to + suffix)
			}
		}
	case link == filepath.Join(w.dir, "receipts") && !w.followed:
		w.followed = true // once, also where it leads back here
		w.takeBelow(to)
	}
	w.held = append(w.held, inHand{name: link, err: err})
}

func (w *wiper) leave(path string, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	name, _ := filepath.Rel(w.dir, path)
	w.did.Left = append(w.did.Left, name)
	w.failed = errors.Join(w.failed, err)
}

// destroy writes chance over every file, makes that durable and removes them.
func (w *wiper) destroy() {
	for _, h := range w.held {
		err := h.err
		if err == nil && h.file != nil {
			err = overwrite(h.file)
		}
		if err = errors.Join(err, gone(os.Remove(h.name))); err != nil {
			w.leave(h.name, err)
		}
	}
	for i := range w.dirs { // the innermost first
		if err := os.Remove(w.dirs[len(w.dirs)-1-i]); err != nil {
			w.leave(w.dirs[len(w.dirs)-1-i], err)
		}
	}
	if err := syncDir(w.dir); err != nil {
		w.leave(w.dir, err)
	}
}

// overwrite writes chance over all of a file, and closes it.
func overwrite(f *os.File) error {
	about, err := f.Stat()
	if err == nil {
		err = chance(f, 0, about.Size())
	}
	return errors.Join(err, f.Close())
}

// chance writes n bytes of it to f, on disk when it returns.
func chance(f *os.File, at, n int64) error {
	_, err := io.CopyN(io.NewOffsetWriter(f, at), rand.Reader, n)
	return errors.Join(err, f.Sync())
}

// fill writes over the free room of the disk, and returns how much of it could
// not be reached: the rest of a large disk, and what a file system keeps for
// itself. That the disk is full then is what is wanted.
func (w *wiper) fill() (beyond uint64) {
	path := filepath.Join(w.dir, roomFiller)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err == nil {
		for end := time.Now().Add(overwriteTime); err == nil && w.filled < overwriteAtMost && time.Now().Before(end); w.filled += overwriteStep {
			err = chance(f, w.filled, overwriteStep)
		}
		var room unix.Statfs_t
		if unix.Fstatfs(int(f.Fd()), &room) == nil {
			beyond = room.Bfree * uint64(room.Bsize)
		}
		err = errors.Join(err, f.Close(), os.Remove(path), syncDir(w.dir))
	}
	if err != nil && !errors.Is(err, syscall.ENOSPC) {
		w.failed = errors.Join(w.failed, err)
	}
	w.discard()
	return beyond
}

// discard asks the disk to forget its free blocks, which some disks do, and only
// root may ask. Nothing is promised of it.
func (w *wiper) discard() {
	if d, err := os.Open(w.dir); err == nil {
		defer d.Close()
		all := [3]uint64{0, 1<<64 - 1, 0} // struct fstrim_range
		_, _, _ = unix.Syscall(unix.SYS_IOCTL, d.Fd(), 0xc0185879 /* FITRIM */, uintptr(unsafe.Pointer(&all)))
	}
}

// wipeFolder wipes a folder that no program has open: after a wipe that was cut
// short, or where celld does not run.
func wipeFolder(dir string) (web.Wiped, error) {
	unlock, err := lockDir(dir)
	if err != nil {
		return web.Wiped{}, err
	}
	defer unlock()
	return finishWipe(dir, nil), nil
}

// unfinished is the error of a wipe that goes on to fail.
type unfinished struct{ did web.Wiped }

func (u *unfinished) Error() string { return "the wipe did not finish: " + u.did.Failed }

// wipeFirst finishes a wipe that was cut short, before anything is opened. Wanted is
// that the program before this one has told so.
func wipeFirst(dir string, wanted bool, logger *slog.Logger) error {
	if !wanted && !vault.At(dir).Wiping() {
		return nil
	}
	did, err := wipeFolder(dir)
	if err != nil && !wanted {
		return err
	}
	if err != nil {
		did.Failed = err.Error()
	}
	tellWipe(logger, did)
	if did.Failed != "" {
		return &unfinished{did}
	}
	return nil
}

// wipedTask ends the program after a wipe, once whoever asked for it has been
// answered: the doors close last.
type wipedTask struct{ wiping *wiping }

func (t wipedTask) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-t.wiping.over:
		if t.wiping.did.Failed != "" {
			return errUnwiped
		}
		return errWiped
	}
}

// wipeNow is what cellctl asks for.
func (h *house) wipeNow(_ context.Context, _ request, send func(event) error) error {
	defer h.wiping.tell.Store(true)
	return sendWiped(h.wipe(), send)
}

func sendWiped(did web.Wiped, send func(event) error) error {
	if did.Failed != "" {
		return fmt.Errorf("the wipe did not finish; still there: %s; it is tried again when celld starts: %s", strings.Join(did.Left, ", "), did.Failed)
	}
	text := "Wiped. Nothing that was on this router can be read here any more."
	if did.Beyond > 0 {
		text += fmt.Sprintf(" Free room that was not written over: %d MB.", did.Beyond>>20)
	}
	return send(event{Text: text})
}

// wipeWord is what has to be typed, so that no finger slips.
const wipeWord = "wipe"

// wipe destroys what celld keeps in DIR, running or not.
func (c *client) wipe(args []string) error {
	set := quietFlags("wipe")
	yes := set.Bool("yes", false, "")
	if err := set.Parse(args); err != nil || set.NArg() > 0 {
		return fmt.Errorf("wipe takes no more than -yes; %w", errUsage)
	}
	if !*yes {
		fmt.Fprintf(c.errs, "This destroys what this router holds of the cell, for good: %s\nWhat other routers, phones and backups hold stays. Wiping can be an offence where the law wants things kept.\nType %s to go on: ", c.dir, wipeWord)
		typed, _ := bufio.NewReader(c.in).ReadString('\n')
		if strings.TrimSpace(typed) != wipeWord {
			return errors.New("nothing was wiped")
		}
	}
	return c.wipeNow()
}

// wipePatience is for how many seconds a celld that begins is waited for: it hears
// nobody until it has read its log.
const wipePatience = 120

// wipeHeard is how long one that runs may take to say that it heard. To take its keys
// meanwhile does no harm.
const wipeHeard = 5 * time.Second

// wipeNow asks celld, or wipes where none runs. From one that does not hear the keys
// are taken at once, and all else when it hears or starts again.
func (c *client) wipeNow() error {
	var keys error
	c.patience = cmp.Or(c.patience, wipeHeard)
	for waited := 0; ; waited++ {
		err := c.ask(request{Do: "wipe"}, c.say)
		if errors.Is(err, errNotRunning) {
			err = c.wipeHere()
		}
		if !errors.Is(err, errSilent) && !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		if waited == 0 {
			keys = vault.At(c.dir).Destroy()
		}
		if errors.Is(err, errSilent) || waited == wipePatience {
			return errors.Join(fmt.Errorf("keys alone are wiped; all else goes when celld starts again: %w", err), keys)
		}
		c.pause(time.Second)
	}
}

func (c *client) say(e event) error {
	_, err := fmt.Fprintln(c.out, e.Text)
	return err
}

// wipeHere wipes the folder of a celld that does not run.
func (c *client) wipeHere() error {
	if held, err := heldStore(c.dir); err == nil && held == "" && !vault.At(c.dir).Wiping() {
		return fmt.Errorf("-dir %s: no cell lives here", c.dir)
	}
	did, err := wipeFolder(c.dir)
	if err != nil {
		return err
	}
	return sendWiped(did, c.say)
}

// beginAgain is the program as it begins after a wipe, in the place of this one:
// nothing of this one's memory stays. It fills no demo a second time.
func beginAgain(after string, errs io.Writer) int {
	args := slices.DeleteFunc(slices.Clone(os.Args), func(a string) bool { return a == "-demo" || a == "--demo" })
	env := slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, wipedHere+"=") })
	name, err := os.Executable()
	if err == nil {
		err = syscall.Exec(name, args, append(env, wipedHere+"="+after))
	}
	fmt.Fprintf(errs, "celld: begin anew after a wipe: %v\n", err)
	return 1 // whoever supervises us does it
}

// wipedHere tells the program that begins after a wipe what it may say on its
// first page, or that it has to go on with it. It lies in memory alone.
const (
	wipedHere = "CELLD_WIPED"
	wipeDone  = "1"
	wipeLacks = "lacks"
)
