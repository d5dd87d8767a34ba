// Package chat is OpenAI Chat Completions, and the many servers that speak it. Source: OpenAI API reference, Chat.
package chat

import (
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
)

type (
	object = dialect.Object
	value  = dialect.Value
)

// Dialect is OpenAI Chat Completions.
var Dialect = dialect.Dialect{
	Name:     "openai-chat",
	Matches:  func(path string) bool { return strings.HasSuffix(path, "/chat/completions") },
	Asks:     func(body *object) bool { return body.Has("messages") },
	Fetches:  "chat.completion",
	Incoming: incoming,
	ReadAnswer: func(body *object) (answer dialect.Answer, err error) {
		err = dialect.Catch(func() { answer = readAnswer(body) })
		return answer, err
	},
	RewriteAnswer: func(body *object, decisions []dialect.Decision) (made *object, err error) {
		err = dialect.Catch(func() { made = rewriteAnswer(body, decisions) })
		return made, err
	},
	NewReader: func(string) dialect.Reader { return newReader() },
}

// legacyID is how the result of the deprecated single call is known: it has no id of its own.
const legacyID = "function_call"

func incoming(body *object) dialect.Incoming {
	var made dialect.Incoming
	for _, one := range dialect.ListOf(body.At("messages")) {
		message := dialect.ObjectOf(one)
		text := dialect.TextIn(message.At("content"))
		switch message.At("role") {
		case "user":
			made.Users = append(made.Users, text)
		case "tool":
			made.Results = append(made.Results, dialect.Result{CallID: dialect.TextOf(message.At("tool_call_id")), Value: text})
		case "function":
			made.Results = append(made.Results, dialect.Result{CallID: legacyID, Value: text})
		}
	}
	return made
}
