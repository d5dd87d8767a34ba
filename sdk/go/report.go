package aegis

import (
	"context"
	"time"

	"aegis.dev/sdk/go/internal/strictjson"
)

// Status is how an action ended.
type Status string

// The five ends of an action.
const (
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
	Blocked   Status = "blocked"
	Cancelled Status = "cancelled"
	Unknown   Status = "unknown"
)

// Outcome is what happened to an action that was decided.
type Outcome struct {
	Status Status
	// Result is anything; nil is reported as null where the action succeeded.
	Result    any
	ErrorCode string
	// USDMicros and Tokens are what it cost, where that is known.
	USDMicros, Tokens int64
}

// Finding is what was found in a result, as a pointer (RFC 6901) into it.
type Finding struct {
	Detector, Code string
	Risk           Risk
	Pointer        string
}

// Settle reports what happened and learns what was found in the result, the riskiest first. False: the report was not taken, and the action stays
// `unknown` in the log. It reports even when ctx has ended: what was done was done.
func (g *Guard) Settle(ctx context.Context, action string, outcome Outcome) ([]Finding, bool) {
	body := strictjson.NewObject("status", string(outcome.Status))
	if outcome.Result != nil || outcome.Status == Succeeded {
		body.Set("result", resultOf(outcome.Result))
	}
	setText(body, "errorCode", outcome.ErrorCode)
	usage := strictjson.NewObject()
	if outcome.USDMicros > 0 {
		usage.Set("usdMicros", outcome.USDMicros)
	}
	if outcome.Tokens > 0 {
		usage.Set("tokens", outcome.Tokens)
	}
	if usage.Len() > 0 {
		body.Set("usage", usage)
	}
	answer, err := g.send(context.WithoutCancel(ctx), "POST", "/v1/actions/"+component(action)+"/outcome", body)
	if err != nil {
		return nil, false
	}
	return findingsIn(answer), true
}

func findingsIn(answer strictjson.Value) []Finding {
	said, _ := answer.(*strictjson.Object)
	listed, _ := said.At("findings").([]strictjson.Value)
	made := make([]Finding, 0, len(listed))
	for _, one := range listed {
		finding, _ := one.(*strictjson.Object)
		made = append(made, Finding{textAt(finding, "detector"), textAt(finding, "code"), Risk(textAt(finding, "risk")), textAt(finding, "pointer")})
	}
	return made
}

// withdraw tells that nobody waits for an action any more.
func (g *Guard) withdraw(ctx context.Context, action string) {
	limited, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	g.Settle(limited, action, Outcome{Status: Cancelled})
}

// Source is where a value came from.
type Source string

// The sources of values.
const (
	UserInput    Source = "user_input"
	ToolOutput   Source = "tool_output"
	MemoryRead   Source = "memory_read"
	RetrievedDoc Source = "retrieved_doc"
	ModelOutput  Source = "model_output"
)

// Label tells Aegis what entered the session: the user's own words, a document, a memory. A label that does not arrive only makes values look more
// foreign than they are, so it is no failure.
func (g *Guard) Label(ctx context.Context, source Source, value any, trusted bool) {
	body := strictjson.NewObject("source", string(source), "value", resultOf(value), "trusted", trusted)
	_, _ = g.send(ctx, "POST", "/v1/sessions/"+component(g.session)+"/content", body)
}
