package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// verifyFile judges an incident file of format 2 that was unpacked with tar:
// checkpoint and cosignatures, every entry by its proof and by the tiles, and
// every blob by its name.
func verifyFile(args []string, stderr io.Writer, v *verdict) error {
	flags := flag.NewFlagSet("tlog-verify file", flag.ContinueOnError)
	flags.SetOutput(stderr)
	vkey := flags.String("vkey", "", "verifier key of the log (required)")
	witness := flags.String("witness", "", "verifier key of a witness that must have cosigned")
	if err := flags.Parse(args); err != nil {
		return usageError{err}
	}
	if *vkey == "" || flags.NArg() != 1 {
		return usageError{errors.New("need -vkey and one folder")}
	}
	folder := flags.Arg(0)
	tree, err := openCheckpoint(*vkey, filepath.Join(folder, "checkpoint"), v)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	v.Checked = append(v.Checked, "signature")
	if *witness != "" {
		if err := checkCosignature(*witness, *vkey, filepath.Join(folder, "checkpoint")); err != nil {
			return fmt.Errorf("cosignature: %w", err)
		}
		v.Checked = append(v.Checked, "cosignature")
	}
	entries, err := filepath.Glob(filepath.Join(folder, "entries", "*.json"))
	if err != nil || len(entries) == 0 {
		return errors.New("there are no entries")
	}
	hashes := tlog.TileHashReader(tree, tileFolder(folder))
	for _, path := range entries {
		if err := checkEntry(folder, path, tree, hashes); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
	}
	v.Checked = append(v.Checked, fmt.Sprintf("%d proofs", len(entries)), fmt.Sprintf("%d entries by tiles", len(entries)))
	blobs, err := checkBlobs(filepath.Join(folder, "blobs", "sha256"))
	if err != nil {
		return err
	}
	v.Checked = append(v.Checked, fmt.Sprintf("%d blobs", blobs))
	return nil
}

func checkCosignature(witness, vkey, file string) error {
	cosigner, err := torchwood.NewCosignatureVerifier(witness)
	if err != nil {
		return err
	}
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	msg, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	n, err := note.Open(msg, note.VerifierList(log, cosigner))
	if err != nil {
		return err
	}
	for _, sig := range n.Sigs {
		if sig.Name == cosigner.Name() && sig.Hash == cosigner.KeyHash() {
			return nil
		}
	}
	return errors.New("the witness has not cosigned")
}

func checkEntry(folder, path string, tree tlog.Tree, hashes tlog.HashReader) error {
	index, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(path), ".json"), 10, 64)
	if err != nil {
		return err
	}
	record, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(record)
	text, err := os.ReadFile(filepath.Join(folder, "proofs", fmt.Sprintf("%d.tlog-proof", index)))
	if err != nil {
		return err
	}
	proof, err := hashesOf(text, index)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf); err != nil {
		return err
	}
	found, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return fmt.Errorf("tiles: %w", err)
	}
	if found[0] != leaf {
		return errors.New("tiles: another entry stands at its place")
	}
	return nil
}

// hashesOf reads the hashes of a C2SP tlog-proof.
func hashesOf(text []byte, index int64) (tlog.RecordProof, error) {
	head, _, _ := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", index) {
		return nil, errors.New("not the proof of this entry")
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		proof = append(proof, h)
	}
	return proof, nil
}

func checkBlobs(folder string) (int, error) {
	files, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			return 0, err
		}
		if sum := sha256.Sum256(content); fmt.Sprintf("%x", sum) != file.Name() {
			return 0, fmt.Errorf("blob %s has another content", file.Name())
		}
	}
	return len(files), nil
}

// tileFolder reads the C2SP tiles of an unpacked file.
type tileFolder string

func (folder tileFolder) Height() int { return torchwood.TileHeight }

func (folder tileFolder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		content, err := os.ReadFile(filepath.Join(string(folder), torchwood.TilePath(tile)))
		if err != nil {
			return nil, err
		}
		data = append(data, content)
	}
	return data, nil
}

func (folder tileFolder) SaveTiles([]tlog.Tile, [][]byte) {}
