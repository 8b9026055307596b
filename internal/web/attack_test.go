package web

import "testing"

// TestWhoSignsInIsLedToPagesOfThisRouter: a link on the Wi-Fi may name where
// somebody wants to go, and must not lead them to who made it.
func TestWhoSignsInIsLedToPagesOfThisRouter(t *testing.T) {
	for next, to := range map[string]string{
		"/ledger?unit=min": "/ledger?unit=min", "/r/x%0Ay": "/r/x%0Ay",
		"": "/", "ledger": "/", "https://example.org": "/", "//example.org": "/", `/\example.org`: "/", `\\example.org`: "/",
		"/\t/example.org": "/", "/\n/example.org": "/", "/\r\n/example.org": "/", "/a\x00": "/", "/\u0085/example.org": "/",
	} {
		if got := inside(next); got != to {
			t.Errorf("%q leads to %q, want %q", next, got, to)
		}
	}
}
