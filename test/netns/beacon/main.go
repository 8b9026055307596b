// Command beacon is a router that announces a cell and looks for others, and
// does nothing else: what other programs think of that is judged by
// test/netns/discovery. It prints a line for everything it finds or loses.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"

	"celld/internal/dnssd"
	"celld/internal/netstate"
)

// usable gives the links of netstate to dnssd.
type usable struct {
	state *netstate.Watcher
	wide  string // name of a link that reaches through the whole mesh
}

func (u usable) Links() (out []dnssd.Link, changed <-chan struct{}) {
	now, changed := u.state.Now()
	for _, l := range now.Links {
		if !l.Up || !l.Multicast || l.Loopback || l.Master != 0 {
			continue // a bridge speaks for its ports
		}
		out = append(out, dnssd.Link{
			Index: l.Index, Name: l.Name, Wide: l.Name == u.wide,
			Addrs: slices.DeleteFunc(slices.Clone(l.Addrs), func(p netip.Prefix) bool { return p.Addr().IsLoopback() }),
		})
	}
	return out, changed
}

func main() {
	label := flag.String("label", "cell-0a0b0c", "label of host and instance")
	wide := flag.String("wide", "", "a link that reaches through the mesh")
	reach := flag.Int("reach", int(dnssd.Mesh), "0 off, 1 neighbours, 2 mesh")
	flag.Parse()
	if err := run(*label, *wide, dnssd.Reach(*reach)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(label, wide string, reach dnssd.Reach) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	state := netstate.New(log)
	station, err := dnssd.New(dnssd.Config{Host: label, Links: usable{state, wide}, Log: log})
	if err != nil {
		return err
	}
	who := dnssd.CellText{Protocol: 1, ID: [8]byte{1, 2, 3, 4, 5, 6, 7, 8}, Cell: dnssd.CellTag{0xce, 0x11, 0xda, 0x01}}
	err = station.Announce(reach,
		dnssd.Service{Label: label, Type: dnssd.CellType, Port: 5683, Text: who.Text(), Subtypes: []string{who.Cell.Subtype()}},
		dnssd.Service{Label: label, Type: "_http._tcp", Port: 8080, Text: []string{"path=/"}})
	if err != nil {
		return err
	}
	if err := station.Browse(dnssd.CellType); err != nil {
		return err
	}
	var tasks sync.WaitGroup
	tasks.Go(func() { _ = state.Run(ctx) })
	tasks.Go(func() { _ = station.Run(ctx) })
	tell(ctx, station)
	tasks.Wait()
	fmt.Printf("stats %+v\n", station.Stats())
	return nil
}

// tell prints what is found until ctx ends.
func tell(ctx context.Context, station *dnssd.Station) {
	for {
		found, changed := station.Found()
		var names []string
		for _, f := range found {
			names = append(names, fmt.Sprintf("%s@%v", f.Name, f.AddrPorts()))
		}
		fmt.Printf("host %s found %s\n", station.HostName(), strings.Join(names, " "))
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}
