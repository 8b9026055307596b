package op

// labelRouter keeps what a router's key says of itself apart.
const labelRouter = "celld router v1\x00"

// RouterWord is what a router's device key signs when it offers itself to a
// cell: that this opening key is its own. So the six words of the one key,
// which people compare, stand for both.
func RouterWord(opening []byte) []byte { return append([]byte(labelRouter), opening...) }
