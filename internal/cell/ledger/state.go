package ledger

import (
	"fmt"
	"strings"

	"celld/internal/op"
)

// Value is what every value of this room can do: encode itself canonically,
// for the digest and for snapshots.
type Value interface{ MarshalState() []byte }

// MarshalState implements Value.
func (h Holding) MarshalState() []byte { return op.MustMarshal(h) }

// MarshalState implements Value.
func (t Tx) MarshalState() []byte { return op.MustMarshal(t) }

// MarshalState implements Value.
func (p Pledge) MarshalState() []byte { return op.MustMarshal(p) }

// MarshalState implements Value.
func (e Expense) MarshalState() []byte { return op.MustMarshal(e) }

// MarshalState implements Value.
func (b Bucket) MarshalState() []byte { return op.MustMarshal(b) }

// MarshalState implements Value.
func (c Count) MarshalState() []byte { return op.MustMarshal(c) }

// MarshalState implements Value.
func (i Import) MarshalState() []byte { return op.MustMarshal(i) }

// MarshalState implements Value.
func (g Gifts) MarshalState() []byte { return op.MustMarshal(g) }

// MarshalState implements Value.
func (c Closed) MarshalState() []byte { return op.MustMarshal(c) }

// MarshalState implements Value.
func (m Mandate) MarshalState() []byte { return op.MustMarshal(m) }

// MarshalState implements Value.
func (b Book) MarshalState() []byte { return op.MustMarshal(b) }

// MarshalState implements Value.
func (l Open) MarshalState() []byte { return op.MustMarshal(l) }

// Finished reports whether a transfer has come to its end, after which hardly
// anybody asks for it: who does folds its few operations again.
func (t Tx) Finished() bool { return t.State != TxPending }

// Finished reports whether nothing more can happen to a pledge.
func (p Pledge) Finished() bool { return p.ended() }

// Finished reports whether an expense has come to an end that all agree on.
func (e Expense) Finished() bool { return e.State > ExpensePaid && !e.Disputed && len(e.Paid) < 2 }

// Finished reports whether an import was confirmed or dropped.
func (i Import) Finished() bool { return i.State != TxPending }

// UnmarshalState reads what MarshalState wrote for the subject at key.
func UnmarshalState(key string, b []byte) (any, error) {
	room, _, _ := strings.Cut(key, "/")
	switch room + "/" {
	case prefixAcct:
		return decode[Holding](b)
	case prefixTx:
		return decodeTx(b)
	case prefixPledge:
		return decode[Pledge](b)
	case prefixExpense:
		return decode[Expense](b)
	case prefixBucket:
		return decode[Bucket](b)
	case prefixCount:
		return decode[Count](b)
	case prefixImport:
		return decode[Import](b)
	case prefixGifts:
		return decode[Gifts](b)
	case prefixClosed:
		return decode[Closed](b)
	case prefixMandate:
		return decode[Mandate](b)
	case prefixFlow:
		return decode[Flow](b)
	case KeyBook + "/":
		return decode[Book](b)
	case KeyOpen + "/":
		return decode[Open](b)
	}
	return nil, fmt.Errorf("ledger: %q is no subject of this room", key)
}

// OwnsKey reports whether the subject at key is one of this room.
func OwnsKey(key string) bool {
	room, _, _ := strings.Cut(key, "/")
	switch room + "/" {
	case prefixAcct, prefixTx, prefixPledge, prefixExpense, prefixBucket, prefixCount,
		prefixImport, prefixGifts, prefixClosed, prefixMandate, prefixFlow, KeyBook + "/", KeyOpen + "/":
		return true
	}
	return false
}

func decode[T any](b []byte) (any, error) {
	var v T
	if err := op.Unmarshal(b, &v); err != nil {
		return nil, fmt.Errorf("ledger: value: %w", err)
	}
	return v, nil
}

func decodeTx(b []byte) (any, error) {
	v, err := decode[Tx](b)
	if err != nil {
		return nil, err
	}
	return compact(v.(Tx)), nil
}
