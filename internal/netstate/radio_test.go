package netstate

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/mdlayher/netlink"
)

// air answers as a kernel with one radio and one batman-adv would.
type air struct {
	answers map[string][][]netlink.Attribute // by family and command
	errs    map[string]error
	asked   []string
}

const radioFamily, meshFamily = 33, 34

func (a *air) ask(m netlink.Message) ([]netlink.Message, error) {
	name := map[netlink.HeaderType]string{control: "family", radioFamily: "radio", meshFamily: "mesh"}[m.Header.Type]
	of, err := attributes(m.Data[4:])
	if err != nil {
		return nil, err
	}
	switch {
	case name == "family":
		name += " " + strings.TrimRight(string(of[familyName]), "\x00")
	case m.Data[0] == getInterface:
		name += " interfaces"
	case m.Data[0] == getStation:
		name += " stations"
	case m.Data[0] == getOriginators:
		name += " originators"
	default:
		name += " translations"
	}
	switch link := of[map[bool]uint16{true: radioIndex, false: meshIndex}[strings.HasPrefix(name, "radio")]]; {
	case strings.HasPrefix(name, "family"):
	case name == "radio interfaces" && link != nil, name == "radio stations" && !bytes.Equal(link, words(4)), strings.HasPrefix(name, "mesh") && !bytes.Equal(link, words(7)):
		return nil, fmt.Errorf("%s of link %x", name, link)
	}
	a.asked = append(a.asked, name)
	if err := a.errs[name]; err != nil {
		return nil, &netlink.OpError{Op: "receive", Err: err}
	}
	var out []netlink.Message
	for _, answer := range a.answers[name] {
		data, err := netlink.MarshalAttributes(answer)
		if err != nil {
			return nil, err
		}
		out = append(out, netlink.Message{Data: append([]byte{0, 0, 0, 0}, data...)})
	}
	return out, nil
}

func at(kind uint16, b ...byte) netlink.Attribute { return netlink.Attribute{Type: kind, Data: b} }

func words(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }

func nested(kind uint16, of ...netlink.Attribute) netlink.Attribute {
	data, err := netlink.MarshalAttributes(of)
	if err != nil {
		panic(err)
	}
	return netlink.Attribute{Type: kind | netlink.Nested, Data: data}
}

var (
	near, far = []byte{2, 0, 0, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 2}
	other     = []byte{2, 0, 0, 0, 0, 9}
	client    = []byte{2, 0, 0, 0, 1, 2} // behind far
)

func newAir() *air {
	return &air{errs: map[string]error{}, answers: map[string][][]netlink.Attribute{
		"family nl80211":   {{at(familyID, binary.NativeEndian.AppendUint16(nil, radioFamily)...)}},
		"family batadv":    {{at(familyID, binary.NativeEndian.AppendUint16(nil, meshFamily)...)}},
		"radio interfaces": {{at(radioIndex, words(4)...)}, {at(radioMAC, near...)}}, // the second is none of a network
		"radio stations": {
			{at(radioMAC, near...), nested(radioStation, at(stationSignal, 0xc0), at(stationSignalMean, 0xc5))},
			{at(radioMAC, far...), nested(radioStation, at(stationSignal, 0xab))},
			{at(radioMAC, 2, 0, 0, 0, 0, 3), nested(radioStation)},
			{at(radioMAC, 2, 0, 0, 0, 4), nested(radioStation, at(stationSignal, 0xc0))}, // no address
		},
		"mesh originators": {
			{at(meshOriginator, far...), at(meshQuality, 178), at(meshBest)},
			{at(meshOriginator, far...), at(meshQuality, 255)}, // a way that is not taken
			{at(meshOriginator, other...), at(meshQuality, 255), at(meshBest)},
			{at(meshOriginator, 2, 0, 0, 0, 5), at(meshQuality, 255), at(meshBest)}, // no address
			{at(meshOriginator, 2, 0, 0, 0, 0, 6), at(meshBest)},                    // no quality
		},
		"mesh translations": {
			{at(meshClient, client...), at(meshOriginator, far...), at(meshBest)},
			{at(meshClient, client...), at(meshOriginator, other...)},                     // a way that is not taken
			{at(meshClient, 2, 0, 0, 0, 1, 7), at(meshOriginator, near...), at(meshBest)}, // behind nobody who is known
			{at(meshClient, 2, 0, 0, 0, 1), at(meshOriginator, other...), at(meshBest)},   // no address
		},
	}}
}

var withMesh = []Link{{Index: 2, Kind: "bridge"}, {Index: 7, Name: "bat0", Kind: "batadv"}}

func TestWhatRadiosAndMeshesTellOfNeighbours(t *testing.T) {
	got, err := heard(newAir().ask, withMesh)
	want := map[string]Hearing{
		"02:00:00:00:00:01": {Signal: -59}, "02:00:00:00:00:02": {Signal: -85, Arrives: 69}, "02:00:00:00:01:02": {Arrives: 69},
		"02:00:00:00:00:09": {Arrives: 100},
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
	}
	two := newAir()
	two.answers["mesh translations"] = nil
	if _, err := heard(two.ask, append(withMesh, withMesh[1])); err != nil || strings.Count(strings.Join(two.asked, ","), "family batadv") != 1 {
		t.Errorf("asked %v, %v", two.asked, err)
	}
}

// An answer that is cut short is told of, and no panic.
func TestAnAnswerThatCannotBeReadIsTold(t *testing.T) {
	for name, data := range map[string][]byte{"nothing": nil, "half a head": {0, 0, 0}, "half an attribute": {0, 0, 0, 0, 9, 0}} {
		_, err := heard(func(netlink.Message) ([]netlink.Message, error) { return []netlink.Message{{Data: data}}, nil }, withMesh)
		if !errors.Is(err, errAnswer) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhoMayNotBeAskedTellsNothing(t *testing.T) {
	for name, fault := range map[string]error{
		"family nl80211": syscall.ENOENT, "family batadv": syscall.ENOENT, "mesh originators": syscall.EPERM,
		"mesh translations": syscall.EPERM, "radio stations": syscall.ENODEV,
	} {
		a := newAir()
		a.errs[name] = fault
		got, err := heard(a.ask, withMesh)
		ofRadio := strings.Contains(name, "nl80211") || strings.Contains(name, "radio")
		for at, h := range got {
			if ofRadio != (h.Signal == 0) || ofRadio != (h.Arrives > 0) {
				t.Errorf("%s: %s is heard %+v", name, at, h)
			}
		}
		if err != nil || ofRadio && len(got) != 3 || !ofRadio && len(got) != 2 {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	a := newAir()
	a.answers["radio interfaces"] = nil
	if got, err := heard(a.ask, withMesh[:1]); err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
	for _, name := range a.asked {
		if strings.Contains(name, "mesh") || strings.Contains(name, "batadv") {
			t.Errorf("without a mesh, it asked %s", name)
		}
	}
}

func TestAFaultOfTheKernelIsTold(t *testing.T) {
	for _, name := range []string{"family nl80211", "family batadv", "radio interfaces", "radio stations", "mesh originators", "mesh translations"} {
		a := newAir()
		a.errs[name] = syscall.ENOBUFS
		if _, err := heard(a.ask, withMesh); !errors.Is(err, syscall.ENOBUFS) {
			t.Errorf("%s: %v", name, err)
		}
		a = newAir()
		a.answers[name] = [][]netlink.Attribute{{}}
		if _, err := heard(a.ask, withMesh); strings.HasPrefix(name, "family") != errors.Is(err, errAnswer) {
			t.Errorf("%s without what it should tell: %v", name, err)
		}
	}
}

// This machine's own kernel answers, whatever it has.
func TestTheKernelAnswers(t *testing.T) {
	open := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := open()
	for range 100 {
		if _, err := Heard(nil); err != nil && !errors.Is(err, os.ErrPermission) {
			t.Fatal(err)
		}
	}
	if n := open(); n > before+50 {
		t.Errorf("%d files are open, before there were %d", n, before)
	}
}
