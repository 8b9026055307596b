package oplog

// Eager lets a snapshot be written for a few operations, until undone.
func Eager(n uint32) (undo func()) {
	was := fewest
	fewest = n
	return func() { fewest = was }
}
