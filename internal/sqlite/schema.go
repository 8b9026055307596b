//go:build !mips && !mipsle

package sqlite

import (
	"database/sql"
	"fmt"
	"net/url"
	"time"
)

// Version is the format of the database that this program writes, kept in
// user_version. It reads every version up to it.
const Version = 1

// applicationID tells file(1), and us, whose database this is: "cell".
const applicationID = 0x63656c6c

// maxEntry bounds an operation or a chunk, as oplog.MaxEntry has it.
const maxEntry = 2048

// schema is all there is. Positions begin at 0 and have no gap.
var schema = fmt.Sprintf(`
CREATE TABLE operation (
	pos   INTEGER PRIMARY KEY CHECK (pos BETWEEN 0 AND 0xffffffff),
	bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND %[1]d)
) STRICT;
CREATE TABLE chunk (
	name  BLOB PRIMARY KEY CHECK (length(name) = 32),
	bytes BLOB NOT NULL CHECK (length(bytes) BETWEEN 1 AND %[1]d)
) STRICT;
PRAGMA application_id = %[2]d;
PRAGMA user_version = %[3]d;
`, maxEntry, applicationID, Version)

// dsn names the database and what every connection to it begins with.
func dsn(path string, busy time.Duration, pragmas ...string) string {
	q := url.Values{"_pragma": append([]string{
		fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds()),
		"cache_size(-512)", // kB: routers are small, and the state lives in memory anyway
	}, pragmas...)}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// prepare makes the tables of an empty database, or checks whose database it
// is and which version.
func prepare(db *sql.DB) error {
	var application, version, tables int64
	for query, into := range map[string]*int64{
		"PRAGMA application_id":              &application,
		"PRAGMA user_version":                &version,
		"SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := db.QueryRow(query).Scan(into); err != nil {
			return err
		}
	}
	switch {
	case application == 0 && version == 0 && tables == 0:
		return transact(db, func() error {
			_, err := db.Exec(schema)
			return err
		})
	case application != applicationID:
		return fmt.Errorf("%w: it is no database of celld", ErrCorrupt)
	case version > Version:
		return fmt.Errorf("%w: format version %d, this program reads up to %d", ErrNewer, version, Version)
	}
	return nil
}

// transact runs f in a transaction of a database with one connection. The
// lock is taken at once, so that f cannot fail halfway for want of it.
func transact(db *sql.DB, f func() error) error {
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := f()
	if err == nil {
		_, err = db.Exec("COMMIT")
	}
	if err != nil {
		// A failed COMMIT may have left the transaction open, or closed it.
		db.Exec("ROLLBACK")
	}
	return err
}
