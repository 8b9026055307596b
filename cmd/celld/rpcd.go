package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"celld/internal/backup"
	"celld/internal/system"
)

// plugin is cellctl as rpcd runs it for LuCI: it lists its methods, or calls one
// with arguments from standard input. A cell is named by its section, and where
// it lives is read from the configuration, never from the caller.
type plugin struct {
	*client
	file string // the configuration
	work string // a folder of root's own in memory, for what is to be fetched
}

// pluginMethods is what LuCI may call, each with the arguments that it takes.
// Which of them change anything stands in rpcd's acl.d, too.
var pluginMethods = []struct {
	name string
	args []string
	call func(plugin, map[string]string) (any, error)
}{
	{"cells", nil, plugin.cells},
	{"status", []string{"section"}, plugin.status},
	{"claim", []string{"section"}, plugin.claim},
	{"lock", []string{"section"}, plugin.lock},
	{"backup", []string{"section", "recipient"}, plugin.backup},
}

// mostArguments bounds what is read of a caller.
const mostArguments = 4 << 10

// rpcd answers LuCI. What goes wrong is an answer too, since rpcd drops what a
// plugin says when it fails.
func (c *client) rpcd(args []string) error {
	set := quietFlags("rpcd")
	p := plugin{client: c}
	set.StringVar(&p.file, "uci", uciPath, "")
	set.StringVar(&p.work, "work", "/var/run/celld/backup", "")
	if err := set.Parse(args); err != nil {
		return fmt.Errorf("rpcd: %w; %w", err, errUsage)
	}
	out := json.NewEncoder(c.out)
	switch args := set.Args(); {
	case len(args) == 1 && args[0] == "list":
		return out.Encode(p.list())
	case len(args) == 2 && args[0] == "call":
		answer, err := p.answer(args[1])
		if err != nil {
			answer = map[string]string{"error": err.Error()}
		}
		return out.Encode(answer)
	}
	return fmt.Errorf("rpcd takes list, or call METHOD; %w", errUsage)
}

// list tells each method and its arguments, as rpcd wants it told.
func (p plugin) list() map[string]map[string]string {
	all := map[string]map[string]string{}
	for _, m := range pluginMethods {
		all[m.name] = map[string]string{}
		for _, arg := range m.args {
			all[m.name][arg] = "String"
		}
	}
	return all
}

func (p plugin) answer(name string) (any, error) {
	for _, m := range pluginMethods {
		if m.name != name {
			continue
		}
		args, err := p.arguments(m.args)
		if err != nil {
			return nil, err
		}
		return m.call(p, args)
	}
	return nil, fmt.Errorf("there is no method %q", name)
}

// arguments reads what the caller gave, and takes what the method knows.
func (p plugin) arguments(known []string) (map[string]string, error) {
	given := map[string]json.RawMessage{}
	b, err := io.ReadAll(io.LimitReader(p.in, mostArguments+1))
	if err != nil {
		return nil, err
	}
	if len(b) > mostArguments {
		return nil, errors.New("the arguments are too long")
	}
	if len(strings.TrimSpace(string(b))) > 0 {
		if err := json.Unmarshal(b, &given); err != nil {
			return nil, errors.New("the arguments are no JSON object")
		}
	}
	args := map[string]string{}
	delete(given, "ubus_rpc_session") // whose rights rpcd has looked at
	for _, name := range known {
		var value string
		if err := json.Unmarshal(given[name], &value); err != nil {
			return nil, fmt.Errorf("the argument %s is missing, or is no text", name)
		}
		args[name] = value
		delete(given, name)
	}
	for name := range given {
		return nil, fmt.Errorf("there is no argument %q", name)
	}
	return args, nil
}

// pluginCell is a section as LuCI shows it.
type pluginCell struct {
	Section string `json:"section"`
	Dir     string `json:"dir"`
	Enabled bool   `json:"enabled"`
}

// sections reads which cells this router has.
func (p plugin) sections() (cells []pluginCell, problems []system.Problem, err error) {
	u, problems, err := system.ReadUCI(p.file)
	if err != nil {
		return nil, nil, err
	}
	cells = []pluginCell{}
	for _, s := range u.Sections {
		if s.Type == uciType && s.Name != "" {
			cells = append(cells, pluginCell{s.Name, sectionDir(s), !disabled(s)})
		}
	}
	return cells, append(problems, cellProblems(u)...), nil
}

// cell returns a client for one of them.
func (p plugin) cell(section string) (*client, error) {
	cells, _, err := p.sections()
	if err != nil {
		return nil, err
	}
	for _, x := range cells {
		if x.Section == section {
			return &client{dir: x.Dir, in: strings.NewReader(""), out: io.Discard, errs: io.Discard}, nil
		}
	}
	return nil, fmt.Errorf("there is no cell %q in %s", section, p.file)
}

func (p plugin) cells(map[string]string) (any, error) {
	cells, problems, err := p.sections()
	answer := map[string]any{"file": p.file, "cells": cells, "problems": append([]system.Problem{}, problems...)}
	file := filepath.Join(filepath.Dir(p.file), portalUCI)
	if u, odd, bad := system.ReadUCI(file); bad == nil { // else the package is not here
		answer["portal"] = map[string]any{"file": file, "problems": append(append([]system.Problem{}, odd...), cellProblems(u)...)}
	}
	return answer, err
}

// status tells what runs, or that nothing does.
func (p plugin) status(args map[string]string) (any, error) {
	c, err := p.cell(args["section"])
	if err != nil {
		return nil, err
	}
	var s *status
	err = c.ask(request{Do: "status"}, func(e event) error {
		s = e.Status
		return nil
	})
	if err != nil {
		return map[string]any{"running": false, "why": err.Error()}, nil
	}
	return map[string]any{"running": true, "status": s}, nil
}

func (p plugin) claim(args map[string]string) (any, error) {
	c, err := p.cell(args["section"])
	if err != nil {
		return nil, err
	}
	code := ""
	err = c.ask(request{Do: "claim"}, func(e event) error {
		code = e.Text
		return nil
	})
	return map[string]string{"code": code}, err
}

func (p plugin) lock(args map[string]string) (any, error) {
	c, err := p.cell(args["section"])
	if err != nil {
		return nil, err
	}
	return map[string]bool{"locked": true}, c.ask(request{Do: "lock"}, func(event) error { return nil })
}

// isAgeKey knows one public key of age, and nothing else that age would take.
func isAgeKey(s string) bool {
	rest, ok := strings.CutPrefix(s, "age1")
	return ok && len(rest) == 58 && strings.Trim(rest, "023456789acdefghjklmnpqrstuvwxyz") == ""
}

// backup writes the cell, encrypted to whoever holds the key, where LuCI fetches
// it. No passphrase goes through a page.
func (p plugin) backup(args map[string]string) (any, error) {
	c, err := p.cell(args["section"])
	if err != nil {
		return nil, err
	}
	if !isAgeKey(args["recipient"]) {
		return nil, errors.New("the key is not an age public key: it begins with age1 and has 62 letters and digits")
	}
	if err := os.MkdirAll(p.work, 0o700); err != nil {
		return nil, err
	}
	path := filepath.Join(p.work, args["section"]+".age")
	err = createFile(path, func(w io.Writer) error {
		out, err := backup.SealTo(w, strings.NewReader(args["recipient"]+"\n"))
		if err != nil {
			return err
		}
		return errors.Join(c.writeBackup(out), out.Close())
	})
	return map[string]string{"path": path}, err
}
