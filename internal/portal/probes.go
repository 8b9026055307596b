package portal

import "net/http"

// A Probe is what a device asks for in order to learn whether there is an
// internet, and what it takes for a yes.
type Probe struct {
	Host, Path string
	Yes        Answer
	Asked      string // by whom, and where that is written
}

// Answer is a reply as a probe's own server would give it.
type Answer struct {
	Status     int
	Type, Body string
}

var (
	empty    = Answer{Status: http.StatusNoContent}
	apple    = Answer{http.StatusOK, "text/html", "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n"}
	firefox  = Answer{http.StatusOK, "text/plain", "success\n"}
	manager  = Answer{http.StatusOK, "text/plain", "NetworkManager is online\n"}
	windows  = Answer{http.StatusOK, "text/plain", "Microsoft Connect Test"}
	windows7 = Answer{http.StatusOK, "text/plain", "Microsoft NCSI"}
	firefoxs = Answer{http.StatusOK, "text/html", `<meta http-equiv="refresh" content="0;url=https://support.mozilla.org/kb/captive-portal"/>`}
)

// Where each stands: "Android" is NetworkMonitor.java and res/values/config.xml
// of packages/modules/NetworkStack, "Apple" CaptiveNetworkSupport as transcripts
// show it, "Windows" the keys ActiveWebProbe* of NlaSvc, "Firefox" the setting
// captivedetect.canonicalURL and the service for connectivity, the others the
// conf.d of NetworkManager in the distribution, or the maker's change to Android.
var probes = []Probe{
	{"connectivitycheck.gstatic.com", "/generate_204", empty, "Android since 7, Chrome OS"},
	{"connectivitycheck.android.com", "/generate_204", empty, "Android 6"},
	{"clients3.google.com", "/generate_204", empty, "Android until 5, Chromium"},
	{"www.google.com", "/gen_204", empty, "Android, when the first gave no answer"},
	{"play.googleapis.com", "/generate_204", empty, "Android, when the others gave no answer"},
	{"www.gstatic.com", "/generate_204", empty, "Chromium"},
	{"connect.rom.miui.com", "/generate_204", empty, "Xiaomi"},
	{"connectivitycheck.platform.hicloud.com", "/generate_204", empty, "Huawei"},
	{"connectivitycheck.platform.hihonorcloud.com", "/generate_204", empty, "Honor"},
	{"wifi.vivo.com.cn", "/generate_204", empty, "vivo"},
	{"conn1.oppomobile.com", "/generate_204", empty, "OPPO"},
	{"captive.apple.com", "/hotspot-detect.html", apple, "Apple since iOS 7"},
	{"www.apple.com", "/library/test/success.html", apple, "Apple until iOS 6"},
	{"www.msftconnecttest.com", "/connecttest.txt", windows, "Windows since 10"},
	{"ipv6.msftconnecttest.com", "/connecttest.txt", windows, "Windows since 10, by IPv6"},
	{"www.msftncsi.com", "/ncsi.txt", windows7, "Windows until 8.1"},
	{"detectportal.firefox.com", "/success.txt", firefox, "Firefox"},
	{"detectportal.firefox.com", "/canonical.html", firefoxs, "Firefox since 89"},
	{"nmcheck.gnome.org", "/check_network_status.txt", manager, "GNOME"},
	{"network-test.debian.org", "/nm", manager, "Debian"},
	{"connectivity-check.ubuntu.com", "/", empty, "Ubuntu"},
	{"fedoraproject.org", "/static/hotspot.txt", Answer{http.StatusOK, "text/plain", "OK"}, "Fedora"},
	{"networkcheck.kde.org", "/", Answer{http.StatusOK, "text/plain", "OK\n"}, "KDE"},
	{"ping.archlinux.org", "/nm-check.txt", manager, "Arch Linux"},
}

// Probes lists what devices ask for, as far as this house knows.
func Probes() []Probe { return probes }

// Hosts lists the names that devices ask for their probes, each once.
func Hosts() []string {
	var hosts []string
	for i, p := range probes {
		if i == 0 || p.Host != probes[i-1].Host {
			hosts = append(hosts, p.Host)
		}
	}
	return hosts
}

// probed reports whether a host is one of the probes', and what a probe of it
// at that path takes for a yes.
func probed(host, path string) (yes Answer, probe, known bool) {
	for _, p := range probes {
		if p.Host != host {
			continue
		}
		known = true
		if p.Path == path {
			return p.Yes, true, true
		}
	}
	return Answer{}, false, known
}
