package system

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"
)

// router is what an OpenWrt tells of itself.
func router(change map[string]string) Root {
	files := map[string]string{
		"tmp/sysinfo/model":      "TP-Link Archer C7 v2\n",
		"etc/board.json":         `{"model":{"id":"tplink,archer-c7-v2","name":"of board.json"},"led":{}}`,
		"proc/device-tree/model": "of the tree\x00",
		"etc/openwrt_release":    "DISTRIB_ID='LibreMesh'\nDISTRIB_DESCRIPTION='LibreMesh 2024.1 (OpenWrt 24.10.6)'\n",
		"proc/meminfo":           "MemTotal:         124716 kB\nMemFree:           60000 kB\nMemAvailable:      70000 kB\nOdd\nHuge: 99999999999999999999 kB\n",
		"sys/class/rtc/rtc0/x":   "",
	}
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, text := range change {
		delete(m, name)
		if text != "" {
			m[name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	return Root{m}
}

func TestARouterTellsWhatItIs(t *testing.T) {
	want := Board{Model: "TP-Link Archer C7 v2", Release: "LibreMesh 2024.1 (OpenWrt 24.10.6)", RTC: true}
	if got := router(nil).Board(); got != want {
		t.Errorf("%+v", got)
	}
	without := map[string]string{"tmp/sysinfo/model": "", "sys/class/rtc/rtc0/x": ""}
	want.Model, want.RTC = "of board.json", false
	if got := router(without).Board(); got != want {
		t.Errorf("%+v", got)
	}
	without["etc/board.json"], want.Model = "{torn", "of the tree"
	if got := router(without).Board(); got != want {
		t.Errorf("%+v", got)
	}
	if m, ok := router(nil).Memory(); !ok || m != (Memory{Total: 124716 << 10, Available: 70000 << 10}) {
		t.Errorf("%+v %v", m, ok)
	}
}

func TestAnotherMachineSaysThatItDoesNotKnow(t *testing.T) {
	r := Root{fstest.MapFS{"etc/openwrt_release/x": {}, "proc/meminfo": {Data: []byte("MemTotal: much\n")}}}
	if got := r.Board(); got != (Board{}) {
		t.Errorf("%+v", got)
	}
	if m, ok := r.Memory(); ok {
		t.Errorf("%+v", m)
	}
	if r.NTP(time.Now()) {
		t.Error("a clock that nobody keeps")
	}
	// This one here has at least memory.
	if m, ok := (Root{os.DirFS("/")}).Memory(); !ok || m.Available > m.Total {
		t.Errorf("%+v %v", m, ok)
	}
}

func TestTheClockIsKeptForAWhileAfterNTPWasHeard(t *testing.T) {
	heard := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	r := Root{fstest.MapFS{ntpMark: {ModTime: heard, Mode: fs.FileMode(0o644)}}}
	for after, want := range map[time.Duration]bool{
		0: true, 8 * time.Hour: true, 10 * time.Hour: false,
		-time.Minute: true, -10 * time.Hour: false, // a clock that was set back since
	} {
		if got := r.NTP(heard.Add(after)); got != want {
			t.Errorf("%v after: %v", after, got)
		}
	}
}

// TestNTPLeavesTheMarkThatIsLookedFor runs the script that ntpd's scripts run.
func TestNTPLeavesTheMarkThatIsLookedFor(t *testing.T) {
	const script = "../../openwrt/celld/files/etc/hotplug.d/ntp/30-celld"
	for _, c := range []struct {
		action, stratum string
		want            bool
	}{
		{"stratum", "3", true}, {"periodic", "3", true}, {"step", "16", true},
		{"stratum", "16", false}, {"unsync", "16", false}, {"periodic", "", false},
	} {
		root := t.TempDir()
		run := exec.Command("sh", script)
		run.Env = []string{"PATH=" + os.Getenv("PATH"), "ACTION=" + c.action, "stratum=" + c.stratum, "CELLD_RUN=" + filepath.Join(root, filepath.Dir(ntpMark))}
		if out, err := run.CombinedOutput(); err != nil || len(out) > 0 {
			t.Fatalf("%v: %s", err, out)
		}
		if got := (Root{os.DirFS(root)}).NTP(time.Now()); got != c.want {
			t.Errorf("%s %s: %v", c.action, c.stratum, got)
		}
	}
}
