// Package anthropic guards clients of anthropic-sdk-go.
package anthropic

import (
	aegis "aegis.dev/sdk/go"
	"github.com/anthropics/anthropic-sdk-go/option"
)

// Guarded is an option for anthropic.NewClient: Messages, whole and streamed, beta too, have their tool calls decided before the program sees them.
func Guarded(guard *aegis.Guard) option.RequestOption { return option.WithMiddleware(guard.Middleware) }
