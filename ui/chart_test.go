package ui

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"celld/ui/locale"
)

var euros = Measure{Kind: InMoney, Name: "EUR", Places: 2}

func months() []Flow {
	var out []Flow
	for i, m := range [][2]int64{{2800, 1200}, {3100, 1800}, {3500, 2000}, {2200, 4630}, {3000, 1400}, {2600, 1750}} {
		name := strings.Split("Jun Jul Aug Sep Oct Nov", " ")[i]
		out = append(out, Flow{Month: name, Short: name, In: m[0], Out: m[1]})
	}
	return out
}

func TestTheDrawingsOfTheLedgerStayAsTheyAre(t *testing.T) {
	var b strings.Builder
	for _, n := range []int{200, 0, -600, 1200, -660, 1500} {
		b.WriteString(Scale{Balance: Hours(n), Min: -600, Max: 1200}.SVG() + "\n")
	}
	for _, n := range []int{300, -130, -525, 0} {
		b.WriteString(Bar{N: n, Largest: 525}.SVG() + "\n")
	}
	for _, l := range []locale.Lang{locale.English, locale.Arabic} {
		b.WriteString(TinChart{Lang: l, In: euros, Flows: months()}.SVG() + "\n")
	}
	for _, put := range []int{0, 6000, 9000, 10000, 12000} {
		b.WriteString(Filling{In: euros, Put: put, Target: 9000, Most: 12000}.SVG() + "\n")
	}
	golden(t, "ledger.svg", b.String())
}

// The figures of the design page, to the decimal.
func TestTheLinesStandWhereTheDesignPutsThem(t *testing.T) {
	for svg, wants := range map[string][]string{
		Scale{Balance: Hours(200), Min: -600, Max: 1200}.SVG(): {`M109.3 8V52`, `<rect x="109.3" y="25" width="33.8" height="10" fill="currentColor"/>`, `<circle cx="143.1" cy="30" r="13"`},
		Bar{N: 300, Largest: 525}.SVG():                        {`<rect x="60" y="7" width="32.2" height="10"`},
		Bar{N: -130, Largest: 525}.SVG():                       {`<rect x="46" y="7.5" width="14" height="9" fill="none"`},
		TinChart{In: euros, Flows: months()}.SVG(): {
			`M0 78H328`, `<rect x="14.3" y="40.2" width="26" height="37.8"`, `<rect x="179.3" y="79" width="24" height="62.5"`,
			`<text x="191.3" y="157.5" text-anchor="middle" font-size="16">46.3<`, `<text x="136.7" y="25.8" text-anchor="middle" font-size="16">35<`,
		},
	} {
		for _, want := range wants {
			if !strings.Contains(svg, want) {
				t.Errorf("the drawing has no %s:\n%s", want, svg)
			}
		}
	}
}

func TestGivenIsFullAndReceivedIsHollow(t *testing.T) {
	for n, hollow := range map[int]bool{1: false, 525: false, -1: true, -525: true} {
		if got := strings.Contains(Bar{N: n, Largest: 525}.SVG(), `fill="none"`); got != hollow {
			t.Errorf("a bar of %d is hollow: %v", n, got)
		}
	}
}

// A correction may leave a balance beyond its limit; the line then grows, and
// the marks of the limits stay where they are agreed.
func TestABalancePastItsLimitStaysOnItsLine(t *testing.T) {
	for n, want := range map[int][]string{
		-6000: {`<circle cx="8" cy="30"`, `M8 30H312M236 22v16`}, 100000: {`<circle cx="312" cy="30"`, `M8 22v16M13.4 22v16`}, 1200: {`<circle cx="312" cy="30"`, `M8 22v16M312 22v16`},
	} {
		for _, w := range want {
			if svg := (Scale{Balance: Hours(n), Min: -600, Max: 1200}).SVG(); !strings.Contains(svg, w) {
				t.Errorf("with %d the drawing has no %s:\n%s", n, w, svg)
			}
		}
	}
}

func TestMonthsOfTheTinRunAsTheLanguageReads(t *testing.T) {
	first := func(l locale.Lang) string {
		svg := TinChart{Lang: l, In: euros, Flows: months()}.SVG()
		i := strings.LastIndex(svg, `x="27.3"`)
		return svg[strings.Index(svg[i:], ">")+i+1:][:3]
	}
	if en, ar := first(locale.English), first(locale.Arabic); en != "Jun" || ar != "Nov" {
		t.Errorf("the first column is %s in English and %s in Arabic", en, ar)
	}
}

func TestNumbersOverBarsHaveRoom(t *testing.T) {
	c := TinChart{In: euros}
	for n, want := range map[int64]string{2800: "28", 1750: "17.5", 1755: "17.55", 12345: "123", 9999900: "99,999", 123456789: "1235k"} {
		if got := c.figure(n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
}

func TestTheSentencesSayWhatIsDrawn(t *testing.T) {
	fill := func(put int) string { return Filling{In: euros, Put: put, Target: 9000, Most: 12000}.Sentence() }
	for got, want := range map[string]string{
		fill(6000):  "60.00\u00a0€ of 90.00\u00a0€. Missing: 30.00\u00a0€. It takes up to 120.00\u00a0€.",
		fill(9000):  "90.00\u00a0€ of 90.00\u00a0€. The aim is reached. It takes up to 120.00\u00a0€.",
		fill(12000): "120.00\u00a0€ of 90.00\u00a0€. It is full and takes no more.",
		TinChart{In: euros, Flows: months()}.Sentence():            "What went in and out of the tin, from Jun to Nov. More went out than came in: Sep.",
		Scale{Balance: Hours(-45), Min: -600, Max: 1200}.Label():   "Your place on the line: 45\u00a0min to the receiving side of zero. The line runs from 10\u00a0h received to 20\u00a0h given.",
		Scale{Balance: Sum{0, euros}, Min: -100, Max: 100}.Label(): "Your place on the line: at zero. The line runs from 1.00\u00a0€ received to 1.00\u00a0€ given.",
	} {
		if got != want {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}

// Month names come from a catalogue and sums from people: the drawing stays a
// drawing, with nothing in it, one month, or twelve.
func TestChartsAreWellFormedWhateverTheyHold(t *testing.T) {
	odd := []Flow{{Month: `<b>"&`, Short: `<b>"&`, In: 1 << 40}}
	for _, svg := range []string{
		TinChart{In: euros}.SVG(), TinChart{In: euros, Flows: odd}.SVG(), TinChart{In: euros, Flows: append(months(), months()...)}.SVG(),
		Scale{}.SVG(), Filling{}.SVG(), Bar{N: 9, Largest: 3}.SVG(),
	} {
		d := xml.NewDecoder(strings.NewReader(svg))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%v in %s", err, svg)
			}
		}
		if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
			t.Errorf("a drawing without measure: %s", svg)
		}
	}
}
