package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

// loadCertificate reads DIR/keys/https.pem, and makes it at the first start:
// the router vouches for itself, and people compare its fingerprint once.
func loadCertificate(dir string) (tls.Certificate, error) {
	path := filepath.Join(dir, "keys", "https.pem")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if b, err = makeCertificate(); err == nil {
			err = createFile(path, func(w io.Writer) error {
				_, err := w.Write(b)
				return err
			})
		}
	}
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("-https: certificate: %w", err)
	}
	c, err := tls.X509KeyPair(b, b)
	if err != nil {
		return c, fmt.Errorf("-https: %s: %w; remove it to have a new one made", path, err)
	}
	return c, nil
}

// makeCertificate returns a key and its certificate. Browsers want ECDSA, and
// no clock may matter to it: it is good from 1970 to the end of all calendars
// (RFC 5280 section 4.1.2.5).
func makeCertificate() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), // never compared: every router is its own issuer
		Subject:      pkix.Name{CommonName: "celld"},
		DNSNames:     []string{"celld.internal"},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	cert, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	out := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})
	return append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...), nil
}

// syncDir makes what was created, renamed and removed in dir outlive a power
// cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// vouchedFor reports why a certificate is not one for host that phones know
// already, as far as that can be told here; nil if it may be. Whose word counts
// with a phone is that phone's to say.
func vouchedFor(c *tls.Certificate, host string) error {
	leaf := c.Leaf
	if leaf == nil || bytes.Equal(leaf.RawIssuer, leaf.RawSubject) {
		return errors.New("the router made this certificate itself")
	}
	return leaf.VerifyHostname(host)
}
