package web

import (
	"celld/internal/cell"
	"celld/ui"
)

// forkBanners tell that a key was used in two places, which only people can
// put right: what it wrote is void where nobody else had covered it.
func (v *visit) forkBanners() []ui.Banner {
	people, l := cell.PeopleOf(v.state), v.lang
	var out []ui.Banner
	for _, d := range people.Trust.Forked {
		key, _ := people.Trust.Device(d)
		b := ui.Banner{Kind: ui.ChangedBanner, Title: l.T("A key was used in two places at once."),
			Text: l.T("What it wrote that nobody else had seen does not count. Somebody may have copied it, or brought it back from an old copy.")}
		if !key.Member.IsZero() {
			b.Title = l.T("A key of {1} was used in two places at once.", people.Name(key.Member))
			b.Text = l.T("What it wrote that nobody else had seen does not count. Ask {1} what is missing, and to sign in again: a new key is made then. If it was somebody else, {1} needs new words.", people.Name(key.Member))
			b.Links = []ui.Link{{URL: "/people/" + key.Member.String(), Text: people.Name(key.Member)}}
		}
		out = append(out, b)
	}
	return out
}
