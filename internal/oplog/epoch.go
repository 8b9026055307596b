package oplog

import (
	"bytes"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
)

// wrapsAtOnce is how many wraps of 80 bytes stand in one operation.
const wrapsAtOnce = 8

func trustOf(s *cell.State) *trust.Trust {
	t, _ := s.Value(trust.Key).(*trust.Trust)
	return t
}

// unwrap offers the sealer every wrap, so that what the keys in memory can
// open is open, and returns the epochs that it opened.
func (l *Log) unwrap(s *cell.State) (opened []op.Epoch) {
	t := trustOf(s)
	if t == nil {
		return nil
	}
	for _, e := range t.Readable() {
		if l.tryWraps(e) {
			opened = append(opened, e.ID)
		}
	}
	return opened
}

func (l *Log) tryWraps(e trust.EpochKeys) bool {
	if _, open := l.sealer.Secret(e.ID); open {
		return false
	}
	for _, w := range e.Wraps {
		if len(w.Key) > 0 && l.sealer.Unwrap(e.ID, w.Key) {
			return true
		}
	}
	return false
}

// secret finds the epoch to write under: the lowest that is open here and
// whose recipients have all stayed authorised, which routers are in unattended
// mode alone. Without one the epoch turns.
func (w *write) secret() (op.Epoch, op.Secret, error) {
	if e, s, ok := w.usable(); ok {
		return e, s, nil
	}
	if err := w.turn(); err != nil {
		return op.Epoch{}, op.Secret{}, err
	}
	return w.secret()
}

func (w *write) usable() (op.Epoch, op.Secret, bool) {
	for _, e := range trustOf(w.state).Usable() {
		if s, open := w.log.sealer.Secret(e); open && w.attended(e) {
			return e, s, true
		}
	}
	return op.Epoch{}, op.Secret{}, false
}

// attended reports whether an epoch may be written under in the mode that the
// cell is in: in sealed mode no router opens it by itself.
func (w *write) attended(id op.Epoch) bool {
	t := trustOf(w.state)
	e, _ := t.Epoch(id)
	router := func(s trust.Sealed) bool { _, is := t.Router(op.Device(s.For)); return is }
	return !anyOf(e.Wraps, router) || cell.RulesOf(w.state).Unattended
}

// turn mints an epoch and seals it to everybody who belongs to the cell.
func (w *write) turn() error {
	var under op.Epoch
	for _, e := range trustOf(w.state).Epochs {
		if _, open := w.log.sealer.Secret(e.ID); open {
			under = e.ID
		}
	}
	e, mac, err := w.log.sealer.Mint(under)
	if err != nil {
		return err
	}
	if err := w.add(op.Draft{Kind: trust.KindEpoch, Content: trust.Epoch{Epoch: e, Under: under, MAC: mac}}); err != nil {
		return err
	}
	return w.share()
}

// share seals every open epoch to those who lack it.
func (w *write) share() error {
	for _, e := range trustOf(w.state).Readable() {
		if _, open := w.log.sealer.Secret(e.ID); !open {
			continue
		}
		if err := w.wrap(e); err != nil {
			return err
		}
	}
	return nil
}

func (w *write) wrap(e trust.EpochKeys) error {
	lacking := w.lacking(e)
	for len(lacking) > 0 {
		n := min(len(lacking), wrapsAtOnce)
		content := trust.Wrap{Epoch: e.ID}
		for _, r := range lacking[:n] {
			sealed, err := w.log.sealer.Wrap(e.ID, r.opening)
			if err != nil {
				return err
			}
			content.Wraps = append(content.Wraps, trust.Sealed{For: r.who, Key: sealed})
		}
		if err := w.add(op.Draft{Kind: trust.KindWrap, Content: content}); err != nil {
			return err
		}
		lacking = lacking[n:]
	}
	return nil
}

type reader struct {
	who     trust.Recipient
	opening []byte
}

// lacking lists who should be able to open e and cannot: members, and in
// unattended mode the routers themselves.
func (w *write) lacking(e trust.EpochKeys) []reader {
	t := trustOf(w.state)
	var out []reader
	for _, m := range t.Lacking(e) {
		member, _ := t.Member(op.Member(m))
		out = append(out, reader{m, member.Opening})
	}
	if !cell.RulesOf(w.state).Unattended {
		return out
	}
	for _, r := range t.Routers {
		has := func(s trust.Sealed) bool { return bytes.Equal(s.For[:], r.Name[:]) }
		if r.Status == trust.Active && !anyOf(e.Wraps, has) {
			out = append(out, reader{trust.Recipient(r.Name), r.Opening})
		}
	}
	return out
}

func anyOf[T any](list []T, is func(T) bool) bool {
	for _, x := range list {
		if is(x) {
			return true
		}
	}
	return false
}
