package responses

import (
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// continues is the answer or the conversation a request goes on from.
func continues(body *object) string {
	if previous := dialect.TextOf(body.At("previous_response_id")); previous != "" {
		return previous
	}
	if conversation := dialect.TextOf(body.At("conversation")); conversation != "" {
		return conversation
	}
	return dialect.TextOf(dialect.ObjectOf(body.At("conversation")).At("id"))
}

// outputs say how a call of each kind is answered with words. Source: OpenAI API reference, Create a response, input items. A call for a picture of a
// screen cannot be.
var outputs = map[string]func(id, text string) *object{
	"function_call": func(id, text string) *object {
		return strictjson.NewObject("type", "function_call_output", "call_id", id, "output", text)
	},
	"custom_tool_call": func(id, text string) *object {
		return strictjson.NewObject("type", "custom_tool_call_output", "call_id", id, "output", text)
	},
	"local_shell_call": func(id, text string) *object {
		return strictjson.NewObject("type", "local_shell_call_output", "id", id, "output", text)
	},
	"shell_call": func(id, text string) *object {
		ended := strictjson.NewObject("stdout", "", "stderr", text, "outcome", strictjson.NewObject("type", "exit", "exit_code", 1))
		return strictjson.NewObject("type", "shell_call_output", "call_id", id, "output", []value{ended})
	},
	"apply_patch_call": func(id, text string) *object {
		return strictjson.NewObject("type", "apply_patch_call_output", "call_id", id, "status", "failed", "output", text)
	},
	"mcp_approval_request": func(id, text string) *object {
		return strictjson.NewObject("type", "mcp_approval_response", "approval_request_id", id, "approve", false, "reason", text)
	},
}

// addMissing is the body with an output for each refused call, first, where the program brings none of its own.
func addMissing(body *object, missing []dialect.Missing) *object {
	items := dialect.ListOf(body.At("input"))
	if text, is := body.At("input").(string); is {
		items = []value{strictjson.NewObject("type", "message", "role", "user", "content", text)}
	}
	brought := map[string]bool{}
	for _, one := range items {
		item := dialect.ObjectOf(one)
		kind := dialect.TextOf(item.At("type"))
		if strings.HasSuffix(kind, "_output") || strings.HasSuffix(kind, "_response") {
			for _, key := range []string{"call_id", "approval_request_id", "id"} {
				brought[dialect.TextOf(item.At(key))] = true
			}
		}
	}
	var first []value
	for _, one := range missing {
		if made := outputs[one.Kind]; made != nil && !brought[one.CallID] {
			first = append(first, made(one.CallID, one.Text))
		}
	}
	if len(first) == 0 {
		return body
	}
	return body.With("input", append(first, items...))
}
