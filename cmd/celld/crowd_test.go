package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"celld/internal/portal"
)

// thisWay is what there is to see.
var thisWay = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "this way") })

// patient runs a server until the test ends. It waits for everybody for an hour: it
// is not patience that makes room.
func patient(t *testing.T, s *server, err error) (addr string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	s.http.ReadHeaderTimeout, s.http.ReadTimeout, s.http.IdleTimeout = time.Hour, time.Hour, time.Hour
	ctx, end := context.WithCancel(context.Background())
	gone := make(chan error, 1)
	go func() { gone <- s.Run(ctx) }()
	t.Cleanup(func() {
		end()
		if err := <-gone; err != nil {
			t.Error(err)
		}
	})
	return s.address().Addr
}

// comes opens a connection from an address, says something, and lets it be.
func comes(t *testing.T, from, addr, says string) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	c, err := d.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	_, _ = io.WriteString(c, says) // an error means that we were let go of already
	return c
}

// comesByTLS is the same with more ceremony.
func comesByTLS(t *testing.T, from, addr, says string) net.Conn {
	t.Helper()
	c := tls.Client(comes(t, from, addr, ""), &tls.Config{InsecureSkipVerify: true})
	_, _ = io.WriteString(c, says)
	return c
}

// finds is a visit that must be answered.
func finds(t *testing.T, client *http.Client, url string) {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "this way" {
		t.Errorf("%q %v", b, err)
	}
}

// anew is a client that connects for each visit. Three minutes say that it hangs.
func anew() *http.Client {
	return &http.Client{Timeout: 3 * time.Minute, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
}

func TestWhoStandsAtADoorAndAsksNothingMakesRoom(t *testing.T) {
	signpost, err := listenToCrowd("portal", "127.0.0.1:0", thisWay, quiet())
	atSignpost := patient(t, signpost, err)
	pages, err := listen("http", "127.0.0.1:0", nil, thisWay, quiet())
	atPages := patient(t, pages, err)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	cert, err := loadCertificate(dir)
	if err != nil {
		t.Fatal(err)
	}
	secure, err := listen("https", "127.0.0.1:0", &cert, thisWay, quiet())
	atSecure := patient(t, secure, err)
	const question = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	crowd, visits := 999, 50
	if raced { // still more than twice as many as a door has room for
		crowd, visits = 299, 20
	}
	for _, door := range []struct {
		name, addr, scheme, says string
		comes                    func(t *testing.T, from, addr, says string) net.Conn
	}{
		{"the signpost", atSignpost, "http://", "G", comes}, // more than nothing, and no question
		{"the pages", atPages, "http://", "G", comes},
		{"the pages, answered once", atPages, "http://", question, comes},
		{"the pages by TLS", atSecure, "https://", "\x16\x03\x01", comes},
		{"the pages by TLS, answered once", atSecure, "https://", question, comesByTLS},
	} {
		t.Run(door.name, func(t *testing.T) {
			first := door.comes(t, "127.0.0.1", door.addr, door.says)
			for range crowd {
				door.comes(t, "127.0.0.1", door.addr, door.says)
			}
			for range visits {
				finds(t, anew(), door.scheme+door.addr+portal.Path)
			}
			// Who came first was let go of: otherwise this would wait for an hour.
			_, _ = io.ReadAll(first)
		})
	}
}

func TestACrowdFromOneAddressKeepsNobodyElseOut(t *testing.T) {
	s, err := listen("http", "127.0.0.1:0", nil, thisWay, quiet())
	addr := patient(t, s, err)
	slow := comes(t, "127.0.0.2", addr, "GET / HTTP/1.1\r\n")
	for range 1000 {
		comes(t, "127.0.0.3", addr, "G")
	}
	finds(t, anew(), "http://"+addr)
	if _, err := io.WriteString(slow, "Host: x\r\nConnection: close\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(slow); err != nil || len(b) == 0 {
		t.Errorf("who is slow is not answered any more: %q %v", b, err)
	}
}

// TestWhoAsksAndGoesOnForEverKeepsNobodyElseOut: a form that never ends, and answers
// that nobody takes, are no way for one phone to keep the others from the pages.
func TestWhoAsksAndGoesOnForEverKeepsNobodyElseOut(t *testing.T) {
	large := strings.Repeat("this way ", 1<<17)
	s, err := listen("http", "127.0.0.1:0", nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Path == "/large" {
			_, _ = io.WriteString(w, large)
		}
		thisWay(w, r)
	}), quiet())
	addr := patient(t, s, err)
	client := anew()
	client.Timeout = bodyTime / 2 // whoever gets in only once a form's time is over was kept out
	slow := comes(t, "127.0.0.2", addr, "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\na")
	finds(t, client, "http://"+addr) // by now the slow one has asked
	for _, says := range []string{
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\na",
		strings.Repeat("GET /large HTTP/1.1\r\nHost: x\r\n\r\n", 50),
	} {
		first := comes(t, "127.0.0.3", addr, says)
		for range 3 * connections {
			comes(t, "127.0.0.3", addr, says)
		}
		for range 10 {
			finds(t, client, "http://"+addr)
		}
		_, _ = io.Copy(io.Discard, first) // it was let go of: otherwise this would wait for an hour
	}
	if _, err := io.WriteString(slow, "b"); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(slow); err != nil || len(b) == 0 {
		t.Errorf("who is slow is not answered any more: %q %v", b, err)
	}
}

func TestWhoIsBeingAnsweredStays(t *testing.T) {
	begun, end := make(chan struct{}), make(chan struct{})
	s, err := listen("http", "127.0.0.1:0", nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-end
		thisWay(w, r)
	}), quiet())
	addr := patient(t, s, err)
	slow := comes(t, "127.0.0.1", addr, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	<-begun
	silent := comes(t, "127.0.0.1", addr, "G")
	for range 200 {
		comes(t, "127.0.0.1", addr, "G")
	}
	_, _ = io.ReadAll(silent)
	close(end)
	if b, err := io.ReadAll(slow); err != nil || len(b) == 0 {
		t.Errorf("%q %v", b, err)
	}
}
