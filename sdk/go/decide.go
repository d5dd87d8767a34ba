package aegis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aegis.dev/sdk/go/internal/door"
	"aegis.dev/sdk/go/internal/strictjson"
)

// longestHold is how long one request is held at most, so that proxies in between do not cut it.
const longestHold = 25 * time.Second

// Decide proposes an action and waits, if a person is asked or a resource waited for, until the decision is final, the time for asking is over or
// ctx ends. Nothing runs. It fails with *UnavailableError, *RefusedError, *SetupError or the cause of ctx; a denial is no failure.
func (g *Guard) Decide(ctx context.Context, proposal Proposal) (*Decision, error) {
	return g.decide(ctx, proposal, argumentsOf(proposal.Args))
}

func (g *Guard) decide(ctx context.Context, proposal Proposal, args arguments) (*Decision, error) {
	id := proposal.ID
	if id == "" {
		id = g.calls.idFor(proposal, args)
	}
	asking := &asking{guard: g, proposal: proposal, id: id, body: g.body(proposal, id, args), until: time.Now().Add(g.askTimeout)}
	decision, err := asking.decide(ctx)
	if err == nil {
		return decision, nil
	}
	var away *door.Unavailable
	if errors.As(err, &away) {
		of := absence{id: id, session: g.session, name: proposal.Name, args: args.object, asked: asking.asked, cause: away, until: asking.until}
		return g.alone.decide(ctx, of)
	}
	if ctx.Err() != nil && asking.sent {
		// Nobody needs to decide any more; the approval is withdrawn.
		g.withdraw(ctx, id)
	}
	return nil, public(err)
}

// asking is one action on its way to a decision.
type asking struct {
	guard    *Guard
	proposal Proposal
	id       string
	body     *strictjson.Object
	until    time.Time
	// sent: Aegis may know of it. asked: a person was asked about it.
	sent, asked bool
	// approval was told to the person at the terminal.
	approval string
}

func (a *asking) decide(ctx context.Context) (*Decision, error) {
	if err := a.guard.alone.prepare(ctx); err != nil {
		return nil, err
	}
	a.sent = true
	// The first answer is not waited for long: what a person is asked about is said at the terminal at once.
	current, err := a.propose(ctx, 0)
	for err == nil {
		left := time.Until(a.until)
		switch {
		case current.Effect == Ask:
			a.say(current)
			if left <= 0 {
				return current, nil
			}
			current, err = a.look(ctx, min(left, longestHold))
		case current.Effect == Defer && left > 0:
			if err = rest(ctx, min(time.Duration(current.Deferral.RetryAfterMs)*time.Millisecond, left)); err == nil {
				current, err = a.propose(ctx, max(0, min(time.Until(a.until), longestHold)))
			}
		default:
			return current, nil
		}
	}
	return nil, err
}

func (a *asking) propose(ctx context.Context, hold time.Duration) (*Decision, error) {
	path := fmt.Sprintf("/v1/actions?wait=%d", hold.Milliseconds())
	answer, err := a.guard.transport.Send(ctx, question("POST", path, a.body), hold)
	return a.read(answer, err)
}

func (a *asking) look(ctx context.Context, hold time.Duration) (*Decision, error) {
	path := fmt.Sprintf("/v1/actions/%s?wait=%d", component(a.id), hold.Milliseconds())
	answer, err := a.guard.transport.Send(ctx, question("GET", path, nil), hold)
	object, _ := answer.(*strictjson.Object)
	return a.read(object.At("decision"), err)
}

func (a *asking) read(answer strictjson.Value, err error) (*Decision, error) {
	if err != nil {
		return nil, err
	}
	decision, err := decisionFrom(answer, a.id)
	if err != nil {
		return nil, &door.Unavailable{URL: a.guard.transport.URL(), Cause: err}
	}
	return decision, nil
}

// say tells the person at the terminal, once for each approval.
func (a *asking) say(decision *Decision) {
	a.asked = true
	if a.approval == decision.Approval.ID {
		return
	}
	a.approval = decision.Approval.ID
	a.guard.notices.say("%s waits for approval %s: %s Answer with: npx aegis approvals grant %s (or refuse)", a.proposal.Name, a.approval,
		decision.Reasons[0].Message, a.approval)
}

// rest waits, and ends early with ctx.
func rest(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
