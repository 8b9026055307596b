package consent

// Finished reports whether the round is no longer being decided. The list of
// rounds keeps what lists need of it; the rest is read from the log when
// somebody looks.
func (r *Round) Finished() bool { return !r.State.Open() }

// Mandate returns the effect in force as a citation reads it; the empty kind
// where there is none.
func (r *Round) Mandate() (kind string, content []byte) {
	if e := r.Effect(); e != nil {
		return e.Kind, e.Content
	}
	return "", nil
}
