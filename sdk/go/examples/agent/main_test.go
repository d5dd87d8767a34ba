package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	aegis "aegis.dev/sdk/go"
	"aegis.dev/sdk/go/internal/scripted"
)

// model calls read_file for what the user names, and repeats what it was told.
func model(response http.ResponseWriter, request *http.Request) {
	var asked struct{ Messages []message }
	_ = json.NewDecoder(request.Body).Decode(&asked)
	last := asked.Messages[len(asked.Messages)-1]
	said := message{Role: "assistant", Content: "I read: " + last.Content}
	finish := "stop"
	if last.Role == "user" {
		arguments, _ := json.Marshal(fileToRead{last.Content})
		call := toolCall{ID: "call_1", Type: "function"}
		call.Function.Name, call.Function.Arguments = "read_file", string(arguments)
		said, finish = message{Role: "assistant", ToolCalls: []toolCall{call}}, "tool_calls"
	}
	response.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(response).Encode(map[string]any{"choices": []any{map[string]any{"index": 0, "finish_reason": finish, "message": said}}})
}

func TestAgent(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(model))
	defer server.Close()
	t.Setenv("MODEL_URL", server.URL)
	decider := scripted.New(t, func(_ string, args map[string]any) scripted.Verdict {
		if strings.HasPrefix(args["path"].(string), "/etc/") {
			return scripted.Verdict{Effect: "deny", Text: "Aegis denied read_file."}
		}
		return scripted.Verdict{Effect: "allow"}
	})
	var read []string
	one := &agent{
		client: &http.Client{Transport: decider.Guard.Transport(nil)},
		readFile: aegis.Tool(decider.Guard, "read_file", func(_ context.Context, in fileToRead) (string, error) {
			read = append(read, in.Path)
			return "the text of " + in.Path, nil
		}),
	}
	t.Run("[SDK-42, SDK-45] in an agent's loop a denied tool does not run and the run goes on; an allowed one is decided once", func(t *testing.T) {
		for _, path := range []string{"/etc/shadow", "notes.txt"} {
			if err := one.run(context.Background(), path); err != nil {
				t.Fatal(err)
			}
		}
		if !reflect.DeepEqual(read, []string{"notes.txt"}) {
			t.Error(read)
		}
		if asked := decider.Asked(); len(asked) != 2 {
			t.Errorf("asked %v", asked)
		}
		if said := decider.Outcomes(); !reflect.DeepEqual(said, []string{`succeeded "the text of notes.txt"`}) {
			t.Error(said)
		}
	})
}
