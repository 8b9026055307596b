package op

import "crypto/ed25519"

// verify checks every signature that this package is asked about. It is a variable
// for the laws of other rooms alone (package optest), in which each of many routers
// asks what the others asked.
var verify = ed25519.Verify
