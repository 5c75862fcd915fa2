package main

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// parseCheckpoint reads the body of a C2SP tlog-checkpoint: origin, decimal
// size, base64 root, then any number of non-empty extension lines.
// tlog.ParseTree would not do: it insists on the origin of Go's own log.
func parseCheckpoint(text string) (origin string, tree tlog.Tree, err error) {
	body, ended := strings.CutSuffix(text, "\n")
	lines := strings.Split(body, "\n")
	if !ended || len(lines) < 3 {
		return "", tlog.Tree{}, errors.New("body needs origin, size and root, each on a line of its own")
	}
	for _, line := range lines {
		if line == "" {
			return "", tlog.Tree{}, errors.New("body has an empty line")
		}
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return "", tlog.Tree{}, errors.New("size is not a plain decimal number")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return "", tlog.Tree{}, errors.New("root is not 32 bytes of base64")
	}
	return lines[0], tlog.Tree{N: size, Hash: root}, nil
}
