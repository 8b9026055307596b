package receipts

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"celld/internal/op"
)

// ring holds one epoch, until it is locked.
type ring struct {
	epoch  op.Epoch
	secret op.Secret
	locked bool
}

func (r *ring) Current() (op.Epoch, op.Secret, error) {
	if r.locked {
		return op.Epoch{}, op.Secret{}, op.ErrNoKey
	}
	return r.epoch, r.secret, nil
}

func (r *ring) Secret(e op.Epoch) (op.Secret, bool) { return r.secret, !r.locked && e == r.epoch }

func shelf(t *testing.T) (*Shelf, *ring) {
	t.Helper()
	k := &ring{epoch: op.Epoch{1}, secret: op.Secret{2}}
	s, err := Open(filepath.Join(t.TempDir(), "receipts"), k)
	if err != nil {
		t.Fatal(err)
	}
	return s, k
}

var (
	fare    = op.Ref{Device: op.Device{7}, Seq: 3}
	other   = op.Ref{Device: op.Device{7}, Seq: 4}
	picture = bytes.Repeat([]byte("two euro fifty "), 100)
)

func TestAPictureIsKeptSealedUntilItIsDropped(t *testing.T) {
	s, k := shelf(t)
	if _, err := s.Picture(fare); !errors.Is(err, fs.ErrNotExist) || s.Has(fare) {
		t.Fatalf("an empty shelf has a picture: %v", err)
	}
	if err := s.Keep(fare, picture); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Picture(fare); err != nil || !bytes.Equal(got, picture) || !s.Has(fare) {
		t.Fatalf("%d bytes came back: %v", len(got), err)
	}
	raw, err := os.ReadFile(filepath.Join(s.dir, fare.String()))
	if err != nil || bytes.Contains(raw, []byte("euro")) {
		t.Fatalf("it can be read on the disk: %v", err)
	}
	k.locked = true
	if _, err := s.Picture(fare); !errors.Is(err, op.ErrNoKey) {
		t.Fatalf("a locked router answers %v", err)
	}
	if err := s.Keep(other, picture); !errors.Is(err, op.ErrNoKey) {
		t.Fatalf("a locked router keeps: %v", err)
	}
	if err := s.Drop(fare); err != nil || s.Has(fare) || s.Drop(fare) != nil {
		t.Fatalf("it does not go: %v", err)
	}
	if files, _ := os.ReadDir(s.dir); len(files) != 0 {
		t.Fatalf("%v is left", files)
	}
}

func TestAPictureOfAnotherRequestOrABrokenOneDoesNotOpen(t *testing.T) {
	s, _ := shelf(t)
	if err := s.Keep(fare, picture); err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(s.dir, fare.String())
	raw, _ := os.ReadFile(at)
	if err := os.WriteFile(filepath.Join(s.dir, other.String()), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Picture(other); !errors.Is(err, op.ErrSealed) {
		t.Errorf("one request's picture opens as another's: %v", err)
	}
	for _, cut := range []int{0, 10, 40, len(raw) - 1} {
		os.WriteFile(at, raw[:cut], 0o600)
		if _, err := s.Picture(fare); err == nil {
			t.Errorf("its first %d bytes open", cut)
		}
	}
	raw[len(raw)/2] ^= 1
	os.WriteFile(at, raw, 0o600)
	if _, err := s.Picture(fare); !errors.Is(err, op.ErrSealed) {
		t.Errorf("a flipped bit goes unseen: %v", err)
	}
}

func TestTheShelfHasAnEnd(t *testing.T) {
	s, _ := shelf(t)
	large := make([]byte, Room/4)
	var err error
	var n int
	for ; err == nil; n++ {
		err = s.Keep(op.Ref{Device: op.Device{1}, Seq: uint64(n + 1)}, large)
	}
	if !errors.Is(err, ErrFull) || n != 4 {
		t.Fatalf("the picture number %d is refused with %v", n, err)
	}
	if err := s.Drop(op.Ref{Device: op.Device{1}, Seq: 1}); err != nil {
		t.Fatal(err)
	}
	if err := s.Keep(fare, large); err != nil {
		t.Fatalf("there is room again, and yet: %v", err)
	}
}

func TestADateIsKeptInTheNameAndWhatWasCutShortIsSweptUp(t *testing.T) {
	s, k := shelf(t)
	if err := s.Keep(fare, picture); err != nil {
		t.Fatal(err)
	}
	if err := s.Date(fare, 1_800_000_000); err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(s.dir, other.String()+writing)
	os.WriteFile(half, []byte("x"), 0o600)
	again, err := Open(s.dir, k)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a half-written picture outlives the start")
	}
	all, err := again.All()
	if err != nil || len(all) != 1 || all[0] != (Kept{fare, 1_800_000_000}) {
		t.Fatalf("the shelf holds %v: %v", all, err)
	}
	if got, err := again.Picture(fare); err != nil || !bytes.Equal(got, picture) {
		t.Fatalf("a dated picture does not open: %v", err)
	}
}
