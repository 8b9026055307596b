package web

import (
	"rsc.io/qr"

	"celld/ui"
)

// qrOf draws an address as a square code. One that is too long for a code is
// left to be typed.
func qrOf(address, says string) ui.QR {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return ui.QR{}
	}
	return ui.QR{Size: code.Size, Dark: code.Black, Says: says}
}
