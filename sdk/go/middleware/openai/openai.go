// Package openai guards clients of openai-go (v3).
package openai

import (
	aegis "aegis.dev/sdk/go"
	"github.com/openai/openai-go/v3/option"
)

// Guarded is an option for openai.NewClient: Chat Completions and Responses, whole and streamed, have their tool calls decided before the program sees
// them. It also stands in front of a client's own HTTP client.
func Guarded(guard *aegis.Guard) option.RequestOption { return option.WithMiddleware(guard.Middleware) }
