package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"celld/internal/system"
	"celld/internal/web"
	"celld/internal/words"
)

// wifi sees to the network that members join, for whoever keeps the router.
func (c *client) wifi(args []string) error {
	set := quietFlags("wifi")
	file := set.String("uci", "/etc/config/wireless", "")
	unused := set.Bool("unused", false, "")
	room := set.Int("room", 0, "")
	if err := set.Parse(args); err != nil {
		return fmt.Errorf("wifi: %w; %w", err, errUsage)
	}
	args = set.Args()
	if len(args) == 0 {
		return c.showWiFi(*file)
	}
	switch verb, rest := args[0], args[1:]; {
	case verb == "tell" && len(rest) == 1:
		return tellWiFi(*file, rest[0])
	case verb == "members" && slices.Equal(rest, []string{"off"}):
		return c.changeWiFi(*file, "what had its key for members is gone", system.RemoveMembersWiFi)
	case verb == "members" && len(rest) == 0:
		return c.keyWiFi(*file, rest, func(u *system.UCI, key string) int { return system.AddMembersWiFi(u, key, *room) })
	case verb == "secure" && len(rest) == 0:
		return c.keyWiFi(*file, rest, func(u *system.UCI, key string) int { return system.SecureWiFi(u, key, *unused) })
	case verb == "key" && len(rest) <= 1:
		return c.keyWiFi(*file, rest, system.RekeyWiFi)
	}
	return fmt.Errorf("wifi takes nothing, members, members off, secure, key [KEY], or tell FILE; %w", errUsage)
}

func (c *client) showWiFi(file string) error {
	u, _, err := system.ReadUCI(file)
	if err != nil {
		return err
	}
	w, ok := system.MembersWiFi(u)
	switch {
	case !ok:
		fmt.Fprintln(c.out, "no access point on lan is switched on")
	case w.Key == "":
		fmt.Fprintf(c.out, "%s, without a key: cellctl wifi secure gives it one, cellctl wifi members puts one with a key beside it\n", w.SSID)
	default:
		fmt.Fprintf(c.out, "%s, with the key %s\n", w.SSID, w.Key)
	}
	return nil
}

// keyWiFi gives access points the key that was given, or one that people can write
// down.
func (c *client) keyWiFi(file string, given []string, change func(*system.UCI, string) int) error {
	if len(given) == 0 {
		five, err := words.Generate("en", rand.Reader)
		if err != nil {
			return err
		}
		given = []string{strings.Join(five, "-")}
	}
	key := given[0]
	if !system.GoodWiFiKey(key) {
		return errors.New("the key of a Wi-Fi has 8 to 63 characters, of those that every keyboard has; nothing was changed")
	}
	return c.changeWiFi(file, "the key is now "+key, func(u *system.UCI) int { return change(u, key) })
}

// changeWiFi changes access points. A file with a line that is refused is left alone:
// that line would be lost.
func (c *client) changeWiFi(file, done string, change func(*system.UCI) int) error {
	u, problems, err := system.ReadUCI(file)
	if err != nil {
		return err
	}
	if refused(problems) {
		return fmt.Errorf("%s has lines that are refused; nothing was changed", file)
	}
	if change(&u) == 0 {
		_, err := fmt.Fprintln(c.out, "nothing to change")
		return err
	}
	if err := system.WriteUCI(file, u); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s; reload_config lets it take effect\n", done)
	return err
}

// tellWiFi writes down what celld, which may not read the file, has to know.
func tellWiFi(file, to string) error {
	u, _, err := system.ReadUCI(file)
	w, ok := system.MembersWiFi(u)
	if !ok {
		w = system.WiFi{}
	}
	return errors.Join(err, system.TellWiFi(to, w))
}

// wifiHere is what the pages know of it.
func wifiHere() (web.WiFi, bool) {
	w, ok := machine.WiFi()
	return web.WiFi(w), ok
}

// securePort is where the encrypted pages are.
func (h *house) securePort() string {
	for _, a := range h.addresses {
		if _, port, err := net.SplitHostPort(a.Addr); err == nil && a.Scheme == "https" {
			return port
		}
	}
	return ""
}
