package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"celld/internal/cell/directory"
	"celld/internal/op"
)

// TestALongListOfNeedsComesInPages, what runs low before all the others; each
// stands on one of them.
func TestALongListOfNeedsComesInPages(t *testing.T) {
	e := sit(t, "Moss", "Tide")
	moss, tide := e.all["Moss"], e.all["Tide"]
	moss.says(moss.post("/ledger/goods/new", "name", "Swabs"), http.StatusOK)
	moss.says(moss.post("/ledger/goods/swabs/keep", "use", "1", "least", "10"), http.StatusOK)
	for i := range 2 * directory.Each {
		by := []op.Author{moss.by, tide.by}[i%2]
		post := directory.Post{Sort: directory.Need, Area: directory.Tools, Words: fmt.Sprintf("A spade, no. %d.", i)}
		if _, err := e.log.Submit(by, op.Draft{Kind: directory.KindPost, Content: post}); err != nil {
			t.Fatal(err)
		}
	}
	count := func(url string, want, stock int) {
		t.Helper()
		body := moss.says(moss.get(url), http.StatusOK).text()
		if n, low := strings.Count(body, "A spade, no. "), strings.Count(body, "0 of at least 10 are there."); n != want || low != stock {
			t.Errorf("%s shows %d needs of people and %d of the store", url, n, low)
		}
	}
	n := 2*directory.Each + 1
	count("/directory", entriesAtOnce-1, 1)
	count("/directory?sort=need", entriesAPage-1, 1)
	count("/directory?sort=need&page=1", n-entriesAPage, 0)
	count("/directory?sort=need&page=999999999999999999", n-entriesAPage, 0) // the last there is
	count("/directory?sort=offer", 0, 0)
}
