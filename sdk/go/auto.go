package aegis

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// Coverage is what a Guard stands in front of by itself, and what not.
type Coverage struct {
	Guarded    []string
	NotGuarded []string
}

// String is the report as one line for a terminal.
func (c Coverage) String() string {
	if len(c.Guarded) == 0 {
		return "guards what is wrapped, and nothing else"
	}
	return "guards " + strings.Join(c.Guarded, "; ") + ". It does not guard " + strings.Join(c.NotGuarded, "; ")
}

// Coverage says what Auto guards; empty for Connect, which guards what is wrapped and nothing else.
func (g *Guard) Coverage() Coverage { return g.coverage }

// automatic keeps two calls of Auto from guarding the same transport twice.
var automatic sync.Mutex

// Auto connects, puts a guarded transport in the place of http.DefaultTransport and says on stderr what that covers and what not. Call it before clients
// are made: a program cannot be guarded whole from within. A second call guards the first one's transport for the new Guard alone.
//
// Code that takes http.DefaultTransport for an *http.Transport without asking (`http.DefaultTransport.(*http.Transport)`) panics afterwards, as it does
// with any instrumented default transport.
func Auto(options ...Option) (*Guard, error) {
	guard, err := Connect(options...)
	if err != nil {
		return nil, err
	}
	automatic.Lock()
	defer automatic.Unlock()
	base := http.DefaultTransport
	if guarded, again := base.(*modelTransport); again {
		base = guarded.base
	}
	http.DefaultTransport = guard.Transport(base)
	guard.coverage = Coverage{
		Guarded: []string{
			"answers of OpenAI Chat Completions and Responses, Anthropic Messages and Gemini through http.DefaultTransport (http.DefaultClient, clients " +
				"without a transport of their own, and openai-go, anthropic-sdk-go and genai clients made from now on with their default client)",
		},
		NotGuarded: []string{
			"clients with a transport of their own (use guard.Transport or sdk/go/middleware)", "model interfaces it does not know (Bedrock, Vertex's " +
				"rawPredict, realtime over WebSocket)", "MCP clients and tools of your own (use sdk/go/middleware, aegis.Tool or guard.Wrap)",
		},
	}
	guard.notices.say("%s", fmt.Sprintf("agent %s, session %s: %s.", guard.agent, guard.session, guard.coverage))
	return guard, nil
}
