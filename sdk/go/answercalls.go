package aegis

import (
	"context"
	"errors"
	"sync"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// unreadable stands in the place of a call that cannot be decided.
const unreadable = "Aegis denied this action. Its arguments are not one strict JSON object (BODY_INVALID_JSON). It has not been done; call the tool again " +
	"with valid arguments."

// decidedSet is what was decided about the calls of one answer.
type decidedSet struct {
	decisions []dialect.Decision
	running   []runningCall
}

// runningCall may run: the agent will bring its result, or the provider ran it already.
type runningCall struct {
	callID, action, args string
	done                 bool
}

// decideAnswer decides the calls of a model's answer together; what cannot be decided is refused. It fails only when ctx ends: nobody takes the answer.
func (g *Guard) decideAnswer(ctx context.Context, calls []dialect.Call) (*decidedSet, error) {
	set := &decidedSet{decisions: make([]dialect.Decision, len(calls))}
	running := make([]*runningCall, len(calls))
	var all sync.WaitGroup
	for at, call := range calls {
		all.Add(1)
		go func() {
			defer all.Done()
			set.decisions[at], running[at] = g.decideCall(ctx, call)
		}()
	}
	all.Wait()
	for _, one := range running {
		if one != nil {
			set.running = append(set.running, *one)
		}
	}
	if ctx.Err() != nil {
		set.withdraw(ctx, g)
		return nil, context.Cause(ctx)
	}
	return set, nil
}

func (g *Guard) decideCall(ctx context.Context, call dialect.Call) (dialect.Decision, *runningCall) {
	if call.Args == nil {
		return dialect.Decision{Refusal: unreadable}, nil
	}
	proposal := Proposal{ID: newID(), Name: call.Name}
	decision, err := g.decide(ctx, proposal, arguments{object: call.Args})
	if err == nil && !decision.runs() {
		err = blocked(call.Name, decision)
	}
	if err != nil {
		return dialect.Decision{Refusal: refusalText(err)}, nil
	}
	made := dialect.Decision{}
	args := call.Args
	if decision.Effect == Modify {
		if args, err = strictjson.ParseObject(decision.Args, argumentLimits); err != nil {
			return dialect.Decision{Refusal: unreadable}, nil
		}
		made.Args = args
	}
	if decision.local {
		return made, nil
	}
	return made, &runningCall{callID: call.ID, action: decision.Action, args: strictjson.Write(args), done: call.Done}
}

// refusalText is what the model reads in the place of its call.
func refusalText(err error) string {
	var block *BlockedError
	if errors.As(err, &block) {
		return err.Error()
	}
	return "Aegis denied this action. " + err.Error() + " It has not been done."
}

// deliver: the program has the calls. Their results are awaited; what the provider ran has none that we see.
func (s *decidedSet) deliver(ctx context.Context, g *Guard) {
	for _, one := range s.running {
		if one.done {
			g.Settle(ctx, one.action, Outcome{Status: Unknown})
		} else {
			g.calls.remember(one.callID, one.action, one.args)
		}
	}
}

// missing are the calls that were refused: the provider remembers them, and the program never got them.
func (s *decidedSet) missing(calls []dialect.Call) []dialect.Missing {
	var made []dialect.Missing
	for at, call := range calls {
		if s.decisions[at].Refuses() && !call.Done {
			made = append(made, dialect.Missing{CallID: call.ID, Kind: call.Kind, Text: s.decisions[at].Refusal})
		}
	}
	return made
}

// withdraw: the program went away before it could have the calls, and none of them ran.
func (s *decidedSet) withdraw(ctx context.Context, g *Guard) {
	for _, one := range s.running {
		if !one.done {
			g.withdraw(ctx, one.action)
		}
	}
}
