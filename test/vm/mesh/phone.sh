# shellcheck shell=bash
# A phone, and what two of the routers have for it: an access point on br-lan that
# wants the members' key, addresses and names by dnsmasq, and what celld-portal
# brings. Sourced, not run, behind routers.sh and pages.sh.
: "${log:?}" "${dirs:?}"

wifi=LibreMesh.org secret='bread on fridays'

# access_point I RADIO makes one on router nI with the radio phyRADIO: WPA2, or
# WPA3 where the phone knows it.
access_point() {
	local i=$1 n=n$1
	iw phy "phy$2" set netns name "$n"
	ip -n "$n" link set "wlan$2" name wlan0-ap
	ip -n "$n" link set wlan0-ap up
	cat >"$log/$n.hostapd" <<-END
		interface=wlan0-ap
		bridge=br-lan
		driver=nl80211
		ssid=$wifi
		hw_mode=g
		channel=6
		wpa=2
		wpa_key_mgmt=WPA-PSK SAE
		rsn_pairwise=CCMP
		ieee80211w=1
		sae_require_mfp=1
		wpa_passphrase=$secret
	END
	on "$n" hostapd -B -P "/run/hostapd.$n" "$log/$n.hostapd" >"$log/$n.ap" || fail "$n has no access point: $(tail -n 3 "$log/$n.ap")"
	names "$n" "$i"
}

# names N I lets dnsmasq give addresses and names on router N, as OpenWrt's does,
# and celld-portal's watcher lead phones by what celld says of itself.
names() {
	local n=$1 i=$2
	mkdir -p "/run/names.$n"
	cat >"/run/dnsmasq.$n" <<-END
		interface=anygw
		bind-dynamic
		no-resolv
		no-hosts
		no-ping
		user=root
		group=
		stop-dns-rebind
		addn-hosts=/run/names.$n
		dhcp-range=10.13.$i.2,10.13.$i.200,255.255.0.0,1h
		dhcp-option=option:mtu,1350
		dhcp-leasefile=/run/leases.$n
		dhcp-authoritative
		host-record=thisnode.info,10.13.0.1
		pid-file=/run/dnsmasq.$n.pid
		log-facility=$log/$n.names
	END
	on "$n" dnsmasq --conf-file="/run/dnsmasq.$n" || fail "$n gives no names"
	echo "#!/bin/bash
		kill -HUP \$(cat /run/dnsmasq.$n.pid)" >"/run/reread.$n"
	chmod 755 "/run/reread.$n"
	PULSE=$dirs/$n/pulse NAMES=/run/names.$n/celld-portal PROBES=/portal/probes REREAD=/run/reread.$n TELL=echo \
		on "$n" busybox ash /portal/celld-portal watch >"$log/$n.portal" 2>&1 &
	echo $! >"$log/$n.portal.pid"
}

# phone_up RADIO makes the phone.
phone_up() {
	ip netns add phone
	iw phy "phy$1" set netns name phone
	ip -n phone link set lo up
	ip -n phone link set "wlan$1" name wlan0
	ip -n phone link set wlan0 up
	mkdir -p /etc/netns/phone
	touch /etc/resolv.conf /etc/netns/phone/resolv.conf
	cat >/run/lease <<-'END'
		#!/bin/bash
		[ "$1" = bound ] || exit 0
		ip addr flush dev wlan0 scope global
		ip addr add "$ip/$mask" dev wlan0
		ip route replace default via "${router%% *}" dev wlan0
		for name in $dns; do echo "nameserver $name"; done >/etc/resolv.conf
		echo "$ip" >/run/phone.ip
	END
	chmod 755 /run/lease
}

# associates N HOW lets the phone join the access point of router N and no other,
# by WPA-PSK (WPA2) or SAE (WPA3), and asks for an address.
associates() {
	local at
	at=$(on "$1" cat /sys/class/net/wlan0-ap/address)
	if [ -e /run/wpa ]; then
		kill "$(cat /run/wpa)"
		patient 'the phone lets go' gone /run/wpa
	fi
	printf 'network={\nssid="%s"\nkey_mgmt=%s\npsk="%s"\nieee80211w=1\nscan_freq=2437\nbssid=%s\n}\n' "$wifi" "$2" "$secret" "$at" >"$log/phone.conf"
	on phone wpa_supplicant -B -i wlan0 -c "$log/phone.conf" -P /run/wpa >"$log/phone" || fail "the phone has no Wi-Fi: $(tail -n 3 "$log/phone")"
	patient "the phone joins $1" joined "$at"
	rm -f /run/phone.ip
	on phone busybox udhcpc -i wlan0 -n -q -f -t 20 -T 2 -s /run/lease >"$log/phone.lease" 2>&1 || true
	[ -s /run/phone.ip ] || fail "the phone gets no address: $(tail -n 3 "$log/phone.lease")"
	grep -q " $(cat /run/phone.ip) " "/run/leases.$1" || fail "another router than $1 gave the phone its address"
	tell "the phone joins $1 by $2 and is $(cat /run/phone.ip)"
}
joined() {
	on phone iw dev wlan0 link | grep -qi "connected to $1" &&
		on phone iw dev wlan0 station dump | grep -q 'authorized:[[:space:]]*yes'
}
gone() { [ ! -e "$1" ]; }

# asks URL... prints what a phone's own programs learn: the status, and where to.
asks() { on phone curl -s -m 60 -o "$log/body" -w '%{http_code} %{redirect_url}' "$@"; }

# Each kind of phone asks for something of its own.
probes='connectivitycheck.gstatic.com/generate_204 captive.apple.com/hotspot-detect.html www.msftconnecttest.com/connecttest.txt
	detectportal.firefox.com/success.txt nmcheck.gnome.org/check_network_status.txt'

is_led() { [ "$(asks http://connectivitycheck.gstatic.com/generate_204)" = "302 http://hola.internal/hola" ]; }

# shown_the_way: whatever phone it is, it is led to the page that says where the
# cell is; when that was read, it is told so.
shown_the_way() {
	local probe
	patient "the phone is led to $1's signpost" is_led
	for probe in $probes; do
		[ "$(asks "http://$probe")" = "302 http://hola.internal/hola" ] || fail "a phone that asks for $probe is told $(asks "http://$probe")"
	done
	[ "$(asks http://hola.internal/hola)" = '200 ' ] || fail 'there is no signpost'
	grep -q 'id="address">mill-lane.internal<' "$log/body" || fail 'the signpost does not tell the way'
	! asks https://connectivitycheck.gstatic.com/generate_204 >"$log/refused" || fail 'something answers by HTTPS'
	[ "$(asks http://hola.internal/hola -d '')" = '303 http://hola.internal/hola' ] || fail 'the page cannot be read and put away'
	[ "$(asks http://captive.apple.com/hotspot-detect.html)" = '200 ' ] || fail 'who has read the page is led there again'
	grep -q 'You know the way now' "$log/body" || fail 'who has read the page is not told so'
	tell "at $1 five kinds of phones are shown /hola, and once only"
}

# walk: somebody with a phone joins router one, signs in, brings a round, walks over
# to router three, and finds it there.
walk() {
	local round
	access_point 1 3
	access_point 3 4
	phone_up 5
	# shellcheck disable=SC2034,SC2154 # pages.sh looks there
	place[phone]='ip netns exec phone'
	echo http://mill-lane.internal >"$log/phone.url"

	associates n1 WPA-PSK
	shown_the_way n1
	sit_down phone Tide "$(words_of Tide)"
	round=$(form phone /rounds/new "token=$(cat "$log/phone.token")" what='A lamp on the stairs' why='It is dark.' class=routine |
		sed -n 's|^leads to \(/r/[^?#]*\).*|\1|p')
	[ -n "$round" ] || fail 'the round is not taken'
	look phone "$round" | grep -q 'A lamp on the stairs' || fail 'the round is not at n1'
	tell 'at n1 Tide signs in by phone and brings a round'

	associates n3 SAE
	patient "the phone is led to n3's signpost" is_led
	form phone "$round/say" "token=$(cat "$log/phone.token")" voice=consent >"$log/page" || fail 'n3 does not answer'
	! grep -q "^leads to $round" "$log/page" || fail 'n3 knows a session of n1'
	shown_the_way n3
	sit_down phone Tide "$(words_of Tide)"
	patient 'the round is at n3' shows phone "$round" 'A lamp on the stairs'
	form phone "$round/say" "token=$(cat "$log/phone.token")" voice=consent | grep -q "^leads to /" || fail 'the voice is not taken at n3'
	patient 'n1 hears it' shows n1 "$round" 'Tide consents'
	tell 'at n3 Tide signs in again, finds the same round and consents; n1 hears it'
	for n in n1 n3; do kill "$(cat "$log/$n.portal.pid")"; done
}

# shows NAME PATH WORDS reports whether they stand there, for who reads.
shows() { look "$1" "$2" | sed 's/<[^>]*>/ /g' | tr -s ' \n' ' ' | grep -qF "$3"; }
