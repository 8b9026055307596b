package consent

// Finished reports whether the round is no longer being decided. The list of
// rounds keeps what lists need of it; the rest is read from the log when
// somebody looks.
func (r *Round) Finished() bool { return !r.State.Open() }
