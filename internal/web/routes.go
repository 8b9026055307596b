package web

import (
	"io/fs"
	"net/http"

	"celld/ui"
)

// Routes lists every address of the house, in the order in which a newcomer
// meets them. Tests enumerate it: a page that nobody has looked at fails them.
func (s *Server) Routes() []Route {
	return []Route{
		{"GET", "/static/{file}", Anyone, serveStatic},
		{"GET", "/{$}", Visitor, (*visit).home},
	}
}

// serveStatic serves the style sheet and the script under names that change
// with their content.
func serveStatic(v *visit) error {
	name, ok := ui.AssetFile(v.r.URL.Path)
	if !ok {
		return errNotFound
	}
	body, err := fs.ReadFile(ui.Static(), name)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Content-Type", map[bool]string{true: "text/css; charset=utf-8", false: "text/javascript; charset=utf-8"}[name == "look.css"])
	_, err = v.w.Write(body)
	return err
}

func (v *visit) home() error {
	if v.session == nil {
		return away("/in")
	}
	return v.show(http.StatusOK, ui.HomePage(v.page(v.lang.T("What waits for your voice")), ui.HomeView{Doors: ui.Doors(v.lang), Members: 1}))
}
