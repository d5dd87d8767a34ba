// Command agent is an agent of the standard library alone: it asks a model that speaks OpenAI's chat interface, runs the tools the model calls, and goes
// on when Aegis refuses one. MODEL_URL is the model's address, by default OpenAI's; MODEL_KEY its key, MODEL its name.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	aegis "aegis.dev/sdk/go"
)

type message struct {
	Role       string     `json:"role"`
	Content    string     `json:"content"`
	ToolCalls  []toolCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
}

type toolCall struct {
	ID       string `json:"id"`
	Type     string `json:"type"`
	Function struct {
		Name      string `json:"name"`
		Arguments string `json:"arguments"`
	} `json:"function"`
}

const declared = `[{"type":"function","function":{"name":"read_file","description":"Reads a file.","parameters":{"type":"object",
	"properties":{"path":{"type":"string"}},"required":["path"]}}}]`

type agent struct {
	client   *http.Client
	readFile func(context.Context, fileToRead) (string, error)
}

type fileToRead struct {
	Path string `json:"path"`
}

func main() {
	guard, err := aegis.Connect()
	if err != nil {
		log.Fatal(err)
	}
	defer guard.Close()
	one := &agent{
		// Calls are decided where the model's answer is read …
		client: &http.Client{Transport: guard.Transport(nil)},
		// … and the tool is guarded too: the same call is decided once.
		readFile: aegis.Tool(guard, "read_file", func(_ context.Context, in fileToRead) (string, error) {
			text, err := os.ReadFile(in.Path)
			return string(text), err
		}),
	}
	if err := one.run(context.Background(), strings.Join(os.Args[1:], " ")); err != nil {
		log.Fatal(err)
	}
}

// run goes on until the model calls no more tools.
func (a *agent) run(ctx context.Context, task string) error {
	messages := []message{{Role: "user", Content: task}}
	for {
		answer, err := a.ask(ctx, messages)
		if err != nil {
			return err
		}
		messages = append(messages, answer)
		if len(answer.ToolCalls) == 0 {
			fmt.Println(answer.Content)
			return nil
		}
		for _, call := range answer.ToolCalls {
			messages = append(messages, message{Role: "tool", ToolCallID: call.ID, Content: a.call(ctx, call)})
		}
	}
}

func (a *agent) call(ctx context.Context, call toolCall) string {
	var in fileToRead
	if err := json.Unmarshal([]byte(call.Function.Arguments), &in); err != nil {
		return err.Error()
	}
	text, err := a.readFile(aegis.WithCallID(ctx, call.ID), in)
	if err != nil {
		// A refusal is text the model reads; the run goes on.
		return err.Error()
	}
	return text
}

func (a *agent) ask(ctx context.Context, messages []message) (message, error) {
	body, err := json.Marshal(map[string]any{"model": env("MODEL", "gpt-5-mini"), "messages": messages, "tools": json.RawMessage(declared)})
	if err != nil {
		return message{}, err
	}
	url := env("MODEL_URL", "https://api.openai.com") + "/v1/chat/completions"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return message{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+os.Getenv("MODEL_KEY"))
	response, err := a.client.Do(request)
	if err != nil {
		return message{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		return message{}, fmt.Errorf("the model answered %s: %s (%v)", response.Status, text, err)
	}
	var said struct {
		Choices []struct {
			Message message `json:"message"`
		} `json:"choices"`
	}
	if err := json.Unmarshal(text, &said); err != nil || len(said.Choices) == 0 {
		return message{}, fmt.Errorf("the model's answer is none: %s", text)
	}
	return said.Choices[0].Message, nil
}

func env(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
