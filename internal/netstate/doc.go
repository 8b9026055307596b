// Package netstate knows the links, addresses and neighbours of this router,
// as the kernel tells of them by rtnetlink.
//
// A Watcher is one task. It reads everything once and follows what changes;
// when the kernel had to drop events it reads everything again. All of this
// works without privileges; what the kernel does not let a process see stands
// in Snapshot.Blind.
package netstate
