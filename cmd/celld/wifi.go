package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
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
	if err := set.Parse(args); err != nil {
		return fmt.Errorf("wifi: %w; %w", err, errUsage)
	}
	switch args := set.Args(); {
	case len(args) == 0:
		return c.showWiFi(*file)
	case len(args) == 1 && args[0] == "secure":
		return c.secureWiFi(*file, *unused)
	case len(args) == 2 && args[0] == "tell":
		return tellWiFi(*file, args[1])
	}
	return fmt.Errorf("wifi takes nothing, secure, or tell FILE; %w", errUsage)
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
		fmt.Fprintf(c.out, "%s, without a key: cellctl wifi secure gives it one\n", w.SSID)
	default:
		fmt.Fprintf(c.out, "%s, with the key %s\n", w.SSID, w.Key)
	}
	return nil
}

// secureWiFi gives open access points a key that people can write down. A file
// with a line that is refused is left alone: that line would be lost.
func (c *client) secureWiFi(file string, unused bool) error {
	u, problems, err := system.ReadUCI(file)
	if err != nil {
		return err
	}
	if refused(problems) {
		return fmt.Errorf("%s has lines that are refused; nothing was changed", file)
	}
	five, err := words.Generate("en", rand.Reader)
	if err != nil {
		return err
	}
	key := strings.Join(five, "-")
	if system.SecureWiFi(&u, key, unused) == 0 {
		_, err := fmt.Fprintln(c.out, "nothing to change")
		return err
	}
	if err := system.WriteUCI(file, u); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "the key is now %s; reload_config lets it take effect\n", key)
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
