// Command pack makes the packages of celld for OpenWrt: .ipk for opkg and .apk
// for apk, and the signed index of a feed of them. scripts/package calls it; it
// is a module of its own so that nfpm never enters the daemon's.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// order is what a run was asked for.
type order struct {
	packages string // the folder with one folder for each package
	dist     string
	version  string
	date     time.Time
	key      string // the signing key; empty for an unsigned feed
	quick    bool   // compress quickly: for tests of structure
	programs map[string]string
}

func main() {
	o, err := parse(os.Args[1:])
	if err == nil {
		err = o.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func parse(args []string) (order, error) {
	o := order{programs: map[string]string{}}
	set := flag.NewFlagSet("pack", flag.ContinueOnError)
	set.StringVar(&o.packages, "packages", "openwrt", "folder with one folder for each package")
	set.StringVar(&o.dist, "dist", "dist", "folder to write into")
	set.StringVar(&o.version, "version", "", "version of all packages, as 0.1.0-r1")
	date := set.Int64("date", 0, "the one time that all files get, in Unix seconds")
	set.StringVar(&o.key, "key", "", "key to sign the feed with; made if it is not there")
	set.BoolVar(&o.quick, "quick", false, "compress quickly")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if !strings.Contains(o.version, "-r") {
		return o, fmt.Errorf("-version %q: a version reads 0.1.0-r1", o.version)
	}
	o.date = time.Unix(*date, 0).UTC()
	for _, arg := range set.Args() {
		target, program, ok := strings.Cut(arg, "=")
		if !ok || architectures[target] == nil {
			return o, fmt.Errorf("%q: programs are named TARGET=FILE", arg)
		}
		o.programs[target] = program
	}
	return o, nil
}

// run makes every package there is, and the feed.
func (o order) run() error {
	names, err := filepath.Glob(filepath.Join(o.packages, "*", "package"))
	if err != nil || len(names) == 0 {
		return fmt.Errorf("no package in %s (%v)", o.packages, err)
	}
	if err := os.MkdirAll(o.dist, 0o755); err != nil {
		return err
	}
	feed := feed{}
	for _, name := range names {
		d, err := readDescription(name)
		if err != nil {
			return err
		}
		if err := o.make(d, &feed); err != nil {
			return fmt.Errorf("package %s: %w", d.name, err)
		}
	}
	return feed.write(o)
}

// make writes one package: once for every architecture where it holds the
// program, and else once for all of them.
func (o order) make(d description, feed *feed) error {
	if !d.program {
		return o.makeFor(d, nil, []string{"all"}, feed)
	}
	for _, target := range sortedKeys(o.programs) {
		program, err := os.ReadFile(o.programs[target])
		if err != nil {
			return err
		}
		if err := o.makeFor(d, program, architectures[target], feed); err != nil {
			return err
		}
	}
	return nil
}

func (o order) makeFor(d description, program []byte, archs []string, feed *feed) error {
	t, err := d.collect(program)
	if err != nil {
		return err
	}
	data, err := o.compress(t.tar(o.date))
	if err != nil {
		return err
	}
	size := t.onFlash()
	for _, arch := range archs {
		control := d.control(o.version, arch, size)
		name := fmt.Sprintf("%s_%s_%s.ipk", d.name, o.version, arch)
		ipk, err := d.ipk(control, data, o)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(o.dist, name), ipk, 0o644); err != nil {
			return err
		}
		feed.add(control, name, ipk)
		name = fmt.Sprintf("%s-%s_%s.apk", d.name, o.version, arch)
		if err := d.apk(filepath.Join(o.dist, name), t, arch, o); err != nil {
			return err
		}
		feed.files = append(feed.files, name)
	}
	return nil
}
