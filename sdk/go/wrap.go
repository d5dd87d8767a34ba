package aegis

import (
	"context"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"aegis.dev/sdk/go/internal/strictjson"
)

// Args are the arguments that were decided on: a copy, with JSON's types (numbers are float64). What has no JSON form is the value itself.
type Args map[string]any

// Wrap decides on a call, runs it with exactly the decided arguments and reports what came of it. It fails with *BlockedError (or *HaltedError,
// *TimeoutError) when the call may not run, with *UnavailableError or *RefusedError when nothing could be decided, with *WithheldError when the policy
// keeps the result from the model, and else with run's own error.
func (g *Guard) Wrap(name string, args any, run func(Args) (any, error)) (any, error) {
	return g.WrapCtx(context.Background(), name, args, func(_ context.Context, decided Args) (any, error) { return run(decided) })
}

// WrapCtx is Wrap with a context: when it ends while a person is asked, the approval is withdrawn and nothing runs.
func (g *Guard) WrapCtx(ctx context.Context, name string, args any, run func(context.Context, Args) (any, error)) (any, error) {
	return g.Do(ctx, Proposal{Name: name, Args: args}, run)
}

// Do is WrapCtx for a whole proposal: with a lock, a declaration, claims or the model's id of the call.
func (g *Guard) Do(ctx context.Context, proposal Proposal, run func(context.Context, Args) (any, error)) (any, error) {
	args := argumentsOf(proposal.Args)
	return guarded(ctx, call{g, proposal, args}, func(ctx context.Context, decided json.RawMessage) (any, error) {
		given, err := args.decoded(decided)
		if err != nil {
			return nil, err
		}
		return run(ctx, given)
	})
}

// Run is Do for code that has arguments as JSON and a result of its own type: run gets the decided arguments. What has no JSON form stands in them as a
// text.
func Run[Out any](ctx context.Context, guard *Guard, proposal Proposal, run func(context.Context, json.RawMessage) (Out, error)) (Out, error) {
	args := argumentsOf(proposal.Args)
	return guarded(ctx, call{guard, proposal, args}, func(ctx context.Context, changed json.RawMessage) (Out, error) {
		if changed == nil {
			changed = json.RawMessage(strictjson.Write(args.object))
		}
		return run(ctx, changed)
	})
}

// decoded are the arguments for the function: the changed ones, or the copy of its own.
func (a arguments) decoded(changed json.RawMessage) (Args, error) {
	text := []byte(changed)
	if changed == nil {
		text = []byte(strictjson.Write(a.object))
	}
	made := Args{}
	if err := json.Unmarshal(text, &made); err != nil {
		return nil, err
	}
	if changed == nil {
		for _, one := range a.replaced {
			put(map[string]any(made), strings.Split(one.pointer, "/")[1:], one.value)
		}
	}
	return made, nil
}

var unstep = strings.NewReplacer("~1", "/", "~0", "~")

// put sets the value at a pointer's steps, where something stands there.
func put(in any, path []string, value any) {
	if len(path) == 0 {
		return
	}
	key := unstep.Replace(path[0])
	switch typed := in.(type) {
	case map[string]any:
		if len(path) == 1 {
			typed[key] = value
		} else {
			put(typed[key], path[1:], value)
		}
	case []any:
		if at, err := strconv.Atoi(key); err == nil && at < len(typed) {
			if len(path) == 1 {
				typed[at] = value
			} else {
				put(typed[at], path[1:], value)
			}
		}
	}
}

// Tool is a guarded function: `pay := aegis.Tool(guard, "pay", payNow)`. In is what is decided on; after `modify` run gets the changed one. In should
// say all of itself in JSON: a field that JSON leaves out is not seen by Aegis.
func Tool[In, Out any](guard *Guard, name string, run func(context.Context, In) (Out, error)) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, in In) (Out, error) {
		args := argumentsOf(in)
		// Copied now: what is changed while Aegis decides does not reach the tool.
		own := copied(in, args)
		return guarded(ctx, call{guard, Proposal{Name: name}, args}, func(ctx context.Context, changed json.RawMessage) (Out, error) {
			if changed == nil {
				return run(ctx, own)
			}
			given, err := typed[In](args, changed)
			if err != nil {
				var none Out
				return none, err
			}
			return run(ctx, given)
		})
	}
}

// copied is a copy made of the JSON that is decided on; the value itself where JSON does not say all of it.
func copied[In any](in In, args arguments) In {
	made, err := typed[In](args, json.RawMessage(strictjson.Write(args.object)))
	if err == nil && reflect.DeepEqual(made, in) {
		return made
	}
	return in
}

// typed are arguments as the tool's own type.
func typed[In any](args arguments, text json.RawMessage) (In, error) {
	var made In
	if args.bare {
		var wrapped map[string]json.RawMessage
		if err := json.Unmarshal(text, &wrapped); err != nil {
			return made, err
		}
		text = wrapped[under]
	}
	err := json.Unmarshal(text, &made)
	return made, err
}

// callKey is the key of a call's id in a context.
type callKey struct{}

// WithCallID says which call of a model is being run, for the guarded functions below: a call that was decided where the answer was read is not decided
// twice, and a call that is tried again is the same action until it succeeded.
func WithCallID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, callKey{}, id)
}

// decideOnce takes the decision that was made where the model's answer was read, if these are the arguments that were let through.
func (g *Guard) decideOnce(ctx context.Context, proposal Proposal, args arguments) (*Decision, error) {
	if proposal.CallID != "" {
		if action, known := g.calls.taken(proposal.CallID, strictjson.Write(args.object)); known {
			return &Decision{Action: action, Effect: Allow}, nil
		}
	}
	return g.decide(ctx, proposal, args)
}

// call is a guarded call: the proposal, and its arguments read once.
type call struct {
	guard    *Guard
	proposal Proposal
	args     arguments
}

// guarded decides, runs and reports. run gets the changed arguments, nil where they are the proposal's own.
func guarded[Out any](ctx context.Context, of call, run func(context.Context, json.RawMessage) (Out, error)) (Out, error) {
	var none Out
	g, proposal, args := of.guard, of.proposal, of.args
	if proposal.CallID == "" {
		proposal.CallID, _ = ctx.Value(callKey{}).(string)
	}
	decision, err := g.decideOnce(ctx, proposal, args)
	if err != nil {
		return none, err
	}
	if !decision.runs() {
		return none, blocked(proposal.Name, decision)
	}
	report := func(outcome Outcome) ([]Finding, bool) {
		if decision.local {
			return nil, false
		}
		return g.Settle(ctx, decision.Action, outcome)
	}
	ended := false
	defer func() {
		// A panic or runtime.Goexit goes on its way; what happened is reported first.
		if !ended {
			report(Outcome{Status: Failed, ErrorCode: "panic"})
		}
	}()
	result, err := run(ctx, decision.Args)
	ended = true
	if err != nil {
		report(Outcome{Status: Failed, ErrorCode: nameOf(err), Result: err.Error()})
		return result, err
	}
	findings, settled := report(Outcome{Status: Succeeded, Result: any(result)})
	g.calls.succeeded(proposal, args)
	if !settled {
		return result, nil
	}
	return withoutInstructions(proposal.Name, result, decision, findings)
}
