package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const chain = "../../../../conformance/chain/"

// key signed the exports of conformance/chain: the Ed25519 key of 32 bytes of 7 under the name test.example/log.
func runWith(t *testing.T, in string, args ...string) (int, string, string) {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(args, strings.NewReader(in), &out, &errs)
	return code, out.String(), errs.String()
}

func TestCommand(t *testing.T) {
	t.Run("[SDK-48] exit codes are those of the CLI: 0 verified, 1 not, 2 wrong usage", func(t *testing.T) {
		bad := filepath.Join(chain, "malicious", "body-changed.jsonl")
		for _, one := range []struct {
			args []string
			code int
			says string
		}{
			{[]string{chain + "good.jsonl"}, 0, "not checked: who signed it"}, {[]string{bad}, 1, "BAD"}, {[]string{bad, "--json"}, 1, `"ok":false`},
			{[]string{"--json", chain + "good.jsonl"}, 0, `"ok":true`}, {[]string{}, 2, "one file is expected"}, {[]string{"a", "b"}, 2, "2 are named"},
			{[]string{"--nonsense"}, 2, "--help"}, {[]string{filepath.Join(t.TempDir(), "none")}, 2, "no such file"},
			{[]string{chain + "good.jsonl", "--key", "nonsense"}, 2, "it is not the key of a log"}, {[]string{"--help"}, 0, "Examples:"},
			{[]string{chain + "good.jsonl", "--checkpoint", bad}, 2, "holds no signed checkpoint"},
		} {
			code, out, errs := runWith(t, "", one.args...)
			if code != one.code || !strings.Contains(out+errs, one.says) {
				t.Errorf("%v: %d, %s%s", one.args, code, out, errs)
			}
		}
	})
	t.Run("[SDK-48] an export on standard input is read as well", func(t *testing.T) {
		text, err := os.ReadFile(chain + "good.jsonl")
		if err != nil {
			t.Fatal(err)
		}
		if code, out, _ := runWith(t, string(text), "-"); code != 0 {
			t.Error(out)
		}
	})
}
