package locale

import (
	"strconv"
	"time"
)

var weekdays = [...][7]string{
	{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
	{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
	{"domingo", "segunda", "terça", "quarta", "quinta", "sexta", "sábado"},
	{"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"},
}

var months = [...][12]string{
	{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
	{"janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"},
	{"يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"},
}

var shortMonths = [...][12]string{
	{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"},
	{"jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"},
	months[Arabic],
}

// parts of the day, from midnight in steps of six hours.
var dayparts = [...][4]string{
	{"night", "morning", "afternoon", "evening"},
	{"de madrugada", "por la mañana", "por la tarde", "por la noche"},
	{"de madrugada", "de manhã", "à tarde", "à noite"},
	{"ليل", "صباح", "ظهر", "مساء"},
}

// Weekday is the day's name: "Tuesday", "martes".
func (l Lang) Weekday(d time.Weekday) string { return weekdays[l][d] }

// MonthShort is the month's name as it fits under a bar of a chart.
func (l Lang) MonthShort(m time.Month) string { return shortMonths[l][m-1] }

// Month is a month of a year: "November 2026".
func (l Lang) Month(t time.Time) string {
	return months[l][t.Month()-1] + l.of() + strconv.Itoa(t.Year())
}

// of stands between the month and its year, and between the day and its month
// in the Romance languages.
func (l Lang) of() string {
	if l == Spanish || l == Portuguese {
		return " de "
	}
	return " "
}

// Short is a day without its weekday: "22 November".
func (l Lang) Short(t time.Time) string {
	return strconv.Itoa(t.Day()) + l.of() + months[l][t.Month()-1]
}

// ShortYear is Short with the year.
func (l Lang) ShortYear(t time.Time) string {
	return l.Short(t) + l.of() + strconv.Itoa(t.Year())
}

// Date is a day with its weekday first: "Sunday 22 November".
func (l Lang) Date(t time.Time) string {
	sep := [...]string{" ", " ", ", ", " "}[l]
	return weekdays[l][t.Weekday()] + sep + l.Short(t)
}

// DateYear is Date with the year.
func (l Lang) DateYear(t time.Time) string {
	return l.Date(t) + l.of() + strconv.Itoa(t.Year())
}

// Clock is the time of the day: "14:05".
func (l Lang) Clock(t time.Time) string { return two(t.Hour()) + ":" + two(t.Minute()) }

// Moment is a time as a person would say it after "until": "Tuesday evening"
// within a week of now, "Tuesday 1 December" beyond.
func (l Lang) Moment(t, now time.Time) string {
	days := between(now, t)
	if days < -6 || days > 6 {
		return l.the(t.Weekday()) + l.Date(t)
	}
	part := dayparts[l][t.Hour()/6]
	day := weekdays[l][t.Weekday()]
	if l == Arabic {
		return part + " " + day
	}
	return l.the(t.Weekday()) + day + " " + part
}

// the is the article that Spanish puts before a day.
func (l Lang) the(time.Weekday) string {
	if l == Spanish {
		return "el "
	}
	return ""
}

// On is when something happened or will, seen from now: "today", "yesterday",
// "tomorrow", "on Saturday", "on 14 November", "on 3 May 2025".
func (l Lang) On(t, now time.Time) string {
	days := between(now, t)
	if days >= -1 && days <= 1 {
		return [...][3]string{
			{"yesterday", "today", "tomorrow"},
			{"ayer", "hoy", "mañana"},
			{"ontem", "hoje", "amanhã"},
			{"أمس", "اليوم", "غدًا"},
		}[l][days+1]
	}
	if days > -7 && days < 7 {
		return l.onDay(t.Weekday()) + weekdays[l][t.Weekday()]
	}
	date := [...]string{"on ", "el ", "em ", "في "}[l] + l.Short(t)
	if t.Year() != now.Year() && (days < -180 || days > 180) {
		date += l.of() + strconv.Itoa(t.Year())
	}
	return date
}

func (l Lang) onDay(d time.Weekday) string {
	if l == Portuguese && (d == time.Sunday || d == time.Saturday) {
		return "no "
	}
	return [...]string{"on ", "el ", "na ", "يوم "}[l]
}

// between counts the midnights from one time to another, in the first one's place.
func between(from, to time.Time) int {
	a := day(from, from.Location())
	b := day(to, from.Location())
	return int(b.Sub(a).Hours() / 24)
}

// day is the date of t as a time in UTC, where no day is longer than another.
func day(t time.Time, at *time.Location) time.Time {
	y, m, d := t.In(at).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
