//go:build !mips && !mipsle

package export_test

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/cell/ledger/export"
	"celld/internal/cell/ledger/ledgertest"
	"celld/internal/op"
)

// judged says how many random histories the slow foreign judges look at.
const judged = 6

// judge returns the path of a program that judges our exports. A machine
// without it fails: who knows that they have none leaves those tests out by -skip.
func judge(t *testing.T, program, debian string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is not here to judge the export: apt-get install %s", program, debian)
	}
	return path
}

// history returns a random history, the same for the same seed.
func history(seed uint64) *ledgertest.Cell {
	r := rand.New(rand.NewPCG(seed, 2026))
	c := ledgertest.Found(5, r.IntN)
	c.Run(700)
	return c
}

// difficult gives the members names that exports have to spell with care.
func difficult(c *ledgertest.Cell) export.Names {
	names := []string{"Heron", "طحلب", "José  Ñandú; (north)", "طحلب", "=2+2|:x"}
	return func(m op.Member) string {
		return names[slices.Index(c.Members, m)%len(names)]
	}
}

func written(t *testing.T, name string, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", filepath.Base(program), args, err, out, &stderr)
	}
	return string(out)
}

// balances are sums as text, by "unit amount", one list an account.
func ours(s ledgertest.State, unit func(ledger.Unit) string) (lines []string, transactions uint64) {
	for k, h := range ledger.Accounts(s) {
		if h.Balance != 0 {
			lines = append(lines, kindOf(k.Account)+" "+ledger.Decimal(h.Balance, k.Unit.Decimals())+" "+unit(k.Unit))
		}
	}
	for _, u := range ledger.Totals(s) {
		transactions += u.Transactions
	}
	slices.Sort(lines)
	return lines, transactions
}

// kindOf drops the names of members and projects, whose spelling differs.
func kindOf(a ledger.Account) string {
	sort, name, _ := strings.Cut(string(a), ":")
	if sort == "member" || sort == "project" {
		return sort
	}
	return sort + " " + name
}

func TestHledgerFindsOurBalances(t *testing.T) {
	hledger := judge(t, "hledger", "hledger")
	for seed := range uint64(judged) {
		c := history(seed)
		ops := slices.Values(c.Ordered(c.All()))
		file := written(t, "cell.journal", func(b *bytes.Buffer) error { return export.Hledger(b, ops, difficult(c)) })
		run(t, hledger, "-f", file, "check", "--strict")
		want, transactions := ours(c.Fold(c.All()), func(u ledger.Unit) string { return u.Code() })
		out := run(t, hledger, "-f", file, "bal", "-O", "csv", "--flat", "-N", "--layout=bare")
		if got := hledgerLines(t, out); !slices.Equal(got, want) {
			t.Fatalf("seed %d: hledger finds\n%s\nwe have\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		entries := run(t, hledger, "-f", file, "print", "not:tag:close")
		if got := strings.Count("\n"+entries, "\n2"); uint64(got) != transactions {
			t.Fatalf("seed %d: hledger finds %d transactions, we have %d", seed, got, transactions)
		}
		t.Logf("seed %d: %d transactions, %d balances", seed, transactions, len(want))
	}
}

func hledgerLines(t *testing.T, out string) (lines []string) {
	records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		if r[2] != "0" && strings.Trim(r[2], "0.") != "" {
			lines = append(lines, kindOf(ledger.Account(r[0]))+" "+r[2]+" "+r[1])
		}
	}
	slices.Sort(lines)
	return lines
}

func TestBeancountFindsOurBalances(t *testing.T) {
	check, query := judge(t, "bean-check", "beancount"), judge(t, "bean-query", "beancount")
	for seed := range uint64(judged) {
		c := history(seed)
		ops := slices.Values(c.Ordered(c.All()))
		file := written(t, "cell.beancount", func(b *bytes.Buffer) error { return export.Beancount(b, ops, difficult(c)) })
		run(t, check, file)
		want, transactions := ours(c.Fold(c.All()), beanUnit)
		out := run(t, query, "-f", "csv", file, "SELECT account, currency, str(sum(number)) AS n GROUP BY account, currency")
		if got := beanLines(t, out); !slices.Equal(got, want) {
			t.Fatalf("seed %d: beancount finds\n%s\nwe have\n%s", seed, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		ids := run(t, query, "-f", "csv", file, "SELECT DISTINCT id")
		if got := strings.Count(strings.TrimSpace(ids), "\n"); uint64(got) != transactions {
			t.Fatalf("seed %d: beancount finds %d transactions, we have %d", seed, got, transactions)
		}
	}
}

func beanUnit(u ledger.Unit) string {
	switch u.Class() {
	case ledger.ClassCash:
		return u.Code()
	case ledger.ClassGood:
		return "GOOD." + strings.ToUpper(u.Code())
	}
	return "CELL." + strings.ToUpper(u.Code())
}

var beanRoots = strings.NewReplacer("Equity:Members:", "member:", "Assets:Pool:", "pool:",
	"Assets:Projects:", "project:", "Income:World:", "world:")

func beanLines(t *testing.T, out string) (lines []string) {
	r := csv.NewReader(strings.NewReader(out))
	r.TrimLeadingSpace = true
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		n := strings.Trim(strings.TrimSpace(r[2]), "Decimal(')")
		if strings.Trim(n, "0.-") == "" {
			continue
		}
		account := beanRoots.Replace(strings.TrimSpace(r[0]))
		sort, name, _ := strings.Cut(account, ":")
		lines = append(lines, kindOf(ledger.Account(sort+":"+strings.ToLower(name)))+" "+n+" "+strings.TrimSpace(r[1]))
	}
	slices.Sort(lines)
	return lines
}

// TestOneChangedAmountIsFound changes one posted amount in each export, both
// legs alike so that it still balances, and lets the judges find it.
func TestOneChangedAmountIsFound(t *testing.T) {
	hledger, check := judge(t, "hledger", "hledger"), judge(t, "bean-check", "beancount")
	c := history(1)
	ops := slices.Values(c.Ordered(c.All()))
	journal := written(t, "cell.journal", func(b *bytes.Buffer) error { return export.Hledger(b, ops, difficult(c)) })
	falsify(t, journal, `  (-?)30\.00 EUR\n`)
	if out, err := exec.Command(hledger, "-f", journal, "check").CombinedOutput(); err == nil {
		t.Fatalf("hledger did not find the changed amount: %s", out)
	}
	file := written(t, "cell.beancount", func(b *bytes.Buffer) error { return export.Beancount(b, ops, difficult(c)) })
	falsify(t, file, `  (-?)30\.00 EUR\n`)
	if out, err := exec.Command(check, file).CombinedOutput(); err == nil {
		t.Fatalf("bean-check did not find the changed amount: %s", out)
	}
}

// falsify adds one cent to both legs of the first posting of 30.00 EUR.
func falsify(t *testing.T, file, legs string) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	re := regexp.MustCompile(legs)
	n := 0
	b = re.ReplaceAllFunc(b, func(m []byte) []byte {
		if n++; n > 2 {
			return m
		}
		return bytes.Replace(m, []byte("30.00"), []byte("30.01"), 1)
	})
	if n < 2 {
		t.Fatal("nothing to falsify")
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAGoodThatIsCalledLikeHoursIsNoHours: units stay books of their own, whatever
// people call their goods.
func TestAGoodThatIsCalledLikeHoursIsNoHours(t *testing.T) {
	var all []op.Opened
	for i, u := range []ledger.Unit{ledger.Minutes, ledger.Good("min"), ledger.Credit, ledger.Good("crd"), ledger.Good("rye")} {
		p := ledger.Posting{Unit: u, From: "pool:store", To: ledger.Common, Amount: ledger.Amount(i + 1), Note: "moved"}
		all = append(all, op.Opened{Place: op.Place{Rank: uint64(i), Ref: op.Ref{Seq: uint64(i + 1)}}, Kind: ledger.KindPay, Content: op.MustMarshal(p), Clock: op.ClockNTP, Time: 1795392000})
	}
	hledger := judge(t, "hledger", "hledger")
	file := written(t, "cell.journal", func(b *bytes.Buffer) error { return export.Hledger(b, slices.Values(all), nil) })
	run(t, hledger, "-f", file, "check", "--strict")
	out := run(t, hledger, "-f", file, "bal", "-O", "csv", "--flat", "-N", "--layout=bare", "pool:common")
	if n := len(hledgerLines(t, out)); n != len(all) {
		t.Fatalf("hledger finds %d units of %d:\n%s", n, len(all), out)
	}
}
