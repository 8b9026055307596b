package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"celld/internal/replication"
)

// newChunked gathers what a socket should not carry byte by byte.
func newChunked(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 32<<10) }

// bundle is cellctl's side of what is carried by hand.
func (c *client) bundle(args []string) error {
	if len(args) > 0 && args[0] == "export" {
		return c.bundleExport(args[1:])
	}
	if len(args) == 2 && args[0] == "import" {
		return c.bundleImport(args[1])
	}
	return fmt.Errorf("bundle takes export or import, and one FILE; %w", errUsage)
}

func (c *client) bundleExport(args []string) error {
	set := quietFlags("export")
	has := set.String("has", "", "")
	if err := set.Parse(args); err != nil || set.NArg() != 1 {
		return fmt.Errorf("bundle export takes one FILE, and -has before it; %w", errUsage)
	}
	path := set.Arg(0)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already", path)
	}
	r := request{Do: "bundle-export"}
	if *has != "" {
		var err error
		if r.Has, err = headsOf(*has); err != nil {
			return err
		}
	}
	return createFile(path, func(w io.Writer) error {
		return c.ask(r, func(e event) error {
			if e.Text != "" {
				fmt.Fprintln(c.out, e.Text)
			}
			_, err := w.Write(e.Data)
			return err
		})
	})
}

// headsOf reads what a router had that made a bundle.
func headsOf(path string) (map[string]uint64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in, err := replication.Inspect(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	has := map[string]uint64{}
	for _, h := range in.Heads {
		has[h.Device.String()] = h.Seq
	}
	// More than this is no request that celld reads.
	if b, err := json.Marshal(has); err != nil || len(b) > requestSize-1024 {
		return nil, fmt.Errorf("%s: it tells of too many logs; export without -has", path)
	}
	return has, nil
}

func (c *client) bundleImport(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	m := newMeter(c.errs)
	send := &meteredReader{f, m, progress{Doing: "hand over", Of: uint64(info.Size())}}
	take := newMeter(c.errs)
	return c.askWith(request{Do: "bundle-import", Size: info.Size()}, io.LimitReader(send, info.Size()), func(e event) error {
		if e.Progress != nil {
			return take.show(*e.Progress)
		}
		_, err := fmt.Fprintln(c.out, e.Text)
		return err
	})
}
