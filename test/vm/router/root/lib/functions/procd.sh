# shellcheck shell=dash
# What init scripts ask of procd, as far as celld's does: a stand-in. It has no
# jails and gives no capabilities. shellcheck cannot see that rc.common names the
# $service.
# shellcheck disable=SC2154
supervised=/var/run/supervised

procd_open_instance() {
	instance=$1 command='' environment='' user=root
}
procd_set_param() {
	case $1 in
	command) shift && command="$*" ;;
	env) shift && environment="$*" ;;
	user) user=$2 ;;
	esac
}
procd_close_instance() {
	mkdir -p $supervised
	[ ! -e "$supervised/$service.$instance" ] || return 0
	# shellcheck disable=SC2086 # commands of several words
	env $environment setsid /sbin/supervise "$supervised/$service.$instance" "$user" $command </dev/null >/dev/console 2>&1 &
}

procd_add_jail() { :; }
procd_add_jail_mount() { :; }
procd_add_jail_mount_rw() { :; }
procd_add_reload_trigger() { :; }
procd_add_raw_trigger() { echo "$3 $4 # $1" >>/var/run/triggers; }

# procd_send_signal SERVICE '*' SIGNAL
procd_send_signal() {
	local pid
	for pid in "$supervised/$1".*; do [ ! -e "$pid" ] || kill -s "$3" "$(cat "$pid")"; done
}

procd_kill() {
	local file pid
	for file in "$supervised/$1".*; do
		[ -e "$file" ] || continue
		pid=$(cat "$file")
		rm "$file"
		kill "$pid"
		while kill -0 "$pid" 2>/dev/null; do usleep 100000; done
	done
}
