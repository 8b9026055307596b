// Package oplog is the one door: a thing changes only as a signed operation
// that passes through Submit or Accept.
//
// Either way an operation is verified, appended (on disk before anybody is
// told), applied, and the new immutable State is published. The log is the
// only truth; everything else here can be computed again from it.
package oplog
