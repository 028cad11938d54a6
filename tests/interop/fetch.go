package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// fetch checks a log that is served at an address, with Go's HTTP client, which asks for gzip as the specification wants.
func fetch(address string) error {
	l := &log{address: strings.TrimRight(address, "/")}
	return l.take([]step{
		{"checkpoint", l.checkCheckpoint},
		{"entries", l.checkEntries},
		{"tiles", l.checkTiles},
		{"tile reader", l.checkEveryLeaf},
	})
}

// checkEveryLeaf asks Go's own tile client, which authenticates each tile against the root, for all leaves.
func (l *log) checkEveryLeaf() error {
	indexes := make([]int64, l.tree.N)
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, int64(i))
	}
	read, err := tlog.TileHashReader(l.tree, tileReader{l}).ReadHashes(indexes)
	if err != nil {
		return err
	}
	for i, hash := range read {
		if hash != l.leaves[i] {
			return fmt.Errorf("leaf %d has another hash in its tile", i)
		}
	}
	return nil
}

func get(url string) ([]byte, error) {
	answer, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, answer.Status)
	}
	return io.ReadAll(answer.Body)
}
