# shellcheck shell=dash disable=SC2013
# What our packages' scripts ask of OpenWrt's functions of that name, and no more:
# enough of UCI to read a section, and what happens when a package comes or goes.
# Written for the tests; every call that would change a running system is noted in
# /tmp/calls instead.

config_load() {
	local line kind name=''
	CONFIG_SECTIONS=''
	[ -z "$IPKG_INSTROOT" ] && [ -f "${UCI_CONFIG_DIR:-/etc/config}/$1" ] || return 0
	while read -r line; do
		# The line is ours to trust: it is a test's own file.
		eval "set -- $(echo "$line" | sed 's/#.*//')"
		kind=$1
		case "$kind" in
		config)
			name=${3:-cfg$(echo "$CONFIG_SECTIONS" | wc -w)}
			CONFIG_SECTIONS="$CONFIG_SECTIONS $name"
			config_set "$name" TYPE "$2"
			;;
		option) config_set "$name" "$2" "$3" ;;
		list) config_set "$name" "$2" "$(config_get "$name" "$2") $3" ;;
		esac
	done <"${UCI_CONFIG_DIR:-/etc/config}/$1"
}

config_set() { eval "CONFIG_$1_$2=\$3"; }

config_get() {
	if [ -n "$3" ]; then
		eval "$1=\${CONFIG_$2_$3:-\$4}"
	else
		eval "echo \"\$CONFIG_$1_$2\""
	fi
}

config_get_bool() {
	local said
	config_get said "$2" "$3" "$4"
	case "$said" in
	1 | on | true | yes | enabled) eval "$1=1" ;;
	0 | off | false | no | disabled) eval "$1=0" ;;
	*) eval "$1=\$4" ;;
	esac
}

config_foreach() {
	local call=$1 type=$2 section
	for section in $CONFIG_SECTIONS; do
		[ "$(config_get "$section" TYPE)" = "$type" ] && "$call" "$section"
	done
	return 0
}

# info NAME SUFFIX finds what the package manager keeps of a package.
info() {
	local root=$IPKG_INSTROOT
	if [ -e "$root/lib/apk/packages/$1.$2" ]; then
		echo "$root/lib/apk/packages/$1.$2"
	else
		echo "$root/usr/lib/opkg/info/$1.$2"
	fi
}

# add_group_and_user makes what Require-User says: user=uid:group=gid.
add_group_and_user() {
	local root=$IPKG_INSTROOT asked user group
	asked=$(cat "$root/lib/apk/packages/$pkgname.rusers" 2>/dev/null ||
		sed -n 's/^Require-User: *//p' "$root/usr/lib/opkg/info/$pkgname.control")
	[ -n "$asked" ] || return 0
	user=${asked%%:*} group=${asked#*:}
	grep -q "^${group%=*}:" "$root/etc/group" ||
		echo "${group%=*}:x:${group#*=}:${user%=*}" >>"$root/etc/group"
	grep -q "^${user%=*}:" "$root/etc/passwd" ||
		echo "${user%=*}:x:${user#*=}:${group#*=}::/var/run/${user%=*}:/bin/false" >>"$root/etc/passwd"
}

# run_own KIND runs a script of the package's own, as opkg has laid it down.
run_own() {
	local script="$IPKG_INSTROOT/usr/lib/opkg/info/$pkgname.$1"
	# shellcheck disable=SC1090 # which one is the package's to say
	[ ! -f "$script" ] || (. "$script")
}

# each_service VERB does it to every init script of the package.
each_service() {
	local script
	grep -s '^/etc/init.d/' "$(info "$pkgname" list)" | while read -r script; do
		if [ -n "$IPKG_INSTROOT" ]; then
			case "$1" in enable | disable) sh "$IPKG_INSTROOT/etc/rc.common" "$IPKG_INSTROOT$script" "$1" ;; esac
		elif [ "$PKG_UPGRADE" != 1 ] || [ "$1" = start ] || [ "$1" = stop ]; then
			"$script" "$1"
		fi
	done
}

default_postinst() {
	local script
	[ -n "$pkgname" ] || pkgname=$(basename "${1%.*}")
	[ -e "$IPKG_INSTROOT/lib/apk/packages/$pkgname.list" ] || add_group_and_user
	if [ -z "$IPKG_INSTROOT" ]; then
		for script in $(grep -s '^/etc/uci-defaults/' "$(info "$pkgname" list)"); do
			# shellcheck disable=SC1090
			[ ! -f "$script" ] || { (. "$script") && rm -f "$script"; }
		done
	fi
	run_own postinst-pkg
	each_service enable
	each_service start
}

default_prerm() {
	[ -n "$pkgname" ] || pkgname=$(basename "${1%.*}")
	run_own prerm-pkg
	each_service disable
	each_service stop
}
