package web

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"sort"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/commons"
	"celld/internal/gitserve"
)

// gitRoutes are where git reads the pages: whoever is on the Wi-Fi those that
// are for everybody, a member all of them at an address that is its key.
func gitRoutes() []Route {
	return []Route{
		{"GET", "/commons.git/info/refs", Visitor, (*visit).gitRefs},
		{"POST", "/commons.git/git-upload-pack", Visitor, (*visit).gitPack},
		{"GET", "/git/{address}/commons.git/info/refs", Visitor, (*visit).gitRefs},
		{"POST", "/git/{address}/commons.git/git-upload-pack", Visitor, (*visit).gitPack},
	}
}

func (v *visit) gitRefs() error { return v.git(v.packs.Refs) }

func (v *visit) gitPack() error { return v.git(v.packs.Pack) }

// git answers git. What is wrong is told in plain words, since git shows no page.
func (v *visit) git(answer func(http.ResponseWriter, *http.Request, gitserve.History)) error {
	all, known := v.gitReader()
	switch {
	case !v.Keys.Awake() || cell.PeopleOf(v.state).Names() == nil:
		http.Error(v.w, "This router is asleep. It wakes when one of us signs in.", http.StatusServiceUnavailable)
	case !known:
		http.Error(v.w, "There is no such repository here, or no more.", http.StatusNotFound)
	default:
		_ = http.NewResponseController(v.w).SetWriteDeadline(time.Now().Add(carryTime)) // where there is none, the server's own holds
		answer(v.w, v.r, v.history(all))
	}
	return nil
}

// gitReader tells whether who asks may read every page, and whether the address
// is one at all.
func (v *visit) gitReader() (all, known bool) {
	address := v.r.PathValue("address")
	if address == "" {
		return false, true
	}
	secret, err := base64.RawURLEncoding.DecodeString(address)
	p := cell.PeopleOf(v.state)
	if err != nil || len(secret) != 32 {
		return false, false
	}
	who, ok := p.Names().PagesReader(sha256.Sum256(secret))
	return true, ok && p.IsActive(who)
}

// leaf is a version of a page on its way out of the house.
type leaf struct {
	page *commons.Page
	commons.Version
	path string
	when uint64
}

// leaves are the versions of all pages, or of those for everybody, by their
// days: those of a page always in their order, whatever a clock said. Other
// cells' pages are theirs to give away, and drafts are nobody's yet.
func (v *visit) leaves(all bool) (out []leaf) {
	paths := map[string]bool{}
	for p := range commons.All(v.state.Now()) {
		if p.Copy || p.Empty() || !all && p.Scope != commons.Public {
			continue
		}
		path := p.Language + "/" + string(p.Kind) + "/" + p.Slug
		if paths[path] {
			path += "-" + commons.IDOf(v.Log.Cell(), p.Ref).String()[:8]
		}
		paths[path] = true
		when := uint64(0)
		for x := range p.Versions.All() {
			if x.Beside || x.Gone == commons.Thinned || !all && !v.wasPublic(x) {
				continue
			}
			if x.Dated {
				when = max(when, x.Time)
			}
			out = append(out, leaf{p, x, path + ".md", when})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].when < out[j].when })
	return out
}

// wasPublic reports whether a version was written for everybody: a page may
// have been made public later, and what it said before was not meant to be.
func (v *visit) wasPublic(x commons.Version) bool {
	var s commons.Save
	o, err := v.Log.Read(x.Ref)
	return err == nil && o.Decode(&s) == nil && s.Scope == commons.Public
}

// file is what stands in a repository or an archive for a version; false where
// its text has not come here yet.
func (v *visit) file(x leaf) ([]byte, bool) {
	if x.Gone == commons.Taken {
		return []byte("This was taken out for good. Its fingerprint was " + x.Hash.String() + ".\n"), true
	}
	text, err := x.Read(v.Log.Read)
	if err != nil {
		return nil, false
	}
	return commons.FileOf(v.Log.Cell(), cell.PeopleOf(v.state).Cell(), x.page, x.Version, text).Encode(), true
}

// history is what the pages were, one version after the other. It is made of
// the state each time, so that what is taken out is in it no more. The names in
// it are the cell's (W4).
func (v *visit) history(all bool) gitserve.History {
	return func(yield func(gitserve.Commit) error) error {
		name, first := cell.PeopleOf(v.state).Cell(), true
		pictures := map[string]bool{}
		for _, x := range v.leaves(all) {
			content, here := v.file(x)
			if !here {
				continue
			}
			c := gitserve.Commit{Author: name, Time: int64(x.when), Message: x.page.Title}
			if x.Note != "" {
				c.Message += "\n\n" + x.Note
			}
			if first {
				first = false
				c.Changes = []gitserve.Change{{Path: "README.md", Content: readme(name)}}
			}
			c.Changes = append(c.Changes, gitserve.Change{Path: x.path, Content: content})
			c.Changes = append(c.Changes, v.beside(x, content, pictures)...)
			if err := yield(c); err != nil {
				return err
			}
		}
		return nil
	}
}

// readme is for whoever opens the folder, far from here.
func readme(name string) []byte {
	return []byte("# " + name + "\n\nThe pages of this cell, by language and by what they are for. Take them, change them, pass them on: each says\n" +
		"under which licence, " + commons.Licence + " unless it says otherwise, and which cell it came from. Names of people are not in here.\n\n" +
		"What was taken out of a page is in none of its versions here. So this history may be another one tomorrow: `git fetch`,\n" +
		"and put your own work on top of it with `git rebase origin/main`.\n")
}
