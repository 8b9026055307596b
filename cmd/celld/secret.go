package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
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

// hide switches a terminal's echo off until show is called.
func (c *client) hide() (show func(), err error) {
	f, ok := c.in.(*os.File)
	if !ok {
		return func() {}, nil
	}
	fd := int(f.Fd())
	was, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return func() {}, nil // a pipe or a file
	}
	quiet := *was
	quiet.Lflag &^= unix.ECHO
	if err := unix.IoctlSetTermios(fd, unix.TCSETS, &quiet); err != nil {
		return nil, fmt.Errorf("hide what is typed: %w", err)
	}
	return func() {
		_ = unix.IoctlSetTermios(fd, unix.TCSETS, was) // nothing to be done if it fails
		fmt.Fprintln(c.errs)
	}, nil
}
