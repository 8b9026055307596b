package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryTemplateIsSlimAndStaysSo(t *testing.T) {
	names, err := filepath.Glob("../../*_templ.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	before, after := map[string]string{}, map[string][]byte{}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before[name] = string(src)
		if after[name], err = slim(src); err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
	if err := direct(after); err != nil {
		t.Fatal(err)
	}
	for name, src := range after {
		if string(src) != before[name] {
			t.Errorf("%s: go generate was not run", filepath.Base(name))
		}
	}
}

func TestWhatOnlyTemplatesShowIsCalledAndNotCarried(t *testing.T) {
	component := func(name, args, body string) string {
		return "func " + name + "(" + args + ") Component {\n\treturn draw(func(out *pen) {\n\t\t" + body + "\n\t})\n}\n"
	}
	files := map[string][]byte{
		"a": []byte("package ui\n\n" + component("Page", "p Page", "out.part(plain(p, f(1)))\n\t\tout.part(bare())\n\t\tout.part(box(p))\n\t\tout.part(kept())\n\t\tout.part(Join(kept()))")),
		"b": []byte("package ui\n\n" + component("plain", "p Page, n int", "out.part(bare())") + "\n" + component("bare", "", "out.raw(\"x\")") +
			"\n" + component("box", "p Page", "out.children()") + "\n" + component("kept", "", "out.raw(\"y\")")),
	}
	if err := direct(files); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"a": "package ui\n\n" + component("Page", "p Page", "plain(out, p, f(1))\n\t\tbare(out)\n\t\tout.part(box(p))\n\t\tout.part(kept())\n\t\tout.part(Join(kept()))"),
		"b": "package ui\n\nfunc plain(out *pen, p Page, n int) {\n\tbare(out)\n}\n\nfunc bare(out *pen) {\n\tout.raw(\"x\")\n}\n" +
			"\n" + component("box", "p Page", "out.children()") + "\n" + component("kept", "", "out.raw(\"y\")"),
	} {
		if got := string(files[name]); got != want {
			t.Errorf("%s became\n%s\nnot\n%s", name, got, want)
		}
	}
}

func TestAPieceThatIsNotKnownIsRefused(t *testing.T) {
	piece := mark + "Err = templruntime.WriteString(" + mark + "Buffer, 1, \"x\")\nif " + mark + "Err != nil {\nreturn " + mark + "Err\n}\n"
	for _, stranger := range []string{
		mark + "Err = templruntime.Novelty(" + mark + "Buffer)",
		mark + "Err = templ.JSON(x)\nif " + mark + "Err != nil {\nlog.Print(1)\n}",
		piece + "x := templ.Novelty(y)",
	} {
		if after, err := slim([]byte("package ui\n\nfunc f() {\n" + stranger + "\n}\n")); err == nil || after != nil || !strings.Contains(err.Error(), "templ") {
			t.Errorf("%q became %q, %v", stranger, after, err)
		}
	}
}
