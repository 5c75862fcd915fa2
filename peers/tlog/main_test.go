package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	newSize, oldSize = 13, 5 // neither is a power of two: the proofs are ragged
	index            = 3
)

// world is a signed log on disk and the arguments that verify it.
type world struct {
	t                *testing.T
	dir, vkey        string
	old              tlog.Hash
	entry, signed    []byte
	inclusion, grown []tlog.Hash
}

func newWorld(t *testing.T) *world {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, "ledger.example/firebreak")
	must(t, err)
	signer, err := note.NewSigner(skey)
	must(t, err)

	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			out[i] = stored[x]
		}
		return out, nil
	})
	for i := int64(0); i < newSize; i++ {
		hashes, err := tlog.StoredHashes(i, entryAt(i), reader)
		must(t, err)
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(newSize, reader)
	must(t, err)
	old, err := tlog.TreeHash(oldSize, reader)
	must(t, err)
	inclusion, err := tlog.ProveRecord(newSize, index, reader)
	must(t, err)
	grown, err := tlog.ProveTree(newSize, oldSize, reader)
	must(t, err)
	signed, err := note.Sign(&note.Note{
		Text: fmt.Sprintf("ledger.example/firebreak\n%d\n%s\nextension 1\n", newSize, root),
	}, signer)
	must(t, err)
	return &world{t, t.TempDir(), vkey, old, entryAt(index), signed, inclusion, grown}
}

func entryAt(i int64) []byte { return fmt.Appendf(nil, "entry %d\x00with raw bytes\n", i) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) file(name string, data []byte) string {
	path := filepath.Join(w.dir, name)
	must(w.t, os.WriteFile(path, data, 0o600))
	return path
}

func lines(hashes []tlog.Hash) []byte {
	var b bytes.Buffer
	for _, h := range hashes {
		fmt.Fprintln(&b, h)
	}
	return b.Bytes()
}

func (w *world) args() []string {
	return []string{
		"verify", "-vkey", w.vkey, "-checkpoint", w.file("checkpoint", w.signed),
		"-entry", w.file("entry", w.entry), "-index", strconv.Itoa(index), "-proof", w.file("proof", lines(w.inclusion)),
		"-old-size", strconv.Itoa(oldSize), "-old-root", w.old.String(), "-consistency", w.file("grown", lines(w.grown)),
	}
}

func call(t *testing.T, args []string) (int, verdict) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(args, &stdout, &stderr)
	var v verdict
	if code != 2 {
		must(t, json.Unmarshal(stdout.Bytes(), &v))
	}
	return code, v
}

func TestHonestLogVerifies(t *testing.T) {
	code, v := call(t, newWorld(t).args())
	if code != 0 || !v.OK || v.Origin != "ledger.example/firebreak" || v.Size != newSize ||
		strings.Join(v.Checked, " ") != "signature inclusion consistency" {
		t.Fatalf("exit %d, %+v", code, v)
	}
}

func TestEveryFlippedBitIsCaught(t *testing.T) {
	for name, part := range map[string]func(*world) []byte{
		"entry":           func(w *world) []byte { return w.entry },
		"inclusion proof": func(w *world) []byte { return w.inclusion[0][:] },
		"consistency":     func(w *world) []byte { return w.grown[len(w.grown)-1][:] },
		"old root":        func(w *world) []byte { return w.old[:] },
		"checkpoint body": func(w *world) []byte { return w.signed[:bytes.Index(w.signed, []byte("\n\n"))] },
		// up to the last three characters, "X=\n": two bits of X encode
		// nothing, and the standard implementation ignores them
		"signed checkpoint": func(w *world) []byte { return w.signed[:len(w.signed)-3] },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			data := part(w)
			for i := range data {
				for bit := range 8 {
					data[i] ^= 1 << bit
					if code, v := call(t, w.args()); code != 1 || v.OK || v.Reason == "" {
						t.Fatalf("byte %d bit %d: exit %d, %+v", i, bit, code, v)
					}
					data[i] ^= 1 << bit
				}
			}
		})
	}
}

func TestWrongClaimsAreCaught(t *testing.T) {
	for name, spoil := range map[string]func(w *world, args []string){
		"another index":    func(_ *world, a []string) { a[8] = strconv.Itoa(index + 1) },
		"negative index":   func(_ *world, a []string) { a[8] = "-1" },
		"index past end":   func(_ *world, a []string) { a[8] = strconv.Itoa(newSize) },
		"another old size": func(_ *world, a []string) { a[12] = strconv.Itoa(oldSize + 1) },
		"old size past it": func(_ *world, a []string) { a[12] = strconv.Itoa(newSize + 1) },
		"short proof":      func(w *world, a []string) { a[10] = w.file("short", lines(w.inclusion[1:])) },
		"long proof": func(w *world, a []string) {
			a[10] = w.file("long", append(lines(w.inclusion), lines(w.inclusion[:1])...))
		},
		"blank line":     func(w *world, a []string) { a[10] = w.file("blank", append(lines(w.inclusion), '\n')) },
		"somebody's key": func(w *world, a []string) { a[2] = newWorld(w.t).vkey },
		"missing file":   func(_ *world, a []string) { a[4] = "/nonexistent" },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			args := w.args()
			spoil(w, args)
			if code, v := call(t, args); code != 1 || v.OK {
				t.Fatalf("exit %d, %+v", code, v)
			}
		})
	}
}

func TestConsistencyAtTheEdges(t *testing.T) {
	w := newWorld(t)
	_, now := call(t, w.args())
	empty := w.file("empty", nil)
	for name, c := range map[string]struct {
		size int
		root string
		code int
	}{
		"the same tree":            {newSize, now.Root, 0},
		"a fork of the same size":  {newSize, w.old.String(), 1},
		"nothing, proving nothing": {0, w.old.String(), 1},
	} {
		args := append(w.args()[:11], "-old-size", strconv.Itoa(c.size), "-old-root", c.root, "-consistency", empty)
		if code, v := call(t, args); code != c.code {
			t.Errorf("%s: exit %d, %+v", name, code, v)
		}
	}
}

func TestHalfAQuestionIsRefused(t *testing.T) {
	args := newWorld(t).args()
	for _, n := range []int{0, 1, 3, 7, 9, 13} {
		if code, _ := call(t, args[:n]); code != 2 {
			t.Fatalf("%v: exit %d", args[:n], code)
		}
	}
	if code, v := call(t, args[:5]); code != 0 || strings.Join(v.Checked, " ") != "signature" {
		t.Fatalf("checkpoint alone: exit %d, %+v", code, v)
	}
}

func TestCheckpointBody(t *testing.T) {
	root := tlog.Hash{1}.String()
	if _, _, err := parseCheckpoint("o\n0\n" + root + "\n"); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "o\n1\n", "o\n1\n" + root, "\n1\n" + root + "\n", "o\n01\n" + root + "\n", "o\n-1\n" + root + "\n",
		"o\n+1\n" + root + "\n", "o\n1\n" + root[1:] + "\n", "o\n1\n" + root + "\n\n", "o\n99999999999999999999\n" + root + "\n",
	} {
		if _, _, err := parseCheckpoint(bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}
