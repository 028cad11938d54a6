// Command interop reads a static log directory written by portal.tlog and checks it with golang.org/x/mod/sumdb, an
// implementation that shares no code with ours. It exits 1 with one line on standard error at the first disagreement.
//
//	interop check <directory>          the whole log: notes, entries, tiles, proofs
//	interop fetch <address>            the log served there: checkpoint, entries, tiles, and Go's own tile client
//	interop sign <signer key> <file>   print the text of that file as a note signed with that key
//
// The directory holds vkey, checkpoint, promise, tile/… (C2SP tlog-tiles), older/<size> (earlier checkpoints) with
// consistency/<size> (a base64 hash a line), and proofs/<index>.tlog-proof.
package main

import (
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "check":
		return check(args[1])
	case len(args) == 2 && args[0] == "fetch":
		return fetch(args[1])
	case len(args) == 3 && args[0] == "sign":
		return sign(args[1], args[2])
	}
	return fmt.Errorf("usage: interop check <directory> | interop fetch <address> | interop sign <signer key> <file>")
}

func sign(key, file string) error {
	signer, err := note.NewSigner(key)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(signed)
	return err
}
