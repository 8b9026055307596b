// Command joiner takes a second router into the demo cell, as two people do who
// stand at both, for test/netns/walk.
//
//	joiner NAME WORDS FIRST SECOND CODE
//
// NAME is a member and WORDS opens their seat at the router FIRST; CODE is what
// SECOND says when it starts without a cell. Both are addresses of pages.
package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"celld/test/visit"
)

var (
	routerCode = regexp.MustCompile(`(celld-router-[0-9A-Za-z_-]+)`)
	sixWords   = regexp.MustCompile(`(?s)<ol class="words" dir="ltr" lang="en">(.*?)</ol>`)
)

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "usage: joiner NAME WORDS FIRST SECOND CODE")
		os.Exit(2)
	}
	if err := join(os.Args[1], os.Args[2], visit.New(os.Args[3]), visit.New(os.Args[4]), os.Args[5]); err != nil {
		fmt.Fprintln(os.Stderr, "joiner:", err)
		os.Exit(1)
	}
}

func join(name, words string, first, second *visit.Browser, code string) error {
	long, six, err := present(second, code)
	if err != nil {
		return err
	}
	if err := first.SignIn(name, words); err != nil {
		return err
	}
	check, err := first.Post("/routers/add", "router", long)
	if err != nil || !strings.Contains(check.Body, six) {
		return errors.Join(err, errors.New("the six words are not the same"))
	}
	if _, err := first.Done("/routers/new", "router", long, "place", "Barn"); err != nil {
		return err
	}
	err = visit.Until("somebody knocks", visit.Hangs, func() error { return second.Shows("/taken", "Is that your cell?") })
	if err != nil {
		return err
	}
	if _, err := second.Done("/taken/yes"); err != nil {
		return err
	}
	err = visit.Until("the cell has come", visit.Hangs, func() error { return second.Shows("/in", "five words") })
	if err != nil {
		return err
	}
	// What the cell is called is sealed: the router learns it from the first who
	// signs in there.
	return visit.Until("a member wakes it", visit.Hangs, func() error { return second.SignIn(name, words) })
}

// present shows the code and the words of a router without a cell.
func present(there *visit.Browser, code string) (long, six string, err error) {
	if _, err := there.Post("/claim", "code", code); err != nil {
		return "", "", err
	}
	shown, err := there.Get("/taken")
	if err != nil {
		return "", "", err
	}
	long, err = visit.Find(routerCode, shown.Body)
	if err != nil {
		return "", "", err
	}
	six, err = visit.Find(sixWords, shown.Body)
	return long, six, err
}
