package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// piece is a function, or what is declared outside of them.
type piece struct {
	path  string
	node  ast.Node
	names []string // for types and constants: what it is to be mentioned by
	in    bool
}

// write tells what is called, wherever it stands.
func write(out io.Writer, rooms []room, called map[string]bool) error {
	files := token.NewFileSet()
	var all []*piece
	var texts []string
	for _, r := range rooms {
		pieces, err := piecesOf(files, r, called)
		if err != nil {
			return err
		}
		all = append(all, pieces...)
		if err := embedded(out, r); err != nil {
			return err
		}
	}
	mention(all)
	for _, p := range all {
		if p.in {
			var text strings.Builder
			if err := (&printer.Config{Mode: printer.RawFormat}).Fprint(&text, token.NewFileSet(), p.node); err != nil {
				return err
			}
			texts = append(texts, p.path+" "+text.String())
		}
	}
	slices.Sort(texts)
	_, err := fmt.Fprintf(out, "%q", texts)
	return err
}

func embedded(out io.Writer, r room) error {
	for _, name := range slices.Concat(r.EmbedFiles, r.TestEmbedFiles, r.XTestEmbedFiles) {
		b, err := os.ReadFile(filepath.Join(r.Dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s %d\n%s", name, len(b), b)
	}
	return nil
}

func piecesOf(files *token.FileSet, r room, called map[string]bool) (all []*piece, err error) {
	path := r.ImportPath
	if r.Name == "main" && len(r.TestGoFiles)+len(r.XTestGoFiles) == 0 {
		path = "main"
	}
	for _, of := range []struct {
		path  string
		names []string
	}{{path, slices.Concat(r.GoFiles, r.TestGoFiles)}, {path + "_test", r.XTestGoFiles}} {
		for _, name := range of.names {
			file, err := parser.ParseFile(files, filepath.Join(r.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			for _, d := range file.Decls {
				for _, p := range declared(d, of.path, called) {
					p.path = of.path
					all = append(all, p)
				}
			}
		}
	}
	return all, nil
}

func declared(d ast.Decl, path string, called map[string]bool) (all []*piece) {
	f, isFunc := d.(*ast.FuncDecl)
	if isFunc {
		return []*piece{{node: f, in: f.Name.Name == "init" || called[symbol(path, f)]}}
	}
	group := d.(*ast.GenDecl)
	whole := &piece{node: group}
	for _, s := range group.Specs {
		switch s := s.(type) {
		case *ast.TypeSpec:
			all = append(all, &piece{node: s, names: []string{s.Name.Name}})
		case *ast.ValueSpec:
			names := namesOf(s)
			if group.Tok == token.CONST { // which may count by its lines
				whole.names = append(whole.names, names...)
				continue
			}
			in := slices.ContainsFunc(names, func(n string) bool { return called[path+"."+n] })
			all = append(all, &piece{node: s, in: in})
		}
	}
	if whole.names != nil {
		all = append(all, whole)
	}
	return all
}

func namesOf(s *ast.ValueSpec) (names []string) {
	for _, n := range s.Names {
		names = append(names, n.Name)
	}
	return names
}

// symbol is what the linker calls a function.
func symbol(path string, f *ast.FuncDecl) string {
	if f.Recv == nil {
		return path + "." + f.Name.Name
	}
	of := f.Recv.List[0].Type
	star, pointer := of.(*ast.StarExpr)
	if pointer {
		of = star.X
	}
	switch generic := of.(type) {
	case *ast.IndexExpr:
		of = generic.X
	case *ast.IndexListExpr:
		of = generic.X
	}
	name := of.(*ast.Ident).Name
	if pointer {
		name = "(*" + name + ")"
	}
	return path + "." + name + "." + f.Name.Name
}

// mention takes in the types and constants that are named by what is in, and by those.
func mention(all []*piece) {
	named := map[string]bool{}
	for more := true; more; {
		more = false
		for _, p := range all {
			if p.node == nil || !p.in && !slices.ContainsFunc(p.names, func(n string) bool { return named[n] }) {
				continue
			}
			p.in = true
			ast.Inspect(p.node, func(n ast.Node) bool {
				if id, is := n.(*ast.Ident); is && !named[id.Name] {
					named[id.Name], more = true, true
				}
				return true
			})
		}
	}
}
