package gitserve

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

// Bounds of what is served: packs that are made at once, and how long a
// request may be once it is unpacked.
const (
	most        = 2
	longestBody = 1 << 20
)

// Desk answers over HTTP. Its zero value is ready; it may be asked from several
// goroutines at once.
type Desk struct{ busy atomic.Int32 }

// Refs answers GET info/refs.
func (d *Desk) Refs(w http.ResponseWriter, r *http.Request, h History) {
	switch r.URL.Query().Get("service") {
	case "git-upload-pack":
	case "git-receive-pack":
		http.Error(w, "This repository can be read, and not be written to.", http.StatusForbidden)
		return
	default:
		http.Error(w, "A newer git is needed here: one that speaks the smart protocol.", http.StatusForbidden)
		return
	}
	d.answer(w, "application/x-git-upload-pack-advertisement", func(out io.Writer) error { return Advertise(out, h) })
}

// Pack answers POST git-upload-pack.
func (d *Desk) Pack(w http.ResponseWriter, r *http.Request, h History) {
	if r.Header.Get("Content-Type") != "application/x-git-upload-pack-request" {
		http.Error(w, "This is where git asks for what it lacks.", http.StatusUnsupportedMediaType)
		return
	}
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, bad("it cannot be unpacked").Error(), http.StatusBadRequest)
			return
		}
		body = z
	}
	q, err := ReadRequest(io.LimitReader(body, longestBody))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	d.answer(w, "application/x-git-upload-pack-result", func(out io.Writer) error { return Answer(out, h, q) })
}

// answer sends what give writes. Before the first byte an error is told; after
// it the connection breaks off, so that nobody takes a part for the whole.
func (d *Desk) answer(w http.ResponseWriter, kind string, give func(io.Writer) error) {
	if d.busy.Add(1) > most {
		d.busy.Add(-1)
		w.Header().Set("Retry-After", "10")
		http.Error(w, "Others are fetching just now. Try again in ten seconds.", http.StatusServiceUnavailable)
		return
	}
	defer d.busy.Add(-1)
	w.Header().Set("Content-Type", kind)
	out := &begun{w: w}
	switch err := give(out); {
	case err == nil:
	case out.any:
		panic(http.ErrAbortHandler)
	case errors.Is(err, ErrGone):
		http.Error(w, err.Error(), http.StatusConflict)
	default:
		http.Error(w, "The history cannot be told just now.", http.StatusInternalServerError)
	}
}

// begun knows whether anything was written.
type begun struct {
	w   io.Writer
	any bool
}

func (b *begun) Write(p []byte) (int, error) {
	b.any = true
	return b.w.Write(p)
}
