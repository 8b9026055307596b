package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// The crowd at the signpost: strangers, and sometimes many at once.
const (
	crowdTime  = 5 * time.Second
	crowdAsked = 64 // who may stand there without having asked
	crowdBytes = 8 << 10
)

// listenToCrowd is listen for people whom nobody knows. Who stands there and
// asks nothing makes room for who comes later.
func listenToCrowd(name, addr string, pages http.Handler, logger *slog.Logger) (*server, error) {
	s, err := listen(name, addr, nil, nil, logger)
	if err != nil {
		return nil, err
	}
	c := &crowd{Listener: s.listener}
	s.listener = c
	s.http.Handler = c.asks(pages)
	s.http.ReadHeaderTimeout, s.http.ReadTimeout, s.http.WriteTimeout, s.http.MaxHeaderBytes = crowdTime, crowdTime, crowdTime, crowdBytes
	s.http.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, standingKey{}, conn)
	}
	s.http.SetKeepAlivesEnabled(false)
	return s, nil
}

type standingKey struct{}

// crowd is a listener that knows who has not asked yet.
type crowd struct {
	net.Listener

	mu     sync.Mutex
	silent []*bystander // the longest there is first; guarded by mu
}

type bystander struct {
	net.Conn
	crowd *crowd
}

func (c *crowd) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	who := &bystander{conn, c}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.silent) >= crowdAsked {
		_ = c.silent[0].Conn.Close() // its own goroutine finds it closed
		c.silent = c.silent[1:]
	}
	c.silent = append(c.silent, who)
	return who, nil
}

// asks is the handler that notes who has asked.
func (c *crowd) asks(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, ok := r.Context().Value(standingKey{}).(*bystander); ok {
			c.leave(who)
		}
		next.ServeHTTP(w, r)
	})
}

func (c *crowd) leave(who *bystander) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, w := range c.silent {
		if w == who {
			c.silent = append(c.silent[:i], c.silent[i+1:]...)
			return
		}
	}
}

func (w *bystander) Close() error {
	w.crowd.leave(w)
	return w.Conn.Close()
}
