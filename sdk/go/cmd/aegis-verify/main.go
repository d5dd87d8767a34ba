// Command aegis-verify checks an export of Aegis's log, or a proof out of it, without Aegis.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"aegis.dev/sdk/go/verify"
)

// Exit codes, those of `aegis log verify`.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

const usage = `Usage: aegis-verify [options] <file>

Check an export of Aegis's log, or a proof out of it, without Aegis. <file> is what
` + "`aegis log export`" + ` or ` + "`aegis log proof`" + ` printed; - reads from standard input.

Options:
  --key <vkey|file>      public key that must have signed the checkpoints
  --checkpoint <file>    a signed checkpoint that was kept elsewhere; may be given again
  --without-payloads     the export has no payloads: verify only its entries
  --json                 print JSON
  --help                 show this

Exit codes: 0 verified, 1 not, 2 wrong usage.

Examples:
  $ aegis-verify audit.jsonl --key key.pub
  $ aegis-verify audit.jsonl --key "aegis-…+…" --checkpoint saved.txt
  $ aegis-verify proof.json --key key.pub --checkpoint saved.txt
`

type options struct {
	key             string
	checkpoints     list
	withoutPayloads bool
	json            bool
	file            string
}

type list []string

func (l *list) String() string { return strings.Join(*l, " ") }

func (l *list) Set(text string) error {
	*l = append(*l, text)
	return nil
}

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

func run(args []string, in io.Reader, out, errs io.Writer) int {
	set, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, usage)
		return exitOK
	}
	if err != nil {
		fmt.Fprintf(errs, "aegis-verify: %v\n  → See `aegis-verify --help`.\n", err)
		return exitUsage
	}
	terms, err := set.terms()
	if err == nil {
		var text io.Reader = in
		if set.file != "-" {
			var file *os.File
			if file, err = os.Open(set.file); err == nil {
				defer file.Close()
				text = file
			}
		}
		if err == nil {
			return check(set, text, terms, out, errs)
		}
	}
	fmt.Fprintf(errs, "aegis-verify: %v\n", err)
	return exitUsage
}

// parse takes options before and behind the file.
func parse(args []string) (*options, error) {
	set := &options{}
	flags := flag.NewFlagSet("aegis-verify", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&set.key, "key", "", "")
	flags.Var(&set.checkpoints, "checkpoint", "")
	flags.BoolVar(&set.withoutPayloads, "without-payloads", false, "")
	flags.BoolVar(&set.json, "json", false, "")
	var files []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		args = flags.Args()
		if len(args) > 0 {
			files = append(files, args[0])
			args = args[1:]
		}
	}
	if len(files) != 1 {
		return nil, fmt.Errorf("one file is expected, %d are named", len(files))
	}
	set.file = files[0]
	return set, nil
}

func (o *options) terms() (verify.Terms, error) {
	terms := verify.Terms{WithoutPayloads: o.withoutPayloads}
	if o.key != "" {
		text := o.key
		if file, err := os.ReadFile(o.key); err == nil {
			text = string(file)
		}
		key, err := verify.ParseKey(text)
		if err != nil {
			return terms, err
		}
		terms.Key = key
	}
	for _, path := range o.checkpoints {
		note, err := os.ReadFile(path)
		if err != nil {
			return terms, err
		}
		if verify.ParseCheckpoint(string(note)) == nil {
			return terms, fmt.Errorf("%s holds no signed checkpoint", path)
		}
		terms.Saved = append(terms.Saved, string(note))
	}
	return terms, nil
}

// mostProof is more than any proof has; what is longer is an export.
const mostProof = 64 << 20

func check(set *options, in io.Reader, terms verify.Terms, out, errs io.Writer) int {
	var begun bytes.Buffer
	if _, err := io.CopyN(&begun, in, mostProof); err != nil && !errors.Is(err, io.EOF) {
		fmt.Fprintf(errs, "aegis-verify: %v\n", err)
		return exitUsage
	}
	if receipt := verify.ParseReceipt(begun.Bytes()); receipt != nil {
		return checkReceipt(set, receipt, terms, out)
	}
	found, err := verify.Export(io.MultiReader(&begun, in), terms)
	if err != nil {
		fmt.Fprintf(errs, "aegis-verify: %v\n", err)
		return exitUsage
	}
	if set.json {
		_ = json.NewEncoder(out).Encode(found)
	} else {
		tell(out, found, terms)
	}
	if !found.OK {
		return exitFailed
	}
	return exitOK
}

func tell(out io.Writer, found verify.Verification, terms verify.Terms) {
	where := fmt.Sprintf("%q: %d entries", found.Tenant, found.Size)
	switch {
	case found.OK:
		fmt.Fprintf(out, "ok   %s, root %s, %d of them vouched for by a signed checkpoint\n", where, found.Root, found.Anchored)
	case found.FirstBad == nil:
		fmt.Fprintf(out, "BAD  %s verify, but %s\n", where, found.Detail)
	default:
		fmt.Fprintf(out, "BAD  %s verify, then entry %d does not: %s\n", where, *found.FirstBad, found.Detail)
	}
	fmt.Fprintf(out, "     payloads: %d intact, %d erased, %d missing\n", found.Payloads.Intact, found.Payloads.Erased, found.Payloads.Missing)
	if terms.Key == nil {
		fmt.Fprintln(out, "     not checked: who signed it (give the log's key with --key)")
	}
}

func checkReceipt(set *options, receipt *verify.Receipt, terms verify.Terms, out io.Writer) int {
	holds := receipt.Holds()
	anchored := false
	for _, note := range terms.Saved {
		checkpoint := verify.ParseCheckpoint(note)
		if terms.Key != nil && checkpoint.Open(terms.Key) == nil && receipt.Tree().IsOf(checkpoint) {
			anchored = true
		}
	}
	// A root that somebody else named proves nothing, where a checkpoint was given to hold it against.
	ok := holds && (anchored || len(terms.Saved) == 0)
	tree := receipt.Tree()
	switch {
	case set.json:
		_ = json.NewEncoder(out).Encode(map[string]any{"ok": ok, "kind": receipt.Kind, "size": tree.Size, "root": tree.Root, "anchored": anchored})
	case !holds:
		fmt.Fprintf(out, "BAD  the proof does not lead to the root %s of %d entries\n", tree.Root, tree.Size)
	case !ok:
		fmt.Fprintf(out, "BAD  no checkpoint that the key signed says the root %s of %d entries\n", tree.Root, tree.Size)
	default:
		fmt.Fprintf(out, "ok   the %s proof leads to the root %s of %d entries\n", receipt.Kind, tree.Root, tree.Size)
	}
	if !set.json && ok && !anchored {
		fmt.Fprintln(out, "     not checked: that this root is the log's (give a signed checkpoint with --checkpoint and --key)")
	}
	if !ok {
		return exitFailed
	}
	return exitOK
}
