package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"celld/internal/vault"
)

// What one visitor may take, and how long. A router has little memory.
const (
	headerTime  = 10 * time.Second
	bodyTime    = 60 * time.Second
	idleTime    = 2 * time.Minute
	headerBytes = 16 << 10
	connections = 128
	farewell    = 1500 * time.Millisecond // for what is under way at the end
)

// address is where pages are served.
type address struct {
	Scheme string `json:"scheme"`
	Addr   string `json:"addr"`
}

// server is a task that serves pages on one port.
type server struct {
	name     string
	listener *crowd
	http     *http.Server
	secure   bool
	logger   *slog.Logger
}

// listen takes the port, and serves on it when it runs.
func listen(name, addr string, cert *tls.Certificate, pages http.Handler, logger *slog.Logger) (*server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("-%s: %w", name, err)
	}
	s := &server{name: name, listener: &crowd{Listener: limit(l, connections)}, secure: cert != nil, logger: logger}
	s.http = &http.Server{
		Handler:           patience(from(pages)),
		ReadHeaderTimeout: headerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerBytes,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	s.listener.gather(s.http)
	if cert != nil {
		// Go would offer HTTP/2 even where it was left out (scripts/build), and then fail.
		s.http.Protocols = new(http.Protocols)
		s.http.Protocols.SetHTTP1(true)
		s.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12}
	}
	return s, nil
}

func (s *server) address() address { return address{s.name, s.listener.Addr().String()} }

func (s *server) close() error { return s.listener.Close() }

// Run serves until ctx ends; then live streams end, and what is under way has
// a moment left.
func (s *server) Run(ctx context.Context) error {
	visits, end := context.WithCancel(context.Background())
	defer end()
	s.http.BaseContext = func(net.Listener) context.Context { return visits }
	gone := make(chan error, 1)
	go func() { gone <- s.serve() }()
	select {
	case err := <-gone:
		return fmt.Errorf("%s: %w", s.name, err)
	case <-ctx.Done():
	}
	end()
	last, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	if err := s.http.Shutdown(last); err != nil {
		s.http.Close() // whoever is still there has had their moment
	}
	<-gone
	return nil
}

func (s *server) serve() error {
	if s.secure {
		return s.http.ServeTLS(s.listener, "", "")
	}
	return s.http.Serve(s.listener)
}

// patience bounds the time that a form may take to arrive. (The server's own
// ReadTimeout would end live streams as well.)
func patience(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength != 0 {
			// Without it the limit is the other side's patience: not an error.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
		}
		next.ServeHTTP(w, r)
	})
}

// limit lets at most n connections be open at once; the others wait in the
// kernel's queue.
func limit(l net.Listener, n int) net.Listener {
	return &limited{Listener: l, places: make(chan struct{}, n), closed: make(chan struct{})}
}

type limited struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
}

func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &placed{Conn: c, leave: func() { <-l.places }}, nil
}

func (l *limited) Close() error {
	err := l.Listener.Close()
	if !errors.Is(err, net.ErrClosed) {
		close(l.closed)
	}
	return err
}

// placed is a connection that gives its place back, once.
type placed struct {
	net.Conn
	once  sync.Once
	leave func()
}

func (p *placed) Close() error {
	defer p.once.Do(p.leave)
	return p.Conn.Close()
}

// from tells the vault at which address somebody is who gives a passphrase.
func from(pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
			r = r.WithContext(vault.From(r.Context(), host))
		}
		pages.ServeHTTP(w, r)
	})
}
