// Package responses is OpenAI Responses, and the servers that speak it. Source: OpenAI API reference, Responses and its streaming events.
package responses

import (
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

type (
	object = dialect.Object
	value  = dialect.Value
)

// Dialect is OpenAI Responses.
var Dialect = dialect.Dialect{
	Name:       "openai-responses",
	Matches:    func(path string) bool { return strings.HasSuffix(path, "/responses") },
	Asks:       func(body *object) bool { return body.Has("model") || body.Has("input") || body.Has("prompt") },
	Fetches:    "response",
	Continues:  continues,
	AddMissing: addMissing,
	Incoming:   incoming,
	ReadAnswer: func(body *object) (answer dialect.Answer, err error) {
		err = dialect.Catch(func() { answer = readAnswer(body) })
		return answer, err
	},
	RewriteAnswer: func(body *object, decisions []dialect.Decision) (made *object, err error) {
		err = dialect.Catch(func() { made = rewriteAnswer(body, decisions) })
		return made, err
	},
	NewReader: func(model string) dialect.Reader { return newReader(model) },
}

func incoming(body *object) dialect.Incoming {
	input := body.At("input")
	if dialect.IsText(input) {
		return dialect.Incoming{Users: []string{dialect.TextOf(input)}}
	}
	var made dialect.Incoming
	for _, one := range dialect.ListOf(input) {
		item := dialect.ObjectOf(one)
		if item.At("role") == "user" {
			made.Users = append(made.Users, dialect.TextIn(item.At("content")))
		}
		if strings.HasSuffix(dialect.TextOf(item.At("type")), "_output") {
			made.Results = append(made.Results, dialect.Result{CallID: dialect.TextOf(item.At("call_id")), Value: item.At("output"),
				Failed: item.At("status") == "incomplete"})
		}
	}
	return made
}

// ended says `complete` for an answer that is not kept for later: the provider ended it, if only because of a limit or an error.
var endedStates = dialect.Set("completed incomplete failed cancelled")

// bodyMembers are those of a response that are read, or say how it was made.
var bodyMembers = dialect.Set("id object created_at completed_at status error incomplete_details instructions max_output_tokens max_tool_calls model output " +
	"output_text parallel_tool_calls previous_response_id conversation prompt prompt_cache_key prompt_cache_retention reasoning store temperature text " +
	"tool_choice tools top_p top_logprobs truncation usage user metadata service_tier background safety_identifier billing input_tokens")

// unknownOf counts members and items of a response that nobody here knows.
func unknownOf(response *object) int {
	unknown := dialect.UnknownIn(response, bodyMembers)
	for _, one := range dialect.ListOf(response.At("output")) {
		if item := dialect.ObjectOf(one); item != nil && isUnknown(item) {
			unknown++
		}
	}
	return unknown
}

// kindAt is the kind of an output's item; what is no object is none.
func kindAt(one value) string {
	item := dialect.ObjectOf(one)
	if item == nil {
		return inert
	}
	return kindOf(item)
}

// withoutCalls is the response for an answer that failed: nobody decided its calls.
func withoutCalls(response *object) *object {
	var output []value
	listed := dialect.ListOf(response.At("output"))
	for _, one := range listed {
		if kindAt(one) == inert {
			output = append(output, one)
		}
	}
	if len(output) == len(listed) {
		return response
	}
	return response.With("output", output)
}

func itemsOf(body *object) []*object {
	var items []*object
	for _, one := range dialect.ListOf(body.At("output")) {
		if one == nil {
			continue
		}
		item := dialect.ObjectOf(one)
		if item == nil {
			dialect.Fail("an item is not an object")
		}
		checkItem(item)
		items = append(items, item)
	}
	return items
}

func distinct(calls []dialect.Call) []dialect.Call {
	seen := map[string]bool{}
	for _, call := range calls {
		if seen[call.ID] {
			dialect.Fail("two calls share an id")
		}
		seen[call.ID] = true
	}
	return calls
}

func readAnswer(body *object) dialect.Answer {
	made := dialect.Answer{ID: dialect.TextOf(body.At("id")), Unknown: unknownOf(body), Failure: dialect.FailureOf(body.At("error"))}
	for place, item := range itemsOf(body) {
		made.Text += wordsOf(item)
		if kindOf(item) != inert {
			made.Calls = append(made.Calls, callOf(item, place, true))
		}
	}
	distinct(made.Calls)
	status, has := body.At("status").(string)
	made.Complete = !has || endedStates[status]
	return made
}

func rewriteAnswer(body *object, decisions []dialect.Decision) *object {
	items := itemsOf(body)
	decided := decisionsByPlace(items, decisions)
	if dialect.AllPass(decisions) {
		return body
	}
	var output []value
	for place, item := range items {
		output = append(output, rewritten(item, place, decided))
	}
	return withOutput(body, output)
}

var leftOut = dialect.Decision{Refusal: "What came of it is left out."}

// decisionsByPlace are the decisions by place in the output: those of the calls, in their order, and for the results of what the provider ran against
// a refusal, that they are left out. A call without a decision is refused.
func decisionsByPlace(items []*object, decisions []dialect.Decision) map[int]dialect.Decision {
	decided := map[int]dialect.Decision{}
	refused := map[string]bool{}
	next := 0
	for place, item := range items {
		call := dialect.TextOf(item.At("call_id"))
		if kindOf(item) == inert {
			if call != "" && refused[call] {
				decided[place] = leftOut
			}
			continue
		}
		decided[place] = dialect.Undecided
		if next < len(decisions) {
			decided[place] = decisions[next]
		}
		next++
		if decided[place].Refuses() && call != "" {
			refused[call] = true
		}
	}
	return decided
}

// rewritten is the item a decision leaves. Arguments of what the provider ran already cannot be replaced.
func rewritten(item *object, place int, decided map[int]dialect.Decision) *object {
	decision, found := decided[place]
	switch {
	case !found || decision.Passes():
		return item
	case decision.Refuses():
		return refusalOf(item, place, decision.Refusal)
	case kindOf(item) == done:
		return item
	}
	return withArguments(item, decision.Args)
}

// withOutput is the response with other output; the text some servers repeat beside it follows.
func withOutput(response *object, output []value) *object {
	if output == nil {
		output = []value{}
	}
	made := response.With("output", output)
	if dialect.IsText(response.At("output_text")) {
		text := ""
		for _, one := range output {
			text += wordsOf(dialect.ObjectOf(one))
		}
		made.Set("output_text", text)
	}
	return made
}

func messageOf(id, words string) *object {
	return strictjson.NewObject("id", id, "type", "message", "status", "completed", "role", "assistant", "content", []value{partOf(words)})
}

func partOf(words string) *object {
	return strictjson.NewObject("type", "output_text", "annotations", []value{}, "logprobs", []value{}, "text", words)
}

// refusalOf is the message that stands where a refused call stood. Its id is the call's own under the prefix of messages, so it is unique too.
func refusalOf(item *object, place int, words string) *object {
	id := firstText(item, "id", "call_id")
	if id == "" {
		id = itoa(place)
	}
	return messageOf("msg_"+id[strings.IndexByte(id, '_')+1:], words)
}

func firstText(item *object, keys ...string) string {
	for _, key := range keys {
		if text := dialect.TextOf(item.At(key)); text != "" {
			return text
		}
	}
	return ""
}

// wordsOf are the words of an item, when it is a message.
func wordsOf(item *object) string {
	if item.At("type") != "message" {
		return ""
	}
	text := ""
	for _, one := range dialect.ListOf(item.At("content")) {
		part := dialect.ObjectOf(one)
		if words, is := part.At("text").(string); is {
			text += words
		} else {
			text += dialect.TextOf(part.At("refusal"))
		}
	}
	return text
}
