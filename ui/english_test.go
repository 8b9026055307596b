package ui_test

import (
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"celld/ui/locale"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// TestNoPageKeepsASentenceOfEnglish: a sentence that has its translation stands
// in it. The script that looks for untranslated sentences cannot see one that
// was never asked for.
func TestNoPageKeepsASentenceOfEnglish(t *testing.T) {
	sentences := english(t)
	seen := 0
	every(t, func(t *testing.T, l locale.Lang, _, page string) {
		if l.Code() == "en" {
			return
		}
		words := html.UnescapeString(tags.ReplaceAllString(page, "\n"))
		for _, s := range sentences {
			if own := l.T(s); own != s && strings.Contains(words, s) {
				t.Errorf("it says %q, and not %q", s, own)
			} else if strings.Contains(words, own) {
				seen++
			}
		}
	})
	if seen < 1000 {
		t.Errorf("only %d translated sentences were found", seen)
	}
}

// english lists the sentences of the catalogues that stand on pages as they are,
// long enough to be no name or part of another word.
func english(t *testing.T) (out []string) {
	t.Helper()
	files, err := filepath.Glob("locale/es/*.po")
	if err != nil || len(files) == 0 {
		t.Fatal("no catalogues", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?m)^msgid (".*")$`).FindAllStringSubmatch(string(b), -1) {
			s, err := strconv.Unquote(m[1])
			if err == nil && len(s) >= 12 && strings.Contains(s, " ") && !strings.Contains(s, "{") {
				out = append(out, s)
			}
		}
	}
	return out
}
