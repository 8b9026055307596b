package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io"
	"strings"
)

// What lies in static is linked as the generator packed it, a quarter of its size.
//
//go:embed packed
var packed embed.FS

// assets are the style sheet and the script, with the hash of each, which is computed
// once.
var assets = func() map[string]string {
	out := map[string]string{}
	for _, name := range []string{"look.css", "app.js"} {
		sum := sha256.Sum256(Packed(name))
		out[name] = hex.EncodeToString(sum[:5])
	}
	return out
}()

// Packed is what lies under /static/ as it is linked, and as it travels to browsers
// that take it so: by gzip (RFC 1952).
func Packed(name string) []byte {
	body, err := packed.ReadFile("packed/" + name + ".gz")
	if err != nil {
		panic("ui: " + err.Error())
	}
	return body
}

// Unpacked is the same for those that do not.
func Unpacked(name string) (io.Reader, error) { return gzip.NewReader(bytes.NewReader(Packed(name))) }

// Asset is the address of a static file. It carries the hash of the content,
// so that a browser may keep the file for ever.
func Asset(name string) string {
	stem, ext, _ := strings.Cut(name, ".")
	return "/static/" + stem + "-" + assets[name] + "." + ext
}

// AssetFile returns the file that an address made by Asset stands for, and
// false when this program never made that address.
func AssetFile(path string) (name string, ok bool) {
	for name := range assets {
		if Asset(name) == path {
			return name, true
		}
	}
	return "", false
}
