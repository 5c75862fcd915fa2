package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// witness is a small C2SP tlog-witness in memory, with torchwood's
// cosignatures and Go's own consistency check: the second party that our log
// is shown to. It prints its address and key as one JSON line and serves until
// its standard input ends.
func witness(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("tlog-verify witness", flag.ContinueOnError)
	flags.SetOutput(stderr)
	name := flags.String("name", "", "name of the witness (required)")
	vkey := flags.String("log", "", "verifier key of the log (required)")
	if err := flags.Parse(args); err != nil || *name == "" || *vkey == "" {
		return usageError{errors.New("need -name and -log")}
	}
	log, err := note.NewVerifier(*vkey)
	if err != nil {
		return err
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	signer, err := torchwood.NewCosignatureSigner(*name, key)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: &cosigning{log: log, signer: signer}}
	go server.Serve(listener)
	address := map[string]string{"url": "http://" + listener.Addr().String(), "vkey": signer.Verifier().String()}
	if err := json.NewEncoder(stdout).Encode(address); err != nil {
		return err
	}
	io.Copy(io.Discard, stdin)
	return server.Close()
}

type cosigning struct {
	mu     sync.Mutex
	log    note.Verifier
	signer *torchwood.CosignatureSigner
	seen   tlog.Tree
}

func (c *cosigning) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<17))
	head, msg, found := strings.Cut(string(body), "\n\n")
	lines := strings.Split(head, "\n")
	var old int64
	if _, scanErr := fmt.Sscanf(lines[0], "old %d", &old); err != nil || !found || scanErr != nil || r.URL.Path != "/add-checkpoint" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	n, err := note.Open([]byte(msg), note.VerifierList(c.log))
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	_, tree, err := parseCheckpoint(n.Text)
	if err != nil || old > tree.N {
		http.Error(w, "bad checkpoint", http.StatusBadRequest)
		return
	}
	if old != c.seen.N || (old == tree.N && tree.Hash != c.seen.Hash) {
		w.Header().Set("Content-Type", "text/x.tlog.size")
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintf(w, "%d\n", c.seen.N)
		return
	}
	if old > 0 && old < tree.N {
		var proof tlog.TreeProof
		for _, line := range lines[1:] {
			h, err := tlog.ParseHash(line)
			if err != nil {
				http.Error(w, "bad proof", http.StatusBadRequest)
				return
			}
			proof = append(proof, h)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old, c.seen.Hash); err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
	}
	signed, err := note.Sign(&note.Note{Text: n.Text}, c.signer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	c.seen = tree
	_, line, _ := strings.Cut(string(signed), "\n\n")
	io.WriteString(w, line)
}

// growLog plays a log of its own against a witness: grows it, has each size
// cosigned, and then tries a rewritten history, which must be refused.
func growLog(args []string, stderr io.Writer, v *verdict) error {
	flags := flag.NewFlagSet("tlog-verify log", flag.ContinueOnError)
	flags.SetOutput(stderr)
	skey := flags.String("skey", "", "signer key of the log (required)")
	url := flags.String("witness", "", "address of the witness (required)")
	vkey := flags.String("witness-vkey", "", "its verifier key (required)")
	if err := flags.Parse(args); err != nil || *skey == "" || *url == "" || *vkey == "" {
		return usageError{errors.New("need -skey, -witness and -witness-vkey")}
	}
	signer, err := note.NewSigner(*skey)
	if err != nil {
		return err
	}
	cosigner, err := torchwood.NewCosignatureVerifier(*vkey)
	if err != nil {
		return err
	}
	honest := &memoryLog{signer: signer}
	last := int64(0)
	for _, size := range []int64{1, 2, 7, 300, 300, 1000} {
		honest.growTo(size, "entry")
		status, err := honest.show(*url, last, cosigner)
		if err != nil || status != http.StatusOK {
			return fmt.Errorf("size %d: status %d, %v", size, status, err)
		}
		last = size
		v.Checked = append(v.Checked, fmt.Sprintf("cosigned %d", size))
	}
	if status, _ := honest.show(*url, 300, cosigner); status != http.StatusConflict {
		return fmt.Errorf("an old size that is not the last: status %d", status)
	}
	forged := &memoryLog{signer: signer}
	forged.growTo(1200, "other")
	if status, _ := forged.show(*url, last, cosigner); status != http.StatusUnprocessableEntity {
		return fmt.Errorf("a rewritten log: status %d", status)
	}
	v.Checked = append(v.Checked, "refused a rollback", "refused a rewrite")
	return nil
}

type memoryLog struct {
	signer note.Signer
	stored []tlog.Hash
	size   int64
}

func (l *memoryLog) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, index := range indexes {
		found = append(found, l.stored[index])
	}
	return found, nil
}

func (l *memoryLog) growTo(size int64, what string) {
	for ; l.size < size; l.size++ {
		more, _ := tlog.StoredHashes(l.size, fmt.Appendf(nil, "%s %d", what, l.size), l)
		l.stored = append(l.stored, more...)
	}
}

// show submits the present checkpoint and verifies the cosignature.
func (l *memoryLog) show(url string, old int64, cosigner note.Verifier) (int, error) {
	root, err := tlog.TreeHash(l.size, l)
	if err != nil {
		return 0, err
	}
	signed, err := note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", l.signer.Name(), l.size, root)}, l.signer)
	if err != nil {
		return 0, err
	}
	body := fmt.Sprintf("old %d\n", old)
	if old > 0 && old < l.size {
		proof, err := tlog.ProveTree(l.size, old, l)
		if err != nil {
			return 0, err
		}
		for _, h := range proof {
			body += h.String() + "\n"
		}
	}
	response, err := http.Post(url+"/add-checkpoint", "text/plain", strings.NewReader(body+"\n"+string(signed)))
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return response.StatusCode, err
	}
	_, err = note.Open(append(signed, answer...), note.VerifierList(cosigner))
	return response.StatusCode, err
}
