package web

import (
	"net"
	"strings"

	"celld/ui"
)

// WiFi is the network that members join.
type WiFi struct {
	SSID string
	Key  string // empty: it has none
	Open bool   // whoever is near can read what goes through the air
}

// wifi is what is known of it.
func (v *visit) wifi() WiFi {
	if v.WiFi == nil {
		return WiFi{}
	}
	w, _ := v.WiFi()
	return w
}

func (v *visit) wifiView() ui.WiFiView {
	w := v.wifi()
	if w.SSID == "" {
		return ui.WiFiView{}
	}
	return ui.WiFiView{SSID: w.SSID, Key: w.Key, QR: qrOf(w.code(), v.lang.T("Square code that joins the Wi-Fi"))}
}

// code is what a phone's camera takes for an offer to join.
func (w WiFi) code() string {
	plain := strings.NewReplacer(`\`, `\\`, `;`, `\;`, `,`, `\,`, `:`, `\:`, `"`, `\"`)
	if w.Key == "" {
		return "WIFI:T:nopass;S:" + plain.Replace(w.SSID) + ";;"
	}
	return "WIFI:T:WPA;S:" + plain.Replace(w.SSID) + ";P:" + plain.Replace(w.Key) + ";;"
}

// overheard reports whether whoever is near can read what is typed at this page,
// and where the same page is encrypted.
func (v *visit) overheard() (open bool, safe string) {
	if v.r.TLS != nil || !v.wifi().Open {
		return false, ""
	}
	if v.HTTPS == "" {
		return true, ""
	}
	host := v.r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return true, "https://" + net.JoinHostPort(strings.Trim(host, "[]"), v.HTTPS) + v.r.URL.RequestURI()
}
