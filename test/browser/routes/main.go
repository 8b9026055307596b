// Command routes prints the addresses of the house, so that the browser tests
// can tell which of them nobody has looked at.
package main

import (
	"fmt"

	"celld/internal/web"
)

func main() {
	for _, r := range new(web.Server).Routes() {
		fmt.Println(r.Method, r.Pattern)
	}
}
