package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/apk"
	"github.com/goreleaser/nfpm/v2/files"
)

// apk writes a package for apk, by nfpm: in apk's format of version 2, which the
// apk of OpenWrt installs with --allow-untrusted.
func (d description) apk(path string, t tree, arch string, o order) error {
	folder, err := os.MkdirTemp("", "pack")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	info, err := d.staged(folder, append(slices.Clone(t), d.apkFiles(t)...), o)
	if err != nil {
		return err
	}
	if arch == "all" {
		arch = "noarch"
	}
	info.Arch, info.APK.Arch = arch, arch
	var b bytes.Buffer
	if err := apk.Default.Package(nfpm.WithDefaults(info), &b); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// apkFiles are what the router's functions read of an installed .apk: its files,
// its user, and its configuration with the sums that tell whether it was changed.
func (d description) apkFiles(t tree) tree {
	var list, sums strings.Builder
	for _, e := range t {
		fmt.Fprintf(&list, "/%s\n", e.path)
		if slices.Contains(d.conffiles(), "/"+e.path) {
			fmt.Fprintf(&sums, "/%s %x\n", e.path, sha256.Sum256(e.body))
		}
	}
	extra := tree{}
	put := func(kind, text string) {
		if text != "" {
			extra = append(extra, entry{path: "lib/apk/packages/" + d.name + "." + kind, mode: 0o644, body: []byte(text)})
		}
	}
	put("list", list.String())
	if user := d.fields["Require-User"]; user != "" {
		put("rusers", user+"\n")
	}
	if names := d.conffiles(); len(names) > 0 {
		put("conffiles", strings.Join(names, "\n")+"\n")
	}
	put("conffiles_static", sums.String())
	return extra
}

// staged lays t and the scripts out under folder, from where nfpm reads them.
func (d description) staged(folder string, t tree, o order) (*nfpm.Info, error) {
	version, release, _ := strings.Cut(o.version, "-")
	info := &nfpm.Info{
		Name: d.name, Platform: "linux", Version: version, VersionSchema: "none", Release: release, MTime: o.date,
		Section: d.fields["Section"], License: d.fields["License"], Maintainer: "celld",
		Description: strings.ReplaceAll(d.fields["Description"], "\n ", " "),
	}
	info.Depends = d.depends()
	for i, e := range t {
		c := &files.Content{Source: e.link, Destination: "/" + e.path, Type: files.TypeSymlink,
			FileInfo: &files.ContentFileInfo{Owner: "root", Group: "root", Mode: os.FileMode(e.mode), MTime: o.date}}
		if e.link == "" {
			c.Type, c.Source = files.TypeFile, filepath.Join(folder, fmt.Sprint("file", i))
			if err := os.WriteFile(c.Source, e.body, os.FileMode(e.mode)); err != nil {
				return nil, err
			}
		}
		info.Contents = append(info.Contents, c)
	}
	scripts, err := d.apkScripts()
	for kind, text := range scripts {
		path := filepath.Join(folder, kind)
		err = errors.Join(err, os.WriteFile(path, []byte(text), 0o755), os.Chtimes(path, o.date, o.date))
	}
	at := func(kind string) string {
		if scripts[kind] == "" {
			return ""
		}
		return filepath.Join(folder, kind)
	}
	info.Scripts = nfpm.Scripts{PostInstall: at("post-install"), PreRemove: at("pre-deinstall"), PostRemove: at("post-deinstall")}
	info.APK.Scripts = nfpm.APKScripts{PreUpgrade: at("pre-upgrade"), PostUpgrade: at("post-upgrade")}
	return info, err
}
