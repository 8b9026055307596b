package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"strings"

	"celld/internal/system"
)

// uci judges a configuration file, as celld would.
func (c *client) uci(args []string) error {
	set := quietFlags("uci")
	raw := set.Bool("json", false, "")
	cells := set.Bool("cells", false, "")
	if err := set.Parse(args); err != nil || set.NArg() != 1 || *raw && *cells {
		return fmt.Errorf("uci takes -json or -cells, and one file; %w", errUsage)
	}
	u, problems, err := system.ReadUCI(set.Arg(0))
	if err != nil {
		return err
	}
	if *cells {
		return errors.Join(c.cells(u), mayHide(u, problems, set.Arg(0)))
	}
	problems = append(problems, cellProblems(u)...)
	sort.SliceStable(problems, func(i, j int) bool { return problems[i].Line < problems[j].Line })
	if *raw {
		return json.NewEncoder(c.out).Encode(append([]system.Problem{}, problems...))
	}
	for _, p := range problems {
		fmt.Fprintf(c.out, "%s: %s\n", uciNews{File: set.Arg(0)}.at(p), p.Text)
	}
	if refused(problems) {
		return fmt.Errorf("celld does not take %s as it is", set.Arg(0))
	}
	return nil
}

// cellProblems judges every cell's section, and tells of those that are none.
func cellProblems(u system.UCI) (problems []system.Problem) {
	for _, s := range u.Sections {
		switch {
		case s.Type == portalType:
			problems = append(problems, portalProblems(s)...)
		case s.Type == wifiType:
			problems = append(problems, wifiProblems(s)...)
		case s.Type != uciType:
			problems = append(problems, system.Problem{Line: s.Line, Text: fmt.Sprintf("a section of type %s is no cell's", s.Type)})
		case s.Name == "":
			problems = append(problems, system.Problem{Line: s.Line, Text: "a cell's section needs a name", Refused: true})
		default:
			problems = append(problems, wholeSection(s)...)
		}
	}
	return problems
}

// wholeSection judges a cell's section line by line, and what its lines are together.
func wholeSection(s system.Section) []system.Problem {
	settings, problems := checkSection(s)
	if _, err := (uciSource{section: s.Name}).with(settings); err != nil && !refused(problems) {
		problems = append(problems, atSection(s, err))
	}
	return problems
}

const (
	portalType = "portal"
	portalUCI  = "celld-portal" // the file of the package of that name
)

// wifiType is the section that tells what installing celld may do with the Wi-Fi.
const wifiType = "wifi"

// wifiProblems judges what a script of the package celld reads.
func wifiProblems(s system.Section) (problems []system.Problem) {
	for _, o := range s.Options {
		_, ok := system.Truth(s.Get(o.Name))
		switch {
		case o.Name != "members":
			problems = append(problems, system.Problem{Line: o.Line, Text: fmt.Sprintf("there is no option %s for the Wi-Fi", o.Name)})
		case !ok:
			problems = append(problems, system.Problem{Line: o.Line, Text: "members is 1 or 0", Refused: true})
		}
	}
	return problems
}

// portalProblems judges what the package celld-portal is told, whose scripts read it.
func portalProblems(s system.Section) (problems []system.Problem) {
	for _, o := range s.Options {
		if err := checkPortalOption(o); err != nil {
			problems = append(problems, system.Problem{Line: o.Line, Text: err.Error(), Refused: !errors.Is(err, errUnknown)})
		}
	}
	return problems
}

func checkPortalOption(o system.Option) error {
	value := strings.Join(o.Values, " ")
	switch {
	case o.Name == "device":
		for _, link := range strings.Fields(value) {
			if len(link) > 15 || strings.ContainsFunc(link, oddInLink) {
				return fmt.Errorf("device %q: no link is called so", link)
			}
		}
	case o.List:
		return fmt.Errorf("%s is an option with one value, and no list", o.Name)
	case o.Name == "enabled":
		_, err := truth(o.Name, value)
		return err
	case o.Name == "pages" || o.Name == "signpost":
		if a, err := netip.ParseAddr(value); err != nil || !a.Is4() {
			return fmt.Errorf("%s %q: it is an address such as 192.0.2.1", o.Name, value)
		}
	case o.Name != "cell":
		return fmt.Errorf("%s: %w", o.Name, errUnknown)
	}
	return nil
}

// oddInLink knows what a shell or nft would read otherwise.
func oddInLink(r rune) bool {
	return !(r == '.' || r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z')
}

// cells lists what is to run.
func (c *client) cells(u system.UCI) error {
	for _, at := range cellsOf(u) {
		if _, err := fmt.Fprintf(c.out, "%s %s\n", at.section, at.dir); err != nil {
			return err
		}
	}
	return nil
}

// mayHide is the error of a file in which there may be a cell that cells does not list:
// what runs is not to be stopped because the line is broken that names it.
func mayHide(u system.UCI, problems []system.Problem, file string) error {
	if i := slices.IndexFunc(problems, func(p system.Problem) bool { return p.Refused }); i >= 0 {
		return fmt.Errorf("%s: %s", uciNews{File: file}.at(problems[i]), problems[i].Text)
	}
	other := slices.IndexFunc(u.Sections, func(s system.Section) bool { return s.Type != wifiType })
	if other < 0 || slices.ContainsFunc(u.Sections, func(s system.Section) bool { return s.Type == uciType }) {
		return nil
	}
	s := u.Sections[other]
	return fmt.Errorf("%s:%d: a section of type %s is no cell's, and there is no other", file, s.Line, s.Type)
}

// cellPlace is a cell's section and its folder.
type cellPlace struct{ section, dir string }

// cellsOf are the cells that are to run. What a section does not say clearly is as
// by default.
func cellsOf(u system.UCI) (cells []cellPlace) {
	for _, s := range u.Sections {
		if s.Type != uciType || s.Name == "" || disabled(s) {
			continue
		}
		cells = append(cells, cellPlace{s.Name, sectionDir(s)})
	}
	return cells
}

// uciPath is where OpenWrt keeps our configuration.
const uciPath = "/etc/config/celld"

// dirsHere are the folders of this router's cells, so that cellctl need not be told
// where the only one lives; none elsewhere than on OpenWrt.
func dirsHere(path string) (dirs []string) {
	u, _, err := system.ReadUCI(path)
	if err != nil {
		return nil
	}
	for _, at := range cellsOf(u) {
		dirs = append(dirs, at.dir)
	}
	return dirs
}

func disabled(s system.Section) bool {
	on, ok := system.Truth(s.Get("enabled"))
	return ok && !on
}

// sectionDir is where a section's cell lives.
func sectionDir(s system.Section) string {
	if dir := s.Get("dir"); dir != "" {
		return dir
	}
	return uciDirs + s.Name
}

// write tells of the configuration what one has to know.
func (n *uciNews) write(line func(name, format string, args ...any)) {
	if n == nil {
		return
	}
	what := map[string]string{
		runsFile: "as the file says",
		runsLast: "the file has lines that were refused; the last good one runs",
		runsRest: "the file has lines that were refused; what could be read runs, and the rest as by default",
	}[n.Runs]
	line("config", "%s, section %s: %s", n.File, n.Section, what)
	for _, p := range n.Problems {
		line("", "%s: %s", n.at(p), p.Text)
	}
	for _, w := range n.Waits {
		line("", "%s takes effect at the next start", w)
	}
}
