package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

// OpenWrt's build writes these scripts into every package: they hand over to
// functions of the router, which make the package's user, run what lies in
// /etc/uci-defaults, and enable and start (or stop) its services. A package made
// without that build brings its own.

const (
	// IPKG_NO_SCRIPT is set where somebody wants the files alone; IPKG_INSTROOT
	// names a root that is not running, as when an image is made.
	unlessForbidden = "[ \"${IPKG_NO_SCRIPT}\" = 1 ] && exit 0\n"
	withFunctions   = "[ -s \"${IPKG_INSTROOT}/lib/functions.sh\" ] || exit 0\n. \"${IPKG_INSTROOT}/lib/functions.sh\"\n"
	upgrading       = "export PKG_UPGRADE=1\n"
)

// ipkScripts are the scripts of an .ipk. Those of the package's own, in control/,
// are called by the router's functions, but for preinst and postrm, which opkg
// calls.
func (d description) ipkScripts() (tree, error) {
	own, err := readTree(filepath.Join(d.folder, "control"))
	if err != nil {
		return nil, err
	}
	for i := range own {
		own[i].mode = 0o755
	}
	return append(own,
		entry{path: "postinst", mode: 0o755, body: []byte("#!/bin/sh\n" + unlessForbidden + withFunctions + "default_postinst \"$0\" \"$@\"\n")},
		entry{path: "prerm", mode: 0o755, body: []byte("#!/bin/sh\n" + unlessForbidden + withFunctions + "default_prerm \"$0\" \"$@\"\n")}), nil
}

var comment = regexp.MustCompile(`(?m)^#.*\n`)

// own reads one of the package's own scripts, without its comments; nothing where
// there is none.
func (d description) own(name string) (string, error) {
	b, err := os.ReadFile(filepath.Join(d.folder, "control", name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return comment.ReplaceAllString(string(b), ""), err
}

// apkScripts are the scripts of an .apk by apk's names for them. apk has no
// functions call the package's own, so that they are written in.
func (d description) apkScripts() (map[string]string, error) {
	name := fmt.Sprintf("export root=\"${IPKG_INSTROOT}\"\nexport pkgname=%q\n", d.name)
	after, err1 := d.own("postinst-pkg")
	before, err2 := d.own("prerm-pkg")
	gone, err3 := d.own("postrm")
	up := unlessForbidden + withFunctions + name + "add_group_and_user\ndefault_postinst\n" + after
	down := unlessForbidden + withFunctions + name + before + "default_prerm\n"
	scripts := map[string]string{
		"post-install":  "#!/bin/sh\n" + up,
		"pre-upgrade":   "#!/bin/sh\n" + upgrading + down,
		"post-upgrade":  "#!/bin/sh\n" + upgrading + up,
		"pre-deinstall": "#!/bin/sh\n" + down,
	}
	if gone != "" {
		scripts["post-deinstall"] = "#!/bin/sh\n" + gone
	}
	return scripts, errors.Join(err1, err2, err3)
}
