// Package scripted is an Aegis whose decisions a test makes.
package scripted

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	aegis "aegis.dev/sdk/go"
)

// Verdict is what the decider says of one action.
type Verdict struct {
	Effect string
	Args   any
	Text   string
}

// Decider is an Aegis whose decisions the test makes.
type Decider struct {
	Guard *aegis.Guard
	URL   string
	// Waiting gets the id of each action a person is asked about, once it is waited for.
	Waiting chan string

	mutex     sync.Mutex
	rule      func(name string, args map[string]any) Verdict
	asked     []string
	outcomes  []string
	labels    []string
	journal   []string
	approvals map[string]chan Verdict
}

// New starts a Decider and a Guard that asks it; both end with the test.
func New(t testing.TB, rule func(name string, args map[string]any) Verdict) *Decider {
	t.Helper()
	made := &Decider{rule: rule, approvals: map[string]chan Verdict{}, Waiting: make(chan string, 100)}
	server := httptest.NewServer(made)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	made.URL = server.URL
	guard, err := aegis.Connect(aegis.WithURL(made.URL), aegis.WithSocket("off"), aegis.WithKey("k"), aegis.WithAgent("bot"), aegis.WithSession("run-1"),
		aegis.WithTimeout(time.Minute), aegis.WithJournal(filepath.Join(t.TempDir(), "journal", "bot.jsonl")), aegis.WithNotices(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(guard.Close)
	made.Guard = guard
	return made
}

// AllowAll lets everything run.
func AllowAll(string, map[string]any) Verdict { return Verdict{Effect: "allow"} }

// ServeHTTP answers as a daemon does.
func (d *Decider) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	text, _ := io.ReadAll(request.Body)
	var body map[string]any
	_ = json.Unmarshal(text, &body)
	steps := strings.Split(request.URL.Path, "/")
	said := any(map[string]any{"index": 1, "leaf": "0", "findings": []any{}})
	switch {
	case strings.HasPrefix(request.URL.Path, "/v1/agents/"):
		said = map[string]any{"onUnavailable": "deny", "readOnlyTools": []any{}}
	case request.URL.Path == "/v1/journal":
		entries, _ := body["entries"].([]any)
		d.note(&d.journal, strconv.Itoa(len(entries)))
	case request.URL.Path == "/v1/actions":
		said = d.decide(body)
	case strings.HasSuffix(request.URL.Path, "/outcome"):
		status, _ := body["status"].(string)
		result, _ := json.Marshal(body["result"])
		d.note(&d.outcomes, status+" "+string(result))
	case strings.HasSuffix(request.URL.Path, "/content"):
		words, _ := json.Marshal(body["value"])
		d.note(&d.labels, string(words))
	case len(steps) == 4 && steps[2] == "actions":
		d.Waiting <- steps[3]
		select {
		case made := <-d.Approval(steps[3]):
			said = map[string]any{"decision": d.decision(steps[3], made)}
		case <-request.Context().Done():
			return
		}
	}
	response.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(response).Encode(said)
}

func (d *Decider) note(list *[]string, text string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	*list = append(*list, text)
}

// Asked are the names of the actions that were asked about.
func (d *Decider) Asked() []string { return d.taken(&d.asked) }

// Outcomes are the reported outcomes, as `<status> <result in JSON>`.
func (d *Decider) Outcomes() []string { return d.taken(&d.outcomes) }

// Journal are the numbers of entries of each report of the journal.
func (d *Decider) Journal() []string { return d.taken(&d.journal) }

// Labels are the labelled values in JSON.
func (d *Decider) Labels() []string { return d.taken(&d.labels) }

func (d *Decider) taken(list *[]string) []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return append([]string{}, *list...)
}

// Approval is where the answer to an approval is put.
func (d *Decider) Approval(id string) chan Verdict {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.approvals[id] == nil {
		d.approvals[id] = make(chan Verdict, 1)
	}
	return d.approvals[id]
}

func (d *Decider) decide(body map[string]any) any {
	name, _ := body["name"].(string)
	id, _ := body["id"].(string)
	args, _ := body["args"].(map[string]any)
	d.note(&d.asked, name)
	return d.decision(id, d.rule(name, args))
}

func (d *Decider) decision(id string, made Verdict) map[string]any {
	said := map[string]any{
		"action": id, "effect": made.Effect, "risk": "LOW", "policy": "", "obligations": map[string]any{"timeoutMs": 1, "maxOutputBytes": 1},
		"reasons": []any{map[string]any{"code": "TOOL_BLOCKED", "rule": "test", "message": "The test says so."}},
	}
	switch made.Effect {
	case "modify":
		said["modify"] = map[string]any{"args": made.Args}
	case "ask":
		said["ask"] = map[string]any{"approval": "ap-" + id, "expiresAt": 0}
	case "deny":
		said["text"] = made.Text
	}
	return said
}
