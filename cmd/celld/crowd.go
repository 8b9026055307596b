package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// The crowd at the signpost has this much patience of ours.
const (
	crowdTime  = 5 * time.Second
	crowdBytes = 8 << 10
)

// crowdAsked is how many may stand at a door without having asked: half of those
// who may be there at all, so that there is always room for who asks.
const crowdAsked = connections / 2

// listenToCrowd is listen for people whom nobody knows, and who have less time.
func listenToCrowd(name, addr string, pages http.Handler, logger *slog.Logger) (*server, error) {
	s, err := listen(name, addr, nil, nil, logger)
	if err != nil {
		return nil, err
	}
	s.http.Handler = s.listener.asks(pages)
	s.http.ReadHeaderTimeout, s.http.ReadTimeout, s.http.WriteTimeout, s.http.MaxHeaderBytes = crowdTime, crowdTime, crowdTime, crowdBytes
	s.http.SetKeepAlivesEnabled(false)
	return s, nil
}

// crowd is a listener that knows who has not asked yet, and who has been answered
// and lingers. They make room for who comes later.
type crowd struct {
	net.Listener

	mu     sync.Mutex
	silent []*bystander // the longest there is first; guarded by mu
}

type bystander struct {
	net.Conn
	crowd *crowd
	from  netip.Addr
}

// gather lets a server note who asks, and who has been answered.
func (c *crowd) gather(s *http.Server) {
	s.Handler = c.asks(s.Handler)
	s.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, standingKey{}, standing(conn))
	}
	s.ConnState = func(conn net.Conn, state http.ConnState) {
		if state == http.StateIdle {
			c.stand(standing(conn))
		}
	}
}

type standingKey struct{}

// standing is who is at the other end of a connection, also of one that TLS wraps.
func standing(conn net.Conn) *bystander {
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = t.NetConn()
	}
	who, _ := conn.(*bystander)
	return who
}

func (c *crowd) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	who := &bystander{Conn: conn, crowd: c}
	if at, err := netip.ParseAddrPort(conn.RemoteAddr().String()); err == nil {
		who.from = at.Addr()
	}
	c.stand(who)
	return who, nil
}

// stand adds somebody who asks nothing, in the place of another one where too many
// stand there.
func (c *crowd) stand(who *bystander) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.silent) >= crowdAsked {
		i := c.tiresome()
		_ = c.silent[i].Conn.Close() // its own goroutine finds it closed
		c.silent = slices.Delete(c.silent, i, i+1)
	}
	c.silent = append(c.silent, who)
}

// tiresome is who has stood there for longest, of those from the address that most
// of them come from: one phone keeps nobody out but itself. c.mu is held.
func (c *crowd) tiresome() (first int) {
	count, most := map[netip.Addr]int{}, 0
	for _, who := range c.silent {
		count[who.from]++
		most = max(most, count[who.from])
	}
	return slices.IndexFunc(c.silent, func(who *bystander) bool { return count[who.from] == most })
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
	if i := slices.Index(c.silent, who); i >= 0 {
		c.silent = slices.Delete(c.silent, i, i+1)
	}
}

func (w *bystander) Close() error {
	w.crowd.leave(w)
	return w.Conn.Close()
}
