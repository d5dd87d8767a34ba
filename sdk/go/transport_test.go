package aegis_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	aegis "aegis.dev/sdk/go"
	"aegis.dev/sdk/go/internal/scripted"
)

type chunk struct {
	Event string          `json:"event"`
	Data  json.RawMessage `json:"data"`
}

func (c chunk) text() string {
	data := string(c.Data)
	var plain string
	if json.Unmarshal(c.Data, &plain) == nil {
		data = plain
	} else {
		var to bytes.Buffer
		_ = json.Compact(&to, c.Data)
		data = to.String()
	}
	if c.Event != "" {
		return "event: " + c.Event + "\ndata: " + data + "\n\n"
	}
	return "data: " + data + "\n\n"
}

func textOfChunks(chunks []chunk) string {
	text := ""
	for _, one := range chunks {
		text += one.text()
	}
	return text
}

type dialectFile struct {
	Dialect  string `json:"dialect"`
	Requests []struct {
		Path  string          `json:"path"`
		Body  json.RawMessage `json:"body"`
		Reads *struct {
			Stream bool `json:"stream"`
		} `json:"reads"`
	} `json:"requests"`
	Answers []dialectAnswer `json:"answers"`
}

type dialectAnswer struct {
	Name   string          `json:"name"`
	Whole  json.RawMessage `json:"whole"`
	Chunks []chunk         `json:"chunks"`
	Flows  int             `json:"flows"`
	Breaks bool            `json:"breaks"`
	Fails  bool            `json:"fails"`
	Reads  struct {
		Complete bool `json:"complete"`
		Calls    []struct {
			Name string `json:"name"`
			Args any    `json:"args"`
		} `json:"calls"`
	} `json:"reads"`
	Decisions []struct {
		Effect string          `json:"effect"`
		Args   json.RawMessage `json:"args"`
		Text   string          `json:"text"`
	} `json:"decisions"`
	Leaves json.RawMessage `json:"leaves"`
}

func TestTransportCases(t *testing.T) {
	noEnvironment(t)
	for _, name := range []string{"openai-chat", "openai-responses", "anthropic", "gemini"} {
		var file dialectFile
		readJSON(t, "conformance/dialects/"+name+".json", &file)
		for _, one := range file.Answers {
			t.Run("[SDK-42, SDK-43] over HTTP: "+name+", "+one.Name, func(t *testing.T) {
				t.Parallel()
				checkThrough(t, file, one)
			})
		}
	}
}

// through asks the provider of a case by way of the guarded transport.
func through(t *testing.T, decider *scripted.Decider, file dialectFile, provider http.HandlerFunc, streamed bool) (string, error) {
	address := listen(t, provider)
	for _, request := range file.Requests {
		if request.Reads == nil || request.Reads.Stream != streamed {
			continue
		}
		client := &http.Client{Transport: decider.Guard.Transport(&http.Transport{})}
		response, err := client.Post(address+request.Path, "application/json", bytes.NewReader(request.Body))
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return string(text), err
	}
	t.Fatal("no request of this kind")
	return "", nil
}

func checkThrough(t *testing.T, file dialectFile, one dialectAnswer) {
	decider := scripted.New(t, func(name string, args map[string]any) scripted.Verdict {
		for at, call := range one.Reads.Calls {
			if call.Name == name && at < len(one.Decisions) && (reflect.DeepEqual(call.Args, any(args)) || (call.Args == nil && len(args) == 0)) {
				made := one.Decisions[at]
				if made.Effect == "ask" {
					return scripted.Verdict{Effect: "deny", Text: made.Text}
				}
				return scripted.Verdict{Effect: made.Effect, Args: made.Args, Text: made.Text}
			}
		}
		return scripted.Verdict{Effect: "deny", Text: "a call nobody expects"}
	})
	streamed := one.Whole == nil
	got, err := through(t, decider, file, func(response http.ResponseWriter, request *http.Request) {
		if !streamed {
			response.Header().Set("Content-Type", "application/json")
			_, _ = response.Write(one.Whole)
			return
		}
		response.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(response, textOfChunks(one.Chunks))
		if one.Breaks {
			response.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}, streamed)
	if !streamed {
		checkSame(t, got, one.Whole, one.Leaves)
		return
	}
	var leaves []chunk
	if one.Leaves != nil {
		if err := json.Unmarshal(one.Leaves, &leaves); err != nil {
			t.Fatal(err)
		}
	}
	want := textOfChunks(one.Chunks[:one.Flows])
	switch {
	case one.Breaks && one.Leaves == nil:
		// Behind its end nothing of an answer is missing.
		if (err == nil) != one.Reads.Complete {
			t.Errorf("a part was handed on for the whole: %v", err)
		}
	case one.Breaks:
		// What broke is told in other words than in the case, and by the same events.
		if err != nil || strings.Count(got, "data: ") != one.Flows+len(leaves) || !strings.Contains(got, "No tool call of it was passed on or done.") {
			t.Errorf("%v, %s", err, got)
		}
		return
	case one.Leaves != nil:
		want += textOfChunks(leaves)
	default:
		want = textOfChunks(one.Chunks)
	}
	if got != want {
		t.Errorf("got\n%s\nexpected\n%s", got, want)
	}
}

func checkSame(t *testing.T, got string, whole, leaves json.RawMessage) {
	t.Helper()
	if leaves == nil {
		leaves = whole
	}
	var a, b any
	if json.Unmarshal([]byte(got), &a) != nil || json.Unmarshal(leaves, &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("got\n%s\nexpected\n%s", got, leaves)
	}
}

const (
	words = `data: {"id":"c","choices":[{"index":0,"delta":{"content":"Looking. "}}]}` + "\n\n"
	begin = `data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"pay","arguments":"{\"to\":\"ann\"}"}}]}}]}` + "\n\n"
	done  = `data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}` + "\n\n" + "data: [DONE]\n\n"
	ask   = `{"model":"m","stream":true,"messages":[{"role":"user","content":"Pay Ann."}]}`
)

// streaming sends words, waits until the program has them, and then sends a call.
func streaming(t *testing.T, got <-chan struct{}) string {
	return listen(t, http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(response, words)
		response.(http.Flusher).Flush()
		select {
		case <-got:
		case <-request.Context().Done():
			return
		}
		_, _ = io.WriteString(response, begin+done)
	}))
}

func post(t *testing.T, client *http.Client, ctx context.Context, url, body string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, "POST", url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func answeringWith(t *testing.T, kind, encoding string, text []byte) string {
	return listen(t, http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		response.Header().Set("Content-Type", kind)
		if encoding != "" {
			response.Header().Set("Content-Encoding", encoding)
		}
		_, _ = response.Write(text)
	}))
}

const wholeCall = `{"id":"c","object":"chat.completion","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":null,` +
	`"tool_calls":[{"id":"call_1","type":"function","function":{"name":"pay","arguments":"{\"to\":\"ann\"}"}}]}}]}`

func TestTransport(t *testing.T) {
	noEnvironment(t)
	t.Run("[SDK-43] what is no model's answer passes as it came, and nothing is asked", func(t *testing.T) {
		decider := scripted.New(t, scripted.AllowAll)
		client := &http.Client{Transport: decider.Guard.Transport(nil)}
		text := []byte(`{"name":"x","arguments":{"a":1}, "n": 123456789012345678901, "n": 2}`)
		for _, one := range []struct{ path, body string }{
			{"/surveys/7/responses", `{"answers":[1]}`}, {"/channels/7/messages", `{"content":"hello"}`}, {"/v1/embeddings", `{"model":"m","input":"x"}`},
			{"/v1/chat/completions", `no JSON`}, {"/anything", ""}, {"/v1/messages/batches", `{"requests":[]}`},
		} {
			response := post(t, client, context.Background(), answeringWith(t, "application/json", "", text)+one.path, one.body)
			got, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil || !bytes.Equal(got, text) {
				t.Errorf("%s: %v %s", one.path, err, got)
			}
		}
		if asked := decider.Asked(); len(asked) > 0 {
			t.Errorf("asked about %v", asked)
		}
	})
	t.Run("[SDK-43] an answer that cannot be read is not handed on", func(t *testing.T) {
		decider := scripted.New(t, scripted.AllowAll)
		client := &http.Client{Transport: decider.Guard.Transport(nil)}
		for _, one := range []struct{ encoding, text string }{
			{"br", wholeCall}, {"gzip", wholeCall}, {"", wholeCall[:len(wholeCall)-1]}, {"", wholeCall + "{}"}, {"", `"text"`},
			{"", strings.Replace(wholeCall, `"id":"c"`, `"id":"c","id":"d"`, 1)},
			{"", strings.Replace(wholeCall, `"content":null`, `"content":null,"extra_call":{"name":"pay","arguments":"{}"}`, 1)},
		} {
			url := answeringWith(t, "application/json", one.encoding, []byte(one.text)) + "/v1/chat/completions"
			response, err := client.Post(url, "application/json", strings.NewReader(ask))
			var unread *aegis.AnswerError
			if !errors.As(err, &unread) && !errors.Is(err, gzip.ErrHeader) {
				t.Errorf("%s: %v, %v", one.text, response, err)
			}
		}
		if asked := decider.Asked(); len(asked) > 0 {
			t.Errorf("asked about %v", asked)
		}
	})
	t.Run("[SDK-43] stored answers are guarded where they are fetched", func(t *testing.T) {
		decider := scripted.New(t, func(string, map[string]any) scripted.Verdict { return scripted.Verdict{Effect: "deny", Text: "No."} })
		client := &http.Client{Transport: decider.Guard.Transport(nil)}
		response, err := client.Get(answeringWith(t, "application/json", "", []byte(wholeCall)) + "/v1/chat/completions/c")
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if strings.Contains(string(text), "tool_calls") || !strings.Contains(string(text), "No.") {
			t.Error(string(text))
		}
	})
	t.Run("[SDK-43] a stream is guarded also where its server does not call it one", func(t *testing.T) {
		decider := scripted.New(t, func(string, map[string]any) scripted.Verdict { return scripted.Verdict{Effect: "deny", Text: "No."} })
		client := &http.Client{Transport: decider.Guard.Transport(nil)}
		for _, kind := range []string{"text/plain", "application/octet-stream"} {
			response := post(t, client, context.Background(), answeringWith(t, kind, "", []byte(words+begin+done))+"/v1/chat/completions", ask)
			text, err := io.ReadAll(response.Body)
			response.Body.Close()
			if err != nil || strings.Contains(string(text), "tool_calls\":[") || !strings.HasPrefix(string(text), words) || !strings.Contains(string(text), "No.") {
				t.Errorf("%s: %s, %v", kind, text, err)
			}
		}
	})
	t.Run("[SDK-43] a provider that holds the conversation is told what became of a refused call", func(t *testing.T) {
		decider := scripted.New(t, func(string, map[string]any) scripted.Verdict { return scripted.Verdict{Effect: "deny", Text: "No."} })
		client := &http.Client{Transport: decider.Guard.Transport(nil)}
		var asked []string
		url := listen(t, http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
			text, _ := io.ReadAll(request.Body)
			asked = append(asked, string(text))
			response.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(response, `{"id":"resp_1","object":"response","status":"completed","model":"m","output":[{"type":"function_call","id":"fc_1",`+
				`"call_id":"call_1","name":"pay","arguments":"{}","status":"completed"}]}`)
		}))
		for _, body := range []string{
			`{"model":"m","input":"Pay."}`, `{"model":"m","previous_response_id":"resp_1","input":"And now?"}`,
			`{"model":"m","previous_response_id":"resp_1","input":[{"type":"function_call_output","call_id":"call_1","output":"x"}]}`,
		} {
			response := post(t, client, context.Background(), url+"/v1/responses", body)
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		if strings.Contains(asked[0], "function_call_output") || !strings.Contains(asked[1], `"call_id":"call_1","output":"No."`) ||
			!strings.Contains(asked[1], "And now?") || strings.Contains(asked[2], "No.") {
			t.Error(asked)
		}
	})
	t.Run("[SDK-43] the user's words and the results of calls are reported once", func(t *testing.T) {
		decider := scripted.New(t, scripted.AllowAll)
		client := &http.Client{Transport: decider.Guard.Transport(nil)}
		url := answeringWith(t, "application/json", "", []byte(wholeCall)) + "/v1/chat/completions"
		first := `{"model":"m","messages":[{"role":"user","content":"Pay Ann."}]}`
		second := strings.TrimSuffix(first, "]}") + `,{"role":"tool","tool_call_id":"call_1","content":"Paid."}]}`
		for _, body := range []string{first, second, second} {
			response := post(t, client, context.Background(), url, body)
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		if said := decider.Labels(); !reflect.DeepEqual(said, []string{`"Pay Ann."`}) {
			t.Errorf("labels %v", said)
		}
		if said := decider.Outcomes(); fmt.Sprint(said) != `[succeeded "Paid." succeeded "Paid."]` {
			t.Errorf("outcomes %v", said)
		}
	})
}
