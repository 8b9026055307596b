package export

import (
	"bytes"
	"encoding/csv"
	"iter"
	"regexp"
	"slices"
	"strings"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/op"

	"pgregory.net/rapid"
)

// gift returns the two operations of a completed transfer.
func gift(seq uint64, time uint64, clock op.Clock, note string) []op.Opened {
	t := ledger.Transfer{Unit: ledger.Minutes, From: ledger.MemberAccount(op.Member{1}), To: ledger.MemberAccount(op.Member{2}), Amount: 60, Note: note}
	ref := op.Ref{Device: op.Device{1}, Seq: seq}
	first := op.Opened{Place: op.Place{Rank: seq, Ref: ref}, Kind: ledger.KindPropose, Content: op.MustMarshal(t), Time: time, Clock: clock}
	second := op.Opened{Place: op.Place{Rank: seq + 1, Ref: op.Ref{Device: op.Device{1}, Seq: seq + 1}}, Kind: ledger.KindSign, Subject: ref, Time: time, Clock: clock}
	return []op.Opened{first, second}
}

func ops(lists ...[]op.Opened) iter.Seq[op.Opened] { return slices.Values(slices.Concat(lists...)) }

func name(op.Member) string { return "Heron" }

const day = 24 * 3600

// TestOneRouterIn1970MovesNobody: dates never go back, and a clock that nobody
// trusts is held between those that somebody does.
func TestOneRouterIn1970MovesNobody(t *testing.T) {
	const november = 1795392000 // 2026-11-23
	got := calendar(ops(
		gift(1, november, op.ClockNTP, ""),
		gift(3, 5, op.ClockNone, ""),                   // 1970
		gift(5, november+90*365*day, op.ClockTold, ""), // 2116
		gift(7, november+day, op.ClockMembers, ""),
		gift(9, 1<<40, op.ClockTold, ""), // beyond all calendars
	))
	want := []ledger.Day{20261123, 20261123, 20261123, 20261123, 20261124, 20261124, 20261124, 20261124, 99991230, 99991230}
	if !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
}

// TestCSVHoldsNoFormulasWhereSemicolonsPartColumns: so spreadsheets in Spanish,
// Portuguese and most other languages read the same file.
func TestCSVHoldsNoFormulasWhereSemicolonsPartColumns(t *testing.T) {
	for _, note := range []string{"soup;=1+2", "soup; =1+2", "soup;\"=1+2\"", "soup;;@sum", "soup, bread;-2", "plain;=a;+b"} {
		var b bytes.Buffer
		if err := CSV(&b, ops(gift(1, 0, op.ClockNTP, note)), func(op.Member) string { return note }); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			for cell := range strings.SplitSeq(line, ";") {
				if begin := strings.TrimLeft(cell, " \""); begin != "" && strings.ContainsRune("=+-@", rune(begin[0])) {
					t.Errorf("the note %q is written as %q: a cell begins with %q", note, line, cell)
				}
			}
		}
		records, err := csv.NewReader(&b).ReadAll()
		if err != nil || strings.ReplaceAll(records[1][5], "'", "") != note {
			t.Errorf("%q comes back as %v, %v", note, records, err)
		}
	}
}

func TestCSVHoldsNoFormulas(t *testing.T) {
	for _, note := range []string{"=1+2", "+cmd", "-2", "@sum", "plain", "a=b", "\"quoted\", yes"} {
		var b bytes.Buffer
		if err := CSV(&b, ops(gift(1, 0, op.ClockNTP, note)), func(op.Member) string { return note }); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(records) != 3 || !slices.Equal(records[0], Header) {
			t.Fatalf("%v, %v", records, err)
		}
		got := records[1][5]
		if strings.ContainsRune("=+-@", rune(got[0])) || strings.TrimPrefix(got, "'") != note {
			t.Errorf("the note %q is written as %q", note, got)
		}
		if records[1][4] != "-60" || records[2][4] != "60" {
			t.Errorf("the legs are %s and %s", records[1][4], records[2][4])
		}
	}
}

// TestEveryNameIsOneAccount gives members any names at all: each gets one that
// the programs read and nobody else has.
func TestEveryNameIsOneAccount(t *testing.T) {
	component := regexp.MustCompile(`^[A-Z0-9][A-Za-z0-9-]*$`)
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"طحلب", "Heron", "heron", "Ñu", "nu", "-", ""})), 2, 8).Draw(t, "names")
		of := func(m op.Member) string { return names[m[0]] }
		for _, spell := range []func(string) string{capitalName, plainName} {
			l, seen := newLabels(of, spell), map[string]bool{}
			for i := range names {
				got := l.member(op.Member{byte(i)})
				if seen[got] || got == "" || l.member(op.Member{byte(i)}) != got {
					t.Fatalf("%q is called %q, like another", names[i], got)
				}
				seen[got] = true
			}
		}
		for _, n := range names {
			if got := capitalName(n); got != "" && !component.MatchString(got) {
				t.Fatalf("%q becomes %q, which beancount does not read", n, got)
			}
			if got := plainName(n); strings.ContainsAny(got, ":;()[]|=*\n") || strings.Contains(got, "  ") {
				t.Fatalf("%q becomes %q, which hledger misreads", n, got)
			}
		}
	})
}

func TestArabicNamesStayReadable(t *testing.T) {
	for from, want := range map[string]string{"طحلب": "Thlb", "José Ñandú": "Jose-Nandu", "北": "U5317", "søren": "Soren", "7 winds": "7-Winds"} {
		if got := capitalName(from); got != want {
			t.Errorf("%q becomes %q, want %q", from, got, want)
		}
	}
	if got := plainName("طحلب"); got != "طحلب" {
		t.Errorf("hledger gets %q", got)
	}
}

func TestACorrectionIsLinkedToItsOriginal(t *testing.T) {
	original := gift(1, 0, op.ClockNTP, "hours")
	back := gift(3, 0, op.ClockNTP, "")
	c := ledger.Transfer{Unit: ledger.Minutes, From: ledger.MemberAccount(op.Member{2}), To: ledger.MemberAccount(op.Member{1}), Amount: 60, Of: original[0].Ref}
	back[0].Kind, back[0].Content = ledger.KindContra, op.MustMarshal(c)
	var h, b bytes.Buffer
	if err := Hledger(&h, ops(original, back), name); err != nil {
		t.Fatal(err)
	}
	if err := Beancount(&b, ops(original, back), name); err != nil {
		t.Fatal(err)
	}
	ref := original[0].Ref.String()
	if !strings.Contains(h.String(), "; contra:"+ref) || !strings.Contains(b.String(), "^"+ref+" #contra") {
		t.Fatalf("%s\n%s", &h, &b)
	}
}

func TestMoneyHasTheDigitsOfItsCurrency(t *testing.T) {
	for u, want := range map[ledger.Unit]string{
		ledger.Cash("EUR"): "-0.05", ledger.Cash("JPY"): "-5", ledger.Cash("TND"): "-0.005", ledger.Minutes: "-5", ledger.Good("rye"): "-5",
	} {
		if got := amount(u, -5); got != want {
			t.Errorf("-5 %s is written %s, want %s", u, got, want)
		}
	}
}
