//go:build !mips && !mipsle

package sqlite_test

import (
	"testing"

	"celld/internal/oplog"
	"celld/internal/oplog/storagetest"
	"celld/internal/sqlite"
)

func open(dir string) (oplog.Engine, error) { return sqlite.Open(dir) }

func TestMain(m *testing.M) { storagetest.Main(m, open) }

func TestEngine(t *testing.T) { storagetest.Run(t, open) }

func TestNoAcknowledgedOperationIsLostToSIGKILL(t *testing.T) { storagetest.Kill(t, open) }

func BenchmarkAppend(b *testing.B) { storagetest.BenchmarkAppend(b, open) }

func BenchmarkEach(b *testing.B) { storagetest.BenchmarkEach(b, open) }
