package system

import (
	"encoding/json"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"
)

// Root is the machine's file system, as os.DirFS("/") has it; in tests a part
// of another one.
type Root struct{ FS fs.FS }

// Board is what this machine is, as far as it says.
type Board struct {
	Model   string `json:"model,omitempty"`
	Release string `json:"release,omitempty"` // of OpenWrt, or what is made of it
	RTC     bool   `json:"rtc"`               // it has a clock that runs without power
}

// Memory is in bytes.
type Memory struct {
	Total     uint64 `json:"total"`
	Available uint64 `json:"available"`
}

// Board reads what the machine tells of itself.
func (r Root) Board() Board {
	b := Board{Model: r.line("tmp/sysinfo/model")}
	if b.Model == "" {
		b.Model = r.boardName()
	}
	if b.Model == "" {
		b.Model = strings.TrimRight(r.line("proc/device-tree/model"), "\x00")
	}
	for line := range strings.Lines(r.text("etc/openwrt_release")) {
		if v, ok := strings.CutPrefix(line, "DISTRIB_DESCRIPTION="); ok {
			b.Release = strings.Trim(strings.TrimSpace(v), `'"`)
		}
	}
	_, err := fs.Stat(r.FS, "sys/class/rtc/rtc0")
	b.RTC = err == nil
	return b
}

// boardName is the model in the file that OpenWrt's own scripts read.
func (r Root) boardName() string {
	var board struct {
		Model struct {
			Name string `json:"name"`
		} `json:"model"`
	}
	// A file that is not there, or broken, names no model.
	_ = json.Unmarshal([]byte(r.text("etc/board.json")), &board)
	return board.Model.Name
}

// Memory reads how much there is, and how much of it is left.
func (r Root) Memory() (m Memory, ok bool) {
	for line := range strings.Lines(r.text("proc/meminfo")) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, err := strconv.ParseUint(f[1], 10, 54)
		switch {
		case err != nil:
		case f[0] == "MemTotal:":
			m.Total = kb << 10
		case f[0] == "MemAvailable:":
			m.Available = kb << 10
		}
	}
	return m, m.Total > 0
}

// ntpMark is touched by our script in /etc/hotplug.d/ntp, whenever ntpd says
// that it follows a server. BusyBox's ntpd leaves the kernel's own mark alone:
// it never sets the clock's largest error, and within seconds the kernel takes
// its clock for one that nobody keeps.
const ntpMark = "var/run/celld/ntp"

// ntpHolds is how long a clock is taken to be right after ntpd was last heard.
// The kernel itself gives up after nine hours.
const ntpHolds = 9 * time.Hour

// NTP reports whether ntpd has said lately that it keeps the clock.
func (r Root) NTP(now time.Time) bool {
	fi, err := fs.Stat(r.FS, ntpMark)
	return err == nil && now.Sub(fi.ModTime()).Abs() < ntpHolds
}

// text is what a file says; nothing, when it is not there or is no such file.
func (r Root) text(name string) string {
	f, err := r.FS.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostUCI))
	if err != nil {
		return ""
	}
	return string(b)
}

// line is the first line of a file.
func (r Root) line(name string) string {
	line, _, _ := strings.Cut(r.text(name), "\n")
	return strings.TrimSpace(line)
}
