package consent

import "celld/internal/op"

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

// Proposes returns the effect of the current text, in force or not.
func (r *Round) Proposes() (kind string, content []byte) {
	if e := r.Text().Effect; e != nil {
		return e.Kind, e.Content
	}
	return "", nil
}

// SaidYes reports whether a member consented, with their own voice, to the text
// that was adopted.
func (r *Round) SaidYes(m op.Member) bool {
	v, spoke := r.VoiceOf(m)
	return spoke && v.Text == r.Adopted.Text && v.Relayed.IsZero() && (v.Stance == Consent || v.Stance == Concern)
}
