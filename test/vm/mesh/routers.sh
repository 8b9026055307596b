# shellcheck shell=bash
# Three routers as LibreMesh sets them up, each a network name space with a radio
# of its own: 802.11s that forwards nothing itself; on it one VLAN for batman-adv,
# which is a port of br-lan, and one for babeld. Sourced, not run.

routers='n1 n2 n3'

on() {
	local router=$1
	shift
	ip netns exec "$router" "$@"
}

mac() { on "$1" cat /sys/class/net/wlan0-mesh/address; }

# router_up I sets up router nI with the radio phy(I-1). As in LibreMesh babeld is
# told that the link is wireless: it would take a wired one that loses some for gone.
router_up() {
	local i=$1 n=n$1
	ip netns add "$n"
	on "$n" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
		net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
	ip -n "$n" link set lo up
	iw phy "phy$((i - 1))" set netns name "$n"
	radio_up "$n" "wlan$((i - 1))"
	lan_up "$n" "$i"
	on "$n" babeld -D -I "/run/babeld.$n" -S "/run/babel-state.$n" -L "/run/babel-log.$n" \
		-C 'interface wlan0-mesh_17 type wireless rxcost 96' -C 'redistribute local if br-lan'
}

# radio_up makes the mesh of 802.11s and the two VLANs on it; the larger frames
# leave room for what batman-adv puts in front.
radio_up() {
	local n=$1
	ip -n "$n" link set "$2" name wlan0-mesh
	on "$n" iw dev wlan0-mesh set type mp
	ip -n "$n" link set wlan0-mesh mtu 1560 up
	on "$n" iw dev wlan0-mesh mesh join LiMe freq 2462 HT20 mcast-rate 24 mesh_fwding=0
	ip -n "$n" link add link wlan0-mesh name wlan0-mesh_29 type vlan proto 802.1ad id 29
	ip -n "$n" link add link wlan0-mesh name wlan0-mesh_17 type vlan proto 802.1ad id 17
	ip -n "$n" link set wlan0-mesh_29 mtu 1532
	ip -n "$n" link set wlan0-mesh_17 up
	on "$n" batctl meshif bat0 interface create routing_algo BATMAN_IV
	on "$n" batctl meshif bat0 interface add wlan0-mesh_29
	ip -n "$n" link set wlan0-mesh_29 up
	batman "$n" bridge_loop_avoidance 1
	batman "$n" multicast_forceflood 1
	batman "$n" orig_interval 2000
	batman "$n" distributed_arp_table 0
}

batman() { on "$1" batctl meshif bat0 "${@:2}"; }

# lan_up makes br-lan, where people would plug in, and the address that is the
# gateway on every router and stays on its side of the mesh.
lan_up() {
	local n=$1 i=$2
	ip -n "$n" link add lan0 type dummy
	ip -n "$n" link add br-lan type bridge
	ip -n "$n" link set lan0 master br-lan up
	ip -n "$n" link set bat0 master br-lan up
	ip -n "$n" link set br-lan up
	ip -n "$n" addr add "10.13.0.1$i/16" dev br-lan
	ip -n "$n" addr add "fd0d::1$i/64" dev br-lan nodad
	ip -n "$n" link add link br-lan name anygw address aa:aa:aa:0d:fe:aa type macvlan mode private
	ip -n "$n" link set anygw up
	ip -n "$n" addr add 10.13.0.1/16 dev anygw metric 20000
	on "$n" nft -f - <<-'NFT'
		table bridge anygw {
			chain forward {
				type filter hook forward priority 0
				ether daddr aa:aa:aa:0d:fe:aa drop
			}
			chain out {
				type filter hook postrouting priority 300
				oifname "bat0" ether saddr aa:aa:aa:0d:fe:aa drop
			}
		}
	NFT
}

# air ROUTER RULE... says what becomes of the frames that a router hears, before
# anything sees them; no rules: it hears all.
air() {
	local n=$1 rule
	shift
	{
		echo 'table netdev air { chain in { type filter hook ingress device "wlan0-mesh" priority -500; }; }'
		echo 'flush chain netdev air in'
		for rule; do echo "add rule netdev air in $rule"; done
	} | on "$n" nft -f -
}

# lost FROM PERCENT and never FROM are such rules.
lost() { echo "ether saddr $(mac "$1") numgen random mod 100 < $2 drop"; }
never() { echo "ether saddr $(mac "$1") drop"; }

# part A B ends the peering of two routers, too, as it does when they lose sight.
part() {
	on "$1" iw dev wlan0-mesh station set "$(mac "$2")" plink_action block
	on "$2" iw dev wlan0-mesh station set "$(mac "$1")" plink_action block
}

peered() { [ "$(for n in $routers; do on "$n" iw dev wlan0-mesh station dump; done | grep -c ESTAB)" = 6 ]; }

link_local() { ip -n "$1" -6 -o addr show dev br-lan scope link | sed -n 's|.* inet6 \([^/]*\)/.*|\1|p' | head -n 1; }

answers() { on "$1" ping -q -c 5 -i 0.2 -W 1 "$2" >/dev/null 2>&1; }

# batman_carries reports whether batman-adv brings every router to every other.
batman_carries() {
	local n m
	for n in $routers; do
		[ "$(batman "$n" originators -H 2>/dev/null | grep -c '^ \*')" = 2 ] || return 1
	done
	for n in $routers; do
		for m in $routers; do
			[ "$n" = "$m" ] || answers "$n" "$(link_local "$m")%br-lan" || return 1
		done
	done
}

# babel_carries reports whether babel's routes do.
babel_carries() {
	local n i
	for n in $routers; do
		[ "$(ip -n "$n" -4 route show proto babel | wc -l)" -ge 2 ] && [ "$(ip -n "$n" -6 route show proto babel | wc -l)" -ge 2 ] || return 1
	done
	for n in $routers; do
		for i in 1 2 3; do
			[ "$n" = "n$i" ] || { answers "$n" "10.13.0.1$i" && answers "$n" "fd0d::1$i"; } || return 1
		done
	done
}

# batman_down takes batman-adv away on every router; babel's routes stay.
batman_down() {
	local n
	for n in $routers; do
		batman "$n" interface del wlan0-mesh_29 2>/dev/null # it says that bat0 is empty now
		ip -n "$n" link set bat0 down
	done
}
