package spreadsheet

import (
	"errors"
	"strings"
	"testing"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

var (
	eur   = ledger.Cash("EUR")
	heron = ledger.MemberAccount(op.Member{1})
	tide  = ledger.MemberAccount(op.Member{2})
)

// plan is what people would choose for t.
func plan(t Table) Plan {
	return Plan{
		Columns: t.Guess(), MonthFirst: t.MonthFirst(t.Guess()),
		Unit: ledger.Minutes, Units: []ledger.Unit{ledger.Minutes, ledger.Credit, eur},
		Names: map[string]ledger.Account{
			"heron": heron, "tide": tide, "مدّ": tide, "gift": "world:gift", "tin": ledger.Tin,
		},
	}
}

func TestAmountsReadAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]ledger.Amount{
		"1:30": 90, "01:05": 65, "1:30 h": 90, "١:٣٠": 90, "-1:30": -90,
		"1,5": 90, "1.5": 90, "1.5 h": 90, "1,5h": 90, "2": 120, "½": 0, "0.25": 15, ".5": 30, "1٫5": 90,
		"90 min": 90, "90min": 90, "90 minutos": 90, "٩٠ دقيقة": 90, "۹۰ min": 90, "2 horas": 120, "ساعة 2": 120,
		"1 h 30 min": 90, "1h30": 90, "1 h 30": 90, "0.33": 20, "1.33 h": 80, "−2 h": -120, "(2)": -120, "2-": -120, "+2": 120,
		"1 h 90 min": 0, "1:60": 0, "1:3": 0, "1:": 0, "": 0, "-": 0, "two": 0, "2 h 3 h": 0, "2 weeks": 0, "1.5 min": 0,
		"1 30": 0, "1..5": 0, "1,2,3": 0, "1e3": 0,
	} {
		got, err := parseAmount(text, hours)
		if got.minus {
			got.amount = -got.amount
		}
		if (err == nil) != (want != 0) || err == nil && (got.amount != want || got.unit != ledger.Minutes) {
			t.Errorf("%q reads as %d %s (%v), want %d minutes", text, got.amount, got.unit, err, want)
		}
	}
}

func TestMoneyReadsToTheCent(t *testing.T) {
	for text, want := range map[string]ledger.Amount{
		"12,50 €": 1250, "€12.50": 1250, "EUR 12.5": 1250, "12,50": 1250, "1.234,50": 123450, "1,234.50 eur": 123450,
		"1 234,50": 123450, "1\u00a0234,50 €": 123450, "1.234.567": 123456700, "-3,00": -300, "١٢٫٥٠": 1250, "0,125": 0,
		"1.234": 0, "1,234": 0, "12,505": 0, "1.23.4": 0, "1.2,50": 0, "12,": 0, "99999999999999999999": 0, "0": 0,
	} {
		got, err := parseAmount(text, money("EUR"))
		if got.minus {
			got.amount = -got.amount
		}
		if want == 0 && text != "0" {
			if err == nil {
				t.Errorf("%q reads as %d, want a refusal", text, got.amount)
			}
			continue
		}
		if err != nil || got.amount != want || got.unit != eur {
			t.Errorf("%q reads as %d %s (%v), want %d cents", text, got.amount, got.unit, err, want)
		}
	}
}

func TestAmbiguousThousandsAreSaid(t *testing.T) {
	if _, err := parseAmount("1.234", money("EUR")); !errors.Is(err, op.Refuse(codeAmbiguous)) {
		t.Fatalf("1.234 gets %v", err)
	}
}

func TestDatesReadBothWays(t *testing.T) {
	for _, c := range []struct {
		text       string
		monthFirst bool
		want       ledger.Day
	}{
		{"2026-03-14", false, 20260314}, {"2026/3/4", true, 20260304}, {"14/3/2026", false, 20260314},
		{"3/14/2026", true, 20260314}, {"14.3.26", false, 20260314}, {"٢٠٢٦-٠٣-١٤", false, 20260314},
		{"2026-03-14T10:00:00", false, 20260314}, {"14/3/2026 10:00", false, 20260314}, {"29.2.2024", false, 20240229},
		{"29.2.2025", false, 0}, {"3/14/2026", false, 0}, {"", false, 0}, {"yesterday", false, 0}, {"1.2", false, 0},
		{"2026-13-01", false, 0}, {"14/3/226", false, 0}, {"99999-1-1", false, 0},
	} {
		if got, err := parseDay(c.text, c.monthFirst); got != c.want || (err == nil) != (c.want != 0) {
			t.Errorf("%q reads as %v (%v), want %v", c.text, got, err, c.want)
		}
	}
}

func TestFilesOfEveryProgramRead(t *testing.T) {
	for name, file := range map[string]string{
		"comma, LF":         "date,from,to,hours,note\n2026-03-14,Heron,Tide,1:30,bread\n",
		"semicolon, CRLF":   "Fecha;De;Para;Horas;Nota\r\n14/3/2026;Heron;Tide;1,5;bread\r\n",
		"tab, CR":           "Data\tDe\tPara\tHoras\tNota\r14.3.2026\tHeron\tTide\t1.5 h\tbread\r",
		"BOM, quotes":       "\ufeff\"date\",\"from\",\"to\",\"hours\",\"note\"\n\"2026-03-14\",\"Heron\",\" tide \",\"90 min\",\"bread\"\n",
		"no header":         "2026-03-14,Heron,Tide,1:30,bread\n",
		"Arabic":            "التاريخ,من,إلى,الساعات,ملاحظة\n٢٠٢٦-٠٣-١٤,Heron,مدّ,١:٣٠,bread\n",
		"columns elsewhere": "note,hours,to,from,date\nbread,1:30,Tide,Heron,2026-03-14\n\n",
		"a minus swaps":     "date,from,to,hours,note\n2026-03-14,Tide,Heron,-1:30,bread\n",
		"a unit's column":   "date,from,to,amount,unit,note\n2026-03-14,Heron,Tide,90,min,bread\n",
	} {
		t.Run(name, func(t *testing.T) {
			table, err := Read([]byte(file))
			if err != nil {
				t.Fatal(err)
			}
			r := DryRun(table, plan(table))
			want := ledger.Line{Day: 20260314, Unit: ledger.Minutes, From: heron, To: tide, Amount: 90, Note: "bread"}
			if len(r.Fates) != 1 || r.Refused != 0 || r.Fates[0].As != want {
				t.Fatalf("%+v", r)
			}
		})
	}
}

func TestWindowsTextReads(t *testing.T) {
	table, err := Read([]byte("fecha;de;para;importe;nota\n14/3/2026;Gift;Tin;12,50 \x80;jab\xf3n\n"))
	if err != nil || !table.Latin1 {
		t.Fatal(table, err)
	}
	f := DryRun(table, plan(table)).Fates[0]
	if !f.OK() || f.As.Unit != eur || f.As.Amount != 1250 || f.As.Note != "jabón" {
		t.Fatalf("%+v", f)
	}
}

// TestEveryRefusedRowSaysWhereAndWhy is the dry run: line numbers are those of
// the file, also after a cell with a line end in it.
func TestEveryRefusedRowSaysWhereAndWhy(t *testing.T) {
	file := "date,from,to,hours,note\n" +
		"2026-03-14,Heron,Tide,1:30,\"two\nlines\"\n" + // line 2: a note is one line
		"14.14.2026,Heron,Tide,1,x\n" + // line 4
		"2026-03-14,Hermit,Tide,1,x\n" +
		"2026-03-14,Heron,Nobody,1,x\n" +
		"2026-03-14,Heron,Heron,1,x\n" +
		"2026-03-14,Heron,Tide,lots,x\n" +
		"2026-03-14,Heron,Tide,0,x\n" +
		"2026-03-14,Heron,Tide,5 €,x\n" + // members hold no cash
		"2026-03-14,Heron,Tide,5 $,x\n" +
		"2026-03-14,Heron\n" +
		"2026-03-14,Heron,Tide,1.234,x\n" +
		"\n" +
		"2026-03-14,Heron,Tide,1,fine\n"
	table, err := Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	r := DryRun(table, plan(table))
	want := []struct {
		line int
		code string
	}{{2, codeNote}, {4, codeDate}, {5, codeFrom}, {6, codeTo}, {7, codeSame}, {8, codeAmount}, {9, codeZero},
		{10, codeFits}, {11, codeUnit}, {12, codeColumn}, {13, codeAmbiguous}, {15, ""}}
	if len(r.Fates) != len(want) {
		t.Fatalf("%d fates, want %d", len(r.Fates), len(want))
	}
	for i, w := range want {
		if f := r.Fates[i]; f.Line != w.line || f.Refused.Code != w.code {
			t.Errorf("line %d: %v, want line %d: %q", f.Line, f.Refused, w.line, w.code)
		}
		if _, listed := Refusals[w.code]; w.code != "" && !listed {
			t.Errorf("%s is not in the table", w.code)
		}
	}
}

func TestNothingIsHalfImported(t *testing.T) {
	table, err := Read([]byte("date,from,to,hours\n2026-03-14,Heron,Tide,1\n2026-03-15,Heron,Nobody,1\n2026-03-16,Tide,Heron,2\n"))
	if err != nil {
		t.Fatal(err)
	}
	r := DryRun(table, plan(table))
	if _, err := r.Confirm(0); !errors.Is(err, op.Refuse(codeRefused)) {
		t.Fatalf("with a row refused unseen, Confirm says %v", err)
	}
	n, err := r.Confirm(1)
	if err != nil {
		t.Fatal(err)
	}
	var lines []ledger.Line
	for _, l := range n.Lines() {
		lines = append(lines, l)
	}
	if len(lines) != 2 || lines[0].Amount != 60 || lines[1].From != tide {
		t.Fatalf("%+v", lines)
	}
	changes := r.Changes()
	if len(changes) != 2 || changes[0].Amount+changes[1].Amount != 0 || changes[0].Amount == 0 {
		t.Fatalf("%+v", changes)
	}
}

func TestFilesBeyondAllBoundsAreRefused(t *testing.T) {
	row := "2026-03-14,Heron,Tide,1\n"
	for file, want := range map[string]string{
		"":                                  codeEmpty,
		"date,from,to,hours\n":              codeEmpty,
		"\ufeff\n\n":                        codeEmpty,
		"PK\x03\x04\x00\x00":                codeBinary,
		"a,\"b\nc":                          codeQuotes,
		"2026-03-14,He\"ron,Tide,1\n":       codeQuotes,
		strings.Repeat("x", MaxBytes+1):     codeSize,
		strings.Repeat(row, 1+5000):         codeRows,
		strings.Repeat(row, 2*5000):         codeRows,
		"date,from,to,hours\n" + ",,,\n\n ": codeEmpty,
	} {
		if _, err := Read([]byte(file)); !errors.Is(err, op.Refuse(want)) {
			t.Errorf("%.30q… gets %v, want %s", file, err, want)
		}
	}
	if _, err := Read([]byte("date,from,to,hours\n" + strings.Repeat(row, 5000))); err != nil {
		t.Errorf("5000 rows are refused: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("date,from,to,hours,note\n2026-03-14,Heron,Tide,1:30,bread\n"))
	f.Add([]byte("\ufeffFecha;De;Para;Horas\r\n14/3/2026;\"He\nron\";Tide;1,5 h\r\n"))
	f.Add([]byte("٢٠٢٦-٠٣-١٤\tHeron\tTide\t١:٣٠\tx"))
	f.Add([]byte("1,1,1,(1.234,50)\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		table, err := Read(file)
		if err != nil {
			return
		}
		p := plan(table)
		for _, name := range table.People(p.Columns) {
			p.Names[Key(name)] = map[bool]ledger.Account{true: heron, false: tide}[len(name)%2 == 0]
		}
		r := DryRun(table, p)
		n, err := r.Confirm(r.Refused)
		if err != nil {
			return
		}
		for i, l := range n.Lines() {
			if l.Amount <= 0 || l.Amount > ledger.MaxAmount || !l.Day.Valid() || l.From == l.To {
				t.Fatalf("row %d is accepted as %+v", i, l)
			}
		}
	})
}

// TestACellOfTwoLinesHidesNoDelimiter: spreadsheets put what has a line end into quotes.
func TestACellOfTwoLinesHidesNoDelimiter(t *testing.T) {
	for _, d := range []string{";", "\t", ","} {
		file := strings.ReplaceAll("day;gave;received;hours;what\n2026-01-05;Moss;Tide;2;\"Wood,\nand hay, too\"\n2026-01-06;Tide;Moss;3;Soup\n", ";", d)
		table, err := Read([]byte(file))
		if err != nil || string(table.Delimiter) != d || len(table.Rows) != 2 || len(table.Rows[1].Cells) != 5 {
			t.Errorf("columns that %q parts are read by %q: %v, %v", d, table.Delimiter, table.Rows, err)
		}
	}
}
