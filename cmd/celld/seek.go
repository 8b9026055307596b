package main

import (
	"crypto/ed25519"
	"errors"
	"sync"
	"time"

	"celld/internal/op"
	"celld/internal/vault"
	"celld/internal/web"
)

// seekTime is how long a router looks for its cell after somebody last looked
// at its page.
const seekTime = 15 * time.Minute

// seeking is a router that belongs to nobody and lets a cell take it in: who
// knocks is shown on its page, and only whom a person said yes to is let in. The
// yes outlives a power cut.
type seeking struct {
	vault *vault.Vault
	dir   string
	moved func() // told of every change

	mu     sync.Mutex // guards what follows
	until  time.Time
	asking ed25519.PublicKey // who knocked first
	answer ed25519.PublicKey // whom somebody said yes to
	cell   op.ID             // of the router that somebody said yes to; zero until it told
	no     map[op.Device]bool
}

// newSeeking goes on where the program stopped.
func newSeeking(v *vault.Vault, dir string, moved func()) (*seeking, error) {
	j, err := loadJoining(dir)
	if err != nil {
		return nil, err
	}
	s := &seeking{vault: v, dir: dir, moved: moved, cell: j.Cell}
	if len(j.Key) > 0 {
		s.asking, s.answer = j.Key, j.Key
	}
	return s, nil
}

// errNobodyAsks is returned for an answer to nobody.
var errNobodyAsks = errors.New("no router asks to take this one in any more")

// Seek implements web.Seeking. Once a cell was told there is no way back: what
// follows is that cell's.
func (s *seeking) Seek(on bool) {
	s.mu.Lock()
	defer s.moved()
	defer s.mu.Unlock()
	switch {
	case on:
		s.until = time.Now().Add(seekTime)
	case s.cell == op.ID{} && forgetJoining(s.dir) == nil:
		s.until, s.asking, s.answer, s.no = time.Time{}, nil, nil, nil
	}
}

func (s *seeking) Sought() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Before(s.until)
}

func (s *seeking) Keys() web.Greeted {
	opening := s.vault.RouterOpening()
	word, err := s.vault.Sign(s.vault.Router(), op.RouterWord(opening[:]))
	if err != nil {
		panic("celld: a router cannot sign with its own key: " + err.Error())
	}
	return web.Greeted{Key: s.vault.RouterKey(), Opening: opening[:], Word: word}
}

func (s *seeking) Asking() ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asking, s.asking != nil
}

func (s *seeking) Answer(yes bool) error {
	s.mu.Lock()
	defer s.moved()
	defer s.mu.Unlock()
	switch {
	case s.asking == nil:
		return errNobodyAsks
	case yes:
		if err := (joining{Key: s.asking}).store(s.dir); err != nil {
			return err
		}
		s.answer = s.asking
	default:
		if s.no == nil {
			s.no = map[op.Device]bool{}
		}
		s.no[op.DeviceOf(s.asking)] = true
		s.asking = nil
	}
	return nil
}

func (s *seeking) Joins() bool {
	_, yes := s.chosen()
	return yes
}

// admits reports whether a key that knocks may come in, and remembers the first
// that nobody has answered yet.
func (s *seeking) admits(key ed25519.PublicKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answer != nil {
		return s.answer.Equal(key)
	}
	if s.asking == nil && time.Now().Before(s.until) && !s.no[op.DeviceOf(key)] {
		s.asking = append(ed25519.PublicKey{}, key...)
	}
	return false
}

// told remembers of which cell the router is that somebody said yes to.
func (s *seeking) told(cell op.ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cell = cell
	return joining{Key: s.answer, Cell: cell}.store(s.dir)
}

// expected is the cell that this router was told it is of.
func (s *seeking) expected() op.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cell
}

// settle forgets all of it: the cell's own log knows who its routers are.
func (s *seeking) settle() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.answer == nil {
		return nil
	}
	s.until, s.asking, s.answer, s.no = time.Time{}, nil, nil, nil
	return forgetJoining(s.dir)
}

// chosen is the router that somebody said yes to.
func (s *seeking) chosen() (op.Device, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return op.DeviceOf(s.answer), s.answer != nil
}
