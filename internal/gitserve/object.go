package gitserve

import (
	"crypto/sha1"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode"
)

// kind is an object's, by its number in a pack.
type kind byte

const (
	commit kind = 1
	tree   kind = 2
	blob   kind = 3
)

func (k kind) String() string { return [...]string{"", "commit", "tree", "blob"}[k] }

type object struct {
	id   ID
	kind kind
	body []byte
}

func newObject(k kind, body []byte) object {
	sum := sha1.New()
	fmt.Fprintf(sum, "%v %d\x00", k, len(body))
	sum.Write(body)
	return object{ID(sum.Sum(nil)), k, body}
}

// head is what stands before an object in a pack: its kind and its length,
// seven bits a byte after the first four.
func (o object) head() []byte {
	n := len(o.body)
	b := []byte{byte(o.kind)<<4 | byte(n&15)}
	for n >>= 4; n > 0; n >>= 7 {
		b[len(b)-1] |= 0x80
		b = append(b, byte(n&0x7f))
	}
	return b
}

// ErrPath is a path that no clone should have to write.
var ErrPath = errors.New("gitserve: not a path for a file")

// checkPath keeps files within the folder, and out of what git and some disks
// take for something else.
func checkPath(path string) error {
	for _, name := range strings.Split(path, "/") {
		bad := func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune(`\:*?"<>|~`, r) }
		if name == "" || len(name) > 200 || name[0] == '.' || strings.ContainsFunc(name, bad) {
			return fmt.Errorf("%w: %q", ErrPath, path)
		}
	}
	return nil
}

// folder is a tree that grows from commit to commit.
type folder struct {
	files   map[string]ID
	folders map[string]*folder
	changed bool
	root    bool
	id      ID
}

func newFolder() *folder {
	return &folder{files: map[string]ID{}, folders: map[string]*folder{}, changed: true}
}

// put changes a file; the zero ID takes it away. Of a file and a folder with
// one name the later one stays.
func (f *folder) put(path string, id ID) {
	f.changed = true
	name, rest, deeper := strings.Cut(path, "/")
	if !deeper {
		delete(f.folders, name)
		if f.files[name] = id; id == (ID{}) {
			delete(f.files, name)
		}
		return
	}
	delete(f.files, name)
	if f.folders[name] == nil {
		f.folders[name] = newFolder()
	}
	f.folders[name].put(rest, id)
}

// trees yields what has changed, the deepest first. A folder without a file is
// none.
func (f *folder) trees(yield func(object) error) error {
	if !f.changed {
		return nil
	}
	f.changed = false
	entries := map[string]string{} // by what git sorts them by
	for name, sub := range f.folders {
		if err := sub.trees(yield); err != nil {
			return err
		}
		if len(sub.files) == 0 && len(sub.folders) == 0 {
			delete(f.folders, name)
			continue
		}
		entries[name+"/"] = "40000 " + name + "\x00" + string(sub.id[:])
	}
	for name, id := range f.files {
		entries[name] = "100644 " + name + "\x00" + string(id[:])
	}
	if len(entries) == 0 && !f.root {
		return nil
	}
	order := make([]string, 0, len(entries))
	for name := range entries {
		order = append(order, name)
	}
	sort.Strings(order)
	var body []byte
	for _, name := range order {
		body = append(body, entries[name]...)
	}
	o := newObject(tree, body)
	f.id = o.id
	return yield(o)
}

// walk yields every object of the history when it is first needed, and each
// commit after what it holds.
func (h History) walk(yield func(object) error) error {
	told := map[ID]struct{}{}
	once := func(o object) error {
		if _, again := told[o.id]; again {
			return nil
		}
		told[o.id] = struct{}{}
		return yield(o)
	}
	root, parent := newFolder(), ID{}
	root.root = true
	return h(func(c Commit) error {
		for _, x := range c.Changes {
			if err := checkPath(x.Path); err != nil {
				return err
			}
			if x.Gone {
				root.put(x.Path, ID{})
				continue
			}
			o := newObject(blob, x.Content)
			root.put(x.Path, o.id)
			if err := once(o); err != nil {
				return err
			}
		}
		root.changed = true // a commit has a tree, whatever changed
		if err := root.trees(once); err != nil {
			return err
		}
		o := c.object(root.id, parent)
		parent = o.id
		return once(o)
	})
}

func (c Commit) object(tree, parent ID) object {
	by := fmt.Sprintf("%s <commons@cell.invalid> %d +0000", author(c.Author), max(0, c.Time))
	body := "tree " + tree.String() + "\n"
	if parent != (ID{}) {
		body += "parent " + parent.String() + "\n"
	}
	return newObject(commit, []byte(body+"author "+by+"\ncommitter "+by+"\n\n"+strings.ReplaceAll(c.Message, "\x00", "")+"\n"))
}

// author is a name as a commit can hold it.
func author(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == '<' || r == '>' {
			return -1
		}
		return r
	}, name))
	if name == "" {
		return "A cell"
	}
	return name
}
