package web

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"html"
	"io/fs"
	"log/slog"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"celld/internal/cell/consent"
	"celld/internal/cell/ledger"
	"celld/internal/cell/people"
	"celld/internal/cell/trust"
	"celld/internal/op"
	"celld/internal/oplog"
)

// disk is the edge of the world: it never fails, and forgets with the test.
type disk struct {
	ops    [][]byte
	chunks map[op.Chunk][]byte
}

func (d *disk) Append(ops [][]byte, chunks map[op.Chunk][]byte) (uint32, error) {
	first := uint32(len(d.ops))
	d.ops = append(d.ops, ops...)
	for k, v := range chunks {
		d.chunks[k] = v
	}
	return first, nil
}

func (d *disk) Each(from uint32, f func(uint32, []byte) error) error {
	for i := int(from); i < len(d.ops); i++ {
		if err := f(uint32(i), d.ops[i]); err != nil {
			return err
		}
	}
	return nil
}

func (d *disk) Read(pos uint32) ([]byte, error) { return d.ops[pos], nil }

func (d *disk) Chunk(name op.Chunk) ([]byte, error) {
	if b, ok := d.chunks[name]; ok {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

// shelf is the folder of pictures.
type shelf map[op.Ref][]byte

func (s shelf) Keep(r op.Ref, picture []byte) error { s[r] = picture; return nil }

func (s shelf) Picture(r op.Ref) ([]byte, error) {
	if b, ok := s[r]; ok {
		return b, nil
	}
	return nil, fs.ErrNotExist
}

func (s shelf) Has(r op.Ref) bool { return s[r] != nil }

func (s shelf) Drop(r op.Ref) error { delete(s, r); return nil }

// ring holds every key in the clear, and is always awake. Of what Keys asks,
// the ledger's pages need no more.
type ring struct {
	Keys
	cell    op.ID
	router  op.Device
	devices map[op.Device]ed25519.PrivateKey
	secrets map[op.Epoch]op.Secret
}

func (k *ring) Awake() bool { return true }

func (k *ring) SignOut(op.Author) {}

func (k *ring) Router() op.Author { return op.Author{Device: k.router} }

func (k *ring) Sign(d op.Device, m []byte) ([]byte, error) { return ed25519.Sign(k.devices[d], m), nil }

func (k *ring) Secret(e op.Epoch) (op.Secret, bool) {
	s, ok := k.secrets[e]
	return s, ok
}

func (k *ring) Mint(op.Epoch) (op.Epoch, []byte, error) {
	var s op.Secret
	rand.Read(s[:])
	e := op.EpochOf(k.cell, s)
	k.secrets[e] = s
	return e, make([]byte, 32), nil
}

func (k *ring) Wrap(op.Epoch, []byte) ([]byte, error) { return make([]byte, 80), nil }

func (k *ring) Unwrap(e op.Epoch, _ []byte) bool {
	_, ok := k.secrets[e]
	return ok
}

func (k *ring) device() (ed25519.PublicKey, op.Device) {
	pub, private, _ := ed25519.GenerateKey(rand.Reader)
	k.devices[op.DeviceOf(pub)] = private
	return pub, op.DeviceOf(pub)
}

// evening is some people round one router, each with a phone.
type evening struct {
	*testing.T
	server *Server
	log    *oplog.Log
	disk   *disk
	keys   *ring
	router op.Device
	now    time.Time
	all    map[string]*phone
	ids    map[string]ed25519.PrivateKey // identities of those who were seated
}

// phone is one person's: it keeps a cookie, and the form token.
type phone struct {
	*evening
	by     op.Author
	cookie string
	token  string
}

// Now implements Clock: everybody trusts it, unless it stands in 1970.
func (e *evening) Now() (time.Time, op.Clock) {
	if e.now.Year() == 1970 {
		return e.now, op.ClockNone
	}
	return e.now, op.ClockNTP
}

func (e *evening) Tell(op.Member, time.Time) bool { return false }

// sit founds a cell and seats everybody; the first of them opens the door.
func sit(t *testing.T, names ...string) *evening {
	t.Helper()
	e := &evening{T: t, now: time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC), all: map[string]*phone{}, ids: map[string]ed25519.PrivateKey{},
		disk: &disk{chunks: map[op.Chunk][]byte{}}, keys: &ring{devices: map[op.Device]ed25519.PrivateKey{}, secrets: map[op.Epoch]op.Secret{}}}
	e.open()
	first := e.found(names[0])
	for _, name := range names[1:] {
		e.seat(first, name)
	}
	return e
}

// open reads the disk and serves it.
func (e *evening) open() {
	e.Helper()
	clock := func() (uint64, op.Clock) {
		now, quality := e.Now()
		return uint64(now.Unix()), quality
	}
	var err error
	if e.log, err = oplog.Open(e.disk, e.keys, clock); err != nil {
		e.Fatal(err)
	}
	e.server = New(House{Log: e.log, Keys: e.keys, Clock: e, Name: "kitchen", Hosts: []string{"cell.test"}, Logger: slog.New(slog.DiscardHandler), Receipts: shelf{}})
}

// apart is another router that holds the same, and from now on hears nothing.
// Those who are named go there.
func (e *evening) apart(names ...string) *evening {
	e.Helper()
	far := &evening{T: e.T, now: e.now, all: map[string]*phone{}, keys: e.keys, router: e.router, ids: e.ids,
		disk: &disk{slices.Clone(e.disk.ops), maps.Clone(e.disk.chunks)}}
	far.open()
	for _, name := range names {
		far.comes(name, e.all[name].by)
		delete(e.all, name)
	}
	return far
}

// meets takes in what was written on the other one meanwhile.
func (e *evening) meets(far *evening) {
	e.Helper()
	var ops []op.Operation
	for _, b := range far.disk.ops {
		o, err := op.Parse(b)
		if err != nil {
			e.Fatal(err)
		}
		ops = append(ops, o)
	}
	maps.Copy(e.disk.chunks, far.disk.chunks)
	if _, err := e.log.AcceptAll(ops); err != nil {
		e.Fatal(err)
	}
}

func (e *evening) found(name string) op.Author {
	identity, private, _ := ed25519.GenerateKey(rand.Reader)
	pub, dev := e.keys.device()
	router, routerDev := e.keys.device()
	m := op.Member(identity[:8])
	grant := op.Statement{Verb: op.VerbGrant, Member: m, Key: pub, Router: routerDev}
	_, err := e.log.Found(oplog.Founding{
		Content: trust.Found{Member: m, Identity: identity, Opening: openingOf(m), Key: pub,
			Grant: ed25519.Sign(private, grant.Bytes()), Router: router, RouterOpening: make([]byte, 32)},
		Signer: op.Key(e.keys.devices[dev]),
		Seat:   func(id op.ID) error { e.keys.cell = id; return nil },
	}, op.Draft{Kind: people.KindCell, Content: people.CellName{Name: "Mill Lane"}}, op.Draft{Kind: people.KindName, Content: people.Name{Member: m, Name: name}})
	if err != nil {
		e.Fatal(err)
	}
	e.router, e.keys.router = routerDev, routerDev
	by := op.Author{Member: m, Device: dev}
	e.comes(name, by)
	return by
}

// seat lets somebody in at the open door.
func (e *evening) seat(host op.Author, name string) {
	identity, private, _ := ed25519.GenerateKey(rand.Reader)
	pub, dev := e.keys.device()
	m := op.Member(identity[:8])
	_, err := e.log.Submit(host,
		op.Draft{Kind: trust.KindAdmit, Content: trust.Admit{Member: m, Identity: identity, Opening: openingOf(m)}},
		op.Draft{Kind: people.KindName, Content: people.Name{Member: m, Name: name}})
	if err != nil {
		e.Fatal(err)
	}
	e.ids[name] = private
	e.comes(name, e.granted(private, m, pub, dev))
}

// granted is a device that its owner let write.
func (e *evening) granted(identity ed25519.PrivateKey, m op.Member, pub ed25519.PublicKey, dev op.Device) op.Author {
	grant := op.Statement{Cell: e.log.Cell(), Verb: op.VerbGrant, Member: m, Key: pub, Router: e.router}
	open := trust.Open{Key: pub, Member: m, Router: e.router, Grant: ed25519.Sign(identity, grant.Bytes())}
	return op.Author{Member: m, Device: dev, Open: op.MustMarshal(open)}
}

// comes signs somebody in.
func (e *evening) comes(name string, by op.Author) {
	cookie := token()
	s, _ := e.server.sessions.begin(cookie, by, "a test", time.Now())
	e.all[name] = &phone{e, by, cookie, s.form}
}

// again signs in once more who did so long ago.
func (e *evening) again(name string) *phone {
	e.comes(name, e.all[name].by)
	return e.all[name]
}

func (b *phone) account() ledger.Account { return ledger.MemberAccount(b.by.Member) }

// answer is a page as it came.
type answer struct {
	status int
	url    string // where redirects led
	header http.Header
	body   string
}

var marks = regexp.MustCompile(`(?s)<head.*?</head>|<svg.*?</svg>|<[^>]*>`)

// text is what a page says.
func (a answer) text() string {
	return strings.Join(strings.Fields(html.UnescapeString(marks.ReplaceAllString(a.body, " "))), " ")
}

func (b *phone) do(r *http.Request, path string) answer {
	b.Helper()
	r.Host = "cell.test"
	r.AddCookie(&http.Cookie{Name: cookieName, Value: b.cookie})
	r.Header.Set("Accept", "text/html,*/*;q=0.8")
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	if to := w.Header().Get("Location"); to != "" {
		return b.get(to)
	}
	return answer{w.Code, path, w.Header(), w.Body.String()}
}

func (b *phone) get(path string) answer {
	b.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, path, nil), path)
}

// post sends a form; values are names and what is written beside them.
func (b *phone) post(path string, values ...string) answer {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	if !form.Has("token") {
		form.Set("token", b.token)
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r, path)
}

// upload sends a form with a file.
func (b *phone) upload(path, field string, file []byte, values ...string) answer {
	b.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(values); i += 2 {
		m.WriteField(values[i], values[i+1])
	}
	m.WriteField("token", b.token)
	part, err := m.CreateFormFile(field, "receipt.jpg")
	if err != nil {
		b.Fatal(err)
	}
	part.Write(file)
	m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(r, path)
}

// says fails where a page does not answer with a status and some words.
func (b *phone) says(a answer, status int, words ...string) answer {
	b.Helper()
	if a.status != status {
		b.Fatalf("%s answers %d, want %d: %s", a.url, a.status, status, a.text())
	}
	said := strings.ReplaceAll(a.text(), "\u00a0", " ")
	for _, w := range words {
		if !strings.Contains(said, w) {
			b.Fatalf("%s does not say %q: %s", a.url, w, said)
		}
	}
	return a
}

// agree makes a rule of the ledger: an agreement, to which all say yes.
func (e *evening) agree(kind string, content any, names ...string) {
	e.Helper()
	text := consent.Text{What: "A rule", Why: "It is needed", Effect: &consent.Effect{Kind: kind, Content: op.MustMarshal(content)}}
	opening, err := consent.Open(e.log.State().Now(), e.all[names[0]].by.Member, consent.Opening{Class: consent.Agreement, Text: text})
	if err != nil {
		e.Fatal(err)
	}
	refs, err := e.log.Submit(e.all[names[0]].by, op.Draft{Kind: consent.KindOpen, Content: &opening})
	if err != nil {
		e.Fatal(err)
	}
	e.consent(refs[0], names...)
}

// consent leads a round to its check, and everybody says yes.
func (e *evening) consent(ref op.Ref, names ...string) {
	e.Helper()
	round := func() *consent.Round {
		r, _ := e.log.State().Value(consent.Key(ref)).(*consent.Round)
		return r
	}
	for _, next := range []consent.State{consent.Clarifying, consent.Reacting, consent.Checking} {
		for _, p := range e.all {
			if p.by.Member == round().Facilitator && round().State != consent.Checking {
				p.post(roundURL(ref, "phase", next.String()))
			}
		}
	}
	for _, name := range names {
		e.all[name].post(roundURL(ref, "say"), "voice", "consent")
	}
	if !round().InForce() {
		e.Fatalf("the round is %v, not in force", round().State)
	}
}

func (e *evening) balance(u ledger.Unit, a ledger.Account) ledger.Amount {
	h, _ := e.log.State().Value(ledger.AcctKey(u, a)).(ledger.Holding)
	return h.Balance
}

// applied counts what was written down so far.
func (e *evening) applied() int { return e.log.State().Applied() }
