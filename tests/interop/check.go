package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// A log is the directory under check, with every hash recomputed from its entries.
type log struct {
	dir      string
	address  string // instead of dir: where the log is served
	verifier note.Verifier
	tree     tlog.Tree
	leaves   []tlog.Hash
	stored   hashes
}

// hashes is the sequence of stored hashes that tlog numbers with StoredHashIndex.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(h)) {
			return nil, fmt.Errorf("no stored hash %d", index)
		}
		read[i] = h[index]
	}
	return read, nil
}

func check(dir string) error {
	l := &log{dir: dir}
	return l.take([]step{
		{"checkpoint", l.checkCheckpoint},
		{"promise", l.checkPromise},
		{"entries", l.checkEntries},
		{"tiles", l.checkTiles},
		{"tile reader", l.checkTileReader},
		{"inclusion", l.checkInclusion},
		{"consistency", l.checkConsistency},
	})
}

// A step is one thing to check, named in the refusal.
type step struct {
	name string
	run  func() error
}

func (l *log) take(steps []step) error {
	for _, step := range steps {
		if err := step.run(); err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
	}
	fmt.Printf("ok %d %s\n", l.tree.N, l.tree.Hash)
	return nil
}

func (l *log) checkCheckpoint() error {
	vkey, err := l.read("vkey")
	if err != nil {
		return err
	}
	if l.verifier, err = note.NewVerifier(string(vkey)); err != nil {
		return err
	}
	raw, err := l.read("checkpoint")
	if err != nil {
		return err
	}
	l.tree, err = l.openTree(raw)
	return err
}

func (l *log) checkPromise() error {
	raw, err := l.read("promise")
	if err != nil {
		return err
	}
	opened, err := note.Open(raw, note.VerifierList(l.verifier))
	if err != nil {
		return err
	}
	if !strings.HasPrefix(opened.Text, l.verifier.Name()+"/promise\n") {
		return fmt.Errorf("not a promise of this log")
	}
	if _, err = l.openTree(raw); err == nil {
		return fmt.Errorf("a promise can be read as a checkpoint")
	}
	return nil
}

// openTree verifies a checkpoint's signature and origin, and lets tlog.ParseTree read the rest: its format is the
// checkpoint's with a fixed first line.
func (l *log) openTree(raw []byte) (tlog.Tree, error) {
	opened, err := note.Open(raw, note.VerifierList(l.verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin := l.verifier.Name() + "\n"
	if !strings.HasPrefix(opened.Text, origin) {
		return tlog.Tree{}, fmt.Errorf("not the origin of the log")
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + strings.TrimPrefix(opened.Text, origin)))
}

// checkEntries recomputes every hash of the tree from the entry bundles alone.
func (l *log) checkEntries() error {
	for start := int64(0); start < l.tree.N; start += 1 << tileHeight {
		width := l.tree.N - start
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		tile := tlog.Tile{H: tileHeight, L: -1, N: start >> tileHeight, W: int(width)}
		data, err := l.read(c2spPath(tile))
		if err != nil {
			return err
		}
		if err := l.addBundle(data, int(width)); err != nil {
			return err
		}
	}
	root, err := tlog.TreeHash(l.tree.N, l.stored)
	if err != nil {
		return err
	}
	if root != l.tree.Hash {
		return fmt.Errorf("the entries give another root than the checkpoint's")
	}
	return nil
}

func (l *log) addBundle(data []byte, width int) error {
	for i := 0; i < width; i++ {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			return fmt.Errorf("truncated bundle")
		}
		size := 2 + int(binary.BigEndian.Uint16(data))
		leaf := tlog.RecordHash(data[2:size])
		added, err := tlog.StoredHashesForRecordHash(int64(len(l.leaves)), leaf, l.stored)
		if err != nil {
			return err
		}
		l.leaves, l.stored, data = append(l.leaves, leaf), append(l.stored, added...), data[size:]
	}
	if len(data) != 0 {
		return fmt.Errorf("overlong bundle")
	}
	return nil
}

// checkTiles compares each tile file with the recomputed hashes, and finds no other file.
func (l *log) checkTiles() error {
	widest := make(map[tlog.Tile]int)
	for _, tile := range tlog.NewTiles(tileHeight, 0, l.tree.N) {
		widest[tlog.Tile{H: tile.H, L: tile.L, N: tile.N}] = tile.W // listed in order of width
	}
	for tile, width := range widest {
		tile.W = width
		want, err := tlog.ReadTileData(tile, l.stored)
		if err != nil {
			return err
		}
		got, err := l.read(c2spPath(tile))
		if err != nil {
			return err
		}
		if !bytes.Equal(got, want) {
			return fmt.Errorf("%s holds other hashes than the entries give", c2spPath(tile))
		}
	}
	if l.address != "" {
		return nil // an address cannot be listed
	}
	bundles := int((l.tree.N + 1<<tileHeight - 1) >> tileHeight)
	return l.countFiles("tile", len(widest)+bundles)
}

func (l *log) countFiles(name string, want int) error {
	count := 0
	err := filepath.WalkDir(filepath.Join(l.dir, name), func(_ string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			count++
		}
		return err
	})
	if err == nil && count != want {
		err = fmt.Errorf("%d files under %s instead of %d", count, name, want)
	}
	return err
}

// c2spPath is the path of C2SP tlog-tiles: Go's without the height, and with "entries" for "data".
func c2spPath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

func (l *log) read(name string) ([]byte, error) {
	if l.address != "" {
		return get(l.address + "/" + name)
	}
	return os.ReadFile(filepath.Join(l.dir, filepath.FromSlash(name)))
}

func (l *log) names(dir, suffix string) ([]int64, error) {
	files, err := os.ReadDir(filepath.Join(l.dir, dir))
	if err != nil {
		return nil, err
	}
	numbers := make([]int64, len(files))
	for i, file := range files {
		if numbers[i], err = strconv.ParseInt(strings.TrimSuffix(file.Name(), suffix), 10, 64); err != nil {
			return nil, err
		}
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("nothing under %s", dir)
	}
	return numbers, nil
}
