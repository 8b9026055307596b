package main

func measure(m *machine, seats string) error { return nil }
