package main

import (
	"celld/internal/op"
	"celld/internal/oplog"
	"celld/internal/replication"
)

// door is the one door, as replication asks for it.
type door struct {
	*oplog.Log
	router func() op.Author
}

func (d door) Have() []replication.Head {
	heads := d.Log.Have()
	out := make([]replication.Head, len(heads))
	for i, h := range heads {
		out[i] = replication.Head{Device: h.Ref.Device, Seq: h.Ref.Seq, Hash: [8]byte(h.ID[:8])}
	}
	return out
}

func (d door) Accept(ops []op.Operation) (replication.Receipt, error) {
	got, err := d.Log.AcceptAll(ops)
	out := replication.Receipt{New: got.New, Known: got.Known, Held: got.Held}
	for _, r := range got.Refused {
		out.Refused = append(out.Refused, replication.Refused(r))
	}
	for _, o := range got.Forks {
		header, sig := o.Signed()
		out.Forks = append(out.Forks, replication.Proof{Header: header, Signature: sig})
	}
	return out, err
}

func (d door) Prove(header, sig []byte) error { return d.Log.Prove(d.router(), header, sig) }
