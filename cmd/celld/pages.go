package main

import (
	"celld/internal/cell"
	"celld/internal/cell/commons"
	"celld/internal/op"
)

// pagesDue takes out of pages what somebody asked three days ago to have taken
// out, and of long past days all versions but one.
func pagesDue(state *cell.State, now uint64) (drafts []op.Draft) {
	for p := range commons.All(state.Now()) {
		for _, a := range p.Open() {
			if due := a.Due(); due != 0 && due <= now {
				drafts = append(drafts, op.Draft{Kind: commons.KindOver, Subject: p.Ref, Content: commons.Answer{Ask: a.Ref}})
			}
		}
		if old := p.Thinnable(now); len(old) > 0 {
			drafts = append(drafts, op.Draft{Kind: commons.KindThin, Subject: p.Ref, Content: commons.Wanted{Versions: old[:min(len(old), 50)]}})
		}
	}
	return drafts
}
