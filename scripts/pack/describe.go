package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// architectures are OpenWrt's names for what a binary of ours runs on.
var architectures = map[string][]string{
	"mips":   {"mips_24kc"},
	"mipsle": {"mipsel_24kc", "mipsel_74kc"},
	"armv7":  {"arm_cortex-a7_neon-vfpv4", "arm_cortex-a9_vfpv3-d16", "arm_cortex-a15_neon-vfpv4"},
	"arm64":  {"aarch64_cortex-a53", "aarch64_cortex-a72", "aarch64_generic"},
	"amd64":  {"x86_64"},
}

// A description is what the file "package" of a package says of it: lines
// "Field: value", where a line that begins with a space goes on.
type description struct {
	folder  string
	name    string
	program bool // holds celld and cellctl
	fields  map[string]string
}

// needed are the fields that every description must have; known are all.
var (
	needed = []string{"Package", "Section", "Category", "Title", "Depends", "License", "Description"}
	known  = append([]string{"Require-User", "Program", "Conffiles"}, needed...)
)

func readDescription(path string) (description, error) {
	d := description{folder: filepath.Dir(path), fields: map[string]string{}}
	f, err := os.Open(path)
	if err != nil {
		return d, err
	}
	defer f.Close()
	last := ""
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		if strings.HasPrefix(line, " ") && last != "" {
			d.fields[last] += "\n" + line
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if _, twice := d.fields[name]; !ok || twice || !slices.Contains(known, name) {
			return d, fmt.Errorf("%s: %q is no line of a description", path, line)
		}
		last, d.fields[name] = name, strings.TrimSpace(value)
	}
	for _, name := range needed {
		if _, ok := d.fields[name]; !ok {
			return d, fmt.Errorf("%s: %s is missing", path, name)
		}
	}
	d.name, d.program = d.fields["Package"], d.fields["Program"] == "yes"
	if d.name != filepath.Base(d.folder) {
		return d, fmt.Errorf("%s describes %s", path, d.name)
	}
	return d, nil
}

// conffiles are the files that an upgrade leaves as their owner changed them.
func (d description) conffiles() []string { return strings.Fields(d.fields["Conffiles"]) }

// depends are the packages that must be there.
func (d description) depends() []string {
	return strings.FieldsFunc(d.fields["Depends"], func(r rune) bool { return r == ',' || r == ' ' })
}

// control is the package's entry as opkg reads it, in the order that OpenWrt's
// own build writes it in.
func (d description) control(version, arch string, size int64) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	line("Package", d.name)
	line("Version", version)
	line("Depends", strings.Join(d.depends(), ", "))
	line("License", d.fields["License"])
	line("Section", d.fields["Section"])
	line("Require-User", d.fields["Require-User"])
	line("Architecture", arch)
	line("Installed-Size", fmt.Sprint(size))
	line("Description", d.fields["Description"])
	return b.String()
}
