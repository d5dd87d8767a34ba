package aegis_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	aegis "aegis.dev/sdk/go"
	"aegis.dev/sdk/go/verify"
)

// daemon is a real Aegis of this repository, in a folder of its own.
type daemon struct {
	t       testing.TB
	folder  string
	command *exec.Cmd
	url     string
	socket  string
	admin   string
}

func startDaemon(t testing.TB) *daemon {
	t.Helper()
	folder, err := os.MkdirTemp("", "aegis-go-")
	if err != nil {
		t.Fatal(err)
	}
	made := &daemon{t: t, folder: folder}
	t.Cleanup(func() {
		made.stop()
		os.RemoveAll(folder)
	})
	made.start()
	return made
}

func (d *daemon) start() {
	d.t.Helper()
	whole, err := filepath.Abs(root)
	if err != nil {
		d.t.Fatal(err)
	}
	node := filepath.Join(whole, "node_modules/node/bin/node")
	if _, err := os.Stat(node); err != nil {
		d.t.Fatalf("Aegis itself is not installed: run `npm run test:go` in %s", whole)
	}
	d.command = exec.Command(node, "--disable-warning=ExperimentalWarning", filepath.Join(whole, "src/cli/main.ts"), "up", "--data", d.folder+"/data",
		"--checkpoints", d.folder+"/checkpoints", "--port", "0", "--proxy-port", "0", "--json")
	d.command.Dir = d.folder
	d.command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.folder}
	d.command.Stderr = os.Stderr
	out, err := d.command.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.command.Start(); err != nil {
		d.t.Fatal(err)
	}
	var ready struct {
		// What kept it from starting, where it did not.
		Error     json.RawMessage
		URL       string
		Socket    string
		FirstKeys []struct{ Key string }
	}
	if err := json.NewDecoder(out).Decode(&ready); err != nil || ready.URL == "" {
		d.t.Fatal("the daemon does not start", err, string(ready.Error))
	}
	d.url, d.socket = ready.URL, ready.Socket
	if len(ready.FirstKeys) > 0 {
		d.admin = ready.FirstKeys[0].Key
	}
}

func (d *daemon) stop() {
	_ = d.command.Process.Signal(os.Interrupt)
	_ = d.command.Wait()
}

// ask is a request of the administrator's.
func (d *daemon) ask(method, path string, body any) map[string]any {
	d.t.Helper()
	text, _ := json.Marshal(body)
	request, err := http.NewRequest(method, d.url+path, bytes.NewReader(text))
	if err != nil {
		d.t.Fatal(err)
	}
	if body == nil {
		request.Body = http.NoBody
		request.ContentLength = 0
	} else {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Authorization", "Bearer "+d.admin)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	said, _ := io.ReadAll(response.Body)
	if response.StatusCode >= 300 {
		d.t.Fatalf("%s %s: %s", method, path, said)
	}
	var made map[string]any
	_ = json.Unmarshal(said, &made)
	return made
}

// raw is an answer to the administrator as it came.
func (d *daemon) raw(path string) []byte {
	d.t.Helper()
	request, _ := http.NewRequest("GET", d.url+path, nil)
	request.Header.Set("Authorization", "Bearer "+d.admin)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		d.t.Fatalf("%s: %s, %v", path, text, err)
	}
	return text
}

// key is the log's, from beside its checkpoints.
func (d *daemon) key() *verify.Key {
	d.t.Helper()
	found, _ := filepath.Glob(d.folder + "/checkpoints/*/key.pub")
	if len(found) != 1 {
		d.t.Fatalf("keys beside the checkpoints: %v", found)
	}
	text, err := os.ReadFile(found[0])
	if err != nil {
		d.t.Fatal(err)
	}
	key, err := verify.ParseKey(string(text))
	if err != nil {
		d.t.Fatal(err)
	}
	return key
}

func (d *daemon) agent(id string, terms map[string]any) string {
	d.t.Helper()
	key, _ := d.ask("POST", "/v1/agents", overlaid(map[string]any{"agent": id}, terms))["key"].(string)
	return key
}

func (d *daemon) types() []string {
	var types []string
	entries, _ := d.ask("GET", "/v1/log?limit=1000", nil)["entries"].([]any)
	for _, one := range entries {
		kind, _ := one.(map[string]any)["type"].(string)
		types = append(types, kind)
	}
	return types
}

// pending is the approval that is waited for, once there is one.
func (d *daemon) pending() string {
	d.t.Helper()
	request, _ := http.NewRequest("GET", d.url+"/v1/stream", nil)
	request.Header.Set("Authorization", "Bearer "+d.admin)
	stream, err := http.DefaultClient.Do(request)
	if err != nil {
		d.t.Fatal(err)
	}
	defer stream.Body.Close()
	// The stream tells of every entry since it was opened, so none is missed between a look and the wait for the next.
	entries := bufio.NewScanner(stream.Body)
	entries.Buffer(nil, 32<<20)
	for {
		listed, _ := d.ask("GET", "/v1/approvals", nil)["approvals"].([]any)
		if len(listed) > 0 {
			id, _ := listed[0].(map[string]any)["approval"].(string)
			return id
		}
		if !entries.Scan() {
			d.t.Fatal("Aegis ended", entries.Err())
		}
	}
}

func TestDaemon(t *testing.T) {
	noEnvironment(t)
	daemon := startDaemon(t)
	identity, _ := daemon.ask("GET", "/v1/identity", nil)["answerKey"].(string)
	ways := map[string][]aegis.Option{
		"the socket": {aegis.WithURL("http://127.0.0.1:9"), aegis.WithSocket(daemon.socket)},
		"HTTP":       {aegis.WithURL(daemon.url), aegis.WithSocket("off"), aegis.WithAnswerKey(identity)},
	}
	for name, way := range ways {
		t.Run("[SDK-49] against a real Aegis over "+name+": allowed, denied, asked and granted, halted", func(t *testing.T) {
			id := strings.ReplaceAll(name, " ", "-")
			key := daemon.agent(id, nil)
			var said lockedBuffer
			guard := connect(t, append(way, aegis.WithKey(key), aegis.WithAgent(id), aegis.WithSession(id), aegis.WithNotices(&said))...)
			run := aegis.Tool(guard, "run_command", func(_ context.Context, in struct {
				Command string `json:"command"`
			}) (string, error) {
				return "ran " + in.Command, nil
			})
			do := func(command string) (string, error) {
				return run(context.Background(), struct {
					Command string `json:"command"`
				}{command})
			}
			if got, err := do("ls"); err != nil || got != "ran ls" {
				t.Fatal(got, err)
			}
			var blocked *aegis.BlockedError
			if _, err := do("rm -rf /"); !errors.As(err, &blocked) || blocked.RiskLevel != "CRITICAL" || !strings.Contains(err.Error(), "SHELL_RECURSIVE_DELETE") {
				t.Error(err)
			}
			pushed := make(chan error, 1)
			go func() {
				_, err := do("git push --force origin main")
				pushed <- err
			}()
			approval := daemon.pending()
			daemon.ask("POST", "/v1/approvals/"+approval+"/grant", map[string]any{"reason": "asked for"})
			if err := <-pushed; err != nil {
				t.Error(err)
			}
			if !strings.Contains(said.taken(), approval) {
				t.Error("nobody was told what it waits for")
			}
			child, err := guard.Child(context.Background(), id+"-part")
			if err != nil {
				t.Fatal(err)
			}
			guard.Label(context.Background(), aegis.UserInput, "list the files", true)
			if decision, err := child.Decide(context.Background(), aegis.Proposal{Name: "look"}); err != nil || decision.Effect != aegis.Allow {
				t.Error(decision, err)
			}
			daemon.ask("POST", "/v1/agents/"+id+"/halt", map[string]any{"reason": "stop"})
			if _, err := do("ls"); !errors.Is(err, aegis.ErrHalted) {
				t.Error(err)
			}
		})
	}
	t.Run("[SDK-49] a value that JSON cannot say is asked about, and the tool gets the value", func(t *testing.T) {
		guard := connect(t, aegis.WithURL(daemon.url), aegis.WithSocket("off"), aegis.WithKey(daemon.agent("odd", nil)), aegis.WithAgent("odd"),
			aegis.WithAskTimeout(0))
		_, err := guard.Wrap("query", map[string]any{"with": make(chan int)}, func(aegis.Args) (any, error) { return nil, nil })
		var waited *aegis.TimeoutError
		if !errors.As(err, &waited) || waited.Approval == "" {
			t.Errorf("%T %v", err, err)
		}
	})
	t.Run("[SDK-49] a lock is taken, renewed with its fence, and lost with another", func(t *testing.T) {
		guard := connect(t, aegis.WithURL(daemon.url), aegis.WithSocket("off"), aegis.WithKey(daemon.agent("locker", nil)), aegis.WithAgent("locker"))
		decision, err := guard.Decide(context.Background(), aegis.Proposal{Name: "deploy", Resource: &aegis.Resource{Name: "prod", TTL: 60_000_000_000}})
		if err != nil || decision.Fence == 0 {
			t.Fatal(decision, err)
		}
		if !guard.Renew(context.Background(), "prod", decision.Fence, 60_000_000_000) || guard.Renew(context.Background(), "prod", decision.Fence+1, 60_000_000_000) {
			t.Error("the lock's fence is not what holds it")
		}
	})
	t.Run("[SDK-48] the export of a real log verifies, also where a session was erased, and a changed one does not", func(t *testing.T) {
		daemon.ask("POST", "/v1/erase", map[string]any{"subject": "agent/odd", "reason": "asked for"})
		text := daemon.raw("/v1/log/export?payloads=true")
		key := daemon.key()
		found, err := verify.Export(bytes.NewReader(text), verify.Terms{Key: key})
		if err != nil || !found.OK || found.Anchored != found.Size || found.Payloads.Erased == 0 || found.Payloads.Intact == 0 {
			t.Errorf("%+v, %v", found, err)
		}
		changed := bytes.Replace(text, []byte("run_command"), []byte("run_comment"), 1)
		if found, err := verify.Export(bytes.NewReader(changed), verify.Terms{Key: key}); err != nil || found.OK {
			t.Errorf("%+v, %v", found, err)
		}
		receipt := verify.ParseReceipt(daemon.raw("/v1/log/proof/inclusion?index=3"))
		if receipt == nil || !receipt.Holds() {
			t.Errorf("%+v", receipt)
		}
	})
	t.Run("[SDK-49] away, the server's word holds; back, the same journal is in the log", func(t *testing.T) {
		key := daemon.agent("keeper", map[string]any{"onUnavailable": "allow_readonly", "capabilities": []any{"readonly:look"}})
		journal := filepath.Join(t.TempDir(), "keeper.jsonl")
		client := func() *aegis.Guard {
			return connect(t, aegis.WithURL(daemon.url), aegis.WithSocket("off"), aegis.WithKey(key), aegis.WithAgent("keeper"), aegis.WithJournal(journal))
		}
		guard := client()
		look := func(guard *aegis.Guard, name string) error {
			_, err := guard.Wrap(name, nil, func(aegis.Args) (any, error) { return "seen", nil })
			return err
		}
		if err := look(guard, "look"); err != nil {
			t.Fatal(err)
		}
		daemon.stop()
		if err := errors.Join(look(guard, "look")); err != nil {
			t.Error(err)
		}
		if err := look(guard, "change"); !errors.Is(err, aegis.ErrUnavailable) {
			t.Error(err)
		}
		daemon.start()
		if err := look(client(), "look"); err != nil {
			t.Error(err)
		}
		types := daemon.types()
		if count := len(types) - len(slices.DeleteFunc(slices.Clone(types), func(one string) bool { return one == "action-journalled" })); count != 2 {
			t.Error(fmt.Sprint(count), types)
		}
	})
}
