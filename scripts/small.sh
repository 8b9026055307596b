# shellcheck shell=bash
# How what runs on a router is built, so that its flash can hold it. Sourced by
# scripts, not run. docs/decisions/0004-small-binaries.md has the figures.

# No HTTP/2; nothing is copied into its caller but what is smaller than its call, save
# where speed is (the compiler copies whole pages into their callers otherwise); and
# segments lie as far apart as the largest pages of memory that a router has, 16 kB.
small=(-tags nethttpomithttp2 -gcflags=all=-l=2)
for quick in runtime/... crypto/internal/... golang.org/x/crypto/... internal/runtime/... math/... sync/...; do
	small+=(-gcflags="$quick=")
done
# shellcheck disable=SC2034 # for scripts/build
small_ldflags='-R 16384'

# small_compiler FOLDER builds the compiler that -l=2 needs, where it is not built yet,
# and adds it to small. Who asks meanwhile waits.
small_compiler() {
	mkdir -p "$1"
	flock "$1" go run ./scripts/compiler -build "$1"
	small+=(-toolexec "$(cd "$1" && pwd)/go-tool")
}
