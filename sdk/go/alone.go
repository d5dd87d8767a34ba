package aegis

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"aegis.dev/sdk/go/internal/door"
	"aegis.dev/sdk/go/internal/strictjson"
)

// alone obeys the server's word for the time it is away. Nothing learned yet means deny.
type alone struct {
	agent     string
	transport *door.Transport
	journal   *journal
	// terminal asks whoever is at the terminal, until then.
	terminal func(ctx context.Context, question string, until time.Time) (bool, error)

	mutex    sync.Mutex
	mode     string
	readOnly map[string]bool
	fresh    bool
	// underWay is the preparation that others wait for, so that none sends the journal twice and all hear together that Aegis is away.
	underWay *preparation
}

type preparation struct {
	done chan struct{}
	err  error
}

// OnUnavailable is the agent's setting on the server as last read: deny, allow_readonly, local_approval or allow.
func (g *Guard) OnUnavailable() string {
	g.alone.mutex.Lock()
	defer g.alone.mutex.Unlock()
	return g.alone.mode
}

// prepare learns the agent's setting and sends the journal, before the first decision and after each absence.
func (a *alone) prepare(ctx context.Context) error {
	for {
		a.mutex.Lock()
		if a.fresh {
			a.mutex.Unlock()
			return nil
		}
		running := a.underWay
		if running == nil {
			running = &preparation{done: make(chan struct{})}
			a.underWay = running
			a.mutex.Unlock()
			running.err = a.prepareNow(ctx)
			a.mutex.Lock()
			a.underWay, a.fresh = nil, running.err == nil
			a.mutex.Unlock()
			close(running.done)
			return running.err
		}
		a.mutex.Unlock()
		select {
		case <-running.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if said(running.err) {
			return running.err
		}
	}
}

// said tells what Aegis, or its absence, said; an error of another caller's own context has nothing to say to the rest.
func said(err error) bool {
	var away *door.Unavailable
	var refused *door.Refused
	var setup *door.SetupError
	return errors.As(err, &away) || errors.As(err, &refused) || errors.As(err, &setup)
}

func (a *alone) prepareNow(ctx context.Context) error {
	answer, err := a.transport.Send(ctx, question("GET", "/v1/agents/"+component(a.agent), nil), 0)
	if err != nil {
		return err
	}
	a.learn(answer)
	return a.journal.replay(ctx, a.transport)
}

func (a *alone) learn(answer strictjson.Value) {
	self, _ := answer.(*strictjson.Object)
	mode := textAt(self, "onUnavailable")
	if mode != "allow" && mode != "allow_readonly" && mode != "local_approval" {
		mode = "deny"
	}
	readOnly := map[string]bool{}
	listed, _ := self.At("readOnlyTools").([]strictjson.Value)
	for _, one := range listed {
		if tool, ok := one.(string); ok {
			readOnly[tool] = true
		}
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.mode, a.readOnly = mode, readOnly
}

// absence is an action that Aegis did not decide.
type absence struct {
	id, session, name string
	args              *strictjson.Object
	// asked: a person was asked about it, so it does not run without one.
	asked bool
	cause *door.Unavailable
	// until is how long a person at the terminal has for an answer.
	until time.Time
}

// decide fails with the cause of ctx when the program takes the call back while a person at the terminal is asked.
func (a *alone) decide(ctx context.Context, of absence) (*Decision, error) {
	a.mutex.Lock()
	a.fresh = false
	mode := a.mode
	allowed := !of.asked && (mode == "allow" || (mode == "allow_readonly" && a.readOnly[of.name]))
	a.mutex.Unlock()
	if mode == "local_approval" && !of.asked {
		var err error
		if allowed, err = a.terminal(ctx, atTerminal(of), of.until); err != nil {
			return nil, err
		}
	}
	effect := "deny"
	if allowed {
		effect = "allow"
	}
	action := strictjson.NewObject("id", of.id, "agent", a.agent, "session", of.session, "name", of.name, "args", of.args)
	entry := strictjson.NewObject("action", action, "effect", effect, "mode", mode, "decidedAt", time.Now().UnixMilli())
	// Recorded before acted upon, here too: no journal, no allow.
	if err := a.journal.append(entry); err != nil {
		return nil, &UnavailableError{of.cause.URL, fmt.Errorf("%w; and the journal could not be written: %w", of.cause.Cause, err)}
	}
	if !allowed {
		return nil, public(of.cause)
	}
	message := fmt.Sprintf("Aegis is away; this agent is set to %s. The action was journalled.", mode)
	return &Decision{
		Action: of.id, Effect: Allow, Risk: "MEDIUM", Reasons: []Reason{{Code: "UNAVAILABLE", Rule: "on_unavailable", Message: message}},
		Obligations: Obligations{TimeoutMs: 30_000, MaxOutputBytes: 1 << 20}, local: true,
	}, nil
}
