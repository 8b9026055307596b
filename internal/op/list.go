package op

// Insert puts x into a list, before what stands at i, and may use the list's own
// memory for that. The rooms keep short lists in order; slices.Insert, which takes
// any number, makes four times as much code for each sort of them.
func Insert[T any](list []T, i int, x T) []T {
	list = append(list, x)
	copy(list[i+1:], list[i:])
	list[i] = x
	return list
}
