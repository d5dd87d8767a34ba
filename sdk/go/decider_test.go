package aegis_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	aegis "aegis.dev/sdk/go"
)

// verdict is what the decider says of one action.
type verdict struct {
	effect string
	args   any
	text   string
}

// decider is an Aegis whose decisions the test makes.
type decider struct {
	guard *aegis.Guard
	url   string

	mutex     sync.Mutex
	rule      func(name string, args map[string]any) verdict
	asked     []string
	outcomes  []string
	labels    []string
	approvals map[string]chan verdict
	// waiting gets the id of each action a person is asked about, once it is waited for.
	waiting chan string
}

func newDecider(t *testing.T, rule func(name string, args map[string]any) verdict) *decider {
	made := &decider{rule: rule, approvals: map[string]chan verdict{}, waiting: make(chan string, 100)}
	made.url = listen(t, made)
	made.guard = connect(t, aegis.WithURL(made.url), aegis.WithSocket("off"))
	return made
}

func allowAll(string, map[string]any) verdict { return verdict{effect: "allow"} }

func (d *decider) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	text, _ := io.ReadAll(request.Body)
	var body map[string]any
	_ = json.Unmarshal(text, &body)
	steps := strings.Split(request.URL.Path, "/")
	said := any(map[string]any{"index": 1, "leaf": "0", "findings": []any{}})
	switch {
	case strings.HasPrefix(request.URL.Path, "/v1/agents/"):
		said = map[string]any{"onUnavailable": "deny", "readOnlyTools": []any{}}
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
		d.waiting <- steps[3]
		select {
		case made := <-d.approval(steps[3]):
			said = map[string]any{"decision": d.decision(steps[3], made)}
		case <-request.Context().Done():
			return
		}
	}
	response.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(response).Encode(said)
}

func (d *decider) note(list *[]string, text string) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	*list = append(*list, text)
}

func (d *decider) taken(list *[]string) []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return append([]string{}, *list...)
}

func (d *decider) approval(id string) chan verdict {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.approvals[id] == nil {
		d.approvals[id] = make(chan verdict, 1)
	}
	return d.approvals[id]
}

func (d *decider) decide(body map[string]any) any {
	name, _ := body["name"].(string)
	id, _ := body["id"].(string)
	args, _ := body["args"].(map[string]any)
	d.note(&d.asked, name)
	return d.decision(id, d.rule(name, args))
}

func (d *decider) decision(id string, made verdict) map[string]any {
	said := map[string]any{
		"action": id, "effect": made.effect, "risk": "LOW", "policy": "", "obligations": map[string]any{"timeoutMs": 1, "maxOutputBytes": 1},
		"reasons": []any{map[string]any{"code": "TOOL_BLOCKED", "rule": "test", "message": "The test says so."}},
	}
	switch made.effect {
	case "modify":
		said["modify"] = map[string]any{"args": made.args}
	case "ask":
		said["ask"] = map[string]any{"approval": "ap-" + id, "expiresAt": 0}
	case "deny":
		said["text"] = made.text
	}
	return said
}
