package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"celld/internal/cell/people"
	"celld/internal/op"
	"celld/internal/vault/vaulttest"
	"celld/internal/words"
)

// TestMain lets the scripts run the real program, and some that help them.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"celld":   tried,
		"cellctl": main,
		"found":   func() { os.Exit(foundCell()) },
		"setmode": func() { os.Exit(setModeOf()) },
		"words":   func() { fmt.Println(phrase(0)) },
		"fill":    func() { os.Exit(fillFolder()) },
	})
}

// cheapLogins tells the program, in its environment, to make no guess dear.
const cheapLogins = "CELLD_TEST_CHEAP_LOGINS"

func tried() {
	if os.Getenv(cheapLogins) != "" {
		vaulttest.Cheap()
	}
	main()
}

// phrase is five words of the list: the n-th of them, five times.
func phrase(n byte) string {
	drawn, err := words.Generate("en", bytes.NewReader(bytes.Repeat([]byte{0, n}, words.Count)))
	if err != nil {
		panic(err)
	}
	return strings.Join(drawn, " ")
}

// openHouse opens what is durable, and reads it.
func openHouse(c config, logger *slog.Logger) (*house, error) {
	h, err := findHouse(c, logger)
	if err != nil {
		return nil, err
	}
	if err := h.open(); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

// foundCell founds a cell in a DIR without pages: found -dir DIR -store ENGINE.
func foundCell() int {
	c, err := parseConfig(append(os.Args[1:], "-clock", "1795000000", "-name", "Kitchen"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	h, err := openHouse(c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err == nil {
		_, err = settle(h)
		err = errors.Join(err, h.close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// settle founds a cell of one and writes something in it, and something long.
func settle(h *house) (op.Author, error) {
	moss, err := h.desk.Found(context.Background(), "Mill Lane", "Moss", phrase(0))
	if err != nil {
		return moss, err
	}
	_, err = h.log.Submit(moss, op.Draft{Kind: people.KindAway}, op.Draft{Kind: people.KindBack})
	return moss, err
}
