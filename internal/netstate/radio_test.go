package netstate

import (
	"encoding/binary"
	"errors"
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
		},
		"mesh originators": {
			{at(meshOriginator, far...), at(meshQuality, 178), at(meshBest)},
			{at(meshOriginator, far...), at(meshQuality, 255)}, // a way that is not taken
		},
		"mesh translations": {
			{at(meshClient, client...), at(meshOriginator, far...), at(meshBest)},
			{at(meshClient, client...), at(meshOriginator, near...)},
		},
	}}
}

var withMesh = []Link{{Index: 2, Kind: "bridge"}, {Index: 7, Name: "bat0", Kind: "batadv"}}

func TestWhatRadiosAndMeshesTellOfNeighbours(t *testing.T) {
	got, err := heard(newAir().ask, withMesh)
	want := map[string]Hearing{
		"02:00:00:00:00:01": {Signal: -59}, "02:00:00:00:00:02": {Signal: -85, Arrives: 69}, "02:00:00:00:01:02": {Arrives: 69},
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v", got, err)
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
		if err != nil || len(got) != 1 && len(got) != 2 {
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
	if _, err := Heard(nil); err != nil && !errors.Is(err, os.ErrPermission) {
		t.Error(err)
	}
}
