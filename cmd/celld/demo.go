package main

import (
	"context"
	"errors"
)

// fillDemo writes the demo cell into an empty log.
func fillDemo(context.Context, *house) error { return errors.New("there is no demo cell yet") }
