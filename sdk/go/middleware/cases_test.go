package middleware_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"

	aegis "aegis.dev/sdk/go"
	"aegis.dev/sdk/go/internal/scripted"
)

// view is what a provider's own library made of an answer.
type view struct {
	Text  string     `json:"text"`
	Calls []viewCall `json:"calls"`
	Stop  string     `json:"stop"`
}

type viewCall struct {
	Name string `json:"name"`
	Args any    `json:"args"`
}

// readers read an answer from an address with the provider's own library, guarded.
var readers = map[string]func(ctx context.Context, guard *aegis.Guard, address string, streamed bool) (view, error){
	"openai-chat": readChat, "openai-responses": readResponses, "anthropic": readAnthropic, "gemini": readGemini,
}

type dialectCase struct {
	Name   string          `json:"name"`
	Whole  json.RawMessage `json:"whole"`
	Breaks bool            `json:"breaks"`
	Fails  bool            `json:"fails"`
	Chunks []struct {
		Event string          `json:"event"`
		Data  json.RawMessage `json:"data"`
	} `json:"chunks"`
	Reads struct {
		Complete bool
		Calls    []viewCall `json:"calls"`
	} `json:"reads"`
	Decisions []struct {
		Effect string          `json:"effect"`
		Args   json.RawMessage `json:"args"`
		Text   string          `json:"text"`
	} `json:"decisions"`
	Says   string `json:"says"`
	Client *view  `json:"client"`
}

// beyond are cases that a library of Go reads otherwise than the one of TypeScript which the cases were written with.
var beyond = map[string]string{
	"openai-chat, what can carry no call, as servers and gateways send it": "openai-go takes a member `error` that is null for an error",
	"anthropic, what can carry no call, as servers and gateways send it":   "anthropic-sdk-go refuses the end of a block that never began",
	"gemini, parallel calls, piece by piece in turn, allowed":              "genai hands on the pieces of a call and joins none",
}

// TestClients runs the cases of conformance/dialects through the providers' own libraries, with the guard in front.
func TestClients(t *testing.T) {
	ran := 0
	for name, read := range readers {
		text, err := os.ReadFile("../../../conformance/dialects/" + name + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var file struct{ Answers []dialectCase }
		if err := json.Unmarshal(text, &file); err != nil {
			t.Fatal(err)
		}
		for _, one := range file.Answers {
			// What breaks off within words is no answer to any library.
			if one.Client == nil || one.Breaks {
				continue
			}
			if _, left := beyond[name+", "+one.Name]; left {
				delete(beyond, name+", "+one.Name)
				continue
			}
			ran++
			t.Run("[SDK-47] "+name+" through its own library: "+one.Name, func(t *testing.T) {
				decider := scripted.New(t, one.decide)
				got, err := read(context.Background(), decider.Guard, one.provider(t), one.Whole == nil)
				if err != nil {
					t.Fatal(err)
				}
				if len(got.Calls) == 0 && len(one.Client.Calls) == 0 {
					got.Calls = one.Client.Calls
				}
				if !reflect.DeepEqual(got, *one.Client) {
					t.Errorf("%+v, expected %+v", got, *one.Client)
				}
			})
		}
	}
	for what := range beyond {
		t.Errorf("%s is left out and is no case", what)
	}
	if ran < 40 {
		t.Errorf("only %d cases", ran)
	}
}

func (c *dialectCase) decide(name string, args map[string]any) scripted.Verdict {
	for at, call := range c.Reads.Calls {
		if call.Name == name && at < len(c.Decisions) && (reflect.DeepEqual(call.Args, any(args)) || (call.Args == nil && len(args) == 0)) {
			made := c.Decisions[at]
			if made.Effect == "ask" {
				made.Effect = "deny"
			}
			return scripted.Verdict{Effect: made.Effect, Args: made.Args, Text: made.Text}
		}
	}
	return scripted.Verdict{Effect: "deny", Text: "a call nobody expects"}
}

func (c *dialectCase) provider(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		_, _ = io.Copy(io.Discard, request.Body)
		if c.Whole != nil {
			response.Header().Set("Content-Type", "application/json")
			_, _ = response.Write(c.Whole)
			return
		}
		response.Header().Set("Content-Type", "text/event-stream")
		for _, one := range c.Chunks {
			var data bytes.Buffer
			var plain string
			if json.Unmarshal(one.Data, &plain) == nil {
				data.WriteString(plain)
			} else if err := json.Compact(&data, one.Data); err != nil {
				t.Error(err)
			}
			if one.Event != "" {
				_, _ = io.WriteString(response, "event: "+one.Event+"\n")
			}
			_, _ = io.WriteString(response, "data: "+data.String()+"\n\n")
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// parsed are arguments as the model wrote them.
func parsed(text string) any {
	var made any
	if text == "" {
		return map[string]any{}
	}
	_ = json.Unmarshal([]byte(text), &made)
	return made
}
