package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"time"

	"celld/test/visit"
)

// installing is a router whose power goes while the package comes.
type installing struct {
	story
	disk    string // what the router writes on
	newer   string // the newer package, on the router
	moments int
	seed    uint64

	chance *rand.Rand
	took   map[string]time.Duration // how long each step takes when nobody cuts it
	before status                   // of the cell that is there before an upgrade
}

// step is a part of what happens: from when the router says something, until it
// says the next thing.
type step struct{ name, begins, ends string }

// says is for what a router says, over several lines.
func says(what string) *regexp.Regexp { return regexp.MustCompile("(?s)(" + what + ")") }

// What a router says while a package is installed and starts for the first time.
var (
	installs = []step{
		{"unpacking", "opkg: unpacks ", "opkg: lays down "},
		{"laying files down", "opkg: lays down ", "opkg: configures "},
		{"the package's scripts", "opkg: configures ", "opkg: writes down "},
		{"writing down what is installed", "opkg: writes down ", "init: is up"},
	}
	begins = []step{
		{"the first start", "procd: starts ", "msg=serving"},
		{"founding", "test: founds", "test: has founded"},
	}
)

// tell cuts the power in each step of an installation, of a first start and of an
// upgrade, on a disk that is as it was before; and on half of them what is written
// is there soon after, as on flash, and on the other half not before it must.
func (i *installing) tell() error {
	i.chance = rand.New(rand.NewPCG(i.seed, 4))
	i.people = []*person{{name: "Moss"}}
	for _, part := range []struct {
		name  string
		learn func() error // does all of it once, uncut, and leaves the disk from which it begins
		steps []step
		begin func() error // on a router that has just got its power
		mend  func() error // after the cut: the package works, or is installed again
	}{
		{"install", i.installWhole, installs, i.nothing, i.installed},
		{"first start", i.startWhole, begins, i.founds, i.started},
		{"upgrade", i.upgradeWhole, installs, i.upgrades, i.upgraded},
	} {
		if err := part.learn(); err != nil {
			return fmt.Errorf("%s, uncut: %w", part.name, err)
		}
		for n := range i.moments {
			what, err := i.once(part.name, n, part.steps, part.begin, part.mend)
			if err != nil {
				return fmt.Errorf("%s no. %d, %s: %w", part.name, n+1, what, err)
			}
			say("%s no. %d, cut %s", part.name, n+1, what)
		}
	}
	return nil
}

// once cuts the power at a moment of one step, and sees what is there after.
func (i *installing) once(part string, n int, steps []step, begin, mend func() error) (what string, err error) {
	turn := n + int(i.seed) // another step comes first with another seed
	at := steps[turn%len(steps)]
	i.written = []string{"", "written=soon"}[(turn+n/len(steps))%2]
	after := time.Duration(i.chance.Float64() * float64(i.took[part+at.name]))
	what = fmt.Sprintf("%.2f s into %s, %s", after.Seconds(), at.name,
		map[string]string{"": "written late", "written=soon": "written soon"}[i.written])
	if err := i.restore(part); err != nil {
		return what, err
	}
	if err := i.start(); err != nil {
		return what, err
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = begin() // the power goes meanwhile
	}()
	_, err = i.hear(at.name, says(at.begins))
	time.Sleep(after) // another machine: there is no clock to fake
	i.cut()
	<-gone
	if err != nil {
		return what, err
	}
	i.written = ""
	if err := i.start(); err != nil {
		return what, err
	}
	if err := i.up(); err != nil {
		return what, err
	}
	err = mend()
	if strings.Contains(i.words(), "opkg: unpacks") {
		what += ": installed again"
	} else {
		what += ": it was there"
	}
	i.cut()
	return what, err
}

// learns notes how long the steps take, while do does all of it.
func (i *installing) learns(part string, steps []step, do func() error) error {
	done := make(chan error, 1)
	go func() { done <- do() }()
	if i.took == nil {
		i.took = map[string]time.Duration{}
	}
	for _, s := range steps {
		if _, err := i.hear(s.name, says(s.begins)); err != nil {
			return err
		}
		began := time.Now()
		if _, err := i.hear(s.name, says(s.begins+".*"+s.ends)); err != nil {
			return err
		}
		i.took[part+s.name] = time.Since(began)
		say("%s: %s takes %.2f s", part, s.name, i.took[part+s.name].Seconds())
	}
	return <-done
}

func (i *installing) nothing() error { return nil }

// up waits until the router's shell answers.
func (i *installing) up() error {
	if _, err := i.hear("the router is up", says("init: is up")); err != nil {
		return err
	}
	return visit.Until("the router's shell", visit.Hangs, func() error {
		said, err := i.ask("echo here")
		if err == nil && !strings.Contains(said, "here") {
			err = fmt.Errorf("it says %q", said)
		}
		return err
	})
}

// --- an installation ---------------------------------------------------------

func (i *installing) installWhole() error {
	if err := i.save("install"); err != nil { // an empty disk
		return err
	}
	if err := i.start(); err != nil {
		return err
	}
	if err := i.learns("install", installs, i.nothing); err != nil {
		return err
	}
	if err := i.installed(); err != nil {
		return err
	}
	// What a first start begins with: the package, and nothing that it ever wrote.
	if _, err := i.ask("/etc/init.d/celld stop; rm -rf /srv/celld; sync"); err != nil {
		return err
	}
	i.cut()
	return i.save("first start")
}

// installed is an error unless the package is there and works, however it came to be.
func (i *installing) installed() error {
	if err := i.serves(); err != nil {
		return err
	}
	if err := i.has("celld 0.1.0-r1"); err != nil {
		return err
	}
	return i.founds()
}

// has is an error unless opkg knows a version, and its files are those of the package.
func (i *installing) has(version string) error {
	said, err := i.ask("cat /usr/lib/opkg/status; cellctl uci /etc/config/celld && echo config is good; ls -l /etc/rc.d /usr/sbin/celld; " +
		"ls -ld /srv/celld/cell; mkdir /tmp/check; tar -xzf " + i.ipk(version) + " -O ./data.tar.gz | tar -xz -C /tmp/check; cmp /tmp/check/usr/sbin/celld /usr/sbin/celld && " +
		"cmp /tmp/check/etc/init.d/celld /etc/init.d/celld && echo files are good; rm -r /tmp/check")
	for _, want := range []string{version, "config is good", "files are good", "S19celld", "celld    celld"} {
		if err == nil && !strings.Contains(said, want) {
			err = fmt.Errorf("the router has no %q: %s", want, said)
		}
	}
	return err
}

func (i *installing) ipk(version string) string {
	if strings.HasSuffix(version, "r1") {
		return "/packages/celld_*.ipk"
	}
	return i.newer
}

// --- a first start -----------------------------------------------------------

func (i *installing) startWhole() error {
	if err := errors.Join(i.restore("first start"), i.start()); err != nil {
		return err
	}
	defer i.cut()
	return i.learns("first start", begins, func() error { return errors.Join(i.serves(), i.founds()) })
}

// founds claims the router and founds a cell, or sits down at the one that is there.
func (i *installing) founds() error {
	moss := i.people[0]
	if err := i.serves(); err != nil {
		return err
	}
	_, _ = i.Write([]byte("test: founds\n"))
	defer func() { _, _ = i.Write([]byte("test: has founded\n")) }()
	if p, err := i.visit().Get("/in"); err != nil || p.To != "/claim" {
		return errors.Join(err, i.signIn(moss)) // it was founded, and the answer did not come
	}
	return i.found()
}

// started is an error unless the cell that was founded is there, or can be founded.
func (i *installing) started() error {
	if err := i.founds(); err != nil {
		return err
	}
	said, err := i.ctl("verify")
	if err == nil && !strings.Contains(said, "operations") {
		err = fmt.Errorf("it says %q", said)
	}
	return err
}

// --- an upgrade --------------------------------------------------------------

// changed is what somebody wrote into the configuration.
const changed = "option name 'mill-lane'"

// upgradeWhole begins where a cell lives and somebody has changed the configuration.
func (i *installing) upgradeWhole() error {
	if err := i.restore("first start"); err != nil {
		return err
	}
	if err := errors.Join(i.start(), i.founds()); err != nil {
		return err
	}
	if _, err := i.ask(`sed -i "s/.*option memory.*/	` + changed + `/" /etc/config/celld; sync`); err != nil {
		return err
	}
	var err error
	if i.before, err = i.status(); err != nil {
		return err
	}
	i.cut()
	if err := i.save("upgrade"); err != nil {
		return err
	}
	if err := i.start(); err != nil {
		return err
	}
	defer i.cut()
	if err := i.up(); err != nil {
		return err
	}
	// What ends the last step is said by us: the router is up already.
	return i.learns("upgrade", upgradeSteps(), func() error { return errors.Join(i.upgrades(), i.upgraded()) })
}

func upgradeSteps() []step {
	steps := append([]step(nil), installs...)
	steps[len(steps)-1].ends = "opkg: is done"
	return steps
}

// upgrades installs the newer package, once the router is up.
func (i *installing) upgrades() error {
	if err := i.up(); err != nil {
		return err
	}
	_, err := i.ask("opkg install " + i.newer + " >/dev/console 2>&1; sync; echo opkg: is done >/dev/console")
	return err
}

// upgraded is an error unless the newer package is there, or comes when it is
// installed again, and the cell is what it was.
func (i *installing) upgraded() error {
	if said, err := i.ask("cat /usr/lib/opkg/status"); err != nil || !strings.Contains(said, "r2") {
		if err := errors.Join(err, i.upgrades()); err != nil {
			return err
		}
	}
	if err := i.serves(); err != nil {
		return err
	}
	if err := i.has("celld 0.1.0-r2"); err != nil {
		return err
	}
	if said, err := i.ask("cat /etc/config/celld"); err != nil || !strings.Contains(said, changed) {
		return errors.Join(err, fmt.Errorf("the configuration that somebody changed is %q", said))
	}
	if err := i.signIn(i.people[0]); err != nil {
		return err
	}
	after, err := i.status()
	if err == nil && (after.Operations != i.before.Operations || *after.Digest != *i.before.Digest) {
		err = fmt.Errorf("%d operations, digest %.16s; before %d and %.16s", after.Operations, *after.Digest, i.before.Operations, *i.before.Digest)
	}
	return err
}

// --- the disk ----------------------------------------------------------------

// save keeps the disk as it is now, for who restores it.
func (i *installing) save(name string) error { return duplicate(i.disk, i.disk+"."+name) }

func (i *installing) restore(name string) error { return duplicate(i.disk+"."+name, i.disk) }

func duplicate(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
