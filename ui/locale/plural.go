package locale

// plural returns which form of a sentence n asks for, by the rules of the
// Unicode CLDR for whole numbers.
func plural(l Lang, n int) int {
	if n < 0 {
		n = -n
	}
	switch l {
	case Portuguese:
		return after(n > 1)
	case Arabic:
		return arabic(n)
	}
	return after(n != 1)
}

func after(many bool) int {
	if many {
		return 1
	}
	return 0
}

// arabic counts zero, one, two, few (3 to 10), many (11 to 99) and hundreds.
func arabic(n int) int {
	switch {
	case n <= 2:
		return n
	case n%100 >= 3 && n%100 <= 10:
		return 3
	case n%100 >= 11:
		return 4
	}
	return 5
}

// Forms is how many plural forms a language has.
func (l Lang) Forms() int {
	if l == Arabic {
		return 6
	}
	return 2
}
