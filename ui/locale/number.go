package locale

import (
	"strconv"
	"strings"
)

// minus is the real minus sign; a hyphen is too short beside lining figures.
const minus = "\u2212"

// Number writes a whole number with the language's own separator.
func (l Lang) Number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = minus, s[1:]
	}
	return l.signed(sign, l.group(s))
}

// group parts thousands, from 10 000 on, where an unparted number is hard to read.
func (l Lang) group(digits string) string {
	if len(digits) < 5 {
		return digits
	}
	sep := [...]string{",", ".", ".", ","}[l]
	head := len(digits) % 3
	parts := []string{}
	if head > 0 {
		parts = append(parts, digits[:head])
	}
	for i := head; i < len(digits); i += 3 {
		parts = append(parts, digits[i:i+3])
	}
	return strings.Join(parts, sep)
}

// signed puts the sign before a number. In Arabic a mark keeps the sign on the
// left of the digits, where readers of Arabic expect it too.
func (l Lang) signed(sign, digits string) string {
	if sign == "" {
		return digits
	}
	if l == Arabic {
		return "\u200e" + sign + digits
	}
	return sign + digits
}

// Words for the first twelve numbers, as each language counts people.
var people = [...][13]string{
	{"none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"},
	{"ninguna", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"},
	{"nenhuma", "uma", "duas", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez", "onze", "doze"},
	{"لا أحد", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة", "عشرة", "أحد عشر", "اثنا عشر"},
}

// People writes a number of persons in words up to twelve, which is as many as
// sit round a table, and in figures beyond.
func (l Lang) People(n int) string {
	if n >= 0 && n < len(people[l]) {
		return people[l][n]
	}
	return l.Number(n)
}

// Minutes writes an amount of time: "2 h 15 min", "−45 min", "0 min".
func (l Lang) Minutes(n int) string {
	sign := ""
	if n < 0 {
		sign, n = minus, -n
	}
	hour, minute := " h", " min"
	if l == Arabic {
		hour, minute = " س", " د"
	}
	h, m := n/60, n%60
	switch {
	case h == 0:
		return l.signed(sign, strconv.Itoa(m)+minute)
	case m == 0:
		return l.signed(sign, l.group(strconv.Itoa(h))+hour)
	}
	return l.signed(sign, l.group(strconv.Itoa(h))+hour+" "+strconv.Itoa(m)+minute)
}

// Plus is like Minutes for a balance: a positive amount carries its sign.
func (l Lang) Plus(n int) string {
	if n > 0 {
		return l.signed("+", l.Minutes(n))
	}
	return l.Minutes(n)
}

// Clockwise writes minutes as a column of figures likes them: "+5:00", "−0:45".
func (l Lang) Clockwise(n int) string {
	sign := ""
	switch {
	case n < 0:
		sign, n = minus, -n
	case n > 0:
		sign = "+"
	}
	return l.signed(sign, l.group(strconv.Itoa(n/60))+":"+two(n%60))
}

// Decimal writes an integer that counts the last of places digits after the
// point: Decimal(8420, 2) is "84.20".
func (l Lang) Decimal(n int64, places int) string {
	sign := ""
	if n < 0 {
		sign, n = minus, -n
	}
	digits := strconv.FormatInt(n, 10)
	for len(digits) <= places {
		digits = "0" + digits
	}
	whole, rest := digits[:len(digits)-places], digits[len(digits)-places:]
	if places == 0 {
		return l.signed(sign, l.group(whole))
	}
	point := [...]string{".", ",", ",", "."}[l]
	return l.signed(sign, l.group(whole)+point+rest)
}

var symbols = map[string]string{"EUR": "€", "USD": "$", "GBP": "£", "BRL": "R$", "ARS": "$", "MXN": "$", "CLP": "$", "COP": "$"}

// Money writes an amount of a currency's small units: "84.20 €". Currencies
// without a sign of their own here carry their code.
func (l Lang) Money(n int64, currency string, places int) string {
	symbol := symbols[currency]
	if symbol == "" {
		symbol = currency
	}
	amount := l.Decimal(n, places) + "\u00a0" + symbol
	if l == Arabic {
		return "\u2066" + amount + "\u2069"
	}
	return amount
}

func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
