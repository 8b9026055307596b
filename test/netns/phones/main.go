// Command phones plays the devices that join a Wi-Fi, many of them at once, for
// test/netns/portal.
//
//	phones probes                 prints a line for each probe: host, path, status of its yes
//	phones flood URL HOST N       sends N requests for URL in the name of HOST, 50 at a time
//	phones crowd ADDR N           opens N connections, sends the beginning of a request on each, and waits
//	phones syns ADDR N            begins N connections whose answers are not heard (at ports from 20000 on), and waits
//	phones read URL N             reads URL N times at once, and prints how long that took
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"celld/internal/portal"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "phones:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 1 && args[0] == "probes" {
		for _, p := range portal.Probes() {
			fmt.Println(p.Host, p.Path, p.Yes.Status)
		}
		return nil
	}
	if len(args) < 3 {
		return fmt.Errorf("%q: see the source", args)
	}
	n, err := strconv.Atoi(args[len(args)-1])
	if err != nil {
		return err
	}
	switch args[0] {
	case "flood":
		return flood(args[1], args[2], n)
	case "crowd":
		return crowd(args[1], n)
	case "syns":
		return syns(args[1], n)
	case "read":
		return read(args[1], n)
	}
	return fmt.Errorf("%q: see the source", args[0])
}

// once is one request on a connection of its own, as a device asks.
func once(url, host string) (status int, err error) {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	req.Host, req.Close = host, true
	client := http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

func flood(url, host string, n int) error {
	var mu sync.Mutex
	answers, began := map[string]int{}, time.Now()
	turns := make(chan struct{})
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range turns {
				status, err := once(url, host)
				said := strconv.Itoa(status)
				if err != nil {
					said = "no answer"
				}
				mu.Lock()
				answers[said]++
				mu.Unlock()
			}
		})
	}
	for range n {
		turns <- struct{}{}
	}
	close(turns)
	all.Wait()
	fmt.Printf("%d requests in %.1f s: %v\n", n, time.Since(began).Seconds(), answers)
	return nil
}

// crowd stands there until it is ended.
func crowd(addr string, n int) error {
	all := make([]net.Conn, n)
	defer runtime.KeepAlive(all)
	for i := range n {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		all[i] = c
		if _, err := io.WriteString(c, "GET /hola HTTP/1.1\r\nHost"); err != nil {
			return err
		}
	}
	fmt.Println(n, "connections")
	time.Sleep(time.Hour) // it is ended before
	return nil
}

// syns begins connections, whose answers the rules of the phone are to drop, and
// waits until it is ended. (The system says it again and again meanwhile.)
func syns(addr string, n int) error {
	var all sync.WaitGroup
	for i := range n {
		d := net.Dialer{LocalAddr: &net.TCPAddr{Port: 20000 + i}}
		all.Go(func() {
			if c, err := d.Dial("tcp", addr); err == nil {
				c.Close()
				fmt.Fprintln(os.Stderr, "an answer was heard")
			}
		})
	}
	all.Wait()
	return fmt.Errorf("nobody listens at %s", addr)
}

func read(url string, n int) error {
	took, failed := make([]time.Duration, n), make([]error, n)
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			since := time.Now()
			status, err := once(url, "")
			if err == nil && status != http.StatusOK {
				err = fmt.Errorf("status %d", status)
			}
			took[i], failed[i] = time.Since(since), err
		})
	}
	close(begin)
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	slices.Sort(took)
	fmt.Printf("%d at once: half within %d ms, the last after %d ms\n", n, took[n/2].Milliseconds(), took[n-1].Milliseconds())
	return nil
}
