package cell

// SmallSizes lets short histories meet all that long ones do, until undone.
func SmallSizes() (undo func()) {
	a, b, c := roomFor, packSize, checkEvery
	roomFor, packSize, checkEvery = 2, 3, 4
	return func() { roomFor, packSize, checkEvery = a, b, c }
}
