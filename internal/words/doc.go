// Package words owns the secrets that people write on paper and type: the five
// words of a passphrase, and short codes.
package words
