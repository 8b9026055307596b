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

// crowdMost is how many may be there at all: one place is left for who comes next, so
// that there is somebody to make room for.
const crowdMost = connections - 1

// crowd is a listener that knows who is there: who has not asked yet or has been
// answered and lingers, and whose request is under way. They make room for who
// comes later, those first who ask nothing.
type crowd struct {
	net.Listener

	mu     sync.Mutex   // guards what follows, of each the longest there first
	silent []*bystander // ask nothing
	busy   []*bystander // have asked, and are not through with it
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
	c.gone(who)
	if len(c.silent) >= crowdAsked {
		tiresome(c.silent).dismiss()
	} else if len(c.silent)+len(c.busy) >= crowdMost {
		tiresome(slices.Concat(c.silent, c.busy)).dismiss()
	}
	c.silent = append(c.silent, who)
}

// tiresome is who has been there for longest, of those from the address that most
// of them come from: one phone keeps nobody out but itself.
func tiresome(all []*bystander) *bystander {
	count, most := map[netip.Addr]int{}, 0
	for _, who := range all {
		count[who.from]++
		most = max(most, count[who.from])
	}
	return all[slices.IndexFunc(all, func(who *bystander) bool { return count[who.from] == most })]
}

// dismiss closes the connection of somebody whose goroutine then finds it closed.
// crowd.mu is held.
func (w *bystander) dismiss() {
	_ = w.Conn.Close()
	w.crowd.gone(w)
}

// asks is the handler that notes who has asked.
func (c *crowd) asks(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if who, ok := r.Context().Value(standingKey{}).(*bystander); ok {
			c.work(who)
		}
		next.ServeHTTP(w, r)
	})
}

// work notes that somebody who stood there has asked. Who was dismissed meanwhile is
// not there any more.
func (c *crowd) work(who *bystander) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Contains(c.silent, who) {
		c.gone(who)
		c.busy = append(c.busy, who)
	}
}

// gone takes somebody out. c.mu is held.
func (c *crowd) gone(who *bystander) {
	is := func(x *bystander) bool { return x == who }
	c.silent, c.busy = slices.DeleteFunc(c.silent, is), slices.DeleteFunc(c.busy, is)
}

func (w *bystander) Close() error {
	w.crowd.mu.Lock()
	w.crowd.gone(w)
	w.crowd.mu.Unlock()
	return w.Conn.Close()
}
