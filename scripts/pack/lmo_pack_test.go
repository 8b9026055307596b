package main

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// readPo reads a catalogue of gettext: what is said, and how. There are no plurals
// and no contexts in ours, and none are understood.
func readPo(text string) (map[string]string, error) {
	said := map[string]string{}
	var id, str string
	var at *string
	for n, line := range strings.Split(text+"\n", "\n") {
		word, quoted, _ := strings.Cut(line, " ")
		switch {
		case line == "":
			if _, twice := said[id]; twice && id != "" {
				return nil, fmt.Errorf("line %d: %q stands there twice", n, id)
			}
			said[id], id, str, at = str, "", "", nil
			continue
		case strings.HasPrefix(line, "#"):
			continue
		case word == "msgid":
			at = &id
		case word == "msgstr":
			at = &str
		default:
			quoted = line
		}
		part, err := strconv.Unquote(quoted)
		if err != nil || at == nil {
			return nil, fmt.Errorf("line %d: %s", n+1, line)
		}
		*at += part
	}
	delete(said, "") // the head
	return said, nil
}

// lmo is a catalogue as LuCI reads it, in place of gettext's .mo: the sentences, each
// filled up to four bytes; where each is, by a hash of what it stands for, in
// order; and where that list begins. All numbers are big-endian.
func lmo(said map[string]string) ([]byte, error) {
	type entry struct{ key, one, at, size uint32 }
	var list []entry
	var out []byte
	for id, str := range said {
		if strings.Join(strings.Fields(id), " ") != id {
			return nil, fmt.Errorf("%q: LuCI looks for it with single spaces", id)
		}
		if str != "" {
			list = append(list, entry{key: luciHash(id), one: 1})
		}
	}
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
	byKey := map[uint32]string{}
	for id, str := range said {
		if str == "" {
			continue
		}
		if _, twice := byKey[luciHash(id)]; twice {
			return nil, errors.New("two sentences have one hash")
		}
		byKey[luciHash(id)] = str
	}
	for i := range list {
		str := byKey[list[i].key]
		list[i].at, list[i].size = uint32(len(out)), uint32(len(str))
		out = append(out, str...)
		out = append(out, make([]byte, -len(out)&3)...)
	}
	begins := uint32(len(out))
	for _, e := range list {
		for _, n := range []uint32{e.key, e.one, e.at, e.size} {
			out = binary.BigEndian.AppendUint32(out, n)
		}
	}
	return binary.BigEndian.AppendUint32(out, begins), nil
}

// luciHash is the hash by which LuCI finds a sentence: Paul Hsieh's, begun with the
// length.
func luciHash(s string) uint32 {
	two := func(s string) uint32 { return uint32(s[0]) | uint32(s[1])<<8 }
	signed := func(c byte) uint32 { return uint32(int32(int8(c))) }
	h := uint32(len(s))
	for ; len(s) >= 4; s = s[4:] {
		h += two(s)
		h = h<<16 ^ (two(s[2:])<<11 ^ h)
		h += h >> 11
	}
	switch len(s) {
	case 3:
		h += two(s)
		h ^= h << 16
		h ^= signed(s[2]) << 18
		h += h >> 11
	case 2:
		h += two(s)
		h ^= h << 11
		h += h >> 17
	case 1:
		h += signed(s[0])
		h ^= h << 10
		h += h >> 1
	}
	h ^= h << 3
	h += h >> 5
	h ^= h << 4
	h += h >> 17
	h ^= h << 25
	return h + h>>6
}
