package web

// door is the first evening's open door.
type door struct{}
