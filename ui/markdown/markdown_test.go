package markdown_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"celld/ui/markdown"
)

func TestMarksBecomeMarkup(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "",
		"One\ntwo\n\nthree":                  "<p dir=\"auto\">One<br>\ntwo</p>\n<p dir=\"auto\">three</p>\n",
		"# A\n## B":                          "<h2 dir=\"auto\">A</h2>\n<h3 dir=\"auto\">B</h3>\n",
		"### deep first":                     "<h2 dir=\"auto\">deep first</h2>\n",
		"#none":                              "<p dir=\"auto\">#none</p>\n",
		"- a\n- b\n\n1. c":                   "<ul>\n<li dir=\"auto\">a</li>\n<li dir=\"auto\">b</li>\n</ul>\n<ol>\n<li dir=\"auto\">c</li>\n</ol>\n",
		"> said":                             "<blockquote class=\"said\"><p dir=\"auto\">said</p></blockquote>\n",
		"**so** and *so*":                    "<p dir=\"auto\"><b>so</b> and <b>so</b></p>\n",
		"2 * 3 * 4":                          "<p dir=\"auto\">2 * 3 * 4</p>\n",
		"[map](https://a.example/?b=1)":      "<p dir=\"auto\"><a href=\"https://a.example/?b=1\" rel=\"noopener noreferrer\"><bdi>map</bdi></a></p>\n",
		"[bread](/commons/p/x-1)":            "<p dir=\"auto\"><a href=\"/commons/p/x-1\" rel=\"noopener noreferrer\"><bdi>bread</bdi></a></p>\n",
		"**[a](/b)**":                        "<p dir=\"auto\"><b><a href=\"/b\" rel=\"noopener noreferrer\"><bdi>a</bdi></a></b></p>\n",
		"[x](javascript:alert(1))":           "<p dir=\"auto\">[x](javascript:alert(1))</p>\n",
		"[x](//evil.example)":                "<p dir=\"auto\">[x](//evil.example)</p>\n",
		"[x](http:///evil)":                  "<p dir=\"auto\">[x](http:///evil)</p>\n",
		`[x](/a" onclick="b)`:                "<p dir=\"auto\">[x](/a&#34; onclick=&#34;b)</p>\n",
		"<script>alert(1)</script>":          "<p dir=\"auto\">&lt;script&gt;alert(1)&lt;/script&gt;</p>\n",
		"a\u202eb\u2066c\u2069\u200ed\ufeff": "<p dir=\"auto\">abc\u200ed</p>\n",
		"![x](/y)":                           "<p dir=\"auto\">!<a href=\"/y\" rel=\"noopener noreferrer\"><bdi>x</bdi></a></p>\n",
	} {
		if got := markdown.HTML(in); got != want {
			t.Errorf("%q:\n%q, want\n%q", in, got, want)
		}
	}
}

var tag = regexp.MustCompile(`^<(/?)(p|h[234]|ul|ol|li|b|bdi|a|blockquote|br|img|i)( class="photo" src="/p/[0-9a-f]{16}\.jpg" alt="[^"<>]*"| dir="auto"| class="said"| href="(?:https?://[^/"<>]|/[^/"<>])[^"<> ]*" rel="noopener noreferrer")?>`)

// harmless fails unless every tag is one of ours, and closed where it has to be.
func harmless(t *testing.T, out string) {
	var open []string
	for rest := out; ; {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		rest = rest[i:]
		m := tag.FindStringSubmatch(rest)
		switch {
		case m == nil:
			t.Fatalf("a tag of nobody's: %.60q in %q", rest, out)
		case m[2] == "br", m[2] == "img":
		case m[1] == "":
			open = append(open, m[2])
		case len(open) == 0 || open[len(open)-1] != m[2]:
			t.Fatalf("%s is closed in %v: %q", m[2], open, out)
		default:
			open = open[:len(open)-1]
		}
		rest = rest[len(m[0]):]
	}
	if len(open) > 0 || strings.ContainsAny(out, "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") {
		t.Fatalf("%v stays open, or a direction is turned: %q", open, out)
	}
}

func FuzzHTML(f *testing.F) {
	b, err := os.ReadFile("testdata/page.md")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(b))
	f.Add("**[a](/b)** *[c](https://d)* <i> > - # [x](y) \u202e")
	f.Add("![a \"loaf\"](0123456789abcdef.jpg) ![x](0000000000000000.jpg)")
	f.Fuzz(func(t *testing.T, s string) {
		harmless(t, markdown.HTML(s))
		harmless(t, markdown.Page(s, shelf))
	})
}

// shelf has every picture but one.
func shelf(name string) (src, instead string) {
	if name == "0000000000000000.jpg" {
		return "", "Not here:"
	}
	return "/p/" + name, ""
}

func TestPicturesStandWhereATextShowsThem(t *testing.T) {
	for in, want := range map[string]string{
		`See ![a "loaf" <cut>](0123456789abcdef.jpg)!`:       "<p dir=\"auto\">See <img class=\"photo\" src=\"/p/0123456789abcdef.jpg\" alt=\"a &#34;loaf&#34; &lt;cut&gt;\">!</p>\n",
		"![a <loaf>](0000000000000000.jpg)":                  "<p dir=\"auto\"><i>[Not here: <bdi>a &lt;loaf&gt;</bdi>]</i></p>\n",
		"![a](https://evil.example/0123456789abcdef.jpg)":    "<p dir=\"auto\">!<a href=\"https://evil.example/0123456789abcdef.jpg\" rel=\"noopener noreferrer\"><bdi>a</bdi></a></p>\n",
		"![a](0123456789ABCDEF.jpg) ![b](1.jpg) ![c](d.svg)": "<p dir=\"auto\">![a](0123456789ABCDEF.jpg) ![b](1.jpg) ![c](d.svg)</p>\n",
	} {
		if got := markdown.Page(in, shelf); got != want {
			t.Errorf("%q:\n%q, want\n%q", in, got, want)
		}
	}
	if got := markdown.HTML("![a](0123456789abcdef.jpg)"); got != "<p dir=\"auto\">![a](0123456789abcdef.jpg)</p>\n" {
		t.Errorf("without pictures %q", got)
	}
}
