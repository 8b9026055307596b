package system

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// WiFi is the network that members join.
type WiFi struct {
	SSID string
	Key  string // empty: whoever is near joins
	Open bool   // what goes over the air there, or over another of this router's, can be read by whoever is near
}

// wifiMark is the file by which root tells celld of the Wi-Fi: the router's own
// file holds keys of others, and is root's.
const wifiMark = "var/run/celld/wifi"

// MembersWiFi finds it in a router's file "wireless": an access point on the
// network lan that is switched on, one with a key before one without.
func MembersWiFi(u UCI) (w WiFi, ok bool) {
	open := false
	for _, s := range accessPoints(&u) {
		switch key := s.Get("key"); {
		case switchedOff(u, s):
		case isOpen(s):
			open = true
			if w.SSID == "" {
				w.SSID = s.Get("ssid")
			}
		case hasKey(s) && w.Key == "" && len(key) >= 8:
			w.SSID, w.Key = s.Get("ssid"), key
		}
	}
	w.Open = open
	return w, w.SSID != ""
}

// SecureWiFi gives every open access point on lan WPA2 and WPA3 with a key, and
// says how many it were. Unused: only those that are switched off, so that
// nobody is thrown out.
func SecureWiFi(u *UCI, key string, unused bool) (changed int) {
	for _, s := range accessPoints(u) {
		if !isOpen(s) || unused && !switchedOff(*u, s) {
			continue
		}
		s.Set("encryption", "sae-mixed")
		s.Set("key", key)
		changed++
	}
	return changed
}

// RekeyWiFi gives every access point on lan that asks for a key this one, and says
// how many had another.
func RekeyWiFi(u *UCI, key string) (changed int) {
	for _, s := range accessPoints(u) {
		if hasKey(s) && s.Get("key") != key {
			s.Set("key", key)
			changed++
		}
	}
	return changed
}

// besideName begins the names of the sections that AddMembersWiFi makes.
const besideName = "celld_"

// AddMembersWiFi puts an access point with a key beside the open ones on lan that
// people use, one on each of their radios, and says how many it were. The open ones
// stay as they are, so that nobody is thrown out. Where members have a key already
// there is nothing to do. A radio carries room access points and meshes at once; 0
// is for who knows better.
func AddMembersWiFi(u *UCI, key string, room int) (added int) {
	if w, _ := MembersWiFi(*u); w.Key != "" || !w.Open {
		return 0
	}
	var beside []Section
	for _, s := range accessPoints(u) {
		radio := s.Get("device")
		if !isOpen(s) || switchedOff(*u, s) || !isName(radio) || u.Section(besideName+radio) != nil {
			continue
		}
		if named(beside, besideName+radio) || room > 0 && onRadio(*u, radio) >= room {
			continue
		}
		beside = append(beside, membersSection(radio, s.Get("ssid"), key))
	}
	u.Sections = append(u.Sections, beside...)
	return len(beside)
}

// membersSection is the access point beside an open one that is called ssid.
func membersSection(radio, ssid, key string) Section {
	const suffix = "-private"
	for len(ssid)+len(suffix) > 32 { // IEEE 802.11-2020, 9.4.2.2
		_, size := utf8.DecodeLastRuneInString(ssid)
		ssid = ssid[:len(ssid)-size]
	}
	s := Section{Type: "wifi-iface", Name: besideName + radio}
	for _, o := range [][2]string{{"device", radio}, {"network", "lan"}, {"mode", "ap"}, {"ssid", ssid + suffix}, {"encryption", "sae-mixed"}, {"key", key}} {
		s.Set(o[0], o[1])
	}
	return s
}

// RemoveMembersWiFi takes away what AddMembersWiFi made.
func RemoveMembersWiFi(u *UCI) (removed int) {
	before := len(u.Sections)
	u.Sections = slices.DeleteFunc(u.Sections, func(s Section) bool {
		return s.Type == "wifi-iface" && strings.HasPrefix(s.Name, besideName)
	})
	return before - len(u.Sections)
}

func named(sections []Section, name string) bool {
	return slices.ContainsFunc(sections, func(s Section) bool { return s.Name == name })
}

// onRadio counts what a radio carries already.
func onRadio(u UCI, radio string) (n int) {
	for i := range u.Sections {
		if s := &u.Sections[i]; s.Type == "wifi-iface" && s.Get("device") == radio && !switchedOff(u, s) {
			n++
		}
	}
	return n
}

// accessPoints are the sections of a router's own networks for its neighbours.
func accessPoints(u *UCI) (out []*Section) {
	for i := range u.Sections {
		s := &u.Sections[i]
		if s.Type == "wifi-iface" && s.Get("mode") == "ap" && s.Get("ssid") != "" && slices.Contains(s.words("network"), "lan") {
			out = append(out, s)
		}
	}
	return out
}

// words are the values of an option that is a list, or one value with spaces.
func (s *Section) words(name string) []string {
	if o := s.Option(name); o != nil {
		return strings.Fields(strings.Join(o.Values, " "))
	}
	return nil
}

// switchedOff reports whether an access point is, or the radio that it is on.
func switchedOff(u UCI, s *Section) bool {
	off, _ := Truth(s.Get("disabled"))
	if radio := u.Section(s.Get("device")); radio != nil && !off {
		off, _ = Truth(radio.Get("disabled"))
	}
	return off
}

func isOpen(s *Section) bool {
	e := s.Get("encryption")
	return e == "" || e == "none" || e == "open"
}

// hasKey knows the kinds of encryption that one key is for. The enterprise ones
// have none, and owe asks nobody for one.
func hasKey(s *Section) bool {
	kind, _, _ := strings.Cut(s.Get("encryption"), "+")
	switch kind {
	case "psk", "psk2", "psk-mixed", "sae", "sae-mixed":
		return true
	}
	return false
}

// GoodWiFiKey knows what a passphrase may be (IEEE 802.11-2020, annex J.4).
func GoodWiFiKey(key string) bool {
	return len(key) >= 8 && len(key) <= 63 && !strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' })
}

// TellWiFi writes down for celld what there is to know.
func TellWiFi(path string, w WiFi) error {
	s := Section{Type: "wifi"}
	s.Set("ssid", w.SSID)
	s.Set("key", w.Key)
	if w.Open {
		s.Set("open", "1")
	}
	return WriteUCI(path, UCI{Sections: []Section{s}})
}

// WiFi reads what was told.
func (r Root) WiFi() (w WiFi, ok bool) {
	u, _ := ParseUCI([]byte(r.text(wifiMark)))
	if len(u.Sections) == 0 {
		return w, false
	}
	s := &u.Sections[0]
	w.SSID, w.Key = s.Get("ssid"), s.Get("key")
	w.Open, _ = Truth(s.Get("open"))
	return w, w.SSID != ""
}
