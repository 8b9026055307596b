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
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if after, err := slim(src); err != nil || string(after) != string(src) {
			t.Errorf("%s: go generate was not run: %v", filepath.Base(name), err)
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
