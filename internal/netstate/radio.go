package netstate

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"github.com/mdlayher/netlink"
)

// Numbers of generic netlink (<linux/genetlink.h>), of 802.11 radios
// (<linux/nl80211.h>) and of batman-adv (<linux/batman_adv.h>).
const (
	protocolGeneric = 16
	control         = 16 // the family that knows the others
	getFamily       = 3
	familyID        = 1
	familyName      = 2

	getInterface      = 5
	getStation        = 17
	radioIndex        = 3
	radioMAC          = 6
	radioStation      = 21
	stationSignal     = 7
	stationSignalMean = 13

	getTranslations = 7
	getOriginators  = 8
	meshIndex       = 3
	meshOriginator  = 9
	meshClient      = 16
	meshBest        = 22
	meshQuality     = 25
)

// Hearing is how well somebody is heard. What nothing tells is zero.
type Hearing struct {
	Signal  int // of a radio that hears them directly, in dBm: -50 is near, -85 is far
	Arrives int // of a hundred frames, how many come through, hop by hop (batman-adv's TQ)
}

// asker puts a question to generic netlink and returns all that it answers.
type asker func(netlink.Message) ([]netlink.Message, error)

// Heard asks the radios of this machine, and those of its links that are batman-adv's,
// how well they hear whom, by hardware address. Radios may be asked without privileges,
// batman-adv may not; who may not be asked tells nothing.
func Heard(links []Link) (map[string]Hearing, error) {
	conn, err := netlink.Dial(protocolGeneric, nil)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return heard(conn.Execute, links)
}

func heard(ask asker, links []Link) (map[string]Hearing, error) {
	out := map[string]Hearing{}
	return out, errors.Join(radios(ask, out), meshes(ask, links, out))
}

// radios asks every radio about the stations that it is linked with.
func radios(ask asker, out map[string]Hearing) error {
	family, err := resolve(ask, "nl80211")
	if family == 0 || err != nil {
		return err
	}
	found, err := dump(ask, family, getInterface, 0, 0)
	if err != nil {
		return fmt.Errorf("radios: %w", err)
	}
	for _, i := range found {
		index, ok := number(i[radioIndex])
		if !ok {
			continue
		}
		stations, err := dump(ask, family, getStation, radioIndex, index)
		if err != nil && !hidden(err) {
			return fmt.Errorf("stations: %w", err)
		}
		for _, s := range stations {
			if dBm := signal(s[radioStation]); dBm < 0 && len(s[radioMAC]) == 6 {
				at := net.HardwareAddr(s[radioMAC]).String()
				out[at] = Hearing{Signal: dBm, Arrives: out[at].Arrives}
			}
		}
	}
	return nil
}

// signal is the mean of a station's signal, or else its last, in dBm.
func signal(info []byte) int {
	of, err := attributes(info)
	if err != nil {
		return 0
	}
	for _, kind := range [...]uint16{stationSignalMean, stationSignal} {
		if b := of[kind]; len(b) == 1 {
			return int(int8(b[0]))
		}
	}
	return 0
}

// meshes asks batman-adv who is behind whom, and how well the best way there is.
func meshes(ask asker, links []Link, out map[string]Hearing) error {
	family := uint16(0)
	for _, l := range links {
		if l.Kind != "batadv" {
			continue
		}
		if family == 0 {
			var err error
			if family, err = resolve(ask, "batadv"); family == 0 || err != nil {
				return err
			}
		}
		if err := meshed(ask, family, uint32(l.Index), out); err != nil && !hidden(err) {
			return fmt.Errorf("%s: %w", l.Name, err)
		}
	}
	return nil
}

func meshed(ask asker, family uint16, link uint32, out map[string]Hearing) error {
	originators, err := dump(ask, family, getOriginators, meshIndex, link)
	if err != nil {
		return err
	}
	clients, err := dump(ask, family, getTranslations, meshIndex, link)
	if err != nil {
		return err
	}
	quality := map[string]int{}
	for _, o := range originators {
		if _, best := o[meshBest]; best && len(o[meshQuality]) == 1 && len(o[meshOriginator]) == 6 {
			quality[string(o[meshOriginator])] = int(o[meshQuality][0]) * 100 / 255
		}
	}
	arrives := func(b []byte, share int) {
		at := net.HardwareAddr(b).String()
		out[at] = Hearing{Signal: out[at].Signal, Arrives: share}
	}
	for at, share := range quality { // by its radio, as a neighbour on that link is known
		arrives([]byte(at), share)
	}
	for _, c := range clients {
		share, known := quality[string(c[meshOriginator])]
		if _, best := c[meshBest]; best && known && len(c[meshClient]) == 6 {
			arrives(c[meshClient], share)
		}
	}
	return nil
}

// resolve returns the number by which a family is asked, zero if there is none.
func resolve(ask asker, name string) (uint16, error) {
	found, err := question(ask, control, getFamily, netlink.Request, netlink.Attribute{Type: familyName, Data: append([]byte(name), 0)})
	if hidden(err) || errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil || len(found) != 1 || len(found[0][familyID]) != 2 {
		return 0, fmt.Errorf("family %s: %w", name, cmp.Or(err, errAnswer))
	}
	return binary.NativeEndian.Uint16(found[0][familyID]), nil
}

var errAnswer = errors.New("an answer that cannot be read")

// dump asks for a list, of one link where kind names it.
func dump(ask asker, family uint16, command uint8, kind uint16, link uint32) ([]map[uint16][]byte, error) {
	var of []netlink.Attribute
	if kind != 0 {
		of = append(of, netlink.Attribute{Type: kind, Data: binary.NativeEndian.AppendUint32(nil, link)})
	}
	return question(ask, family, command, netlink.Request|netlink.Dump, of...)
}

// question asks a family, and returns the attributes of each answer.
func question(ask asker, family uint16, command uint8, flags netlink.HeaderFlags, of ...netlink.Attribute) ([]map[uint16][]byte, error) {
	data, err := netlink.MarshalAttributes(of)
	if err != nil {
		return nil, err
	}
	answers, err := ask(netlink.Message{Header: netlink.Header{Type: netlink.HeaderType(family), Flags: flags},
		Data: append([]byte{command, 1, 0, 0}, data...)})
	if err != nil {
		return nil, err
	}
	var out []map[uint16][]byte
	for _, a := range answers {
		if len(a.Data) < 4 {
			return nil, errAnswer
		}
		of, err := attributes(a.Data[4:])
		if err != nil {
			return nil, errAnswer
		}
		out = append(out, of)
	}
	return out, nil
}

// attributes are those of an answer, by kind.
func attributes(b []byte) (map[uint16][]byte, error) {
	list, err := netlink.UnmarshalAttributes(b)
	if err != nil {
		return nil, err
	}
	out := make(map[uint16][]byte, len(list))
	for _, a := range list {
		out[a.Type&^(netlink.Nested|netlink.NetByteOrder)] = a.Data
	}
	return out, nil
}

func number(b []byte) (uint32, bool) {
	if len(b) != 4 {
		return 0, false
	}
	return binary.NativeEndian.Uint32(b), true
}

// hidden reports whether the kernel does not let this process see something, or
// the link has gone meanwhile.
func hidden(err error) bool { return denied(err) || errors.Is(err, syscall.ENODEV) }
