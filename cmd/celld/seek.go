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
// knocks is shown on its page, and only whom a person said yes to is let in.
type seeking struct {
	vault *vault.Vault
	moved func() // told of every change

	mu     sync.Mutex // guards what follows
	until  time.Time
	asking ed25519.PublicKey // who knocked first
	answer ed25519.PublicKey // whom somebody said yes to
	no     map[op.Device]bool
}

// errNobodyAsks is returned for an answer to nobody.
var errNobodyAsks = errors.New("no router asks to take this one in any more")

func (s *seeking) Seek(on bool) {
	s.mu.Lock()
	s.until = time.Time{}
	if on {
		s.until = time.Now().Add(seekTime)
	} else {
		s.asking, s.answer, s.no = nil, nil, nil
	}
	s.mu.Unlock()
	s.moved()
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

// chosen is the router that somebody said yes to.
func (s *seeking) chosen() (op.Device, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return op.DeviceOf(s.answer), s.answer != nil
}
