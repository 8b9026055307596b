package main

import (
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"celld/internal/op"
	"celld/internal/replication"
	"celld/internal/vault"
)

// opensslHere returns Debian's openssl, which judges how we shake hands. A
// machine without it fails.
func opensslHere(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal("openssl is not here to judge the handshake: apt-get install openssl")
	}
	return path
}

// What openssl prints: how the handshake ended, and that it was refused.
var (
	shaken  = regexp.MustCompile(`(?s)Cipher is ECDHE-ECDSA-CHACHA20-POLY1305\n.*Extended master secret: yes\n---\n`)
	refusal = regexp.MustCompile(`alert bad certificate`)
)

// stranger is openssl, at the place of a router that is off.
type stranger struct {
	t                 *testing.T
	path              string
	hello             []byte // what a router of the cell says first
	foreign, enrolled string // files with a key and the certificate that openssl made of it
}

func newStranger(t *testing.T, p *pair) *stranger {
	t.Helper()
	s := &stranger{t: t, path: opensslHere(t), hello: helloOf(t, p)}
	s.foreign = filepath.Join(t.TempDir(), "foreign.pem")
	s.run("genpkey", "-algorithm", "ed25519", "-out", s.foreign)
	keys, err := vault.Open(p.hall)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(keys.RouterSigner())
	if err != nil {
		t.Fatal(err)
	}
	s.enrolled = filepath.Join(t.TempDir(), "enrolled.pem")
	if err := os.WriteFile(s.enrolled, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{s.foreign, s.enrolled} {
		s.run("req", "-x509", "-new", "-key", key, "-subj", "/CN=somebody", "-days", "30", "-out", key+".crt")
	}
	return s
}

// helloOf is the first frame of a router of the pair's cell.
func helloOf(t *testing.T, p *pair) []byte {
	t.Helper()
	h := replication.Hello{Lowest: 1, Highest: 1, Features: []uint16{}}
	if n, err := hex.Decode(h.Cell[:], []byte(*asked(t, p.kitchen).Cell)); err != nil || n != len(h.Cell) {
		t.Fatal(err)
	}
	return replication.Frame{Kind: replication.KindHello, Number: 1, Body: op.MustMarshal(h)}.Encode()
}

func (s *stranger) run(args ...string) {
	s.t.Helper()
	if said, err := exec.Command(s.path, args...).CombinedOutput(); err != nil {
		s.t.Fatalf("openssl %v: %v: %s", args, err, said)
	}
}

// start lets openssl talk DTLS with a key until it ends or is killed. What is
// written to it, it sends.
func (s *stranger) start(key, at string) (*program, io.Writer) {
	s.t.Helper()
	args := []string{"s_client", "-dtls1_2", "-connect", at, "-key", key, "-cert", key + ".crt",
		"-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256"}
	p := &program{Cmd: exec.Command(s.path, args...), ended: make(chan struct{})}
	p.Stdout = writerFunc(func(b []byte) (int, error) { return p.hear(b, nil) })
	p.Stderr = p.Stdout
	in, err := p.StdinPipe()
	if err == nil {
		err = p.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.Wait()
	}()
	s.t.Cleanup(func() {
		p.kill()
		in.Close()
	})
	return p, in
}

// over reports whether it has ended.
func (p *program) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// hears reports how the kitchen stands to the hall, and how many strangers it
// has refused.
func (p *pair) hears(t *testing.T) (here bool, strangers uint64) {
	t.Helper()
	o := asked(t, p.kitchen).Peers
	if len(o.Routers) != 1 {
		t.Fatalf("the kitchen knows of %d other routers", len(o.Routers))
	}
	return o.Routers[0].Here, o.Strangers
}

// TestOpenSSLIsLetInWithARoutersKeyAlone: openssl knocks at a real router. With a
// key of its own it is refused after one handshake, and counted; with that of a
// router that was taken in, the handshake completes and it is talked to.
func TestOpenSSLIsLetInWithARoutersKeyAlone(t *testing.T) {
	p := newPair(t)
	p.join(t)
	p.second.kill() // openssl speaks in its place
	s := newStranger(t, p)
	at := p.firstArgs[3]

	_, before := p.hears(t)
	foreign, _ := s.start(s.foreign, at)
	until(t, "openssl is done", foreign.over)
	if said := foreign.words(); !refusal.MatchString(said) || foreign.ProcessState.Success() {
		t.Errorf("a foreign certificate is not refused: %s", said)
	}
	if _, n := p.hears(t); n != before+1 {
		t.Errorf("of one handshake, %d strangers were counted", n-before)
	}

	router, say := s.start(s.enrolled, at)
	until(t, "the handshake ends", func() bool { return router.over() || shaken.MatchString(router.words()) })
	if _, err := say.Write(s.hello); err != nil {
		t.Fatal(err)
	}
	until(t, "it is talked to", func() bool { here, _ := p.hears(t); return router.over() || here })
	if said := router.words(); router.over() || refusal.MatchString(said) {
		t.Errorf("a router's own key is not let in: %s", said)
	}
	if _, n := p.hears(t); n != before+1 {
		t.Error("a router's own key was counted as a stranger's")
	}
}
