package ledger

import "fmt"

// Day is a date of the Gregorian calendar as the number 10000 y + 100 m + d:
// 20261123. Zero is no date.
type Day uint32

const secondsOfDay = 24 * 60 * 60

// monthLengths of a year that is not a leap year.
var monthLengths = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func leap(y int) bool { return y%4 == 0 && (y%100 != 0 || y%400 == 0) }

func monthLength(y, m int) int {
	if m == 2 && leap(y) {
		return 29
	}
	return monthLengths[m]
}

// DayOf returns the date, in UTC, of a Unix time.
func DayOf(unix uint64) Day {
	days := int(unix / secondsOfDay)
	y := 1970
	// Years come in cycles of 400, which all have the same number of days.
	y += days / 146097 * 400
	days %= 146097
	for n := yearLength(y); days >= n; n = yearLength(y) {
		days -= n
		y++
	}
	m := 1
	for n := monthLength(y, m); days >= n; n = monthLength(y, m) {
		days -= n
		m++
	}
	return MakeDay(y, m, days+1)
}

func yearLength(y int) int {
	if leap(y) {
		return 366
	}
	return 365
}

// MakeDay returns the Day of a year, month and day of the month.
func MakeDay(y, m, d int) Day { return Day(10000*y + 100*m + d) }

// Date returns the year, month and day of the month.
func (d Day) Date() (y, m, day int) { return int(d) / 10000, int(d) / 100 % 100, int(d) % 100 }

// Valid reports whether d is a date between 1900 and 9999.
func (d Day) Valid() bool {
	y, m, day := d.Date()
	return y >= 1900 && y <= 9999 && m >= 1 && m <= 12 && day >= 1 && day <= monthLength(y, m)
}

// Next returns the date after d.
func (d Day) Next() Day {
	y, m, day := d.Date()
	switch {
	case day < monthLength(y, m):
		return d + 1
	case m < 12:
		return MakeDay(y, m+1, 1)
	}
	return MakeDay(y+1, 1, 1)
}

// Month returns the month that d lies in.
func (d Day) Month() Month { return Month(d / 100) }

func (d Day) String() string {
	y, m, day := d.Date()
	return fmt.Sprintf("%04d-%02d-%02d", y, m, day)
}

// Month is a month of the calendar as the number 100 y + m: 202611.
type Month uint32

// Valid reports whether m is a month between 1900 and 9999.
func (m Month) Valid() bool { return Day(m*100 + 1).Valid() }

func (m Month) String() string { return fmt.Sprintf("%04d-%02d", m/100, m%100) }
