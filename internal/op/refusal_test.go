package op

import (
	"errors"
	"fmt"
	"testing"
)

func TestRefusalsAreComparedByCode(t *testing.T) {
	err := fmt.Errorf("judge: %w", Refuse("round.not-open", 3, Member{}))
	if !errors.Is(err, Refuse("round.not-open")) {
		t.Errorf("%v is not round.not-open", err)
	}
	if errors.Is(err, Refuse("round.open")) {
		t.Errorf("%v is taken for another code", err)
	}
	var r Refusal
	if !errors.As(err, &r) || len(r.Args) != 2 {
		t.Errorf("%v lost its arguments", err)
	}
	if got, want := Refuse("a.b", 1, "x").Error(), "a.b (1, x)"; got != want {
		t.Errorf("spelled %q, want %q", got, want)
	}
}
