package netstate

import (
	"errors"
	"time"

	"github.com/mdlayher/netlink"
)

const (
	protocolRoute = 0 // NETLINK_ROUTE

	// RTMGRP_LINK, _NEIGH, _IPV4_IFADDR and _IPV6_IFADDR.
	groups = 0x1 | 0x4 | 0x10 | 0x100

	dumpTries = 5
)

// kernel is the real source: one socket for news and one for questions, so that
// news that come while all is read wait their turn.
type kernel struct {
	news, ask *netlink.Conn
}

func open() (source, error) { return openKernel() }

func openKernel() (*kernel, error) {
	news, err := netlink.Dial(protocolRoute, &netlink.Config{Groups: groups})
	if err != nil {
		return nil, err
	}
	ask, err := netlink.Dial(protocolRoute, nil)
	if err != nil {
		news.Close()
		return nil, err
	}
	return &kernel{news, ask}, nil
}

// headers are as long as the kernel wants them for each kind of question.
var headers = map[netlink.HeaderType]int{getLink: 16, getAddr: 8, getNeigh: 12}

var errInterrupted = errors.New("the kernel's list changed while it was read")

// dump asks again when the list changed under the reader's hands.
func (k *kernel) dump(kind netlink.HeaderType) (all []netlink.Message, err error) {
	for range dumpTries {
		all, err = k.ask.Execute(netlink.Message{
			Header: netlink.Header{Type: kind, Flags: netlink.Request | netlink.Dump},
			Data:   make([]byte, headers[kind]),
		})
		if err != nil || !interrupted(all) {
			return all, err
		}
	}
	return nil, errInterrupted
}

func interrupted(all []netlink.Message) bool {
	for _, m := range all {
		if m.Header.Flags&netlink.DumpInterrupted != 0 {
			return true
		}
	}
	return false
}

func (k *kernel) receive() ([]netlink.Message, error) { return k.news.Receive() }

func (k *kernel) wake() {
	_ = k.news.SetReadDeadline(time.Unix(1, 0)) // it fails where it is closed already
}

func (k *kernel) close() error { return errors.Join(k.news.Close(), k.ask.Close()) }
