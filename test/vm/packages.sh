# shellcheck shell=bash
# Packages of Debian that are unpacked below dist/vm and installed nowhere: what
# must not start on this machine, and what is for another processor. Sourced, not
# run, in the folder of the house, behind scripts/needs.sh.

# usage prints the comment at the head of a script.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$1"; }

# unpack PACKAGE... puts packages for this machine's processor into dist/vm/root.
unpack() { unpack_into dist/vm/root "$@"; }

# unpack_for ARCH PACKAGE... puts those of another one into dist/vm/ARCH. apt knows
# them from lists of its own, so that this machine never hears of that processor.
unpack_for() {
	local arch=$1 apt=$PWD/dist/vm/apt-$1
	shift
	if [ ! -e "$apt/whole" ]; then
		say "fetching the lists of Debian for $arch"
		mkdir -p "$apt"/{lists/partial,archives/partial,none}
		: >"$apt/status"
		debian >"$apt/sources"
		[ -s "$apt/sources" ] || die "apt knows no source of Debian: run apt-get update first."
		cat >"$apt/conf" <<-END
			APT::Architecture "$arch";
			APT::Architectures { "$arch"; };
			APT::Sandbox::User "root";
			Acquire::Languages "none";
			Dir::State "$apt";
			Dir::State::lists "$apt/lists";
			Dir::State::status "$apt/status";
			Dir::Cache "$apt";
			Dir::Etc::sourcelist "$apt/sources";
			Dir::Etc::sourceparts "$apt/none";
		END
		APT_CONFIG=$apt/conf apt-get update -qq || die "Debian's lists for $arch cannot be had."
		: >"$apt/whole"
	fi
	APT_CONFIG=$apt/conf unpack_into "dist/vm/$arch" "$@"
}

# debian prints where this machine's apt has Debian from.
debian() {
	# shellcheck disable=SC2016 # apt fills that in
	apt-get indextargets --format 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(REPO_URI) $(RELEASE) main' \
		'Origin: Debian' 'Component: main' 'Identifier: Packages' | sort -u
}

# unpack_into DIR PACKAGE...
unpack_into() {
	local package dir=$PWD/$1 done=$PWD/$1.done
	shift
	mkdir -p "$dir" "$done"
	for package; do
		[ ! -e "$done/$package" ] || continue
		say "fetching $package"
		case $package in linux-image-*) rm -rf "${dir:?}"/boot "$dir"/lib/modules "$done"/linux-image-* ;; esac # there is one kernel
		(cd "$done" && apt-get download -qq -o APT::Sandbox::User=root "$package" && dpkg-deb -x "${package}"_*.deb "$dir" &&
			rm "${package}"_*.deb) || die "Could not fetch $package."
		: >"$done/$package"
	done
}

# stands_for PACKAGE [ARCH] is the kernel that a package without files stands for.
stands_for() {
	APT_CONFIG=${2:+$PWD/dist/vm/apt-$2/conf} apt-cache depends "$1" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9]\S*\)/\1/p' | head -n 1
}

# modules_of ROOT MODULE... lists the files of a kernel's modules and of all that
# these need, in the order in which they are loaded.
modules_of() {
	local root=$1 version
	shift
	version=$(basename "$root"/lib/modules/*)
	[ -e "$root/lib/modules/$version/modules.dep" ] || depmod -b "$root" "$version"
	modprobe -d "$root" -S "$version" --show-depends -a "$@" | awk '$1 == "insmod" && !seen[$2]++ { print $2 }'
}

# kept DIR is the whole of DIR as the kernel takes it at boot.
kept() { (cd "$1" && find . | cpio -o -H newc --quiet --owner 0:0); }

# package_for TARGET ARCH makes the package, and says where it is.
package_for() {
	scripts/package --unsigned "$1" >&2
	echo "$PWD"/dist/celld_*_"$2".ipk
}

# program_of FILE OUTPUT takes the program out of a package; or it is one.
program_of() {
	case $1 in
	*.ipk) tar -xzOf "$1" ./data.tar.gz | tar -xzO ./usr/sbin/celld >"$2" ;;
	*) cp "$1" "$2" ;;
	esac
	chmod 755 "$2"
}
