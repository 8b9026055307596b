package ui

//go:generate go tool -modfile=../scripts/tools/go.mod templ generate -path .
