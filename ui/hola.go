package ui

// HolaView is the signpost that a phone shows in a small window when it joins
// a Wi-Fi without internet.
type HolaView struct {
	Address string // where the cell's pages are: mill-lane.internal
	Other   string // the same by number, where no name is known: 10.13.0.1:8080
	QR      QR
	Alone   bool   // there is no internet here now
	Seen    bool   // they have read this
	URL     string // to say so
}
