// Package genai guards clients of Google's Gen AI SDK.
package genai

import (
	"net/http"

	aegis "aegis.dev/sdk/go"
	"google.golang.org/genai"
)

// Guarded is the configuration for genai.NewClient with an HTTP client whose answers have their tool calls decided. A configuration's own HTTP client is
// kept, and its transport guarded.
func Guarded(guard *aegis.Guard, config *genai.ClientConfig) *genai.ClientConfig {
	made := genai.ClientConfig{}
	if config != nil {
		made = *config
	}
	client := http.Client{}
	if made.HTTPClient != nil {
		client = *made.HTTPClient
	}
	client.Transport = guard.Transport(client.Transport)
	made.HTTPClient = &client
	return &made
}
