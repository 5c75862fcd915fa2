// Command tlog-verify is the second opinion on Firebreak's evidence ledger. It
// opens checkpoints and checks proofs with golang.org/x/mod/sumdb, the
// implementation behind Go's own checksum database, and shares no line with
// the code it judges.
//
//	tlog-verify verify -vkey VKEY -checkpoint FILE
//	    [-entry FILE -index N -proof FILE]
//	    [-old-size N -old-root BASE64 -consistency FILE]
//
//	tlog-verify file -vkey VKEY [-witness VKEY] FOLDER
//	    an unpacked incident file: checkpoint, proofs, tiles, blobs
//	tlog-verify witness -name NAME -log VKEY
//	    a witness in memory, until its standard input ends
//	tlog-verify log -skey KEY -witness URL -witness-vkey VKEY
//	    a log of its own that a witness must cosign, and refuse when forged
//
// It prints one JSON line. Exit code 0: everything asked for holds; 1: it does
// not, see "reason"; 2: it was called wrongly.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// verdict is the line that is printed. Checked lists what was really looked
// at, so that a forgotten flag cannot pass for a proof.
type verdict struct {
	OK      bool     `json:"ok"`
	Origin  string   `json:"origin,omitempty"`
	Size    int64    `json:"size"`
	Root    string   `json:"root,omitempty"`
	Checked []string `json:"checked"`
	Reason  string   `json:"reason,omitempty"`
}

type usageError struct{ error }

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	v := verdict{Checked: []string{}}
	var err error
	switch {
	case len(args) > 0 && args[0] == "witness":
		if err := witness(args[1:], os.Stdin, stdout, stderr); err != nil {
			fmt.Fprintln(stderr, "tlog-verify:", err)
			return 2
		}
		return 0
	case len(args) > 0 && args[0] == "file":
		err = verifyFile(args[1:], stderr, &v)
	case len(args) > 0 && args[0] == "log":
		err = growLog(args[1:], stderr, &v)
	default:
		err = verify(args, stderr, &v)
	}
	var usage usageError
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 2
	case errors.As(err, &usage):
		fmt.Fprintln(stderr, "tlog-verify:", err)
		return 2
	case err != nil:
		v.Reason = err.Error()
	default:
		v.OK = true
	}
	if err := json.NewEncoder(stdout).Encode(v); err != nil {
		fmt.Fprintln(stderr, "tlog-verify:", err)
		return 1
	}
	if !v.OK {
		return 1
	}
	return 0
}

func verify(args []string, stderr io.Writer, v *verdict) error {
	if len(args) == 0 || args[0] != "verify" {
		return usageError{errors.New("the commands are: verify, file, witness, log")}
	}
	flags := flag.NewFlagSet("tlog-verify verify", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var (
		vkey        = flags.String("vkey", "", "verifier key, name+hash+key (required)")
		checkpoint  = flags.String("checkpoint", "", "file with the signed checkpoint (required)")
		entry       = flags.String("entry", "", "file with the raw bytes of one entry")
		index       = flags.Int64("index", -1, "index of that entry")
		proof       = flags.String("proof", "", "file with its inclusion proof, one base64 hash a line")
		oldSize     = flags.Int64("old-size", -1, "size of an earlier tree")
		oldRoot     = flags.String("old-root", "", "its root, base64")
		consistency = flags.String("consistency", "", "file with the consistency proof, one base64 hash a line")
	)
	if err := flags.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return usageError{err}
	}
	set := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { set[f.Name] = true })
	if flags.NArg() > 0 || !set["vkey"] || !set["checkpoint"] {
		return usageError{errors.New("need -vkey and -checkpoint, and no other words")}
	}
	inclusionAsked, err := allOrNone(set, "entry", "index", "proof")
	if err != nil {
		return err
	}
	consistencyAsked, err := allOrNone(set, "old-size", "old-root", "consistency")
	if err != nil {
		return err
	}

	tree, err := openCheckpoint(*vkey, *checkpoint, v)
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	v.Checked = append(v.Checked, "signature")
	if inclusionAsked {
		if err := checkInclusion(tree, *entry, *index, *proof); err != nil {
			return fmt.Errorf("inclusion: %w", err)
		}
		v.Checked = append(v.Checked, "inclusion")
	}
	if consistencyAsked {
		if err := checkConsistency(tree, *oldSize, *oldRoot, *consistency); err != nil {
			return fmt.Errorf("consistency: %w", err)
		}
		v.Checked = append(v.Checked, "consistency")
	}
	return nil
}

// allOrNone: half of a question is a mistake of the caller, never "fine".
func allOrNone(set map[string]bool, names ...string) (bool, error) {
	n := 0
	for _, name := range names {
		if set[name] {
			n++
		}
	}
	if n != 0 && n != len(names) {
		return false, usageError{fmt.Errorf("these go together: %v", names)}
	}
	return n > 0, nil
}

func openCheckpoint(vkey, file string, v *verdict) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	msg, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	n, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, tree, err := parseCheckpoint(n.Text)
	if err != nil {
		return tlog.Tree{}, err
	}
	v.Origin, v.Size, v.Root = origin, tree.N, tree.Hash.String()
	return tree, nil
}

func checkInclusion(tree tlog.Tree, entryFile string, index int64, proofFile string) error {
	entry, err := os.ReadFile(entryFile)
	if err != nil {
		return err
	}
	proof, err := readHashes(proofFile)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}

func checkConsistency(tree tlog.Tree, oldSize int64, oldRoot, proofFile string) error {
	root, err := tlog.ParseHash(oldRoot)
	if err != nil {
		return fmt.Errorf("old root: %w", err)
	}
	proof, err := readHashes(proofFile)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, oldSize, root)
}

// readHashes reads one base64 hash a line. An empty file is an empty proof.
func readHashes(file string) ([]tlog.Hash, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var hashes []tlog.Hash
	for i, line := range bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) {
		if len(data) == 0 {
			break
		}
		h, err := tlog.ParseHash(string(line))
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", file, i+1, err)
		}
		hashes = append(hashes, h)
	}
	return hashes, nil
}
