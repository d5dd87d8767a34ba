package aegis_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	aegis "aegis.dev/sdk/go"
	"aegis.dev/sdk/go/internal/scripted"
)

func TestJournal(t *testing.T) {
	noEnvironment(t)
	t.Run("[SDK-40] a long journal is sent in pieces that Aegis takes, the oldest first, and what another program left behind too", func(t *testing.T) {
		decider := scripted.New(t, scripted.AllowAll)
		path := filepath.Join(t.TempDir(), "journal", "bot.jsonl")
		lines := func(from, to int) string {
			text := ""
			for n := from; n < to; n++ {
				text += fmt.Sprintf(`{"action":{"id":"j-%d"},"effect":"deny","mode":"deny","decidedAt":1}`+"\n", n)
			}
			return text
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"": lines(700, 1500), ".taken": lines(300, 700), ".sending": lines(0, 300)} {
			if err := os.WriteFile(path+name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		guard := connect(t, aegis.WithURL(decider.URL), aegis.WithSocket("off"), aegis.WithJournal(path))
		if _, err := guard.Decide(context.Background(), aegis.Proposal{Name: "look"}); err != nil {
			t.Fatal(err)
		}
		if sent := decider.Journal(); !reflect.DeepEqual(sent, []string{"1000", "500"}) {
			t.Error(sent)
		}
		left, _ := filepath.Glob(path + "*")
		if len(left) > 0 {
			t.Error(strings.Join(left, " "))
		}
	})
}
