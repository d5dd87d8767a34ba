package chat

import (
	"strconv"
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// kinds of calls; legacy is the `function_call` of before tools.
const (
	function = "function"
	custom   = "custom"
	legacy   = "legacy"
)

// chatCall is a call as Chat Completions writes it, whole.
type chatCall struct {
	choice int
	id     string
	kind   string
	name   string
	text   string
	// extra is what else its provider wrote to it, such as the signature of thoughts that Gemini wants back.
	extra *object
}

var callMembers = []string{"tool_calls", "function_call"}

// What is read of an answer, a choice and a message, or is words and counts.
var (
	bodyMembers = dialect.Set("id object created model choices usage system_fingerprint service_tier error obfuscation prompt_filter_results citations")
	choiceKeys  = dialect.Set("index delta message finish_reason logprobs error content_filter_results")
	messageKeys = dialect.Set("tool_calls function_call role content refusal annotations audio reasoning reasoning_content reasoning_details " +
		"reasoning_text thinking_blocks provider_specific_fields name")
	callKeys = dialect.Set("id type index function custom")
)

// besideCalls are the members of a delta that are no part of a call.
func besideCalls(delta *object) *object {
	made := strictjson.NewObject()
	for _, key := range delta.Keys() {
		held := delta.At(key)
		if key != "role" && key != callMembers[0] && key != callMembers[1] && held != nil && held != "" {
			made.Set(key, held)
		}
	}
	return made
}

// checkUnknown counts unknown members of an answer or a chunk; they pass, unless one can carry a call.
func checkUnknown(body *object) int {
	unknown := dialect.UnknownIn(body, bodyMembers)
	for _, one := range dialect.ListOf(body.At("choices")) {
		choice := dialect.ObjectOf(one)
		if choice == nil {
			continue
		}
		unknown += dialect.UnknownIn(choice, choiceKeys)
		for _, part := range []string{"delta", "message"} {
			if message := dialect.ObjectOf(choice.At(part)); message != nil {
				unknown += dialect.UnknownIn(message, messageKeys)
			} else if dialect.CarriesCall(choice.At(part)) {
				dialect.Fail("the %s of a choice is no object", part)
			}
		}
	}
	return unknown
}

// failureIn is the code of an error of the provider's own, in any of the places servers put it.
func failureIn(body *object) string {
	if body.At("object") == "error" {
		// vLLM's errors within a stream.
		return dialect.FailureOf(body)
	}
	for _, one := range dialect.ListOf(body.At("choices")) {
		choice := dialect.ObjectOf(one)
		if code := dialect.FailureOf(choice.At("error")); code != "" {
			return code
		}
		if choice.At("finish_reason") == "error" {
			if code := dialect.FailureOf(body.At("error")); code != "" {
				return code
			}
			return "UPSTREAM_ERROR"
		}
	}
	return dialect.FailureOf(body.At("error"))
}

func (c chatCall) call() dialect.Call {
	if c.kind == custom {
		return dialect.Call{ID: c.id, Name: c.name, Args: strictjson.NewObject("input", c.text)}
	}
	return dialect.Call{ID: c.id, Name: c.name, Args: dialect.ArgsOf(c.text)}
}

func readAnswer(body *object) dialect.Answer {
	made := dialect.Answer{Unknown: checkUnknown(body), Failure: failureIn(body)}
	choices := choicesOf(body)
	made.Complete = len(choices) > 0
	for _, one := range choices {
		made.Text += dialect.TextOf(one.message.At("content"))
		made.Complete = made.Complete && dialect.IsText(one.choice.At("finish_reason"))
		for _, call := range one.calls {
			made.Calls = append(made.Calls, call.call())
		}
	}
	return made
}

// rewriteAnswer takes refused calls out and says their refusal instead; the reason for stopping fits what is left.
func rewriteAnswer(body *object, decisions []dialect.Decision) *object {
	at := 0
	var choices []value
	for _, one := range choicesOf(body) {
		mine := make([]decidedCall, len(one.calls))
		passes := true
		for place, call := range one.calls {
			mine[place] = decidedCall{call, decisionAt(decisions, at)}
			passes = passes && mine[place].decision.Passes()
			at++
		}
		if passes {
			choices = append(choices, one.value)
			continue
		}
		choices = append(choices, rewritten(one.choice, one.message, mine))
	}
	return body.With("choices", choices)
}

func decisionAt(decisions []dialect.Decision, at int) dialect.Decision {
	if at < len(decisions) {
		return decisions[at]
	}
	return dialect.Undecided
}

type decidedCall struct {
	call     chatCall
	decision dialect.Decision
}

// sorted parts decided calls into those that stay, as the wire has them, and the words that stand for the others.
func sorted(decided []decidedCall) (kept []chatCall, said string, extra *object) {
	var texts []string
	// The signature of a step stays with what is left of it: the next call, else the words.
	left := strictjson.NewObject()
	for _, one := range decided {
		call := one.call
		if one.decision.Refuses() {
			texts = append(texts, one.decision.Refusal)
			if signed, ok := call.extra.Get("extra_content"); ok {
				left = strictjson.NewObject("extra_content", signed)
			}
			continue
		}
		if one.decision.Args != nil {
			call.text = writtenArgs(call, one.decision.Args)
		}
		call.extra = left.Merge(call.extra)
		left = strictjson.NewObject()
		kept = append(kept, call)
	}
	if len(kept) > 0 {
		left = strictjson.NewObject()
	}
	return kept, strings.Join(texts, "\n\n"), left
}

func writtenArgs(call chatCall, args *object) string {
	if input := args.At("input"); call.kind == custom && dialect.IsText(input) {
		return dialect.TextOf(input)
	}
	return strictjson.Write(args)
}

func rewritten(choice, message *object, decided []decidedCall) *object {
	kept, said, extra := sorted(decided)
	content := message.At("content")
	if said != "" {
		before := dialect.TextOf(content)
		if before != "" {
			said = before + "\n\n" + said
		}
		content = said
	}
	made := message.Without(callMembers...).Merge(extra).With("content", content)
	var tools []value
	for _, call := range kept {
		if call.kind != legacy {
			tools = append(tools, call.written())
		}
	}
	if len(tools) > 0 {
		made.Set("tool_calls", tools)
	}
	for _, call := range kept {
		if call.kind == legacy {
			made.Set("function_call", strictjson.NewObject("name", call.name, "arguments", call.text))
		}
	}
	return choice.With("message", made, "finish_reason", finishOf(choice.At("finish_reason"), len(kept)))
}

func finishOf(reason value, kept int) value {
	if kept == 0 && (reason == "tool_calls" || reason == "function_call") {
		return "stop"
	}
	return reason
}

func (c chatCall) written() *object {
	made := strictjson.NewObject("id", c.id)
	if c.kind == custom {
		made = made.With("type", custom, "custom", strictjson.NewObject("name", c.name, "input", c.text))
	} else {
		made = made.With("type", function, "function", strictjson.NewObject("name", c.name, "arguments", c.text))
	}
	return made.Merge(c.extra)
}

// extraOf are the members of a call besides what it calls. It fails when one of them can carry another call.
func extraOf(call *object) *object {
	dialect.UnknownIn(call, callKeys)
	extra := strictjson.NewObject()
	for _, key := range call.Keys() {
		if !callKeys[key] && call.At(key) != nil {
			extra.Set(key, call.At(key))
		}
	}
	return extra
}

type choiceOf struct {
	value   value
	choice  *object
	message *object
	calls   []chatCall
}

func choicesOf(body *object) []choiceOf {
	if !dialect.IsEmpty(body.At("choices")) && !dialect.IsList(body.At("choices")) {
		dialect.Fail("choices is no array")
	}
	var made []choiceOf
	for at, one := range dialect.ListOf(body.At("choices")) {
		choice := dialect.ObjectOf(one)
		message := dialect.ObjectOf(choice.At("message"))
		made = append(made, choiceOf{one, choice, message, callsOf(message, at)})
	}
	return made
}

func callsOf(message *object, choice int) []chatCall {
	listed := message.At("tool_calls")
	if listed != nil && !dialect.IsList(listed) {
		dialect.Fail("tool_calls is no array")
	}
	var calls []chatCall
	for at, one := range dialect.ListOf(listed) {
		calls = append(calls, wholeCall(dialect.ObjectOf(one), choice, at))
	}
	old := message.At("function_call")
	if old == nil {
		return calls
	}
	body := dialect.ObjectOf(old)
	if body == nil || !dialect.IsText(body.At("name")) {
		dialect.Fail("a function call has no name")
	}
	return append(calls, chatCall{choice: choice, id: "function-" + strconv.Itoa(choice), kind: legacy, name: dialect.TextOf(body.At("name")),
		text: writtenIn(body, "arguments")})
}

func wholeCall(call *object, choice, at int) chatCall {
	kind := function
	if dialect.IsText(call.At("type")) {
		kind = dialect.TextOf(call.At("type"))
	}
	if call == nil || (kind != function && kind != custom) {
		dialect.Fail("a tool call is of an unknown kind")
	}
	checkOneKind(call, kind)
	body := dialect.ObjectOf(call.At(kind))
	if body == nil || !dialect.IsText(body.At("name")) {
		dialect.Fail("a tool call has no name")
	}
	made := chatCall{choice: choice, kind: kind, name: dialect.TextOf(body.At("name")), extra: extraOf(call), id: dialect.TextOf(call.At("id"))}
	if !dialect.IsText(call.At("id")) {
		made.id = "call-" + strconv.Itoa(choice) + "-" + strconv.Itoa(at)
	}
	made.text = writtenIn(body, map[string]string{function: "arguments", custom: "input"}[kind])
	return made
}

// writtenIn: arguments are text; an object in their place is read by some clients and not by others.
func writtenIn(body *object, member string) string {
	held := body.At(member)
	if held != nil && !dialect.IsText(held) {
		dialect.Fail("the arguments of a tool call are not text")
	}
	return dialect.TextOf(held)
}

// checkOneKind: a call that says it is one thing and carries another too is read differently by different clients.
func checkOneKind(call *object, kind string) {
	other := map[string]string{function: custom, custom: function}[kind]
	if !dialect.IsEmpty(call.At(other)) {
		dialect.Fail("a tool call is of two kinds")
	}
}
