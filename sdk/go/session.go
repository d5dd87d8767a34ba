package aegis

import (
	"context"
	"errors"
	"time"

	"aegis.dev/sdk/go/internal/door"
	"aegis.dev/sdk/go/internal/strictjson"
)

// Child opens a session that goes on with what this one knows of its values, for a part of the work done elsewhere. "" names it with a new UUID. The
// child shares the connection.
func (g *Guard) Child(ctx context.Context, session string) (*Guard, error) {
	if session == "" {
		session = newID()
	}
	child := strictjson.NewObject("session", session, "parent", g.session)
	_, err := g.send(ctx, "POST", "/v1/sessions", child)
	var refused *door.Refused
	if errors.As(err, &refused) && refused.Status == 404 {
		// A parent that nothing was done in yet is opened first: a child of a session nobody knows would know nothing.
		if _, err = g.send(ctx, "POST", "/v1/sessions", strictjson.NewObject("session", g.session)); err == nil {
			_, err = g.send(ctx, "POST", "/v1/sessions", child)
		}
	}
	if err != nil {
		return nil, public(err)
	}
	return g.in(session), nil
}

// Renew holds the lock of an allowed action for ttl more. False: it is lost or nobody could say that it is held, and what it guards must stop. fence is
// the decision's.
func (g *Guard) Renew(ctx context.Context, resource string, fence int64, ttl time.Duration) bool {
	body := strictjson.NewObject("resource", resource, "fence", fence, "ttlMs", ttl.Milliseconds())
	_, err := g.send(ctx, "POST", "/v1/locks/renew", body)
	return err == nil
}

// WhileHeld runs work and renews the lock every third of ttl meanwhile. When the lock is lost the context of work ends, with ErrLockLost as its cause,
// and ErrLockLost is the error.
func (g *Guard) WhileHeld(ctx context.Context, resource string, fence int64, ttl time.Duration, work func(context.Context) error) error {
	ticker := time.NewTicker(max(ttl/3, time.Millisecond))
	defer ticker.Stop()
	return g.whileHeld(ctx, ticker.C, func(ctx context.Context) bool { return g.Renew(ctx, resource, fence, ttl) }, work)
}

func (g *Guard) whileHeld(ctx context.Context, due <-chan time.Time, renew func(context.Context) bool, work func(context.Context) error) error {
	held, lose := context.WithCancelCause(ctx)
	done := make(chan error, 1)
	go func() { done <- work(held) }()
	defer lose(nil)
	for {
		select {
		case err := <-done:
			return err
		case <-due:
			if renew(held) {
				continue
			}
			lose(ErrLockLost)
			// The work is heard to its end: nobody goes on beside it.
			return errors.Join(ErrLockLost, <-done)
		}
	}
}
