package main

import (
	"os"
	"strings"

	"celld/internal/system"
	"celld/internal/web"
)

// machine is what celld runs on.
var machine = system.Root{FS: os.DirFS("/")}

// lookAt takes the files of another router for this one's, in a test.
func lookAt(root string) {
	if root != "" {
		machine = system.Root{FS: os.DirFS(root)}
	}
}

// hardware is what it says of itself.
type hardware struct {
	system.Board
	Memory *system.Memory `json:"memory"` // nil: it does not say
}

func hardwareOf(r system.Root) hardware {
	h := hardware{Board: r.Board()}
	if m, ok := r.Memory(); ok {
		h.Memory = &m
	}
	return h
}

// write tells it to people, where it is known.
func (h hardware) write(line func(name, format string, args ...any)) {
	if what := strings.Join(strings.Fields(h.Model+" "+h.Release), " "); what != "" {
		line("machine", "%s", what)
	}
	if h.Memory != nil {
		line("memory", "%s free of %s", bytesText(h.Memory.Available), bytesText(h.Memory.Total))
	}
}

// machineHere is what the pages know of it.
func machineHere() web.Machine {
	h := hardwareOf(machine)
	m := web.Machine{Model: h.Model}
	if h.Memory != nil {
		m.Free, m.Total = h.Memory.Available, h.Memory.Total
	}
	return m
}
