//go:build unix

package dnssd

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"
)

const inUse = unix.EADDRINUSE

// share lets other responders have the port, too.
func share(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = errors.Join(
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEADDR, 1),
			unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1),
		)
	})
	return errors.Join(err, failed)
}
