package web

import (
	"strings"

	"celld/ui/locale"
)

// accepted picks the first language of an Accept-Language header that the
// house speaks. Browsers list them by preference, so weights need no reading.
func accepted(header string) locale.Lang {
	for part := range strings.SplitSeq(header, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		if l, ok := locale.Find(tag); ok {
			return l
		}
	}
	return locale.English
}
