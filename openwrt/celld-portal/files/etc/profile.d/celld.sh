# shellcheck shell=dash
# Whoever signs in at the console is told where the cell is, or how to found one.
[ ! -t 1 ] || for celld_dir in $(uci -q show celld | sed -n "s/^celld\.[^.]*\.dir='\(.*\)'$/\1/p"); do
	[ ! -S "$celld_dir/celld.sock" ] || cellctl -dir "$celld_dir" welcome 2>/dev/null
done
unset celld_dir
