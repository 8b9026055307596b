package main

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"celld/internal/op"
)

// TestTheDemoCellKeepsPicturesOfReceipts: its log is another one than that with
// which the house was opened.
func TestTheDemoCellKeepsPicturesOfReceipts(t *testing.T) {
	h, err := openHouse(config{dir: t.TempDir(), demo: true, store: storeFile}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.close() })
	if err := fillDemo(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	if _, err := h.desk.Login(context.Background(), op.Member{}, demoWords(0), nil); err != nil {
		t.Fatal(err)
	}
	request, picture := op.Ref{Device: h.vault.Router(), Seq: 7}, []byte("a picture")
	if err := h.shelf.Keep(request, picture); err != nil {
		t.Fatal(err)
	}
	if got, err := h.shelf.Picture(request); err != nil || !bytes.Equal(got, picture) {
		t.Errorf("%q, %v", got, err)
	}
}
