package ui_test

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"celld/ui"
	"celld/ui/internal/sample"
	"celld/ui/locale"
)

func draw(t *testing.T, p sample.Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.View.Render(context.Background(), &b); err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	return b.String()
}

func ledgerPages(t *testing.T, each func(l locale.Lang, name, html string)) {
	t.Helper()
	for _, l := range locale.All {
		for _, p := range sample.Ledger(l) {
			each(l, p.Name, draw(t, p))
		}
	}
}

// One primary button a page, by the design; a bucket and a request may show
// none. The first page of a request shows its answer and nothing beside it.
func TestALedgerPageHasOnePrimaryButtonAtMost(t *testing.T) {
	ledgerPages(t, func(l locale.Lang, name, html string) {
		if n := strings.Count(html, `class="btn"`); n > 1 {
			t.Errorf("%s in %s has %d primary buttons", name, l.Code(), n)
		}
	})
}

func TestNoIDStandsTwiceOnALedgerPage(t *testing.T) {
	ledgerPages(t, func(l locale.Lang, name, html string) {
		seen := map[string]bool{}
		for _, part := range strings.Split(html, ` id="`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			if seen[id] {
				t.Errorf("%s in %s has two parts called %q", name, l.Code(), id)
			}
			if seen[id] = true; id == "" || strings.ContainsAny(id, " <>") {
				t.Errorf("%s in %s has a part called %q", name, l.Code(), id)
			}
		}
	})
}

var (
	tag  = regexp.MustCompile(`<(/?)([a-z0-9]+)[^>]*?(/?)>`)
	void = regexp.MustCompile(`^(meta|link|input|br|img)$`)
)

// Every tag is closed, and in its order: old phones and screen readers have no
// mercy with the rest.
func TestLedgerPagesCloseWhatTheyOpen(t *testing.T) {
	ledgerPages(t, func(l locale.Lang, name, html string) {
		var open []string
		for _, m := range tag.FindAllStringSubmatch(html, -1) {
			switch end, what, alone := m[1], m[2], m[3]; {
			case void.MatchString(what) || alone != "":
			case end == "":
				open = append(open, what)
			case len(open) == 0 || open[len(open)-1] != what:
				t.Errorf("%s in %s closes %s inside of %v", name, l.Code(), what, open)
				return
			default:
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 {
			t.Errorf("%s in %s leaves %v open", name, l.Code(), open)
		}
	})
}

func TestEveryLabelOfALedgerFormHasItsField(t *testing.T) {
	ledgerPages(t, func(l locale.Lang, name, html string) {
		for _, part := range strings.Split(html, `<label for="`)[1:] {
			id, _, _ := strings.Cut(part, `"`)
			if !strings.Contains(html, ` id="`+id+`"`) {
				t.Errorf("%s in %s labels a field %q that is not there", name, l.Code(), id)
			}
		}
	})
}

// What begins with the mark of a sign would be read from the left, and its hours
// after its minutes.
func TestHoursWithASignAreReadInThePagesDirection(t *testing.T) {
	signed := 0
	ledgerPages(t, func(l locale.Lang, name, html string) {
		signed += strings.Count(html, "<span class=\"n nums\">\u200e")
		if strings.Contains(html, "dir=\"auto\">\u200e") {
			t.Errorf("%s in %s lets a sign choose the direction", name, l.Code())
		}
	})
	if signed == 0 {
		t.Error("no row has a figure with a sign")
	}
}

func TestNoLedgerPageSaysJargon(t *testing.T) {
	for _, p := range sample.Ledger(locale.English) {
		text := strings.ToLower(words(draw(t, p)))
		for _, word := range []string{"transaction", "debit", "invoice", "reconcil", "pending", "payee", "submit", "please", "oops", "error"} {
			if strings.Contains(text, word) {
				t.Errorf("%s says %q", p.Name, word)
			}
		}
	}
}

// words are what a page says, without its markup.
func words(html string) string {
	var b strings.Builder
	for _, part := range strings.Split(html, "<") {
		_, text, _ := strings.Cut(part, ">")
		b.WriteString(text + " ")
	}
	return b.String()
}

func TestTheBooksSumToZeroOnTheirPage(t *testing.T) {
	for _, p := range sample.Ledger(locale.English) {
		if p.Name == "ledger" && !strings.Contains(draw(t, p), `<td class="num">0:00</td></tr></tfoot>`) {
			t.Error("the last row of all of us is not 0:00")
		}
	}
}

func TestWhatWasPutRightIsStruckAndStays(t *testing.T) {
	e := ui.Entry{What: "Haircut", Other: ui.Side{Name: "Heron"}, Sum: ui.Hours(300), State: ui.TransferDone, Right: "on Sunday"}
	if r := e.Row(locale.English); !r.Struck || r.Title != "Haircut, from Heron" || r.Text != "Put right on Sunday" || r.Number != "−5\u00a0h" {
		t.Errorf("the row is %+v", r)
	}
}

// Hours go up for who gave them, money where it arrives; the words follow the
// thing, whichever way the account goes.
func TestMoneyIsSaidTheWayItWent(t *testing.T) {
	euro := ui.Measure{Kind: ui.InMoney, Name: "EUR", Places: 2}
	out, outside, tin := ui.Sum{N: 1750, In: euro}, ui.Side{Kind: ui.OfOutside}, ui.Side{Kind: ui.OfTin}
	for want, e := range map[string]ui.Entry{
		"Bus, paid outside":  {What: "Bus", Other: outside, Sum: out},
		"Jumble, from Fern":  {What: "Jumble", Other: ui.Side{Name: "Fern"}, Gave: true, Sum: out},
		"Bread, from Fern":   {What: "Bread", Other: ui.Side{Name: "Fern"}, Sum: ui.Hours(45)},
		"Carrying, for Fern": {What: "Carrying", Other: ui.Side{Name: "Fern"}, Gave: true, Sum: ui.Hours(45)},
	} {
		if got := e.Row(locale.English).Title; got != want {
			t.Errorf("the row says %q, want %q", got, want)
		}
	}
	html := draw(t, sample.Page{View: ui.TransferPage(ui.Page{}, ui.TransferView{Giver: outside, Receiver: tin, Sum: out, State: ui.TransferDone})})
	if want := "From the tin to outside: 17.50\u00a0€."; !strings.Contains(html, want) {
		t.Errorf("the page does not say %q", want)
	}
}

func TestALimitIsSaidWithItsReason(t *testing.T) {
	tide, me := ui.Side{Name: "Tide"}, ui.Side{Name: "Moss", You: true}
	for want, w := range map[string]ui.Wrong{
		"Tide can receive 1 h 15 min more, not 2 h. We agreed that nobody goes below −10 h.": ui.LimitWrong(locale.English, tide, false, ui.Hours(75), ui.Hours(120), ui.Hours(-600), "h"),
		"You can give 40 min more, not 2 h. We agreed that nobody goes above +20 h.":         ui.LimitWrong(locale.English, me, true, ui.Hours(40), ui.Hours(120), ui.Hours(1200), "h"),
	} {
		if got := strings.ReplaceAll(w.Title+" "+w.Text, "\u00a0", " "); got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}

// A transfer says whose yes it waits for, from either side of the table.
func TestATransferSaysWhoseYesItWaitsFor(t *testing.T) {
	moss, tide := ui.Side{Name: "Moss", You: true}, ui.Side{Name: "Tide"}
	for want, v := range map[string]ui.TransferView{
		"It counts when you say yes.":    {Giver: moss, Receiver: tide, ReceiverYes: true, Yours: true},
		"It counts when Tide says yes.":  {Giver: moss, Receiver: tide, GiverYes: true, Mine: true},
		"Both said yes, and it counts.":  {Giver: moss, Receiver: tide, GiverYes: true, ReceiverYes: true, State: ui.TransferDone},
		"It was taken back before it co": {Giver: moss, Receiver: tide, GiverYes: true, State: ui.TransferBack},
		"Two weeks went by without an a": {Giver: moss, Receiver: tide, GiverYes: true, State: ui.TransferLapsed},
	} {
		html := draw(t, sample.Page{Name: want, View: ui.TransferPage(ui.Page{}, v)})
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
