package logfile

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Room returns how many bytes the file system of dir still takes from a
// program without privileges, and how many it has in all. It says so for any
// directory, whichever engine lives there.
func Room(dir string) (free, total uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(dir, &s); err != nil {
		return 0, 0, fmt.Errorf("logfile: room in %s: %w", dir, err)
	}
	// Blocks are counted in fragments where the two sizes differ (FUSE, NFS).
	block := uint64(s.Frsize)
	if block == 0 {
		block = uint64(s.Bsize)
	}
	return s.Bavail * block, s.Blocks * block, nil
}
