package middleware_test

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	aegis "aegis.dev/sdk/go"
	"aegis.dev/sdk/go/internal/scripted"
	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"google.golang.org/genai"
)

// defaults ask with a library's default client, made when it is called.
var defaults = map[string]struct {
	answer string
	ask    func(ctx context.Context, address string) (string, error)
}{
	"openai-go": {
		`{"id":"c","object":"chat.completion","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","content":null,` +
			`"tool_calls":[{"id":"call_1","type":"function","function":{"name":"pay","arguments":"{}"}}]}}]}`,
		func(ctx context.Context, address string) (string, error) {
			client := openai.NewClient(option.WithAPIKey("k"), option.WithBaseURL(address+"/v1"), option.WithMaxRetries(0))
			answer, err := client.Chat.Completions.New(ctx, chatParams)
			if err != nil {
				return "", err
			}
			return answer.RawJSON(), nil
		},
	},
	"anthropic-sdk-go": {
		`{"id":"m","type":"message","role":"assistant","model":"m","content":[{"type":"tool_use","id":"call_1","name":"pay","input":{}}],` +
			`"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}`,
		func(ctx context.Context, address string) (string, error) {
			client := anthropic.NewClient(anthropicoption.WithAPIKey("k"), anthropicoption.WithBaseURL(address), anthropicoption.WithMaxRetries(0))
			answer, err := client.Messages.New(ctx, anthropic.MessageNewParams{Model: "m", MaxTokens: 9,
				Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Pay."))}})
			if err != nil {
				return "", err
			}
			return answer.RawJSON(), nil
		},
	},
	"genai": {
		`{"candidates":[{"content":{"role":"model","parts":[{"functionCall":{"name":"pay","args":{}}}]},"finishReason":"STOP","index":0}]}`,
		func(ctx context.Context, address string) (string, error) {
			client, err := genai.NewClient(ctx, &genai.ClientConfig{APIKey: "k", Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: address}})
			if err != nil {
				return "", err
			}
			answer, err := client.Models.GenerateContent(ctx, "m", genai.Text("Pay."), nil)
			if err != nil {
				return "", err
			}
			if calls := answer.FunctionCalls(); len(calls) > 0 {
				return "calls " + calls[0].Name, nil
			}
			return answer.Text(), nil
		},
	},
}

func TestAuto(t *testing.T) {
	usual := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = usual })
	decider := scripted.New(t, func(string, map[string]any) scripted.Verdict {
		return scripted.Verdict{Effect: "deny", Text: "Aegis denied pay."}
	})
	guard, err := aegis.Auto(aegis.WithURL(decider.URL), aegis.WithSocket("off"), aegis.WithKey("k"), aegis.WithAgent("bot"),
		aegis.WithJournal(filepath.Join(t.TempDir(), "j")), aegis.WithNotices(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	defer guard.Close()
	for name, one := range defaults {
		t.Run("[SDK-44, SDK-47] after Auto a client that "+name+" makes by itself is guarded", func(t *testing.T) {
			provider := dialectCase{Whole: []byte(one.answer)}
			got, err := one.ask(context.Background(), provider.provider(t))
			if err != nil || !strings.Contains(got, "Aegis denied pay.") || strings.Contains(got, "call_1") {
				t.Errorf("%s, %v", got, err)
			}
		})
	}
}
