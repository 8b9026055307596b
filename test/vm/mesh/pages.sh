# shellcheck shell=bash
# A router of the demo cell, as its operator and as people at its pages see it.
# Sourced, not run. $celld is the program, $log a folder for what it says, and
# ${place[NAME]} the command, if any, that runs something where NAME is.
: "${celld:?}" "${log:?}"
declare -A place=()

# launch DIR ARGS... runs a celld until stop, and start waits until it serves: its
# pages are then at the address in $log/NAME.url, where NAME is the last part of DIR.
launch() {
	local dir=$1 name=${1##*/}
	shift
	: >"$log/$name"
	rm -f "$log/$name.url"
	# shellcheck disable=SC2086 # a command of several words
	${place[$name]:-} "$celld" -dir "$dir" -name "$name" -clock ntp "$@" 2>>"$log/$name" &
	echo $! >"$log/$name.pid"
}
start() {
	launch "$@"
	patient "${1##*/} serves pages" serves "${1##*/}"
}

serves() {
	sed -n 's/.*msg=serving url=\(http:[^ ]*\).*/\1/p' "$log/$1" | head -n 1 >"$log/$1.url"
	[ -s "$log/$1.url" ]
}

stop() {
	local name=${1##*/} pid
	pid=$(cat "$log/$name.pid")
	kill -TERM "$pid"
	wait "$pid" || fail "$name ended badly: $(tail -n 3 "$log/$name")"
}

# patient WHAT CMD... tries CMD until it is true; the limit only says that it hangs.
patient() {
	local what=$1 end=$((SECONDS + ${PATIENCE:-300}))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || fail "never: $what"
		sleep 0.2
	done
}

fail() {
	printf 'FAILED: %s\n' "$*" >&2
	exit 1
}

# tells DIR FILTER is what cellctl status says there, through jq.
tells() { "$celld" ctl -dir "$1" status -json | jq -r "$2"; }

# look NAME PATH and form NAME PATH FIELD=VALUE... are one person's browser at a router.
look() { fetch "$1" "$2"; }
form() {
	local name=$1 path=$2 fields=(--data "")
	shift 2
	for field; do fields+=(--data-urlencode "$field"); done
	fetch "$name" "$path" -w '\nleads to %header{location}' "${fields[@]}"
}
fetch() {
	local name=$1 path=$2
	shift 2
	# shellcheck disable=SC2086 # a command of several words
	${place[$name]:-} curl -sS -m 300 -b "$log/$name.jar" -c "$log/$name.jar" "$@" "$(cat "$log/$name.url")$path"
}

# sit_down NAME WHO WORDS signs in, and keeps the token that forms carry.
sit_down() {
	rm -f "$log/$1.jar"
	form "$1" /in "name=$2" "words=$3" | grep -q '^leads to /$' || fail "$2 cannot sit down at $1"
	look "$1" /ledger/pledge/new | sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' | head -n 1 >"$log/$1.token"
	[ -s "$log/$1.token" ] || fail "$1 shows a form without a token"
}

# promise NAME WHAT writes something down at a router; its page acknowledges it.
promise() {
	form "$1" /ledger/pledge/new "token=$(cat "$log/$1.token")" to=cell "for=$2" "what=$2" every=once unit= |
		grep -q '^leads to /' || fail "$1 did not take a promise"
}
