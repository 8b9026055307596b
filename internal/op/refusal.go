package op

import (
	"fmt"
	"strings"
)

// Refusal says why an operation is not lawful, as a code that the pages
// translate and the values that belong into the sentence. The same operation
// is refused with the same code on every router, so a code is part of what
// people compare; its words in one language are not.
type Refusal struct {
	Code string
	Args []any
}

// Refuse returns the Refusal with this code, as an error. Codes read
// "room.reason", as in "round.not-open".
func Refuse(code string, args ...any) error {
	return Refusal{Code: code, Args: args}
}

// Error spells r for logs and tests; people see the pages' own sentence.
func (r Refusal) Error() string {
	if len(r.Args) == 0 {
		return r.Code
	}
	words := make([]string, len(r.Args))
	for i, a := range r.Args {
		words[i] = fmt.Sprint(a)
	}
	return r.Code + " (" + strings.Join(words, ", ") + ")"
}

// Is makes errors.Is compare refusals by their code alone.
func (r Refusal) Is(target error) bool {
	other, ok := target.(Refusal)
	return ok && other.Code == r.Code
}
