package dnssd

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/miekg/dns"
)

const (
	domain      = "local."
	enumeration = "_services._dns-sd._udp." + domain // RFC 6763 section 9
	maxText     = 400                                // bytes of a TXT record; more is refused on both sides
)

var errLabel = errors.New("dnssd: a label is 1 to 50 letters, digits and hyphens")

// checkLabel leaves room for the number that a conflict appends.
func checkLabel(label string) error {
	if label == "" || len(label) > 50 || strings.Trim(label, "-") != label {
		return fmt.Errorf("%w: %q", errLabel, label)
	}
	for _, c := range label {
		if c != '-' && !('0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z') {
			return fmt.Errorf("%w: %q", errLabel, label)
		}
	}
	return nil
}

// checkType takes "_name._udp" and "_sub._sub._name._udp" (RFC 6763 section 7).
func checkType(name string) error {
	parts := strings.Split(name, ".")
	if len(parts) == 4 && parts[1] == "_sub" {
		parts = append(parts[:1:1], parts[2:]...)
	} else if len(parts) != 2 {
		return fmt.Errorf("dnssd: not a service type: %q", name)
	}
	for _, p := range parts {
		label, ok := strings.CutPrefix(p, "_")
		if !ok || checkLabel(label) != nil {
			return fmt.Errorf("dnssd: not a service type: %q", name)
		}
	}
	if last := parts[len(parts)-1]; last != "_udp" && last != "_tcp" {
		return fmt.Errorf("dnssd: not a service type: %q", name)
	}
	return nil
}

func (s Service) check() error {
	if err := checkLabel(s.Label); err != nil {
		return err
	}
	if err := checkType(s.Type); err != nil || strings.Count(s.Type, ".") != 1 {
		return fmt.Errorf("dnssd: not a service type: %q", s.Type)
	}
	for _, sub := range s.Subtypes {
		if err := checkType(sub + "._sub." + s.Type); err != nil {
			return err
		}
	}
	size := 0
	for _, t := range s.Text {
		size += 1 + len(t)
		if len(t) > 255 || strings.ContainsFunc(t, func(r rune) bool { return r < ' ' || r > '~' || r == '\\' || r == '"' }) {
			return fmt.Errorf("dnssd: text must be plain ASCII without quotes: %q", t)
		}
	}
	if size > maxText || s.Port == 0 {
		return fmt.Errorf("dnssd: service %q needs a port and at most %d bytes of text", s.Label, maxText)
	}
	return nil
}

// same compares names as DNS does, without regard to the case of ASCII.
func same(a, b string) bool { return fold(a) == fold(b) }

func fold(name string) string { return dns.CanonicalName(name) }

// unescape undoes the backslashes that package dns puts into strings.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] != '\\' || i+1 == len(s):
			out = append(out, s[i])
		case i+3 < len(s) && digits(s[i+1:i+4]):
			out = append(out, (s[i+1]-'0')*100+(s[i+2]-'0')*10+s[i+3]-'0')
			i += 3
		default:
			out = append(out, s[i+1])
			i++
		}
	}
	return string(out)
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// firstLabel returns the first label of a foreign name as text that may be
// shown: no control characters, no direction overrides, valid UTF-8.
func firstLabel(name string) string {
	labels := dns.SplitDomainName(name)
	if len(labels) == 0 {
		return ""
	}
	label := unescape(labels[0])
	if !utf8.ValidString(label) {
		label = strings.ToValidUTF8(label, "?")
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, label)
}
