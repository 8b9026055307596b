package web

import (
	"go/ast"
	"go/parser"
	syntax "go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"celld/internal/cell"
	"celld/internal/cell/ledger"
	"celld/internal/op"
	"celld/ui"
	"celld/ui/locale"
)

// visitor is somebody at an empty cell on a Monday afternoon.
func visitor(l locale.Lang) *visit {
	return &visit{Server: &Server{}, state: cell.New(nil), lang: l, date: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)}
}

func TestEveryRefusalOfTheRoomsHasItsSentence(t *testing.T) {
	codes := codesOf(t, "../op", "../cell", ".")
	if len(codes) < 180 {
		t.Errorf("only %d codes were found: does the scan still know how the rooms refuse?", len(codes))
	}
	v := visitor(locale.English)
	for code, file := range codes {
		if _, ok := v.sentence(op.Refusal{Code: code}); !ok {
			t.Errorf("%s: %s has no sentence", file, code)
		}
	}
}

func TestNoSentenceStandsForARefusalThatNobodyMakes(t *testing.T) {
	codes := codesOf(t, "../op", "../cell", ".")
	for _, code := range told() {
		if codes[code] == "" {
			t.Errorf("%s has a sentence, and no room refuses with it", code)
		}
	}
}

// Codes that came apart from their arguments still read as sentences.
func TestASentenceStandsInEveryLanguageWithoutItsArguments(t *testing.T) {
	for _, code := range told() {
		english := visitor(locale.English).reason(op.Refusal{Code: code})
		for _, l := range locale.All {
			words := visitor(l).reason(op.Refusal{Code: code})
			if strings.ContainsAny(words, "{}") || strings.Contains(words, code) || !ends(words) {
				t.Errorf("%s in %s: %q", code, l.Code(), words)
			}
			if l != locale.English && words == english {
				t.Errorf("%s has no words in %s", code, l.Code())
			}
		}
	}
}

// ends reports whether the last sentence is whole, in any of the languages.
func ends(words string) bool {
	return strings.HasSuffix(words, ".") || strings.HasSuffix(words, ".\u2069")
}

func TestNoSentenceSpeaksOfOurMachinery(t *testing.T) {
	for _, code := range told() {
		words := strings.ToLower(visitor(locale.English).reason(op.Refusal{Code: code}))
		for _, w := range []string{"operation", "node", "payload", "roster", "epoch", "hash", "invalid", "error", "please", "oops", "!"} {
			if strings.Contains(words, w) {
				t.Errorf("%s says %q: %s", code, w, words)
			}
		}
	}
}

func TestSentencesSayTheFigures(t *testing.T) {
	tuesday := uint64(time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC).Unix())
	for want, r := range map[string]op.Refusal{
		"This round is no longer being decided: in force. Whoever wants something else brings a new round.":   {Code: "round.not-open", Args: []any{"in-force"}},
		"It is too early for that: it has to wait until Tuesday evening.":                                     {Code: "clock.early", Args: []any{tuesday}},
		"2 voices are still missing. It stays open until Tuesday evening, or until all have been heard.":      {Code: "adopt.time", Args: []any{2, tuesday}},
		"One more voice is needed before we can agree. Ask those who have not spoken, or pass on their word.": {Code: "adopt.quorum", Args: []any{1}},
		"What was agreed with more care is not changed with less. Choose this weight: agreement.":             {Code: "open.lighter-class", Args: []any{"agreement"}},
		"Somebody here is called Heron already. Choose another name, so that nobody mixes you up.":            {Code: "name.taken", Args: []any{"Heron"}},
		"There is 84.20\u00a0€ in the tin, not 100.00\u00a0€. What others have been promised counts as taken out already.": {Code: "ledger.room-to-give",
			Args: []any{ledger.Tin, ledger.Cash("EUR"), ledger.Amount(8420), ledger.Amount(10000), ledger.Amount(0)}},
		"More was taken out than there was: the tin stands at −5.00\u00a0€. Nothing more leaves it until that is settled.": {Code: "ledger.overdrawn",
			Args: []any{ledger.Tin, ledger.Cash("EUR"), ledger.Amount(-500)}},
		"This account stands at +1\u00a0h 15\u00a0min. Settle that first, then it can be closed.":                                {Code: "ledger.not-empty", Args: []any{ledger.Minutes, ledger.Amount(75), 0}},
		"This month cannot be closed now. It is not over, or it is closed already. The last one that we closed is October 2026.": {Code: "ledger.month", Args: []any{ledger.Month(202610)}},
		"2 more of us have to approve it first.":                                 {Code: "ledger.approvals", Args: []any{1, 3, false}},
		"A sum this large takes a decision of all of us. Bring it as a round.":   {Code: "ledger.approvals", Args: []any{1, 0, true}},
		"There is no such account: the tin, hours.":                              {Code: "import.fits", Args: []any{"pool:tin", "min"}},
		"“about two” does not read as an amount.":                                {Code: "import.amount", Args: []any{"about two"}},
		"That is not possible as things stand, so nothing was written down. (x)": {Code: "x"},
	} {
		if got := visitor(locale.English).reason(r); got != want {
			t.Errorf("%s says %q, want %q", r.Code, got, want)
		}
	}
}

// told lists the codes that have a sentence.
func told() []string {
	codes := ui.LedgerCodes()
	for _, room := range sentences {
		for _, a := range *room {
			codes = append(codes, a.code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

func TestNoRefusalHasTwoSentences(t *testing.T) {
	seen := map[string]bool{}
	for _, room := range sentences {
		for _, a := range *room {
			if seen[a.code] {
				t.Errorf("%s stands twice", a.code)
			}
			seen[a.code] = true
		}
	}
}

// codesOf finds every code that the Go files under dirs refuse with, and where.
func codesOf(t *testing.T, dirs ...string) map[string]string {
	t.Helper()
	codes := map[string]string{}
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(syntax.NewFileSet(), path, nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for _, code := range codesIn(n) {
					codes[code] = path
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return codes
}

var codeForm = regexp.MustCompile(`^[a-z]+\.[a-z-]+$`)

// codesIn reads the codes of one node: in a call that refuses, in a constant
// that is called code, and in a Refusal that is written out.
func codesIn(n ast.Node) []string {
	var at []ast.Expr
	switch n := n.(type) {
	case *ast.CallExpr:
		if refuses(n.Fun) {
			at = n.Args
		}
	case *ast.ValueSpec:
		if strings.HasPrefix(n.Names[0].Name, "code") {
			at = n.Values
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
			at = []ast.Expr{n.Value}
		}
	}
	var codes []string
	for _, e := range at {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == syntax.STRING {
			if code, err := strconv.Unquote(lit.Value); err == nil && codeForm.MatchString(code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

func refuses(fun ast.Expr) bool {
	name := ""
	switch f := fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	return slices.Contains([]string{"Refuse", "refuseIf", "lack"}, name)
}
