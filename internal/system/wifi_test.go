package system

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fresh is the file of a router as it comes: its radios are off, its access
// points open.
const fresh = `
config wifi-device 'radio0'
	option band '2g'
	option disabled '1'

config wifi-iface 'default_radio0'
	option device 'radio0'
	option network 'lan'
	option mode 'ap'
	option ssid 'OpenWrt'
	option encryption 'none'
`

func wireless(t *testing.T, text string) UCI {
	t.Helper()
	u, problems := ParseUCI([]byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return u
}

func TestTheMembersWiFiIsFoundWhereUCISaysSo(t *testing.T) {
	const radio = "config wifi-device radio0\n"
	ap := func(options string) string {
		return "config wifi-iface\n option device radio0\n option mode ap\n option network lan\n" + options
	}
	for name, c := range map[string]struct {
		in   string
		want WiFi
	}{
		"no file":          {"", WiFi{}},
		"as it comes":      {fresh, WiFi{}},
		"open":             {radio + ap(" option ssid Mill\n"), WiFi{SSID: "Mill", Open: true}},
		"open by name":     {radio + ap(" option ssid Mill\n option encryption open\n"), WiFi{SSID: "Mill", Open: true}},
		"with a key":       {radio + ap(" option ssid Mill\n option encryption sae-mixed\n option key 'ten; words'\n"), WiFi{SSID: "Mill", Key: "ten; words"}},
		"with a cipher":    {radio + ap(" option ssid Mill\n option encryption psk2+ccmp\n option key 12345678\n"), WiFi{SSID: "Mill", Key: "12345678"}},
		"both":             {radio + ap(" option ssid Guests\n") + ap(" option ssid Mill\n option encryption psk2\n option key 12345678\n"), WiFi{SSID: "Mill", Key: "12345678", Open: true}},
		"enterprise":       {radio + ap(" option ssid Mill\n option encryption wpa2\n option key 12345678\n"), WiFi{}},
		"owe":              {radio + ap(" option ssid Mill\n option encryption owe\n"), WiFi{}},
		"too short a key":  {radio + ap(" option ssid Mill\n option encryption psk2\n option key 1234567\n"), WiFi{}},
		"switched off":     {radio + ap(" option ssid Mill\n option disabled 1\n"), WiFi{}},
		"another network":  {radio + "config wifi-iface\n option mode ap\n option network guest\n option ssid Mill\n", WiFi{}},
		"a mesh":           {radio + "config wifi-iface\n option mode mesh\n option network lan\n option ssid Mill\n", WiFi{}},
		"several networks": {radio + "config wifi-iface\n option mode ap\n list network guest\n list network lan\n option ssid Mill\n", WiFi{SSID: "Mill", Open: true}},
	} {
		if got, ok := MembersWiFi(wireless(t, c.in)); got != c.want || ok != (c.want.SSID != "") {
			t.Errorf("%s: %+v %v, want %+v", name, got, ok, c.want)
		}
	}
}

func TestAnOpenWiFiGetsAKeyAndNobodyIsThrownOut(t *testing.T) {
	const used = "config wifi-iface\n option mode ap\n option network lan\n option ssid Mill\n"
	for name, c := range map[string]struct {
		in      string
		unused  bool
		changed int
	}{
		"as it comes":       {fresh, true, 1},
		"in use":            {used, true, 0},
		"in use, and asked": {used, false, 1},
		"has one":           {used + " option encryption psk2\n option key 12345678\n", false, 0},
		"another network":   {"config wifi-iface\n option mode ap\n option network guest\n option ssid Mill\n", false, 0},
	} {
		u := wireless(t, c.in)
		before := len(u.Sections)
		if got := SecureWiFi(&u, "a key of words", c.unused); got != c.changed {
			t.Errorf("%s: %d changed", name, got)
		}
		s := &u.Sections[len(u.Sections)-1]
		if done := s.Get("encryption") == "sae-mixed" && s.Get("key") == "a key of words"; done != (c.changed > 0) || len(u.Sections) != before {
			t.Errorf("%s: %s", name, u.Text())
		}
		if SecureWiFi(&u, "another", c.unused) != 0 {
			t.Errorf("%s: a second time something changed", name)
		}
	}
}

func TestMembersHaveAKeyBesideAnOpenWiFiThatStaysAsItIs(t *testing.T) {
	const (
		lime = `
config wifi-device 'radio0'
config wifi-device 'radio1'
config wifi-iface 'lm_wlan0_ap_radio0'
	option device 'radio0'
	option mode 'ap'
	option network 'lan'
	option ssid 'LibreMesh.org'
config wifi-iface 'lm_wlan0_apname_radio0'
	option device 'radio0'
	option mode 'ap'
	option network 'lan'
	option ssid 'LibreMesh.org/LiMe-aabbcc'
config wifi-iface 'lm_wlan0_mesh_radio0'
	option device 'radio0'
	option mode 'mesh'
	option network 'lm_wlan0_mesh'
`
		second = `
config wifi-iface 'lm_wlan1_ap_radio1'
	option device 'radio1'
	option mode 'ap'
	option network 'lan'
	option ssid 'añññññññññññññ'
`
		keyed = `
config wifi-iface
	option device 'radio0'
	option mode 'ap'
	option network 'lan'
	option ssid 'ours'
	option encryption 'psk2'
	option key '12345678'
`
	)
	for name, c := range map[string]struct {
		in   string
		room int
		want string // the names of what is added, and their SSIDs
	}{
		"in use":                 {lime, 0, "celld_radio0 LibreMesh.org-private;"},
		"two radios":             {lime + second, 8, "celld_radio0 LibreMesh.org-private;celld_radio1 añññññññññññ-private;"},
		"no room on the first":   {lime + second, 3, "celld_radio1 añññññññññññ-private;"},
		"just room":              {lime, 4, "celld_radio0 LibreMesh.org-private;"},
		"members have one":       {lime + keyed, 0, ""},
		"switched off":           {fresh, 0, ""},
		"a radio without a name": {strings.ReplaceAll(lime, "option device 'radio0'", "option device 'radio 0'"), 0, ""},
	} {
		u := wireless(t, c.in)
		before := u.Text()
		n := AddMembersWiFi(&u, "five-words", c.room)
		got := ""
		for _, s := range u.Sections[len(u.Sections)-n:] {
			got += s.Name + " " + s.Get("ssid") + ";"
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if w, _ := MembersWiFi(u); n > 0 && (w.Key != "five-words" || !w.Open || len(w.SSID) > 32) {
			t.Errorf("%s: %+v", name, w)
		}
		if n > 0 && AddMembersWiFi(&u, "another", c.room) != 0 {
			t.Errorf("%s: a second time something is added", name)
		}
		if got := RekeyWiFi(&u, "other-words"); n > 0 && got != n {
			t.Errorf("%s: %d have another key of %d", name, got, n)
		}
		if w, _ := MembersWiFi(u); n > 0 && w.Key != "other-words" || RekeyWiFi(&u, "other-words") != 0 {
			t.Errorf("%s: %+v after another key", name, w)
		}
		if n == 0 {
			continue
		}
		if got := RemoveMembersWiFi(&u); got != n || !bytes.Equal(u.Text(), before) {
			t.Errorf("%s: %d removed of %d: %s", name, got, n, u.Text())
		}
	}
}

func TestCelldReadsWhatRootToldOfTheWiFi(t *testing.T) {
	folder := t.TempDir()
	r := Root{os.DirFS(folder)}
	if w, ok := r.WiFi(); ok {
		t.Errorf("%+v", w)
	}
	if err := os.MkdirAll(filepath.Join(folder, filepath.Dir(wifiMark)), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, want := range []WiFi{{SSID: "it's \"ours\"\\;,:", Key: "a'b\"c\\d;e,f:g", Open: true}, {SSID: "Mill", Open: true}, {SSID: "Mill", Key: "12345678"}} {
		if err := TellWiFi(filepath.Join(folder, wifiMark), want); err != nil {
			t.Fatal(err)
		}
		if got, ok := r.WiFi(); got != want || !ok {
			t.Errorf("%+v %v, want %+v", got, ok, want)
		}
	}
}
