package dnssd

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// CellType is the service by which routers of cells find each other.
const CellType = "_celld._udp"

// CellTag stands for a cell without telling which: eight hexadecimal digits.
type CellTag [4]byte

func (t CellTag) String() string { return hex.EncodeToString(t[:]) }

// Subtype is by which one browses for routers of that cell alone.
func (t CellTag) Subtype() string { return "_" + t.String() }

// CellText is what a router says of itself in its TXT record. Heard from
// others it is a hint, and no more.
type CellText struct {
	Protocol uint8
	ID       [8]byte // the beginning of the hash of the router's key
	Cell     CellTag
}

var errCellText = errors.New("dnssd: not the text of a cell's router")

const textVersion = "1"

// Text returns the strings of the TXT record.
func (c CellText) Text() []string {
	return []string{
		"txtvers=" + textVersion,
		"p=" + strconv.Itoa(int(c.Protocol)),
		"id=" + hex.EncodeToString(c.ID[:]),
		"c=" + c.Cell.String(),
	}
}

// ParseCellText reads what a router says of itself. Unknown keys are left to
// later versions; of a key that stands twice the first counts (RFC 6763 6.4).
func ParseCellText(text []string) (c CellText, err error) {
	values := map[string]string{}
	for _, s := range text {
		key, value, _ := strings.Cut(s, "=")
		key = strings.ToLower(key)
		if _, seen := values[key]; !seen && key != "" {
			values[key] = value
		}
	}
	if values["txtvers"] != textVersion {
		return c, fmt.Errorf("%w: txtvers %q", errCellText, values["txtvers"])
	}
	p, err := strconv.ParseUint(values["p"], 10, 8)
	if err != nil || strconv.Itoa(int(p)) != values["p"] {
		return c, fmt.Errorf("%w: p %q", errCellText, values["p"])
	}
	c.Protocol = uint8(p)
	if err := unhex(c.ID[:], values["id"]); err != nil {
		return CellText{}, err
	}
	if err := unhex(c.Cell[:], values["c"]); err != nil {
		return CellText{}, err
	}
	return c, nil
}

// unhex takes one spelling only: lower case and exactly as long as dst.
func unhex(dst []byte, s string) error {
	if len(s) != 2*len(dst) || s != strings.ToLower(s) {
		return fmt.Errorf("%w: %q", errCellText, s)
	}
	if _, err := hex.Decode(dst, []byte(s)); err != nil {
		return fmt.Errorf("%w: %q", errCellText, s)
	}
	return nil
}
