package middleware_test

import (
	"context"
	"sort"

	aegis "aegis.dev/sdk/go"
	guardedanthropic "aegis.dev/sdk/go/middleware/anthropic"
	guardedgenai "aegis.dev/sdk/go/middleware/genai"
	guardedopenai "aegis.dev/sdk/go/middleware/openai"
	"github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"google.golang.org/genai"
)

func openaiClient(guard *aegis.Guard, address string) openai.Client {
	return openai.NewClient(option.WithAPIKey("k"), option.WithBaseURL(address+"/v1"), option.WithMaxRetries(0), guardedopenai.Guarded(guard))
}

var chatParams = openai.ChatCompletionNewParams{Model: "m", Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Pay the bill.")}}

func readChat(ctx context.Context, guard *aegis.Guard, address string, streamed bool) (view, error) {
	client := openaiClient(guard, address)
	if !streamed {
		answer, err := client.Chat.Completions.New(ctx, chatParams)
		if err != nil {
			return view{}, err
		}
		made := view{}
		if len(answer.Choices) > 0 {
			made.Text, made.Stop = answer.Choices[0].Message.Content, answer.Choices[0].FinishReason
			for _, call := range answer.Choices[0].Message.ToolCalls {
				if call.Type == "function" {
					made.Calls = append(made.Calls, viewCall{call.Function.Name, parsed(call.Function.Arguments)})
				}
			}
		}
		return made, nil
	}
	stream := client.Chat.Completions.NewStreaming(ctx, chatParams)
	defer stream.Close()
	made := view{}
	type written struct{ name, args string }
	calls := map[int64]*written{}
	for stream.Next() {
		for _, choice := range stream.Current().Choices {
			if choice.Index != 0 {
				continue
			}
			made.Text += choice.Delta.Content
			if choice.FinishReason != "" {
				made.Stop = choice.FinishReason
			}
			for _, call := range choice.Delta.ToolCalls {
				if calls[call.Index] == nil {
					calls[call.Index] = &written{}
				}
				calls[call.Index].name += call.Function.Name
				calls[call.Index].args += call.Function.Arguments
			}
		}
	}
	var order []int64
	for index := range calls {
		order = append(order, index)
	}
	sort.Slice(order, func(a, b int) bool { return order[a] < order[b] })
	for _, index := range order {
		made.Calls = append(made.Calls, viewCall{calls[index].name, parsed(calls[index].args)})
	}
	return made, stream.Err()
}

func readResponses(ctx context.Context, guard *aegis.Guard, address string, streamed bool) (view, error) {
	client := openaiClient(guard, address)
	params := responses.ResponseNewParams{Model: "m", Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Pay the bill.")}}
	if !streamed {
		answer, err := client.Responses.New(ctx, params)
		if err != nil {
			return view{}, err
		}
		return viewOfResponse(answer), nil
	}
	stream := client.Responses.NewStreaming(ctx, params)
	defer stream.Close()
	made := view{}
	for stream.Next() {
		event := stream.Current()
		switch event.Type {
		case "response.completed", "response.incomplete", "response.failed":
			made = viewOfResponse(&event.Response)
		}
	}
	return made, stream.Err()
}

func viewOfResponse(answer *responses.Response) view {
	made := view{Text: answer.OutputText(), Stop: string(answer.Status)}
	for _, item := range answer.Output {
		if item.Type == "function_call" {
			made.Calls = append(made.Calls, viewCall{item.Name, parsed(item.AsFunctionCall().Arguments)})
		}
	}
	return made
}

func readAnthropic(ctx context.Context, guard *aegis.Guard, address string, streamed bool) (view, error) {
	client := anthropic.NewClient(anthropicoption.WithAPIKey("k"), anthropicoption.WithBaseURL(address), anthropicoption.WithMaxRetries(0),
		guardedanthropic.Guarded(guard))
	params := anthropic.MessageNewParams{Model: "m", MaxTokens: 100,
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Pay the bill."))}}
	var answer *anthropic.Message
	if streamed {
		stream := client.Messages.NewStreaming(ctx, params)
		defer stream.Close()
		answer = &anthropic.Message{}
		for stream.Next() {
			if err := answer.Accumulate(stream.Current()); err != nil {
				return view{}, err
			}
		}
		if err := stream.Err(); err != nil {
			return view{}, err
		}
	} else {
		var err error
		if answer, err = client.Messages.New(ctx, params); err != nil {
			return view{}, err
		}
	}
	made := view{Stop: string(answer.StopReason)}
	for _, block := range answer.Content {
		switch block.Type {
		case "text":
			made.Text += block.Text
		case "tool_use":
			made.Calls = append(made.Calls, viewCall{block.Name, parsed(string(block.Input))})
		}
	}
	return made, nil
}

func readGemini(ctx context.Context, guard *aegis.Guard, address string, streamed bool) (view, error) {
	client, err := genai.NewClient(ctx, guardedgenai.Guarded(guard, &genai.ClientConfig{APIKey: "k", Backend: genai.BackendGeminiAPI,
		HTTPOptions: genai.HTTPOptions{BaseURL: address}}))
	if err != nil {
		return view{}, err
	}
	made := view{}
	add := func(answer *genai.GenerateContentResponse) {
		if len(answer.Candidates) == 0 {
			return
		}
		if reason := string(answer.Candidates[0].FinishReason); reason != "" {
			made.Stop = reason
		}
		if answer.Candidates[0].Content == nil {
			return
		}
		for _, part := range answer.Candidates[0].Content.Parts {
			if !part.Thought {
				made.Text += part.Text
			}
			if part.FunctionCall != nil {
				args := part.FunctionCall.Args
				if args == nil {
					args = map[string]any{}
				}
				made.Calls = append(made.Calls, viewCall{part.FunctionCall.Name, args})
			}
		}
	}
	contents := genai.Text("Pay the bill.")
	if !streamed {
		answer, err := client.Models.GenerateContent(ctx, "m", contents, nil)
		if err == nil {
			add(answer)
		}
		return made, err
	}
	for answer, err := range client.Models.GenerateContentStream(ctx, "m", contents, nil) {
		if err != nil {
			return made, err
		}
		add(answer)
	}
	return made, nil
}
