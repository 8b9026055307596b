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
	own    func(op.Device) // told of each log that has come longer than it was here
}

func (h *house) door() door { return door{h.log, h.desk.Router, h.outgrown} }

// outgrown retires a key of this router whose log came longer from elsewhere
// than it was here: the disk was put back to an earlier day, and to write on
// from there would be a second history. What a neighbour merely says of lengths
// does not count: a hostile one could lock everybody out with it. Operations
// that the key signed do.
func (h *house) outgrown(d op.Device) {
	own := h.vault.Router()
	dev, known := h.desk.trust().Device(d)
	if d != own && (!known || dev.Router != own) || h.vault.Retired(d) {
		return
	}
	err := h.vault.RetireDevice(d)
	h.logger.Warn("a log of this router came longer from elsewhere than it was here: an earlier state was put back. Its key writes no more",
		"device", d, "err", err)
	if d == own {
		h.logger.Warn("this router has a new key, and has to be taken in again", "router", h.vault.Router())
	}
}

func (d door) Have() []replication.Head {
	heads := d.Log.Have()
	out := make([]replication.Head, len(heads))
	for i, h := range heads {
		out[i] = replication.Head{Device: h.Ref.Device, Seq: h.Ref.Seq, Hash: [8]byte(h.ID[:8])}
	}
	return out
}

func (d door) AcceptChunks(chunks [][]byte) error {
	return unlessLocked(func() error { return d.Log.AcceptChunks(chunks) })
}

func (d door) Accept(from op.Device, ops []op.Operation) (replication.Receipt, error) {
	var got oplog.Receipt
	err := unlessLocked(func() (err error) { got, err = d.Log.AcceptFrom(from, ops); return err })
	out := replication.Receipt{New: got.New, Known: got.Known, Held: got.Held}
	for i, r := range got.New {
		if i == 0 || r.Device != got.New[i-1].Device {
			d.own(r.Device)
		}
	}
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
