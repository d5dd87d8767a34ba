// Package anthropic is Anthropic Messages. Source: Anthropic API reference, Messages and Streaming.
package anthropic

import (
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

type (
	object = dialect.Object
	value  = dialect.Value
)

// Dialect is Anthropic Messages.
var Dialect = dialect.Dialect{
	Name:     "anthropic",
	Matches:  func(path string) bool { return strings.HasSuffix(path, "/messages") },
	Asks:     func(body *object) bool { return body.Has("messages") && body.Has("model") },
	Incoming: incoming,
	ReadAnswer: func(body *object) (answer dialect.Answer, err error) {
		err = dialect.Catch(func() { answer = readAnswer(body) })
		return answer, err
	},
	RewriteAnswer: func(body *object, decisions []dialect.Decision) (made *object, err error) {
		err = dialect.Catch(func() { made = rewriteAnswer(body, decisions) })
		return made, err
	},
	NewReader: func(string) dialect.Reader { return &reading{blocks: map[int]*block{}} },
}

func incoming(body *object) dialect.Incoming {
	var made dialect.Incoming
	for _, one := range dialect.ListOf(body.At("messages")) {
		message := dialect.ObjectOf(one)
		if message.At("role") != "user" {
			continue
		}
		content := message.At("content")
		var words []value
		for _, part := range dialect.ListOf(content) {
			block := dialect.ObjectOf(part)
			switch block.At("type") {
			case "text":
				words = append(words, part)
			case "tool_result":
				made.Results = append(made.Results, dialect.Result{CallID: dialect.TextOf(block.At("tool_use_id")),
					Value: dialect.TextIn(block.At("content")), Failed: block.At("is_error") == true})
			}
		}
		if dialect.IsText(content) {
			made.Users = append(made.Users, dialect.TextOf(content))
		} else {
			made.Users = append(made.Users, dialect.TextIn(words))
		}
	}
	return made
}

// Kinds of content blocks.
const (
	isWords  = "words"
	isCall   = "call"
	isDone   = "done"
	isResult = "result"
)

var (
	// wordBlocks are words, or say which model speaks; never a call.
	wordBlocks = dialect.Set("text thinking redacted_thinking compaction fallback")
	inWords    = dialect.Set("type text citations thinking signature data content encrypted_content from to trigger")
	// runThere are calls the provider runs itself.
	runThere    = dialect.Set("server_tool_use mcp_tool_use")
	bodyMembers = dialect.Set("id type role model content stop_reason stop_sequence stop_details usage container context_management error input_tokens")
)

// kindOf is what a content block is. An unknown kind is words, unless it is called as calls are or has a name, beside which arguments may be streamed.
func kindOf(block *object) string {
	kind := dialect.TextOf(block.At("type"))
	switch {
	case wordBlocks[kind]:
		if _, carries := dialect.UnknownCarries(block, inWords); carries {
			dialect.Fail("a content block is of two kinds")
		}
		return isWords
	case kind == "tool_use":
		return isCall
	case runThere[kind]:
		return isDone
	case strings.HasSuffix(kind, "_tool_result"):
		return isResult
	case dialect.SoundsLikeCall(kind) || dialect.IsText(block.At("name")) || dialect.CarriesCall(block):
		dialect.Fail("a content block is of the unknown type %s, which can carry a tool call", dialect.Cut(kind, 64))
	}
	return isWords
}

func isUnknown(block *object) bool {
	kind := dialect.TextOf(block.At("type"))
	return !wordBlocks[kind] && !runThere[kind] && kind != "tool_use" && !strings.HasSuffix(kind, "_tool_result")
}

// callOf is the call a block is; args are nil when they are not one strict object.
func callOf(block, args *object) dialect.Call {
	id, hasID := block.At("id").(string)
	name, hasName := block.At("name").(string)
	if !hasID || !hasName {
		dialect.Fail("a tool use has no id or no name")
	}
	return dialect.Call{ID: id, Name: name, Args: args, Done: kindOf(block) == isDone}
}

// inputOf are a whole block's arguments; a missing input is none at all.
func inputOf(block *object) *object {
	if !block.Has("input") {
		return strictjson.NewObject()
	}
	return dialect.ObjectOf(block.At("input"))
}

func stopOf(reason value, kept int) value {
	if kept == 0 && reason == "tool_use" {
		return "end_turn"
	}
	return reason
}

func carriesOne(kind string) bool { return kind == isCall || kind == isDone }

func readAnswer(body *object) dialect.Answer {
	blocks := blocksOf(body)
	made := dialect.Answer{Unknown: dialect.UnknownIn(body, bodyMembers), Failure: dialect.FailureOf(body.At("error")),
		Complete: dialect.IsText(body.At("stop_reason"))}
	for _, block := range blocks {
		if isUnknown(block) {
			made.Unknown++
		}
		if block.At("type") == "text" {
			made.Text += dialect.TextOf(block.At("text"))
		}
		if carriesOne(kindOf(block)) {
			made.Calls = append(made.Calls, callOf(block, inputOf(block)))
		}
	}
	return made
}

// rewriteAnswer makes of each refused call a block of text in its place.
func rewriteAnswer(body *object, decisions []dialect.Decision) *object {
	at, kept := 0, 0
	refused := map[value]bool{}
	content := []value{}
	for _, block := range blocksOf(body) {
		kind := kindOf(block)
		if !carriesOne(kind) {
			if id := block.At("tool_use_id"); !dialect.IsText(id) || !refused[id] {
				content = append(content, block)
			}
			continue
		}
		decision := dialect.Undecided
		if at < len(decisions) {
			decision = decisions[at]
		}
		at++
		if decision.Refuses() {
			refused[dialect.TextOf(block.At("id"))] = true
			content = append(content, strictjson.NewObject("type", "text", "text", decision.Refusal))
			continue
		}
		if kind == isCall {
			kept++
		}
		if decision.Args != nil {
			block = block.With("input", decision.Args)
		}
		content = append(content, block)
	}
	return body.With("content", content, "stop_reason", stopOf(body.At("stop_reason"), kept))
}

func blocksOf(body *object) []*object {
	var blocks []*object
	for _, one := range dialect.ListOf(body.At("content")) {
		if one == nil {
			continue
		}
		block := dialect.ObjectOf(one)
		if block == nil {
			dialect.Fail("a content block is no object")
		}
		kindOf(block)
		blocks = append(blocks, block)
	}
	return blocks
}
