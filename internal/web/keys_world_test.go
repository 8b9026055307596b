package web

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"celld/internal/cell"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/ui"
)

// A slot in these tests is a hash of the words: whoever knows them opens it.
// The ring keeps the identity keys that a vault would seal in there.

func slotOf(words string) []byte {
	sum := sha256.Sum256([]byte(words))
	return sum[:]
}

// cellars are the keys behind the slots, and the log that tells whose slot it is.
type cellars struct {
	evening    *evening
	identities map[string]ed25519.PrivateKey // by slot
}

// keyed is a ring that also knows words.
type keyed struct {
	*ring
	cellars
	signedOut []op.Author
	asleep    bool
}

// withWords makes the server's keys ones that know words.

func withWords(e *evening) *keyed {
	k := &keyed{ring: e.keys, cellars: cellars{e, map[string]ed25519.PrivateKey{}}}
	e.server.Keys = k
	return k
}

func (k *keyed) Awake() bool { return !k.asleep }

func (k *keyed) Lock() error { k.asleep = true; return nil }

func (k *keyed) SignOut(by op.Author) { k.signedOut = append(k.signedOut, by) }

func (k *keyed) Router() op.Author {
	for _, r := range cell.PeopleOf(k.evening.log.State()).Trust.Routers {
		open := trust.Open{Key: r.Key, Router: r.Name, Grant: []byte{}}
		return op.Author{Device: r.Name, Open: op.MustMarshal(open)}
	}
	panic("no router")
}

func (k *keyed) slot(m op.Member) []byte {
	found, _ := cell.PeopleOf(k.evening.log.State()).Trust.Member(m)
	if found.Status != trust.Active {
		return nil
	}
	return found.Slot
}

func (k *keyed) Login(_ context.Context, m op.Member, words string, right func()) (op.Author, error) {
	slot := k.slot(m)
	if slot == nil || string(slot) != string(slotOf(words)) {
		return op.Author{}, ErrWords
	}
	return k.author(m, k.identities[string(slot)]), nil
}

// author makes a device for a member, granted by an identity key.
func (k *keyed) author(m op.Member, identity ed25519.PrivateKey) op.Author {
	pub, dev := k.device()
	grant := op.Statement{Cell: k.evening.log.Cell(), Verb: op.VerbGrant, Member: m, Key: pub, Router: k.evening.router}
	open := trust.Open{Key: pub, Member: m, Router: k.evening.router, Grant: ed25519.Sign(identity, grant.Bytes())}
	return op.Author{Member: m, Device: dev, Open: op.MustMarshal(open)}
}

func (k *keyed) Veto(_ context.Context, m op.Member, words string) ([]byte, error) {
	slot := k.slot(m)
	if slot == nil || string(slot) != string(slotOf(words)) {
		return nil, ErrWords
	}
	veto := op.Statement{Cell: k.evening.log.Cell(), Verb: op.VerbVeto, Member: m, Key: []byte{}}
	return ed25519.Sign(k.identities[string(slot)], veto.Bytes()), nil
}

func (k *keyed) Change(_ context.Context, by op.Author, old, words string) error {
	slot := k.slot(by.Member)
	if slot == nil || string(slot) != string(slotOf(old)) {
		return ErrWords
	}
	k.identities[string(slotOf(words))] = k.identities[string(slot)]
	_, err := k.evening.log.Submit(by, op.Draft{Kind: trust.KindSlot, Content: trust.Slot{Member: by.Member, Slot: slotOf(words)}})
	return err
}

func (k *keyed) Newcomer(ctx context.Context, words string) (Newcomer, error) {
	var m op.Member
	rand.Read(m[:])
	return k.Renew(ctx, m, words)
}

func (k *keyed) Renew(_ context.Context, m op.Member, words string) (Newcomer, error) {
	_, private, _ := ed25519.GenerateKey(rand.Reader)
	k.identities[string(slotOf(words))] = private
	return &fresh{k, m, private, slotOf(words)}, nil
}

// fresh are keys that nobody sits with yet.
type fresh struct {
	keys     *keyed
	member   op.Member
	identity ed25519.PrivateKey
	slot     []byte
}

func (n *fresh) Member() op.Member { return n.member }
func (n *fresh) Identity() []byte  { return n.identity.Public().(ed25519.PublicKey) }
func (n *fresh) Opening() []byte   { return make([]byte, 32) }
func (n *fresh) Slot() []byte      { return n.slot }
func (n *fresh) Forget()           {}
func (n *fresh) Seat() (op.Author, error) {
	return n.keys.author(n.member, n.identity), nil
}

// stranger is somebody's, with no session yet: it keeps cookies.
type stranger struct {
	*phone
	jar map[string]string
}

func (e *evening) stranger() *stranger {
	return &stranger{&phone{evening: e}, map[string]string{}}
}

func (b *stranger) do(r *http.Request, path string) answer {
	b.Helper()
	r.Host = "cell.test"
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.jar[c.Name] = c.Value
	}
	if to := w.Header().Get("Location"); to != "" {
		return b.get(to)
	}
	a := answer{w.Code, path, w.Header(), w.Body.String()}
	if t := tokens.FindStringSubmatch(a.body); t != nil {
		b.token = t[1]
	}
	return a
}

var tokens = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (b *stranger) get(path string) answer {
	b.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, path, nil), path)
}

func (b *stranger) post(path string, values ...string) answer {
	b.Helper()
	form := url.Values{"token": {b.token}}
	for i := 0; i < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r, path)
}

var dealt = regexp.MustCompile(`(?s)<ol class="words[^"]*"[^>]*>(.*?)</ol>`)

// wordsOn reads five words off a page, as somebody does with a pencil.
func wordsOn(t *testing.T, a answer) string {
	t.Helper()
	list := dealt.FindStringSubmatch(a.body)
	if list == nil {
		t.Fatalf("no words on %s: %s", a.url, a.text())
	}
	five := strings.Fields(answer{body: list[1]}.text())
	if len(five) != 5 {
		t.Fatalf("these are not five words: %q", five)
	}
	return strings.Join(five, " ")
}

// signIn sits somebody down with words.
func (b *stranger) signIn(name, words string) answer {
	b.Helper()
	return b.post("/in", ui.FieldName, name, ui.FieldSecret, words)
}
