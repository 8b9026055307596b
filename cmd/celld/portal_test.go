package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// theSigns is a house with a signpost, whose doors are open and which is still
// reading.
func theSigns(t *testing.T, flags ...string) *house {
	t.Helper()
	c, err := parseConfig(append([]string{"-dir", t.TempDir(), "-http", "127.0.0.1:0", "-portal", "127.0.0.1:0"}, flags...))
	if err != nil {
		t.Fatal(err)
	}
	h, err := findHouse(c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.close() })
	doors, err := h.doors()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range doors {
		if s, ok := d.(*server); ok {
			t.Cleanup(func() { _ = s.close() })
		}
	}
	return h
}

func TestTheAddressOfACellIsKnownWhileItsRouterIsAsleep(t *testing.T) {
	h := theSigns(t)
	if got := h.signs.host(); got != "celld.internal" || h.signs.cell() != "" {
		t.Errorf("before there is a cell: %s, %q", got, h.signs.cell())
	}
	if err := h.open(); err != nil {
		t.Fatal(err)
	}
	if _, err := settle(h); err != nil {
		t.Fatal(err)
	}
	if _, err := h.tasks(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := h.signs.host(); got != "mill-lane.internal" || h.signs.cell() != "Mill Lane" {
			t.Errorf("%s, %q", got, h.signs.cell())
		}
		for host, want := range map[string]bool{"mill-lane.internal": true, "celld.internal": false, "": false, "mill-lane": false} {
			if h.known(host) != want {
				t.Errorf("%q is a host of ours: %v", host, !want)
			}
		}
		if err := h.desk.Lock(); err != nil {
			t.Fatal(err)
		}
	}
	h2 := &signs{house: &house{config: h.config, porch: &porch{}}}
	if b, err := os.ReadFile(filepath.Join(h.config.dir, nameFile)); err != nil || string(b) != "Mill Lane\n" {
		t.Errorf("%q %v", b, err)
	}
	h2.called = "Mill Lane"
	if got := h2.host(); got != "mill-lane.internal" {
		t.Errorf("while it still reads: %s", got)
	}
}

func TestANameOfItsOwnRulesAndIsChecked(t *testing.T) {
	if got := theSigns(t, "-portal-name", "table").signs.host(); got != "table.internal" {
		t.Error(got)
	}
	for _, wrong := range [][]string{
		{"-portal", "2080"}, {"-portal", ":2080", "-portal-name", "a.b"}, {"-portal", ":2080", "-portal-name", "Mill Lane"},
		{"-portal", ":2080", "-portal-public", "cell.example.org"},
	} {
		if c, err := parseConfig(wrong); err == nil {
			t.Errorf("%v: %v", wrong, c.portalName)
		}
	}
	c, err := parseConfig([]string{"-portal", ":2080"})
	if err != nil || !slices.Equal(c.hosts, anyNode) {
		t.Errorf("%v %v", c.hosts, err)
	}
	if c, err := parseConfig(nil); err != nil || len(c.hosts) != 0 {
		t.Errorf("without a signpost: %v %v", c.hosts, err)
	}
	file := filepath.Join(t.TempDir(), "celld.conf")
	if err := os.WriteFile(file, []byte("hosts mill.lan\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err = parseConfig([]string{"-portal", ":2080", "-config", file})
	if err != nil || !slices.Equal(c.hosts, append([]string{"mill.lan"}, anyNode...)) {
		t.Errorf("with names in a file: %v %v", c.hosts, err)
	}
}

func TestThePulseSaysWhatIsSoAndWaitsForNobody(t *testing.T) {
	h := theSigns(t, "-portal-name", "table")
	fifo := filepath.Join(h.config.dir, pulseName)
	beat := pulseTask{h.signs, fifo}
	if err := beat.prepare(); err != nil {
		t.Errorf("it is there already: %v", err)
	}
	beat.beat() // nobody reads, and it goes on
	f, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	for _, public := range []string{"", " cell.example.org"} {
		h.signs.Public = strings.TrimSpace(public)
		beat.beat()
		line, err := lines.ReadString('\n')
		if want := map[bool]string{true: "alone table", false: "online table"}[alone()] + public + "\n"; err != nil || line != want {
			t.Errorf("%q %v, not %q", line, err, want)
		}
	}
	wrong := pulseTask{h.signs, filepath.Join(t.TempDir(), "file")}
	wrong.beat()
	if err := os.WriteFile(wrong.fifo, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := wrong.prepare(); err == nil {
		t.Error("a file is taken for a pulse")
	}
}

// TestPhonesAreToldOfACertificateThatTheyMayKnow: of any other they would make an
// error, and ask nothing else.
func TestPhonesAreToldOfACertificateThatTheyMayKnow(t *testing.T) {
	const host = "cell.example.org"
	made, err := makeCertificate()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what string
		pem  []byte
		want string
	}{
		{"one that the router made", made, ""},
		{"one of an authority, for another name", issued(t, "other.example.org"), ""},
		{"one of an authority", issued(t, host), host},
	} {
		h := &house{config: config{portalPublic: host}, logger: quiet()}
		if h.certificate, err = tls.X509KeyPair(c.pem, c.pem); err != nil {
			t.Fatal(err)
		}
		if got := h.public(); got != c.want {
			t.Errorf("%s: %q", c.what, got)
		}
		h.config.portalPublic = ""
		if got := h.public(); got != "" {
			t.Errorf("%s, and nobody wants a public name: %q", c.what, got)
		}
	}
	if got := (&house{config: config{portalPublic: host}, logger: quiet()}).public(); got != "" {
		t.Errorf("no certificate: %q", got)
	}
}

// issued is a certificate for host that somebody else signed, and its key.
func issued(t *testing.T, host string) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "An authority"}, IsCA: true, BasicConstraintsValid: true}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host}}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	own, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: own}))
}
