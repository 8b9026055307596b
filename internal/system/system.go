// Package system knows the router that celld runs on, where it is an OpenWrt:
// its configuration files, its leases, its board and its way to the network.
//
// Everywhere else the same functions say that they do not know, and celld runs
// without them. Nothing here starts another program.
package system
