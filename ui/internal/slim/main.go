// Slim rewrites what `templ generate` writes, so that it fits into a router's
// flash: each piece of a template becomes one call of a pen (ui/pen.go), which
// carries the buffer, the children and the first error for all of them, and
// nothing of templ is linked.
//
//	slim FILE_templ.go...
//
// A component with a name in lower case that other templates show and nobody
// else becomes a function of the pen: it is called, not made and carried first.
// A file that is slim already stays as it is. A file with a piece that slim
// does not know is refused by name, not written half way.
package main

import (
	"bytes"
	"fmt"
	"go/format"
	"os"
	"regexp"
	"slices"
	"strings"
)

func main() {
	if err := rewrite(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "slim:", err)
		os.Exit(1)
	}
}

func rewrite(names []string) error {
	before, after := map[string][]byte{}, map[string][]byte{}
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		before[name] = src
		if after[name], err = slim(src); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := direct(after); err != nil {
		return err
	}
	for name, src := range after {
		if bytes.Equal(before[name], src) {
			continue
		}
		if err := os.WriteFile(name, src, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// mark begins every name that templ makes up. No generated file is without one.
const mark = "templ_7745c5c3_"

// slim returns a generated file in terms of the pen.
func slim(src []byte) ([]byte, error) {
	if !bytes.Contains(src, []byte(mark)) {
		return src, nil
	}
	text := string(src)
	for _, p := range pieces {
		text = p.from.ReplaceAllString(text, p.to)
	}
	for _, left := range []string{mark, "templ."} { // a name that it made up, or one of its own
		if i := strings.Index(text, left); i >= 0 {
			line, _, _ := strings.Cut(text[i:], "\n")
			return nil, fmt.Errorf("what is %q?", line)
		}
	}
	return format.Source([]byte(text))
}

var (
	made   = regexp.MustCompile(`(?ms)^func ([a-z]\w*)\(([^\n]*)\) Component \{\n\treturn draw\(func\(out \*pen\) \{\n(.*?)\n\t\}\)\n\}$`)
	shown  = regexp.MustCompile(`(?m)\bout\.part\(([a-z]\w*)\((.*)\)\)$`)
	called = regexp.MustCompile(`\b[a-z]\w*\(`)
)

// direct makes functions of the pen of the components that only the given
// files show, and that have no room for children.
func direct(files map[string][]byte) error {
	uses := map[string]int{} // besides the making and the showing of each
	for _, src := range files {
		for _, call := range called.FindAll(src, -1) {
			uses[string(call[:len(call)-1])]++
		}
		for _, m := range slices.Concat(made.FindAllSubmatch(src, -1), shown.FindAllSubmatch(src, -1)) {
			uses[string(m[1])]--
		}
	}
	becomes := map[string]bool{}
	for _, src := range files {
		for _, m := range made.FindAllSubmatch(src, -1) {
			name := string(m[1])
			becomes[name] = uses[name] == 0 && !bytes.Contains(m[3], []byte("out.children()"))
		}
	}
	for name, src := range files {
		text := made.ReplaceAllFunc(src, func(f []byte) []byte {
			m := made.FindSubmatch(f)
			if !becomes[string(m[1])] {
				return f
			}
			return fmt.Appendf(nil, "func %s(%s) {\n%s\n}", m[1], withPen("out *pen", m[2]), m[3])
		})
		text = shown.ReplaceAllFunc(text, func(call []byte) []byte {
			m := shown.FindSubmatch(call)
			if !becomes[string(m[1])] {
				return call
			}
			return fmt.Appendf(nil, "%s(%s)", m[1], withPen("out", m[2]))
		})
		formatted, err := format.Source(text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		files[name] = formatted
	}
	return nil
}

// withPen puts the pen before other arguments, if there are any.
func withPen(pen string, others []byte) string {
	if len(others) == 0 {
		return pen
	}
	return pen + ", " + string(others)
}

// A piece is something that templ generates, and what stands for it.
type piece struct {
	from *regexp.Regexp
	to   string
}

// pieces are replaced one kind after the other.
var pieces = []piece{
	known(`import "github.com/a-h/templ"`, ""),
	known(`import templruntime "github.com/a-h/templ/runtime"`, ""),
	known(`var _ = templruntime\.GeneratedTemplate`, ""),
	// A component, what stands between the tags of another, and their ends.
	known(`return templruntime\.GeneratedTemplate\(HEAD CHILDREN`, "return draw(func(out *pen) {\n"),
	known(`«Var(\d+) := templruntime\.GeneratedTemplate\(HEAD`, "within$1 := draw(func(out *pen) {\n"),
	known(`return nil \}\)`, "})"),
	known(`«Err = EXPR\.Render\(templ\.WithChildren\(ctx, «Var(\d+)\), «Buffer\) FAIL`, "out.around($1, within$2)\n"),
	// Classes. None of ours brings rules of its own.
	known(`var «Var(\d+) = \[\]any(\{.*\}) «Err = templ\.RenderCSSItems\(ctx, «Buffer, «Var\d+\.\.\.\) FAIL`, "names$1 := []string$2\n"),
	known(`templ\.CSSClasses\(«Var(\d+)\)\.String\(\)`, "joined(names$1...)"),
	known(`templ\.KV\(`, "where("),
	// Words, addresses, attributes.
	known(`var «Var\d+ string «Var\d+, «Err = templ\.JoinStringErrs\(EXPR\) WHERE PUT`, "out.text($1)\n"),
	known(`var «Var\d+ templ\.SafeURL «Var\d+, «Err = templ\.JoinURLErrs\((?:templ\.URL\(EXPR\)|EXPR)\) WHERE PUT`, "out.url($1$2)\n"),
	known(`«Err = templ\.RenderAttributes\(ctx, «Buffer, EXPR\) FAIL`, "out.attributes($1)\n"),
	// Markup and other components.
	known(`«Err = templruntime\.WriteString\(«Buffer, \d+, EXPR\) FAIL`, "out.raw($1)\n"),
	known(`«Err = «Var\d+\.Render\(ctx, «Buffer\) FAIL`, "out.children()\n"),
	known(`«Err = EXPR\.Render\(ctx, «Buffer\) FAIL`, "out.part($1)\n"),
	known(`templ\.(Component|Join)\b`, "$1"),
	// A sentence without figures.
	known(`out\.text\(p\.T\(("(?:[^"\\]|\\.)*")\)\)`, "out.T(p.Lang, $1)"),
}

// What stands in many pieces.
var often = strings.NewReplacer(
	"HEAD", `func\(«Input templruntime\.GeneratedComponentInput\) \(«Err error\) \{ «W, ctx := «Input\.Writer, «Input\.Context
		(?:if «CtxErr := ctx\.Err\(\); «CtxErr != nil \{ return «CtxErr \} )?«Buffer, «IsBuffer := templruntime\.GetBuffer\(«W\)
		if !«IsBuffer \{ defer func\(\) \{ «BufErr := templruntime\.ReleaseBuffer\(«Buffer\)
		if «Err == nil \{ «Err = «BufErr \} \}\(\) \} ctx = templ\.InitializeContext\(ctx\) `,
	"CHILDREN", `«Var\d+ := templ\.GetChildren\(ctx\) if «Var\d+ == nil \{ «Var\d+ = templ\.NopComponent \} ctx = templ\.ClearChildren\(ctx\) `,
	"EXPR", `((?:[^_]|_[^7])*?)`, // nothing with a mark in it
	"FAIL", `if «Err != nil \{ return «Err \} `,
	"WHERE", `if «Err != nil \{ return templ\.Error\{Err: «Err, .*\} \}`,
	"PUT", `_, «Err = «Buffer\.WriteString\(templ\.EscapeString\(«Var\d+\)\) if «Err != nil \{ return «Err \} `,
)

var space = regexp.MustCompile(`\s+`)

// known is a piece from a pattern in which « stands for the mark, a blank for
// any space, and a word in capitals for what stands in many.
func known(pattern, to string) piece {
	pattern = space.ReplaceAllString(often.Replace(pattern), `\s+`)
	return piece{regexp.MustCompile(strings.ReplaceAll(pattern, "«", mark)), to}
}
