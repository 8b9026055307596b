# shellcheck shell=bash
# What the scripts need from the machine: a Go that is new enough, and Debian
# packages, installed when they are missing. Sourced by them, not run.

# One spelling of the environment, so that two machines build alike, and so that
# whatever is compiled for this processor is compiled once: what is tested is
# what is built.
export GOTOOLCHAIN=local GOFLAGS='-buildvcs=false -trimpath' CGO_ENABLED=0 DEBIAN_FRONTEND=noninteractive
unset GOAMD64 GOARM GOMIPS GOOS GOARCH CDPATH

say() { printf '%s\n' "$*"; }
die() {
	printf '%s\n' "$*" >&2
	exit 1
}

# need_go stops with a sentence unless Go is here and as new as go.mod asks.
need_go() {
	local want have
	PATH=$PATH:/usr/local/go/bin:/usr/lib/go/bin
	want=$(sed -n 's/^go //p' go.mod)
	have=$(cd / && go env GOVERSION 2>/dev/null) ||
		die "celld needs Go $want or newer, and no Go is installed here."
	have=${have#go}
	[ "$(printf '%s\n' "$want" "${have%% *}" | sort -V | head -n 1)" = "$want" ] ||
		die "celld needs Go $want or newer; this is Go $have."
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -E "$@"
	else
		die "Installing packages needs root or sudo; please run as root: $*"
	fi
}

apt_install() {
	as_root apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=400 "$@"
}

# need_debian installs those of the named packages that are missing.
need_debian() {
	local missing=() package
	command -v apt-get >/dev/null ||
		die "This script installs what it needs with apt-get, as on Debian 12, and finds none here."
	for package in "$@"; do
		dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	say "installing ${missing[*]}"
	# A fresh machine has no lists, an old one has stale lists: both fail once.
	apt_install "${missing[@]}" >/dev/null 2>&1 && return 0
	as_root apt-get update -qq -o DPkg::Lock::Timeout=400 || die "apt-get update failed."
	apt_install "${missing[@]}" >/dev/null || die "Could not install: ${missing[*]}"
}

# need_avahi puts the programs of avahi on the path. Debian's package would start
# a daemon here, now and at every boot: where it is not installed, it is unpacked.
need_avahi() {
	local there=$PWD/dist/avahi
	! type -P avahi-daemon avahi-browse >/dev/null || return 0
	need_debian dbus-daemon libavahi-core7 libavahi-client3 libdaemon0 libgdbm6
	PATH=$there/usr/sbin:$there/usr/bin:$PATH
	! type -P avahi-daemon avahi-browse >/dev/null || return 0
	rm -rf "$there"
	mkdir -p "$there"
	(cd "$there" && apt-get download -qq -o APT::Sandbox::User=root avahi-daemon avahi-utils &&
		for package in *.deb; do dpkg-deb -x "$package" . || exit; done) || die "Could not fetch avahi."
}

# tool runs a Go tool of the pinned version in scripts/tools.
tool() { go tool -modfile=scripts/tools/go.mod "$@"; }
