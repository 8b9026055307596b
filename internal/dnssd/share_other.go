//go:build !unix

package dnssd

import (
	"errors"
	"syscall"
)

var inUse = errors.New("address already in use")

// share leaves the port as it is: there it may not be shared.
func share(string, string, syscall.RawConn) error { return nil }
