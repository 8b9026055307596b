package storagetest

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"celld/internal/oplog"
)

// readersAndWriter lets one writer append, erase and compact while others
// read. An operation here is told by its position, erased or not.
func readersAndWriter(t *testing.T, open Open) {
	e := begin(t, open)
	whole := func(pos uint32) []byte { return data(uint64(pos), 300) }
	sound := func(pos uint32, b []byte) error {
		if !bytes.Equal(b, whole(pos)) && !bytes.Equal(b, whole(pos)[:20]) {
			return fmt.Errorf("operation %d reads as %d bytes of something else", pos, len(b))
		}
		return nil
	}
	add(t, e, whole(0))

	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for {
				if err := readAll(e, sound); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for pos := uint32(1); pos < 120; pos++ {
		add(t, e, whole(pos))
		if pos%10 != 0 {
			continue
		}
		if err := e.Erase(map[uint32][]byte{pos / 2: whole(pos / 2)[:20]}, nil); err != nil {
			t.Error(err)
		}
		if err := e.Compact(); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
}

// readAll reads every operation twice, and fails if one that was there is not.
func readAll(e oplog.Engine, sound func(uint32, []byte) error) error {
	held, told := e.Len(), uint32(0)
	err := e.Each(0, func(pos uint32, b []byte) error {
		told++
		if err := sound(pos, b); err != nil {
			return err
		}
		again, err := e.Read(pos)
		if err != nil {
			return err
		}
		return sound(pos, again)
	})
	if err == nil && told < held {
		err = fmt.Errorf("each told %d operations of %d", told, held)
	}
	return err
}
