// Package words owns the secrets that people write on paper and type: the five
// words of a passphrase, and short codes.
//
// A passphrase is drawn from a list of 2048 words in the language that a
// person picks: five times eleven bits. No two words of a list share their
// first four letters, and none differ by accents alone. Typed, a passphrase is
// normalised without being told the language, so that what opens a slot are
// the bare letters and nothing of the list's spelling; see Normalize.
//
// The lists never change: a word that left one would lock out whoever has it on
// paper. A test holds their bytes still.
package words
