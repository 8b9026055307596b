package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"celld/internal/system"
)

const (
	uciType = "celld"
	uciDirs = "/srv/celld/" // where the cell of a section lives that does not say
	// goodName is the file in DIR with the last section that was good, for the
	// day when the next one is not (docs/decisions/0007-last-good.md).
	goodName = "config.good"
)

// What runs of a configuration.
const (
	runsFile = "file"
	runsLast = "last good"
	runsRest = "what could be read"
)

// Which flags are no options, and which options are lists.
var (
	notOptions  = []string{"uci", "section", "config", "demo", "clock", "root", "full"}
	listOptions = []string{"hosts", "peers", "wide", "skip"}
)

// uciSource is the section that a configuration comes from.
type uciSource struct {
	path    string // empty: none
	section string
	args    []string        // of the command line, to read all again
	given   map[string]bool // the flags among them: they count more

	settings []setting // what runs
	news     uciNews
	good     []byte // the section, as it is kept; nil unless it is what runs
}

// uciNews is what came of reading a section.
type uciNews struct {
	File     string           `json:"file"`
	Section  string           `json:"section"`
	Runs     string           `json:"runs"`
	Waits    []string         `json:"waits"` // what takes effect at the next start
	Problems []system.Problem `json:"problems"`
}

// setting is a flag as a section sets it.
type setting struct{ flag, value string }

// over is s behind a command line.
func (s uciSource) over(set *flag.FlagSet, args []string) uciSource {
	s.args, s.given = args, map[string]bool{}
	set.Visit(func(f *flag.Flag) { s.given[f.Name] = true })
	return s
}

// read fills in what the command line leaves open. A section counts whole or not
// at all: when a line is refused, the last good one runs on.
func (s uciSource) read() (config, error) {
	section, problems := readSection(s.path, s.section)
	unclear := refused(problems)
	settings, more := checkSection(section)
	problems = append(problems, more...)
	c, err := s.with(settings)
	if err != nil && !refused(problems) {
		problems = append(problems, atSection(section, err))
	}
	if !refused(problems) {
		s.good = system.UCI{Sections: []system.Section{section}}.Text()
		return s.runs(c, runsFile, problems), nil
	}
	if last, ok := s.lastGood(settings); ok {
		return s.runs(last, runsLast, problems), nil
	}
	// Nobody shall found a new cell beside theirs because a line is broken.
	if !s.given["dir"] && (unclear || section.Option("dir") != nil && !sets(settings, "dir")) {
		return config{}, s.lost(problems)
	}
	if err != nil {
		c, err = s.with(where(settings))
	}
	return s.runs(c, runsRest, problems), err
}

// where leaves of settings what says where the cell lives.
func where(settings []setting) []setting {
	return slices.DeleteFunc(slices.Clone(settings), func(x setting) bool { return x.flag != "dir" })
}

// atSection tells of what no line is wrong about alone.
func atSection(s system.Section, err error) system.Problem {
	return system.Problem{Line: s.Line, Text: err.Error(), Refused: true}
}

// lost is the error of a file that does not tell where the cell lives. It names
// every line, since nobody else will.
func (s uciSource) lost(problems []system.Problem) error {
	n := uciNews{File: s.path}
	var lines []string
	for _, p := range problems {
		lines = append(lines, n.at(p)+": "+p.Text)
	}
	return fmt.Errorf("where the cell lives cannot be read:\n%s", strings.Join(lines, "\n"))
}

// with is the configuration that the command line makes together with settings.
func (s uciSource) with(settings []setting) (config, error) {
	f := &flags{}
	set := f.set()
	err := set.Parse(s.args)
	for _, x := range append([]setting{{"dir", uciDirs + s.section}}, settings...) {
		if err == nil && !s.given[x.flag] {
			err = set.Set(x.flag, x.value)
		}
	}
	if err != nil {
		return config{}, err
	}
	c, err := f.check()
	c.uci.settings = settings
	return c, err
}

// lastGood is what ran before, if it is known where that lies.
func (s uciSource) lastGood(settings []setting) (config, bool) {
	at, err := s.with(where(settings))
	if err != nil {
		return config{}, false
	}
	section, problems := readSection(filepath.Join(at.dir, goodName), s.section)
	last, more := checkSection(section)
	if refused(problems) || refused(more) {
		return config{}, false
	}
	c, err := s.with(last)
	return c, err == nil
}

// runs notes where c comes from.
func (s uciSource) runs(c config, what string, problems []system.Problem) config {
	s.settings = c.uci.settings
	s.news = uciNews{File: s.path, Section: s.section, Runs: what, Waits: []string{}, Problems: append([]system.Problem{}, problems...)}
	c.uci = s
	return c
}

// at is where a problem stands.
func (n uciNews) at(p system.Problem) string {
	if p.Line == 0 {
		return n.File
	}
	return fmt.Sprintf("%s:%d", n.File, p.Line)
}

// readSection finds a cell's section in a file.
func readSection(path, name string) (system.Section, []system.Problem) {
	none := func(line int, format string, args ...any) []system.Problem {
		return []system.Problem{{Line: line, Text: fmt.Sprintf(format, args...), Refused: true}}
	}
	u, problems, err := system.ReadUCI(path)
	if err != nil {
		return system.Section{}, none(0, "the file cannot be read: %v", err)
	}
	switch s := u.Section(name); {
	case s == nil:
		return system.Section{}, append(problems, none(0, "there is no section %s; it begins: config %s '%s'", name, uciType, name)...)
	case s.Type != uciType:
		return system.Section{}, append(problems, none(s.Line, "section %s is of type %s, and a cell's is of type %s", name, s.Type, uciType)...)
	default:
		return *s, problems
	}
}

// checkSection judges each option alone, so that each gets its own sentence. An
// option that nobody knows is told, and does no harm.
func checkSection(s system.Section) (settings []setting, problems []system.Problem) {
	for _, o := range s.Options {
		x, err := checkOption(o)
		switch {
		case errors.Is(err, errUnknown):
			problems = append(problems, system.Problem{Line: o.Line, Text: err.Error()})
		case err != nil:
			problems = append(problems, system.Problem{Line: o.Line, Text: err.Error(), Refused: true})
		case x.flag != "":
			settings = append(settings, x)
		}
	}
	return settings, problems
}

var errUnknown = errors.New("nobody here knows this option")

// checkOption makes a flag of an option. There is none for what is read by the
// init script.
func checkOption(o system.Option) (setting, error) {
	name := strings.ReplaceAll(o.Name, "_", "-")
	known := (&flags{}).set().Lookup(name)
	isList := slices.Contains(listOptions, o.Name)
	switch value := strings.Join(o.Values, ","); {
	case o.List && !isList:
		return setting{}, fmt.Errorf("%s is an option with one value, and no list", o.Name)
	case o.Name == "enabled":
		_, err := truth(o.Name, value)
		return setting{}, err
	case o.Name == "memory":
		if n, err := strconv.ParseUint(value, 10, 16); err != nil || n == 0 {
			return setting{}, fmt.Errorf("memory %q: it is a number of megabytes", value)
		}
		return setting{}, nil
	case known == nil || slices.Contains(notOptions, name):
		return setting{}, fmt.Errorf("%s: %w", o.Name, errUnknown)
	default:
		return tryOption(o.Name, name, value, isSwitch(known))
	}
}

// isSwitch reports whether a flag is on or off.
func isSwitch(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// tryOption lets the flags themselves judge a value, as if what they go with were on.
func tryOption(option, name, value string, onOff bool) (setting, error) {
	if onOff {
		on, err := truth(option, value)
		if err != nil {
			return setting{}, err
		}
		value = strconv.FormatBool(on)
	}
	f := &flags{}
	set := f.set()
	f.portal, f.https = ":0", ":0"
	err := set.Set(name, value)
	if err == nil {
		_, err = f.check()
	}
	if err != nil {
		return setting{}, errors.New(option + strings.TrimPrefix(err.Error(), "-"+name))
	}
	return setting{name, value}, nil
}

func truth(option, value string) (bool, error) {
	on, ok := system.Truth(value)
	if !ok {
		return false, fmt.Errorf("%s %q: there are 1 and 0", option, value)
	}
	return on, nil
}

func sets(settings []setting, flag string) bool {
	return slices.ContainsFunc(settings, func(x setting) bool { return x.flag == flag })
}

func refused(problems []system.Problem) bool {
	return slices.ContainsFunc(problems, func(p system.Problem) bool { return p.Refused })
}

// tell logs what is wrong with a section.
func (n uciNews) tell(logger *slog.Logger) {
	for _, p := range n.Problems {
		level, what := slog.LevelWarn, "a line of the configuration is odd"
		if p.Refused {
			level, what = slog.LevelError, "a line of the configuration was refused"
		}
		logger.Log(context.Background(), level, what, "at", n.at(p), "why", p.Text)
	}
}

// again reads the section once more, for a program that runs with s. What is not
// good changes nothing; some of what is good waits for the next start.
func (s uciSource) again() (c config, news uciNews, err error) {
	c, err = s.read()
	if err != nil {
		return c, s.news, err
	}
	news = c.uci.news
	if news.Runs != runsFile {
		news.Runs = s.news.Runs
		return c, news, errBadSection
	}
	for _, x := range slices.Concat(s.settings, c.uci.settings) {
		both := slices.Contains(s.settings, x) && slices.Contains(c.uci.settings, x)
		if !both && x.flag != "log" && !slices.Contains(news.Waits, x.flag) {
			news.Waits = append(news.Waits, x.flag)
		}
	}
	return c, news, nil
}

var errBadSection = errors.New("what runs is kept")

// keep writes a good section down, once, and only when it is another.
func (s uciSource) keep(dir string) error {
	if s.good == nil {
		return nil
	}
	path := filepath.Join(dir, goodName)
	if old, err := os.ReadFile(path); err == nil && slices.Equal(old, s.good) {
		return nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	u, _ := system.ParseUCI(s.good)
	return system.WriteUCI(path, u)
}

// hear takes note of what came of reading the section.
func (h *house) hear(s uciSource) {
	if s.path == "" {
		return
	}
	s.news.tell(h.logger)
	if s.news.Runs != runsFile {
		h.logger.Warn("the configuration is not what the file says", "runs", s.news.Runs)
	}
	h.news.Store(&s.news)
}
