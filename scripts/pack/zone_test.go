package main

import (
	"testing"
	"time"
)

// TestTheRoutersTimeZoneIsOneThatGoReads: OpenWrt keeps it as a rule, in /etc/TZ, and
// Go knows only files.
func TestTheRoutersTimeZoneIsOneThatGoReads(t *testing.T) {
	const hour = 3600
	for rule, want := range map[string]struct{ january, july int }{
		"<-03>3":                      {-3 * hour, -3 * hour}, // Buenos Aires
		"CET-1CEST,M3.5.0,M10.5.0/3":  {1 * hour, 2 * hour},   // Madrid
		"NZST-12NZDT,M9.5.0,M4.1.0/3": {13 * hour, 12 * hour},
		"<+0545>-5:45":                {5*hour + 45*60, 5*hour + 45*60}, // Kathmandu
		"UTC":                         {0, 0},                           // as OpenWrt begins
		"GMT0":                        {0, 0},
		"":                            {0, 0}, // there is no such file
		"not a rule":                  {0, 0},
		"100% $(reboot) '%s":          {0, 0},
	} {
		file := must(t, nil, "busybox", "sh", "-c", `. "$0"; zone "$1"`, "../../openwrt/celld/files/etc/init.d/celld", rule)
		zone, err := time.LoadLocationFromTZData("router", []byte(file))
		if err != nil {
			t.Errorf("%q: Go does not read it: %v", rule, err)
			continue
		}
		for month, offset := range map[time.Month]int{time.January: want.january, time.July: want.july} {
			if _, got := time.Date(2026, month, 15, 12, 0, 0, 0, zone).Zone(); got != offset {
				t.Errorf("%q, in %s: %d s, and not %d", rule, month, got, offset)
			}
		}
	}
}
