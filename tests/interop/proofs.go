package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// tileReader gives tlog.TileHashReader the files of the directory. Our log keeps only the widest partial tile, so a
// narrower one is cut from it, as C2SP allows a client to do.
type tileReader struct{ log *log }

func (r tileReader) Height() int { return tileHeight }

func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := r.log.read(c2spPath(tile))
		if err != nil {
			return nil, err
		}
		read[i] = data
	}
	return read, nil
}

// checkTileReader asks Go's own tile client, which authenticates each tile against the root, for every proven leaf.
func (l *log) checkTileReader() error {
	indexes, err := l.names("proofs", ".tlog-proof")
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(l.tree, tileReader{l})
	for _, index := range indexes {
		read, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			return err
		}
		if read[0] != l.leaves[index] {
			return fmt.Errorf("leaf %d has another hash in its tile", index)
		}
	}
	return nil
}

func (l *log) checkInclusion() error {
	indexes, err := l.names("proofs", ".tlog-proof")
	if err != nil {
		return err
	}
	for _, index := range indexes {
		raw, err := l.read(fmt.Sprintf("proofs/%d.tlog-proof", index))
		if err != nil {
			return err
		}
		if err := l.checkProof(index, raw); err != nil {
			return fmt.Errorf("leaf %d: %w", index, err)
		}
	}
	return nil
}

func (l *log) checkProof(index int64, raw []byte) error {
	head, checkpoint, found := bytes.Cut(raw, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != "index "+strconv.FormatInt(index, 10) {
		return fmt.Errorf("not the proof of that index")
	}
	path, err := parseHashes(lines[2:])
	if err != nil {
		return err
	}
	tree, err := l.openTree(checkpoint)
	if err != nil {
		return err
	}
	if tree != l.tree {
		return fmt.Errorf("the proof is of another tree")
	}
	ours, err := tlog.ProveRecord(tree.N, index, l.stored)
	if err != nil {
		return err
	}
	if fmt.Sprint([]tlog.Hash(ours)) != fmt.Sprint(path) {
		return fmt.Errorf("the proof is not the one that Go makes")
	}
	return tlog.CheckRecord(path, tree.N, tree.Hash, index, l.leaves[index])
}

func (l *log) checkConsistency() error {
	sizes, err := l.names("older", "")
	if err != nil {
		return err
	}
	for _, size := range sizes {
		if err := l.checkPrefix(size); err != nil {
			return fmt.Errorf("size %d: %w", size, err)
		}
	}
	return nil
}

func (l *log) checkPrefix(size int64) error {
	raw, err := l.read(fmt.Sprintf("older/%d", size))
	if err != nil {
		return err
	}
	older, err := l.openTree(raw)
	if err != nil {
		return err
	}
	if older.N != size {
		return fmt.Errorf("a checkpoint of size %d", older.N)
	}
	raw, err = l.read(fmt.Sprintf("consistency/%d", size))
	if err != nil {
		return err
	}
	path, err := parseHashes(strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n"))
	if err != nil {
		return err
	}
	return tlog.CheckTree(path, l.tree.N, l.tree.Hash, older.N, older.Hash)
}

func parseHashes(lines []string) ([]tlog.Hash, error) {
	parsed := []tlog.Hash{}
	for _, line := range lines {
		if line == "" {
			continue
		}
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, hash)
	}
	return parsed, nil
}
