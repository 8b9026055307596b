// Command gallery renders every page with sample people into a folder, so that
// a designer can look at them without a router. It is never linked into celld.
package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"celld/ui"
	"celld/ui/internal/sample"
	"celld/ui/locale"
)

func main() {
	out := flag.String("out", "", "the folder to write to")
	langs := flag.String("lang", "en,es,pt,ar", "which languages")
	flag.Parse()
	if err := run(*out, strings.Split(*langs, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "gallery:", err)
		os.Exit(1)
	}
}

func run(out string, langs []string) error {
	if err := assets(out); err != nil {
		return err
	}
	for _, code := range langs {
		for _, page := range slices.Concat(sample.Pages(locale.For(code)), sample.Ledger(locale.For(code))) {
			var b bytes.Buffer
			if err := page.View.Render(context.Background(), &b); err != nil {
				return fmt.Errorf("render %s: %w", page.Name, err)
			}
			html := strings.ReplaceAll(b.String(), `"/static/`, `"`)
			name := filepath.Join(out, page.Name+"."+code+".html")
			if err := os.WriteFile(name, []byte(html), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// assets writes the static files under the names that pages ask for.
func assets(out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"look.css", "app.js"} {
		file, err := ui.Unpacked(name)
		if err != nil {
			return err
		}
		body, err := io.ReadAll(file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, filepath.Base(ui.Asset(name))), body, 0o644); err != nil {
			return err
		}
	}
	return nil
}
