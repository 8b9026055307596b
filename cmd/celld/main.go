package main

import (
	_ "filippo.io/age"
	_ "github.com/a-h/templ"
	_ "github.com/fxamacker/cbor/v2"
	_ "golang.org/x/crypto/argon2"
	_ "golang.org/x/sys/unix"
	_ "modernc.org/sqlite"
	_ "rsc.io/qr"
)

func main() {}
