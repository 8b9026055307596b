package people_test

import (
	"errors"
	"testing"

	"celld/internal/cell/people"
	"celld/internal/op"
)

// past is a cell of everybody, with these names.
type past struct{ *people.People }

func (p past) At(key string) any {
	if key == "trust" {
		return everybody{}
	}
	return p.People
}

type everybody struct{}

func (everybody) IsActive(op.Member) bool  { return true }
func (everybody) HasRouter(op.Device) bool { return true }

func TestNamesThatLookAlikeAreOne(t *testing.T) {
	named := func(who byte, name string) op.Opened {
		m := op.Member{who}
		return op.Opened{Kind: people.KindName, Member: m, Content: op.MustMarshal(people.Name{Member: m, Name: name})}
	}
	v, _ := people.Apply(people.Key, nil, named(1, "Fern Ash")).(*people.People)
	for name, code := range map[string]string{
		"fern ASH": "name.taken", "Fern  Ash": "name.taken", "Fern\u00a0Ash": "name.taken", "Fe\u200brn Ash": "name.taken",
		"Fern\u200e Ash": "name.taken", "Fer\u00adn Ash": "name.taken", "Fern\u3164 Ash": "name.taken", "Fern Ash\ufe0f": "name.taken",
		"\u200d": "name.empty", "\u2060\u3164": "name.empty", "Fern Oak": "", "👩‍🌾": "", "نور": "",
	} {
		var r op.Refusal
		errors.As(people.Judge(named(2, name), past{v}), &r)
		if r.Code != code {
			t.Errorf("%+q: %q, want %q", name, r.Code, code)
		}
	}
	if err := people.Judge(named(1, "Fern Ash"), past{v}); err != nil {
		t.Errorf("her own name: %v", err)
	}
	if m, ok := v.Named("fern\u200b ash"); !ok || m != (op.Member{1}) {
		t.Errorf("%v, %v", m, ok)
	}
}
