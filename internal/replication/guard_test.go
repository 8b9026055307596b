package replication_test

import (
	"testing"

	"celld/internal/replication"
)

// record is one of DTLS 1.2, of a kind and an epoch.
func record(kind, epoch byte, body ...byte) []byte {
	return append([]byte{kind, 0xfe, 0xfd, 0, epoch, 0, 0, 0, 0, 0, 7, byte(len(body) >> 8), byte(len(body))}, body...)
}

// message is one of a handshake, whole, with its number.
func message(number byte, size byte) []byte {
	return append([]byte{11, 0, 0, size, 0, number, 0, 0, 0, 0, 0, size}, make([]byte, size)...)
}

// TestInTheClearOnlyTheHandshakeIsRepeated: what may come when it is done.
func TestInTheClearOnlyTheHandshakeIsRepeated(t *testing.T) {
	sealed, change := record(23, 1, 1, 2, 3), record(20, 0, 1)
	flight := append(append(record(22, 0, message(2, 9)...), change...), record(22, 1, 8, 8, 8)...)
	for name, c := range map[string]struct {
		datagram []byte
		want     bool
	}{
		"nothing":                        {nil, true},
		"what is sealed":                 {sealed, true},
		"a sealed alert":                 {record(21, 1, 5, 5, 5), true},
		"a flight that is repeated":      {flight, true},
		"two messages in a record":       {record(22, 0, append(message(2, 4), message(3, 4)...)...), true},
		"an alert":                       {record(21, 0, 2, 40), false},
		"an alert behind what is sealed": {append(append([]byte{}, sealed...), record(21, 0, 2, 40)...), false},
		"data":                           {record(23, 0, 1), false},
		"another kind":                   {record(99, 0, 1), false},
		"another change of ciphers":      {record(20, 0, 2), false},
		"a change of ciphers again":      {record(20, 1, 1), false},
		"one that is not even that":      {record(20, 1, 8, 8, 8), false},
		"a long change of ciphers":       {record(20, 0, 1, 1), false},
		"an empty message":               {record(22, 0), false},
		"a message that never was":       {record(22, 0, message(6, 9)...), false},
		"one behind one that was":        {record(22, 0, append(message(2, 4), message(200, 4)...)...), false},
		"half a message":                 {record(22, 0, message(2, 9)[:15]...), false},
		"half a record":                  {sealed[:15], false},
		"half a head":                    {sealed[:9], false},
	} {
		if got := replication.Lawful(c.datagram); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// FuzzGuard: whatever else is in a datagram, an alert in the clear makes it
// unlawful, and nothing makes what is sealed so.
func FuzzGuard(f *testing.F) {
	f.Fuzz(func(t *testing.T, b []byte) {
		alert, sealed := record(21, 0, 2, 40), record(23, 1, 1, 2, 3)
		lawful := replication.Lawful(b)
		if replication.Lawful(append(alert, b...)) {
			t.Fatalf("%x behind an alert", b)
		}
		if lawful && replication.Lawful(append(append([]byte{}, b...), alert...)) {
			t.Fatalf("%x before an alert", b)
		}
		if replication.Lawful(append(sealed, b...)) != lawful {
			t.Fatalf("%x behind what is sealed", b)
		}
	})
}
