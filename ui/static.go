package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"strings"
)

//go:embed static
var static embed.FS

// Static is what lies under /static/: the style sheet and the script.
func Static() fs.FS {
	sub, err := fs.Sub(static, "static")
	if err != nil {
		panic("ui: " + err.Error())
	}
	return sub
}

// hashes are computed once, from the files that are linked in.
var hashes = func() map[string]string {
	out := map[string]string{}
	for _, name := range []string{"look.css", "app.js"} {
		body, err := static.ReadFile("static/" + name)
		if err != nil {
			panic("ui: " + err.Error())
		}
		sum := sha256.Sum256(body)
		out[name] = hex.EncodeToString(sum[:5])
	}
	return out
}()

// Asset is the address of a static file. It carries the hash of the content,
// so that a browser may keep the file for ever.
func Asset(name string) string {
	stem, ext, _ := strings.Cut(name, ".")
	return "/static/" + stem + "-" + hashes[name] + "." + ext
}

// AssetFile returns the file that an address made by Asset stands for, and
// false when this program never made that address.
func AssetFile(path string) (name string, ok bool) {
	for name := range hashes {
		if Asset(name) == path {
			return name, true
		}
	}
	return "", false
}
