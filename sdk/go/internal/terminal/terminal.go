// Package terminal asks a question on the terminal that the program was started from.
package terminal

import (
	"context"
	"strings"
	"time"
)

// lookEvery is how often somebody looks whether a line was typed.
const lookEvery = 100 * time.Millisecond

// turn is held by the one question that stands on the terminal.
var turn = make(chan struct{}, 1)

// Ask puts the question and tells whether the person there typed yes: false where there is no terminal, or no answer until then. What was typed before
// the question is no answer to it. The error is the cause of ctx.
func Ask(ctx context.Context, question string, until time.Time) (bool, error) {
	limited, stop := context.WithDeadline(ctx, until)
	defer stop()
	line, err := ask(limited, question)
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	return err == nil && strings.EqualFold(strings.TrimSpace(line), "yes"), nil
}

func ask(ctx context.Context, question string) (string, error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	asked, err := open()
	if err != nil {
		return "", err
	}
	defer asked.close()
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for left := []byte(question); ; {
		// A terminal that is held back takes its text piece by piece.
		said, err := asked.say(left)
		if err != nil {
			return "", err
		}
		left = left[said:]
		if len(left) == 0 {
			if line, typed, err := asked.look(); typed || err != nil {
				return line, err
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
