package aegis

import (
	"encoding/json"
	"time"

	"aegis.dev/sdk/go/internal/strictjson"
)

// Resource is what an action must hold while it runs; an allowed action's decision carries the Fence.
type Resource struct {
	Name  string
	Slots int
	// TTL is at most a day.
	TTL time.Duration
}

// Claims are the agent's word about itself. They may tighten a decision and never loosen one.
type Claims struct {
	Intent     string
	Priority   int
	Confidence float64
	USDMicros  int64
	Tokens     int64
	Framework  string
}

// Declaration is what the agent knows of a tool.
type Declaration struct {
	Name        string
	Description string
	// Schema of the arguments, as JSON.
	Schema json.RawMessage
}

// Proposal is an action as the agent proposes it.
type Proposal struct {
	// ID is the idempotency key: the same id with the same arguments is the same decision. Default a new UUID.
	ID string
	// CallID is the model's id for the call, where it is known: the same call asked again is the same action until it succeeded.
	CallID string
	// Kind is tool, model, egress, process, resource, memory or handoff. Default tool.
	Kind string
	Name string
	// Args is anything JSON can say. What is no object is put under `input`; what JSON cannot say is told as UNINSPECTABLE.
	Args        any
	Parent      string
	Resource    *Resource
	Declaration *Declaration
	Claims      *Claims
}

// body is the question in JSON. args are the proposal's, read once.
func (g *Guard) body(p Proposal, id string, args arguments) *strictjson.Object {
	kind := p.Kind
	if kind == "" {
		kind = "tool"
	}
	body := strictjson.NewObject("id", id, "agent", g.agent, "session", g.session, "kind", kind, "name", p.Name, "args", args.object,
		"enforcement", "advisory", "harness", "sdk-go")
	if pointers := args.unreadable(); len(pointers) > 0 {
		body.Set("unreadable", pointers)
	}
	setText(body, "cwd", g.cwd)
	setText(body, "parent", p.Parent)
	if held := p.Resource; held != nil {
		slots := held.Slots
		if slots == 0 {
			slots = 1
		}
		body.Set("resource", strictjson.NewObject("resource", held.Name, "slots", slots, "ttlMs", held.TTL.Milliseconds()))
	}
	if declared := p.Declaration; declared != nil {
		tool := strictjson.NewObject("name", declared.Name)
		setText(tool, "description", declared.Description)
		if schema, err := strictjson.Parse(declared.Schema, argumentLimits); err == nil {
			tool.Set("schema", schema)
		}
		body.Set("declaration", tool)
	}
	if claims := p.Claims; claims != nil {
		body.Set("claims", claims.object())
	}
	return body
}

func (c *Claims) object() *strictjson.Object {
	made := strictjson.NewObject()
	setText(made, "intent", c.Intent)
	if c.Priority != 0 {
		made.Set("priority", c.Priority)
	}
	if c.Confidence != 0 {
		made.Set("confidence", c.Confidence)
	}
	if c.USDMicros != 0 {
		made.Set("usdMicros", c.USDMicros)
	}
	if c.Tokens != 0 {
		made.Set("tokens", c.Tokens)
	}
	setText(made, "framework", c.Framework)
	return made
}

func setText(object *strictjson.Object, key, text string) {
	if text != "" {
		object.Set(key, text)
	}
}
