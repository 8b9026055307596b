package web

import "strconv"

// span is one page of a long list: its number, how many lines a page has, and how
// many there are in all.
type span struct{ page, each, all int }

// span is the page of a list that an address asks for; the last one where the list
// has ended before.
func (v *visit) span(each, all int) span {
	return span{min(v.pageNumber(), max(0, all-1)/each), each, all}
}

// pageNumber is the page of a list that an address asks for.
func (v *visit) pageNumber() int {
	n, _ := strconv.Atoi(v.r.URL.Query().Get("page"))
	return min(max(0, n), 1<<20)
}

func (s span) from() int { return s.page * s.each }
func (s span) to() int   { return min(s.from()+s.each, s.all) }

// ways are the addresses of the pages before and after.
func (s span) ways(url string) (before, after string) {
	if s.page > 0 {
		before = url + strconv.Itoa(s.page-1)
	}
	if s.to() < s.all {
		after = url + strconv.Itoa(s.page+1)
	}
	return before, after
}

// of is what stands on the page.
func of[T any](s span, list []T) []T { return list[s.from():s.to()] }
