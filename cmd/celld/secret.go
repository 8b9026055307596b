package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"golang.org/x/sys/unix"
)

// secret reads a line that is not shown while it is typed. From a pipe it is
// read as it comes.
func (c *client) secret(prompt string) (string, error) {
	show, err := c.hide()
	if err != nil {
		return "", err
	}
	defer show()
	fmt.Fprint(c.errs, prompt)
	line, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && !(errors.Is(err, io.EOF) && line != "") {
		return "", fmt.Errorf("read the words: %w", err)
	}
	return strings.TrimSpace(line), nil
}

// newSecret asks twice on a terminal, since nobody sees what is typed.
func (c *client) newSecret(prompt string) (string, error) {
	first, err := c.secret(prompt)
	if err != nil || !c.terminal() {
		return first, err
	}
	again, err := c.secret("Once more: ")
	if err == nil && again != first {
		err = errors.New("the two were not the same")
	}
	return first, err
}

// terminal reports whether somebody types.
func (c *client) terminal() bool {
	f, ok := c.in.(*os.File)
	if !ok {
		return false
	}
	_, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	return err == nil
}

// hide switches a terminal's echo off until show is called.
func (c *client) hide() (show func(), err error) {
	if !c.terminal() {
		return func() {}, nil // a pipe or a file
	}
	fd := int(c.in.(*os.File).Fd())
	was, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return nil, err
	}
	quiet := *was
	quiet.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &quiet); err != nil {
		return nil, fmt.Errorf("hide what is typed: %w", err)
	}
	interrupted := make(chan os.Signal, 1)
	show = func() {
		signal.Stop(interrupted)
		_ = unix.IoctlSetTermios(fd, unix.TCSETS, was) // nothing to be done if it fails
		fmt.Fprintln(c.errs)
	}
	signal.Notify(interrupted, os.Interrupt, unix.SIGTERM)
	go func() { // until the program ends, which is soon
		<-interrupted
		show()
		os.Exit(130)
	}()
	return show, nil
}
