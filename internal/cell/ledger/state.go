package ledger

import (
	"fmt"
	"strings"

	"celld/internal/op"
)

// MarshalState encodes a value of this room canonically, for the digest and
// for snapshots.
func MarshalState(v any) ([]byte, error) {
	switch v.(type) {
	case Holding, Tx, Pledge, Expense, Bucket, Count, Import, Gifts, Closed, Mandate, Book:
		return op.Marshal(v)
	}
	return nil, fmt.Errorf("ledger: %T is no value of this room", v)
}

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
	case keyBook + "/":
		return decode[Book](b)
	}
	return nil, fmt.Errorf("ledger: %q is no subject of this room", key)
}

// OwnsKey reports whether the subject at key is one of this room.
func OwnsKey(key string) bool {
	room, _, _ := strings.Cut(key, "/")
	switch room + "/" {
	case prefixAcct, prefixTx, prefixPledge, prefixExpense, prefixBucket, prefixCount,
		prefixImport, prefixGifts, prefixClosed, prefixMandate, keyBook + "/":
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
