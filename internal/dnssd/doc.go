// Package dnssd announces this router's services on every link and browses for
// those of others, by multicast DNS (RFC 6762) and DNS-SD (RFC 6763).
//
// A Station is one task: its goroutine owns an engine that is arithmetic over
// messages and times, without sockets or clock of its own (socket.go holds the
// sockets). docs/discovery.md tells which part holds which requirement.
//
// Nothing heard here is trusted. What Found returns are hints where a peer
// might be; who it is, only a handshake with its key can tell.
package dnssd
