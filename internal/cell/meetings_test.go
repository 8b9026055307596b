package cell_test

import (
	"testing"

	"pgregory.net/rapid"

	"celld/internal/cell"
	"celld/internal/cell/meeting"
	"celld/internal/cell/rota"
	"celld/internal/op"
)

// gather calls a meeting, or does something about one that is there.
func gather(t *rapid.T, x *replica, m *member) {
	list, _ := x.state.Value(meeting.KeyList).(*meeting.List)
	day := rapid.Uint64Range(1, 6).Draw(t, "day")
	lines := append(list.Coming(0, 9), list.Past(0, 0, 9)...)
	if len(lines) == 0 || rapid.IntRange(0, 3).Draw(t, "new") == 0 {
		x.write(m.id, op.Draft{Kind: meeting.KindPlan, Content: meeting.Plan{Number: uint64(list.Len()) + 1, When: meeting.When{Day: day}}})
		return
	}
	d := rapid.SampledFrom([]op.Draft{
		{Kind: meeting.KindMove, Content: meeting.Move{When: meeting.When{Day: day}}}, {Kind: meeting.KindCancel, Content: meeting.Cancel{}},
		{Kind: meeting.KindItem, Content: meeting.AddItem{Words: "The gate"}}, {Kind: meeting.KindDuty, Content: meeting.Take{Duty: meeting.Pen, Yes: day%2 == 0}},
		{Kind: meeting.KindMinutes, Content: meeting.WriteMinutes{Words: "We met."}},
	}).Draw(t, "act")
	d.Subject = rapid.SampledFrom(lines).Draw(t, "meeting").Ref
	x.write(m.id, d)
}

// turn begins, declines or ends a turn.
func turn(t *rapid.T, x *replica, m *member) {
	r, _ := x.state.Value(rota.Key).(*rota.Rota)
	role := rapid.SampledFrom([]rota.Role{rota.Facilitator, rota.NoteKeeper}).Draw(t, "role")
	n := r.Post(role).Term.Number
	x.write(m.id, rapid.SampledFrom([]op.Draft{
		{Kind: rota.KindBegin, Content: rota.Begin{Role: role, Number: n + 1, Length: role.Length()}},
		{Kind: rota.KindDecline, Content: rota.Decline{Role: role, Number: n + 1}}, {Kind: rota.KindEnd, Content: rota.End{Role: role, Number: n}},
	}).Draw(t, "turn"))
}

var gatherings = append([]step{gather, gather, gather, gather, turn, turn}, everyday...)

func TestMeetingsAndTurnsAreSeenAlikeInEveryOrder(t *testing.T) {
	defer cell.SmallSizes()()
	propertyOver(t, append(append([]step{}, gatherings...), grave...))
}

// A router that starts again from its snapshot has every meeting as it stood.
func TestASnapshotKeepsMeetingsAndTurns(t *testing.T) {
	defer cell.SmallSizes()()
	runs, held := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		w := quickWorld(t, rapid.IntRange(2, 4).Draw(rt, "members"), 2)
		w.live(rt, append([]step{restart}, gatherings...), rapid.IntRange(12, 40).Draw(rt, "length"))
		w.settle()
		runs++
		for _, x := range w.replica {
			x.restart(t)
			x.sameState(t, x.state, w.retold(x.held, func(int) int { return 0 }).state)
			list, _ := x.state.Value(meeting.KeyList).(*meeting.List)
			for _, line := range list.Past(0, 0, 99) {
				if m, _ := x.state.Value(meeting.Key(line.Ref)).(*meeting.Meeting); m.State() != line.State || m.When.Day != line.Day {
					rt.Fatalf("the list says %+v of %+v", line, m)
				}
				held++
			}
		}
	})
	if runs >= telling && held == 0 {
		t.Error("no history had a meeting that was held")
	}
}
