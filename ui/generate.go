package ui

// The names of the sources stand in the generated files as seen from the root
// of the repository, so templ always runs there.
//go:generate sh -c "cd .. && go tool -modfile=scripts/tools/go.mod templ generate"
//go:generate sh -c "go run ./internal/slim *_templ.go"

// What browsers get lies packed in the program.
//go:generate sh -c "go run ./internal/press static packed"
