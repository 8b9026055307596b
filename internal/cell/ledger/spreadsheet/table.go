// Package spreadsheet owns reading the notebook that a cell kept before: a
// table in a file, whose columns people map, whose every row gets a fate in a
// dry run, and which becomes one import or nothing.
package spreadsheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"celld/internal/cell/ledger"
	"celld/internal/op"
)

// MaxBytes bounds a file.
const MaxBytes = 1 << 20

// The codes of refusal, of a file and of a row.
const (
	codeSize      = "import.size"
	codeRows      = "import.rows"
	codeEmpty     = "import.empty"
	codeQuotes    = "import.quotes"
	codeBinary    = "import.binary"
	codeColumn    = "import.column"
	codeDate      = "import.date"
	codeFrom      = "import.from"
	codeTo        = "import.to"
	codeTwo       = "import.two"
	codeSame      = "import.same"
	codeAmount    = "import.amount"
	codeAmbiguous = "import.ambiguous"
	codeFraction  = "import.fraction"
	codeZero      = "import.zero"
	codeLarge     = "import.large"
	codeUnit      = "import.unit"
	codeClash     = "import.unit-clash"
	codeFits      = "import.fits"
	codeNote      = "import.note"
	codeRefused   = "import.refused"
	codeNothing   = "import.nothing"
)

// Refusals lists every code of this package with its meaning; in brackets are
// the arguments.
var Refusals = map[string]string{
	codeSize:      "the file is larger than fits [largest, in bytes]",
	codeRows:      "the table has more rows than fit [most]",
	codeEmpty:     "the file has no rows",
	codeQuotes:    "a quoted cell does not end, or goes on after its quote [line]",
	codeBinary:    "the file is no text: save the table as CSV",
	codeColumn:    "the row has no such column [column, from 1]",
	codeDate:      "the date does not read as one [text]",
	codeFrom:      "nobody has been chosen for the name of who gave [text]",
	codeTo:        "nobody has been chosen for the name of who received [text]",
	codeTwo:       "more than one is called so [text]",
	codeSame:      "who gave and who received are the same",
	codeAmount:    "the amount does not read as a number [text]",
	codeAmbiguous: "the amount could be thousands or a fraction [text]",
	codeFraction:  "the amount is finer than the unit [text]",
	codeZero:      "the amount is nothing",
	codeLarge:     "the amount is larger than fits [text]",
	codeUnit:      "the cell does not use this unit [text]",
	codeClash:     "the amount says another unit than the unit's column [amount, unit]",
	codeFits:      "this account cannot hold this unit [account, unit]",
	codeNote:      "the note is too long or holds characters that cannot be seen [text]",
	codeRefused:   "some rows cannot be imported, and their number is not the one that was confirmed [refused]",
	codeNothing:   "no row can be imported",
}

// Table is a file as read: texts, and nothing understood yet.
type Table struct {
	Header    []string // empty when the first row is data
	Rows      []Record
	Delimiter rune
	Latin1    bool // the file was no UTF-8 and was read as Windows text
}

// Record is one row, with the number of its line in the file.
type Record struct {
	Line  int
	Cells []string
}

// Read takes a file of at most MaxBytes apart. It finds out the delimiter and
// whether the first row is a header.
func Read(file []byte) (Table, error) {
	if len(file) > MaxBytes {
		return Table{}, op.Refuse(codeSize, MaxBytes)
	}
	text, latin1, err := decode(file)
	if err != nil {
		return Table{}, err
	}
	t := Table{Delimiter: delimiter(text), Latin1: latin1}
	if t.Rows, err = records(text, t.Delimiter); err != nil {
		return Table{}, err
	}
	if len(t.Rows) > 0 && header(t.Rows[0].Cells) {
		t.Header, t.Rows = t.Rows[0].Cells, t.Rows[1:]
	}
	switch {
	case len(t.Rows) == 0:
		return Table{}, op.Refuse(codeEmpty)
	case len(t.Rows) > ledger.MaxRows:
		return Table{}, op.Refuse(codeRows, ledger.MaxRows)
	}
	return t, nil
}

// decode drops a byte order mark, settles line ends and reads what is no UTF-8
// as the text that spreadsheets on Windows write.
func decode(file []byte) (text string, latin1 bool, err error) {
	file = bytes.TrimPrefix(file, []byte("\ufeff"))
	if bytes.IndexByte(file, 0) >= 0 {
		return "", false, op.Refuse(codeBinary)
	}
	if !utf8.Valid(file) {
		file, latin1 = windows1252(file), true
	}
	text = strings.ReplaceAll(string(file), "\r\n", "\n")
	return strings.ReplaceAll(text, "\r", "\n"), latin1, nil
}

// windows1252 differs from Latin 1, and so from Unicode, in the row from 0x80.
func windows1252(b []byte) []byte {
	high := [32]rune{'€', '\ufffd', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\ufffd', 'Ž', '\ufffd',
		'\ufffd', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\ufffd', 'ž', 'Ÿ'}
	out := make([]byte, 0, len(b))
	for _, c := range b {
		r := rune(c)
		if c >= 0x80 && c < 0xa0 {
			r = high[c-0x80]
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// delimiter is the one of three that stands outside quotes most often in the
// first lines, if it stands in each of them equally; a comma wins a draw only
// where the others are absent, since it also stands in amounts.
func delimiter(text string) rune {
	best, score := ',', 0
	for _, d := range []rune{';', '\t', ','} {
		if n := steady(text, d); n > score {
			best, score = d, n
		}
	}
	return best
}

// steady returns how often d stands in each of the first rows, 0 when that
// differs from row to row. A cell in quotes may go on in the next line.
func steady(text string, d rune) int {
	each, rows, n, quoted := -1, 0, 0, false
	for line := range strings.Lines(text) {
		if !quoted && strings.TrimSpace(line) == "" {
			continue
		}
		for _, r := range line {
			switch {
			case r == '"':
				quoted = !quoted
			case r == d && !quoted:
				n++
			}
		}
		if quoted {
			continue
		}
		if each >= 0 && n != each {
			return 0
		}
		if each, n, rows = n, 0, rows+1; rows == 5 {
			break
		}
	}
	return max(each, 0)
}

func records(text string, d rune) ([]Record, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = d, -1
	var rows []Record
	for {
		cells, err := r.Read()
		var wrong *csv.ParseError
		switch {
		case err == io.EOF:
			return rows, nil
		case errors.As(err, &wrong):
			return nil, op.Refuse(codeQuotes, wrong.StartLine)
		case err != nil:
			return nil, op.Refuse(codeQuotes, 0)
		case len(rows) > ledger.MaxRows+1:
			return nil, op.Refuse(codeRows, ledger.MaxRows)
		}
		line, _ := r.FieldPos(0)
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if strings.Join(cells, "") != "" {
			rows = append(rows, Record{Line: line, Cells: cells})
		}
	}
}

// header reports whether a first row names columns: no cell of it has a digit,
// and at least two are words that we know for a column.
func header(cells []string) bool {
	known := 0
	for _, c := range cells {
		if strings.ContainsFunc(c, func(r rune) bool { return digit(r) >= 0 }) {
			return false
		}
		if columnOf(c) != none {
			known++
		}
	}
	return known >= 2
}
