package aegis_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	aegis "aegis.dev/sdk/go"
	"aegis.dev/sdk/go/internal/scripted"
)

func TestAuto(t *testing.T) {
	noEnvironment(t)
	usual := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = usual })
	decider := scripted.New(t, func(string, map[string]any) scripted.Verdict { return scripted.Verdict{Effect: "deny", Text: "No."} })
	var said bytes.Buffer
	auto := func() *aegis.Guard {
		guard, err := aegis.Auto(aegis.WithURL(decider.URL), aegis.WithSocket("off"), aegis.WithKey("k"), aegis.WithAgent("bot"),
			aegis.WithJournal(filepath.Join(t.TempDir(), "j")), aegis.WithNotices(&said))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(guard.Close)
		return guard
	}
	t.Run("[SDK-44] the default client is guarded, once however often it is asked for, and what is not covered is said", func(t *testing.T) {
		auto()
		guard := auto()
		response, err := http.Post(answeringWith(t, "application/json", "", []byte(wholeCall))+"/v1/chat/completions", "application/json", strings.NewReader(ask))
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if strings.Contains(string(text), "tool_calls") {
			t.Error("a refused call came through", string(text))
		}
		if asked := decider.Asked(); len(asked) != 1 {
			t.Errorf("asked %d times", len(asked))
		}
		if lines := strings.Split(strings.TrimSpace(said.String()), "\n"); len(lines) != 2 || !strings.Contains(lines[0], "does not guard clients with a transport") {
			t.Errorf("said %q", lines)
		}
		if coverage := guard.Coverage(); len(coverage.Guarded) == 0 || len(coverage.NotGuarded) == 0 {
			t.Error("no report")
		}
	})
	t.Run("[SDK-44] without a key nothing is replaced", func(t *testing.T) {
		before := http.DefaultTransport
		var setup *aegis.SetupError
		if _, err := aegis.Auto(aegis.WithAgent("bot")); !errors.As(err, &setup) || http.DefaultTransport != before {
			t.Error(err)
		}
	})
}
