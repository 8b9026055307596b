package op

import "strings"

// PublicPrefix begins every kind whose payload is public: trust operations,
// which a locked router must be able to judge. All others are sealed.
const PublicPrefix = "trust."

// PublicUnread stands for the kind of a public payload that cannot be read.
const PublicUnread Kind = "public.malformed"

// Public reports whether payloads of this kind are public.
func (k Kind) Public() bool { return strings.HasPrefix(string(k), PublicPrefix) }
