# shellcheck shell=dash
# Whoever signs in at the console is told where the cell is, or how to found one.
[ ! -t 1 ] || cellctl uci -cells /etc/config/celld 2>/dev/null | while read -r _ celld_dir; do
	[ ! -S "$celld_dir/celld.sock" ] || cellctl -dir "$celld_dir" welcome 2>/dev/null
done
