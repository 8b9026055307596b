package words

import "strings"

// Fingerprint spells the first 66 bits of a hash as six words that two people
// can read to each other. It is always in English, so that two routers with
// two languages show the same.
func Fingerprint(hash []byte) []string {
	list := strings.Fields(en)
	out := make([]string, 6)
	for i := range out {
		n := 0
		for bit := i * 11; bit < (i+1)*11; bit++ {
			n = n<<1 | int(hash[bit/8]>>(7-bit%8)&1)
		}
		out[i] = list[n%size]
	}
	return out
}
