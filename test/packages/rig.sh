# shellcheck shell=bash disable=SC2034 # what is set here is read there
# The router that test/packages/live installs on. Sourced, not run.

# fetch_sources has at hand what make_rig builds, where there is a network.
fetch_sources() {
	(cd scripts/pack && go list -deps .) >/dev/null
	go list -deps ./cmd/celld >/dev/null
}

# make_rig makes the packages, twice: the second time they are newer.
make_rig() {
	work=$(mktemp -d)
	# A celld that a failed step left goes too.
	# shellcheck disable=SC2046 # their numbers
	trap 'kill $(jobs -p) 2>/dev/null || true; umount "$work/router/proc" "$work/router" 2>/dev/null || true; rm -rf "$work"' EXIT
	(cd scripts/pack && go build -o "$work/pack" .)
	go build -ldflags '-s -w' -o "$work/program" ./cmd/celld
	"$work/pack" -quick -dist "$work/1" -version 0.1.0-r1 amd64="$work/program"
	echo newer >>"$work/program" # what follows a program's last section is nobody's
	"$work/pack" -quick -dist "$work/2" -version 0.1.0-r2 amd64="$work/program"
	ipk=celld_0.1.0-r1_x86_64.ipk newer=celld_0.1.0-r2_x86_64.ipk
	portal="celld-portal_0.1.0-r1_all.ipk"
	lime="lime-celld_0.1.0-r1_all.ipk"
	apk=$work/1/celld-0.1.0-r1_x86_64.apk newer_apk=$work/2/celld-0.1.0-r2_x86_64.apk
	ip link set lo up # we have a network of our own
}

# new_router makes one with nothing of ours on it, in the folder $router.
new_router() {
	router=$work/router
	rm -rf "$router"
	mkdir -p "$router"/{bin,sbin,usr/bin,usr/sbin,etc/config,tmp,dev,proc,root,var/run,mnt,srv,scripts}
	cp "$(type -P busybox)" "$router/bin/busybox"
	# The applets that OpenWrt's busybox has, of those that we could use.
	for applet in sh ash awk basename cat chmod chown cmp cp cut date df dirname echo env expr find grep head id killall ln logger ls \
		md5sum mkdir mktemp mv pidof printf ps pwd readlink rm rmdir sed seq sh sha256sum sleep sort tail tar test touch tr true \
		uniq wc which xargs; do
		ln -sf busybox "$router/bin/$applet"
	done
	cp -R test/packages/router/. "$router"
	rm -f "$router/bin/logger"
	printf '#!/bin/sh\necho "$*" >>/tmp/log\n' >"$router/bin/logger"
	# A router of its own, but the rules of this machine: they are only noted.
	printf '#!/bin/sh\necho nft "$*" >>/tmp/calls\n' >"$router/usr/sbin/nft"
	chmod 755 "$router" "$router/bin/logger" "$router/usr/sbin/nft"
	echo 'root:x:0:0:root:/root:/bin/ash' >"$router/etc/passwd"
	echo 'root:x:0:' >"$router/etc/group"
	mkdir -p "$router/proc" && echo 'MemTotal:         124000 kB' >"$router/proc/meminfo"
	mknod -m 666 "$router/dev/null" c 1 3
	ln "$work"/[12]/*.ipk "$router"
	forget
	: >"$router/tmp/said"
}

# on COMMAND... runs it on the router, and keeps what it said.
on() {
	local status=0
	chroot "$router" /bin/busybox env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "$@" >>"$router/tmp/said" 2>&1 || status=$?
	return $status
}

forget() {
	: >"$router/tmp/calls"
	: >"$router/tmp/log"
}

fail() {
	say "FAILED in ${FUNCNAME[1]}: $*"
	say "--- what procd was told"
	cat "$router/tmp/calls"
	say "--- the log"
	cat "$router/tmp/log"
	say "--- what was said"
	cat "$router/tmp/said"
	exit 1
}

called() {
	local line
	for line; do grep -qxF -- "$line" "$router/tmp/calls" || fail "procd was not told: $line"; done
}
called_like() {
	local line
	for line; do grep -qx -- "$line" "$router/tmp/calls" || fail "procd was told nothing like: $line"; done
}
not_called_like() {
	local line
	for line; do ! grep -qx -- "$line" "$router/tmp/calls" || fail "procd was told: $line"; done
}
logged() { grep -qF -- "$1" "$router/tmp/log" || fail "the log does not say: $1"; }
holds() { [ "$(chroot "$router" /sbin/uci -q get "$1")" = "$2" ] || fail "$1 is $(chroot "$router" /sbin/uci -q get "$1"), not $2"; }
is_there() {
	local path
	for path; do [ -e "$router/$path" ] || [ -L "$router/$path" ] || fail "/$path is not there"; done
}
is_gone() {
	local path
	for path; do if [ -e "$router/$path" ] || [ -L "$router/$path" ]; then fail "/$path is there"; fi; done
}

# begin starts the cell as procd was told to; end ends it.
begin() {
	: >"$router/tmp/daemon"
	# shellcheck disable=SC2046 # its words
	chroot --userspec=celld:celld "$router" $(sed -n 's/^procd_set_param command \(.*celld -uci\)/\1/p' "$router/tmp/calls" | tail -n 1) >>"$router/tmp/daemon" 2>&1 &
	daemon=$!
}
# jail_begin does so in the jail that procd was told of, with what it was told.
jail_begin() {
	local args
	args=$(awk '
		$1 == "procd_open_instance" { known = "" }
		$1 == "procd_add_jail" { print "-n " $2; for (i = 3; i <= NF; i++) print "-" (($i == "log") ? "l" : ($i == "procfs") ? "p" : ($i == "sysfs") ? "s" : ($i == "ubus") ? "u" : $i) }
		$1 == "procd_add_jail_mount" { for (i = 2; i <= NF; i++) print "-r " $i }
		$1 == "procd_add_jail_mount_rw" { for (i = 2; i <= NF; i++) print "-w " $i }
		$1 == "procd_set_param" && $2 == "user" { print "-U " $3 }
		$1 == "procd_set_param" && $2 == "group" { print "-G " $3 }
		$1 == "procd_set_param" && $2 == "no_new_privs" { print "-c" }
		$1 == "procd_set_param" && $2 == "env" { for (i = 3; i <= NF; i++) { split($i, word, "="); print "-e " word[1] } }
	' "$router/tmp/calls")
	: >"$router/tmp/daemon"
	# shellcheck disable=SC2046,SC2086 # their words
	chroot "$router" /bin/busybox env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin $(sed -n 's/^procd_set_param env //p' "$router/tmp/calls") /sbin/ujail $args -- \
		$(sed -n 's/^procd_set_param command \(.*celld -uci\)/\1/p' "$router/tmp/calls") >>"$router/tmp/daemon" 2>&1 &
	daemon=$!
}
end() {
	kill -TERM "$daemon"
	wait "$daemon" || fail "celld ended with $?: $(cat "$router/tmp/daemon")"
}

# page PATH waits until the pages are there, and prints one. The limit only says
# that they never come.
page() {
	curl -fsL --retry 120 --retry-connrefused --retry-delay 1 --max-time 180 "http://127.0.0.1:8080$1" ||
		fail "no page: $(cat "$router/tmp/daemon")"
}

# apk_scripts FILE lays the scripts of an .apk into /scripts: its first archive.
apk_scripts() {
	rm -rf "$router/scripts"
	mkdir "$router/scripts"
	tar --warning=no-unknown-keyword -xzf "$1" -C "$router/scripts" --wildcards '.p*'
}

# apk_unpack FILE lays its files down, and its scripts.
apk_unpack() {
	apk_scripts "$1"
	tar --warning=no-unknown-keyword -xzf "$1" -C "$router" --exclude '.p*' --exclude .PKGINFO
}
