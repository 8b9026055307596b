package system

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the fuzz seeds anew")

// readings are what libuci makes of a text: its file.c was read for each, since
// Debian has no uci(1) to be asked. The result is spelled as `uci export` does.
var readings = []struct{ name, in, want string }{
	{"empty", "", ""},
	{"remarks", "# one\n\n   # two\n", ""},
	{"plain", "config celld main\n\toption http :8080\n", "config celld 'main'\n option http ':8080'\n"},
	{"letters", "c a b\no x 1\nl y 2\nl y 3\n", "config a 'b'\n option x '1'\n list y '2'\n list y '3'\n"},
	{"package", "package celld\nconfig a\n", "config a\n"},
	{"anonymous", "config a\nconfig a ''\n", "config a\nconfig a\n"},
	{"single quotes", `config a b` + "\n" + `option x 'say "hi" \n'`, `config a 'b'` + "\n" + ` option x 'say "hi" \n'` + "\n"},
	{"double quotes", `config a b` + "\n" + `option x "it's \"so\" \\ "`, `config a 'b'` + "\n" + ` option x 'it'\''s "so" \ '` + "\n"},
	{"bare and quoted", `config a b` + "\n" + `option x a'b c'"d"\ e`, `config a 'b'` + "\n" + ` option x 'ab cd e'` + "\n"},
	{"more than a line", "config a b\noption x 'one\ntwo'\noption y 2\n", "config a 'b'\n option x 'one\ntwo'\n option y '2'\n"},
	{"joined lines", "config a b\noption x one\\\ntwo\noption y \"1\\\n2\"\n", "config a 'b'\n option x 'onetwo'\n option y '12'\n"},
	{"remark behind", "config a b # why\noption x 1#2\n", "config a 'b'\n option x '1'\n"},
	{"quoted mark", "config a b\noption x '#1;2'\n", "config a 'b'\n option x '#1;2'\n"},
	{"semicolons", "config a b;option x 1;list y 2\n", "config a 'b'\n option x '1'\n list y '2'\n"},
	{"carriage returns", "config a b\r\n\toption x 1\r\n", "config a 'b'\n option x '1'\n"},
	{"no end of line", "config a b\noption x 1", "config a 'b'\n option x '1'\n"},
	{"no value", "config a b\noption x 1\noption x ''\noption y\n", "config a 'b'\n option x '1'\n"},
	{"empty in a list", "config a b\nlist x ''\n", "config a 'b'\n list x ''\n"},
	{"odd type", "config wifi-iface@1\n", "config 'wifi-iface@1'\n"},
	{"other alphabets", "config a b\noption name 'خلية'\n", "config a 'b'\n option name 'خلية'\n"},
	{"again", "config a b\noption x 1\nconfig a c\nconfig a b\noption x 2\n", "config a 'b'\n option x '2'\nconfig a 'c'\n"},
	{"option, then list", "config a b\noption x 1\nlist x 2\n", "config a 'b'\n list x '1'\n list x '2'\n"},
	{"list, then option", "config a b\nlist x 1\nlist x 2\noption x 3\n", "config a 'b'\n option x '3'\n"},
}

func TestUCIReadsAsLibuciDoes(t *testing.T) {
	for _, c := range readings {
		u, problems := ParseUCI([]byte(c.in))
		got := strings.ReplaceAll(strings.ReplaceAll(string(u.Text()), "\nconfig", "config"), "\t", " ")
		if got != c.want {
			t.Errorf("%s: read as\n%s\nwant\n%s", c.name, got, c.want)
		}
		for _, p := range problems {
			if p.Refused {
				t.Errorf("%s: line %d: %s", c.name, p.Line, p.Text)
			}
		}
	}
}

// broken has lines that libuci stops at; what is left when they are left out;
// and what is said, a part of it for each.
var broken = []struct {
	name, in, want string
	said           []string
}{
	{"no command", "config a b\nset x 1\noption y 2\n", "config a 'b'\n option y '2'\n", []string{`2! "set" begins nothing`}},
	{"no type", "config\noption x 1\nconfig a b\noption y 2\n", "config a 'b'\n option y '2'\n",
		[]string{"1! config is followed by", "2! this option belongs to a section that was refused"}},
	{"bad name", "config a b-c\nlist x 1\n", "", []string{`1! "b-c" is no name of a section`, "2! this list belongs"}},
	{"bad type", "config 'a b' c\n", "", []string{`1! "a b" is no type`}},
	{"too much", "config a b c\n", "", []string{`1! after config, its type and its name stands "c"`}},
	{"two values", "config a b\noption x 1 2\n", "config a 'b'\n", []string{`2! after option x and its value stands "2"`}},
	{"bad option", "config a b\noption x-y 1\noption\n", "config a 'b'\n", []string{`2! "x-y" is no name`, "3! option is followed by"}},
	{"no section", "option x 1\nconfig a b\n", "config a 'b'\n", []string{"1! this option stands before"}},
	{"open quote", "config a b\noption x 'one\noption y 2\n", "config a 'b'\n option y '2'\n", []string{"2! a ' is opened"}},
	{"open quote in a section's line", "config a 'b\noption x 1\nconfig c d\n", "config c 'd'\n", []string{"1! a ' is opened", "2! this option belongs"}},
	{"open double quote", "config a b\noption x \"one\n", "config a 'b'\n", []string{`2! a " is opened`}},
	{"zero", "config a b\noption x 1\x002\noption y '\x00'\noption z 1\n", "config a 'b'\n option z '1'\n", []string{"2! there is a zero", "3! there is a zero"}},
	{"two types", "config a b\noption x 1\nconfig c b\noption x 2\n", "config a 'b'\n option x '1'\n",
		[]string{"3! section b is of type a since line 1", "4! this option belongs"}},
	{"package", "package\npackage a b\nconfig a b\n", "config a 'b'\n", []string{"1! package is", "2! package is"}},
	{"again", "config a b\noption x 1\noption x 2\nconfig a b\nlist x 3\n", "config a 'b'\n list x '2'\n list x '3'\n",
		[]string{"3 x is set at line 2", "4 section b begins at line 1", "5 x is an option at line 3 and a list here"}},
}

func TestEachBrokenLineIsToldAndLeftOut(t *testing.T) {
	for _, c := range broken {
		u, problems := ParseUCI([]byte(c.in))
		got := strings.ReplaceAll(strings.ReplaceAll(string(u.Text()), "\nconfig", "config"), "\t", " ")
		if got != c.want {
			t.Errorf("%s: read as\n%s\nwant\n%s", c.name, got, c.want)
		}
		if len(problems) != len(c.said) {
			t.Errorf("%s: said %v, want %q", c.name, problems, c.said)
			continue
		}
		for i, p := range problems {
			mark := map[bool]string{true: "!"}[p.Refused]
			if said := fmt.Sprintf("%d%s %s", p.Line, mark, p.Text); !strings.HasPrefix(said, c.said[i]) {
				t.Errorf("%s: said %q, want %q", c.name, said, c.said[i])
			}
		}
	}
}

// file draws any file that can be written.
func file(t *rapid.T) UCI {
	name := rapid.StringMatching(`[a-z_0-9]{1,3}`)
	value := rapid.StringOfN(rapid.RuneFrom([]rune("ab1 '\"\\#;\n\r\t\v$`éخ")), 1, 8, -1)
	var u UCI
	for range rapid.IntRange(0, 4).Draw(t, "sections") {
		s := Section{Type: rapid.StringMatching(`[a-z'"\\#;@-]{1,4}`).Draw(t, "type")}
		if n := name.Draw(t, "name"); rapid.Bool().Draw(t, "named") && u.Section(n) == nil {
			s.Name = n
		}
		for range rapid.IntRange(0, 4).Draw(t, "options") {
			n := name.Draw(t, "option")
			if s.Option(n) != nil {
				continue
			}
			o := Option{Name: n, Values: []string{value.Draw(t, "value")}}
			if rapid.Bool().Draw(t, "list") {
				o.List, o.Values = true, append(o.Values, rapid.SliceOfN(value, 0, 3).Draw(t, "values")...)
			}
			s.Options = append(s.Options, o)
		}
		u.Sections = append(u.Sections, s)
	}
	return u
}

func TestWhatIsWrittenReadsTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "celld")
	rapid.Check(t, func(t *rapid.T) {
		u := file(t)
		if err := WriteUCI(path, u); err != nil {
			t.Fatal(err)
		}
		back, problems, err := ReadUCI(path)
		if err != nil || len(problems) > 0 {
			t.Fatal(problems, err)
		}
		if !reflect.DeepEqual(plain(back), plain(u)) {
			t.Fatalf("wrote %v, read %v", plain(u), plain(back))
		}
	})
}

// plain takes the line numbers out.
func plain(u UCI) (out []Section) {
	for _, s := range u.Sections {
		s.Line = 0
		options := []Option{}
		for _, o := range s.Options {
			o.Line = 0
			options = append(options, o)
		}
		s.Options = options
		out = append(out, s)
	}
	return out
}

func TestOnlyWhatReadsBackIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "celld")
	for name, u := range map[string]UCI{
		"a zero byte":      {[]Section{{Type: "a", Options: []Option{{Name: "x", Values: []string{"\x00"}}}}}},
		"a bad name":       {[]Section{{Type: "a", Name: "b c"}}},
		"no type":          {[]Section{{Name: "b"}}},
		"a name twice":     {[]Section{{Type: "a", Name: "b"}, {Type: "a", Name: "b"}}},
		"an option's name": {[]Section{{Type: "a", Options: []Option{{Name: "x 'y'\noption z", Values: []string{"1"}}}}}},
		"no value":         {[]Section{{Type: "a", Options: []Option{{Name: "x", Values: []string{""}}}}}},
	} {
		if err := WriteUCI(path, u); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 0 {
		t.Errorf("%v lies there", left)
	}
}

func TestWritingKeepsTheModeAndLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "wireless")
	if err := os.WriteFile(path, []byte("config a\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(folder, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	u := UCI{[]Section{{Type: "a", Name: "b", Options: []Option{{Name: "x", Values: []string{"1"}}}}}}
	for _, at := range []string{path, link} {
		if err := WriteUCI(at, u); err != nil {
			t.Fatal(err)
		}
	}
	if fi, err := os.Lstat(path); err != nil || fi.Mode() != 0o644 {
		t.Errorf("%v %v", fi.Mode(), err)
	}
	if fi, err := os.Lstat(link); err != nil || fi.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is gone: %v %v", fi.Mode(), err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 2 {
		t.Errorf("%v lies there", left)
	}
}

func TestAFileThatIsNoFileIsTold(t *testing.T) {
	folder := t.TempDir()
	long := filepath.Join(folder, "long")
	if err := os.WriteFile(long, make([]byte, mostUCI+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{folder, long, filepath.Join(folder, "none")} {
		if _, _, err := ReadUCI(path); err == nil {
			t.Errorf("%s was read", path)
		}
	}
	if err := WriteUCI(filepath.Join(folder, "none", "celld"), UCI{}); err == nil {
		t.Error("a file was written where no folder is")
	}
}

func FuzzUCI(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		u, problems := ParseUCI(text)
		for _, p := range problems {
			if p.Line < 1 || p.Line > strings.Count(string(text), "\n")+1 || p.Text == "" {
				t.Errorf("%v", p)
			}
		}
		back, problems := ParseUCI(u.Text())
		if len(problems) > 0 || !same(back, u) {
			t.Errorf("%q read as %q, and that as %q: %v", text, u.Text(), back.Text(), problems)
		}
	})
}

func TestSeeds(t *testing.T) {
	texts := map[string]string{}
	for _, c := range readings {
		texts[c.name] = c.in
	}
	for _, c := range broken {
		texts["broken "+c.name] = c.in
	}
	seeds(t, "FuzzUCI", texts)
}

// seeds holds the seeds of a fuzz target against what they are made of.
func seeds(t *testing.T, target string, texts map[string]string) {
	t.Helper()
	folder := filepath.Join("testdata/fuzz", target)
	if *update {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range texts {
		file := filepath.Join(folder, strings.NewReplacer(" ", "-", "'", "", ",", "").Replace(name))
		want := fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", text)
		if *update {
			if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(file); err != nil || string(got) != want {
			t.Errorf("%s is not what go test -update would write (%v)", file, err)
		}
	}
}
