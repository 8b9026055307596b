package rota

import (
	"slices"
	"testing"

	"celld/internal/op"
)

func TestThePoolOfKeepersIsEnteredAndLeftByOnesOwnWord(t *testing.T) {
	say := func(value any, who byte, yes bool) any {
		return Apply(Key, value, op.Opened{Kind: KindKeep, Member: op.Member{who}, Content: op.MustMarshal(Keep{Yes: yes})})
	}
	var r any = (&Rota{}).with(Post{Role: Facilitator})
	for _, who := range []byte{1, 2, 1} {
		r = say(r, who, true)
	}
	if got := r.(*Rota).Keeps(); !slices.Equal(got, []op.Member{{2}, {1}}) {
		t.Errorf("the pool is %v", got)
	}
	back, err := UnmarshalRota(r.(*Rota).MarshalState())
	if err != nil || !slices.Equal(back.Keeps(), r.(*Rota).Keeps()) || len(back.Posts) != 1 {
		t.Errorf("read back: %+v, %v", back, err)
	}
	post := Post{Role: NoteKeeper}
	if got := back.with(post).Keeps(); len(got) != 2 {
		t.Error("a term forgets the pool")
	}
	r = say(say(r, 2, false), 3, false)
	if got := r.(*Rota).Keeps(); !slices.Equal(got, []op.Member{{1}}) {
		t.Errorf("the pool is %v", got)
	}
}
