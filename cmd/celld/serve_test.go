package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// begun is a task that a test can end.
type begun func(context.Context) error

func (b begun) Run(ctx context.Context) error { return b(ctx) }

func TestWhenOneTaskEndsAllAreAskedToAndWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		var gone atomic.Int32
		slow := begun(func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			gone.Add(1)
			return nil
		})
		err := supervise(t.Context(), slow, begun(func(context.Context) error { return broken }), slow)
		if !errors.Is(err, broken) || gone.Load() != 2 {
			t.Errorf("%v, and %d of 2 had ended", err, gone.Load())
		}
	})
}

func TestATaskThatEndsUnaskedIsAnError(t *testing.T) {
	if err := supervise(t.Context(), begun(func(context.Context) error { return nil })); err == nil {
		t.Error("nothing was said")
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := supervise(ctx, begun(func(context.Context) error { return nil })); err != nil {
		t.Errorf("asked to stop: %v", err)
	}
}

func TestARegularTaskDoesItsWorkUntilItIsAskedToStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		done, began := 0, time.Now()
		err := regularly(ctx, time.Minute, func() {
			if done++; time.Since(began) != time.Duration(done)*time.Minute {
				t.Errorf("no. %d came after %v", done, time.Since(began))
			}
			if done == 3 {
				stop()
			}
		})
		if err != nil || done != 3 {
			t.Errorf("%d times, %v", done, err)
		}
	})
}

// serving runs a server for pages until the test ends.
func serving(t *testing.T, pages http.HandlerFunc) (url string, stop func()) {
	t.Helper()
	s, err := listen("http", "127.0.0.1:0", nil, pages, quiet())
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	return "http://" + s.address().Addr, func() {
		end()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestLiveStreamsEndWithTheServer(t *testing.T) {
	url, stop := serving(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "data: 1\n\n")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	r.Body.Read(make([]byte, 8))
	stop()
	if _, err := io.ReadAll(r.Body); err != nil {
		t.Errorf("a stream did not end but was cut off: %v", err)
	}
}

func TestAVisitThatNeverEndsIsCutOffInTime(t *testing.T) {
	under, release := make(chan struct{}), make(chan struct{})
	url, stop := serving(t, func(http.ResponseWriter, *http.Request) {
		close(under)
		<-release
	})
	go http.Get(url)
	<-under
	hangs := time.AfterFunc(time.Minute, func() { close(release) }) // real sockets know no fake time
	stop()
	if !hangs.Stop() {
		t.Fatal("it held the server until it ended by itself")
	}
	close(release)
}

func TestAPortThatIsTakenIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := listen("http", l.Addr().String(), nil, nil, quiet()); err == nil || !strings.HasPrefix(err.Error(), "-http: ") {
		t.Error(err)
	}
}

func TestConnectionsBeyondTheLimitWait(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := limit(inner, 1)
	accepted := make(chan net.Conn, 2)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- c
		}
	}()
	for range 2 {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	first := <-accepted
	select {
	case <-accepted:
		t.Fatal("two were let in")
	case <-time.After(50 * time.Millisecond):
	}
	first.Close()
	first.Close() // gives back one place, not two
	second := <-accepted
	l.Close()
	if _, more := <-accepted; more {
		t.Error("let in after the end")
	}
	second.Close()
}

func TestTheCertificateIsMadeOnceAndDependsOnNoClock(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	first, err := loadCertificate(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := loadCertificate(dir)
	if err != nil || string(first.Certificate[0]) != string(again.Certificate[0]) {
		t.Errorf("another certificate at the second start, %v", err)
	}
	c, err := x509.ParseCertificate(first.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	if c.NotBefore.Unix() != 0 || c.NotAfter.Year() != 9999 {
		t.Errorf("good from %v to %v", c.NotBefore, c.NotAfter)
	}
	if words := strings.Fields(fingerprint(first.Certificate[0])); len(words) != 6 {
		t.Errorf("a fingerprint of %d words", len(words))
	}
	info, err := os.Stat(filepath.Join(dir, "keys", "https.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestHTTPSRefusesOldTLS(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	cert, err := loadCertificate(dir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := listen("https", "127.0.0.1:0", &cert, http.NotFoundHandler(), quiet())
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	defer func() { end(); <-done }()
	for version, want := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		c, err := tls.Dial("tcp", s.address().Addr, &tls.Config{InsecureSkipVerify: true, MinVersion: version, MaxVersion: version})
		if (err == nil) != want {
			t.Errorf("%s: %v", tls.VersionName(version), err)
		}
		if err == nil {
			c.Close()
		}
	}
}

func TestAFullDiskIsToldOnceAndRoomToo(t *testing.T) {
	var said strings.Builder
	free := uint64(500 << 20)
	task := &roomTask{
		room:   func() (uint64, uint64, error) { return free, 1 << 30, nil },
		logger: slog.New(slog.NewTextHandler(&said, nil)),
	}
	for _, step := range []struct {
		free uint64
		want int
	}{{500 << 20, 0}, {50 << 20, 1}, {40 << 20, 1}, {1 << 10, 1}, {500 << 20, 2}, {1 << 10, 3}} {
		free = step.free
		task.look()
		if got := strings.Count(said.String(), "\n"); got != step.want {
			t.Errorf("with %d bytes free %d lines were said, want %d:\n%s", free, got, step.want, said.String())
		}
	}
	if !little(1<<20-1, 2<<20) || little(1<<20, 2<<20) {
		t.Error("a megabyte is the least")
	}
	if !little(plenty-1, 250*plenty) || little(plenty, 250*plenty) {
		t.Error("a tenth of a large disk is no need")
	}
}
