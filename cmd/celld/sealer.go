package main

import (
	"errors"
	"fmt"

	"celld/internal/op"
	"celld/internal/vault"
)

// sealer is the vault as the log asks for it.
type sealer struct {
	vault *vault.Vault
	cell  func() op.ID
}

func (s *sealer) Sign(d op.Device, message []byte) ([]byte, error) {
	sig, err := s.vault.Sign(d, message)
	if errors.Is(err, vault.ErrLocked) {
		return nil, fmt.Errorf("%w: %w", op.ErrNoKey, err)
	}
	return sig, err
}

func (s *sealer) Secret(e op.Epoch) (op.Secret, bool) { return s.vault.Secret(e) }

// Mint vouches for the new secret under an older one. The cell's first epoch
// has none before it.
func (s *sealer) Mint(under op.Epoch) (op.Epoch, []byte, error) {
	e, err := s.vault.Hold(vault.Mint())
	if err != nil || under.IsZero() {
		return e, []byte{}, err
	}
	prev, open := s.vault.Secret(under)
	if !open {
		return e, nil, vault.ErrLocked
	}
	mac := vault.Vouch(s.cell(), prev, e)
	return e, mac[:], nil
}

func (s *sealer) Wrap(e op.Epoch, opening []byte) ([]byte, error) {
	if len(opening) != len(vault.OpeningKey{}) {
		return nil, fmt.Errorf("an opening key of %d bytes", len(opening))
	}
	w, err := s.vault.WrapFor(vault.OpeningKey(opening), e)
	return w[:], err
}

func (s *sealer) Unwrap(e op.Epoch, wrap []byte) bool {
	return len(wrap) == len(vault.Wrap{}) && s.vault.AddWrap(vault.OpeningKey{}, e, vault.Wrap(wrap))
}
