package op

// Author is whose voice an operation is written in, and with which key.
type Author struct {
	Member Member // zero when the router speaks for itself
	Device Device
	// Open is the content of the operation that introduces the device. It is
	// written before the first operation of a new log and not looked at later.
	Open []byte
}

// Draft is an operation to be made.
type Draft struct {
	Kind    Kind
	Subject Ref
	// Of makes the subject the thing begun by an earlier draft of the same
	// Submit, counted from 1.
	Of int
	// Content is the kind's struct, or its canonical bytes; nil for none.
	Content any
	// Keep is after how many seconds its payload may be dropped; 0 never,
	// AtWill when it is asked for.
	Keep uint64
	// If makes the draft only when that earlier one, counted from 1, was made.
	If int
	// Try drops the draft when it turns out not to be lawful, instead of
	// refusing all: the last voice tries to adopt.
	Try bool
}

// ContentBytes is the canonical encoding of the content.
func (d Draft) ContentBytes() []byte {
	if b, ok := d.Content.([]byte); ok {
		return b
	}
	if d.Content == nil {
		return []byte{}
	}
	return MustMarshal(d.Content)
}
