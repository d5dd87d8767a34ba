package aegis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"aegis.dev/sdk/go/internal/door"
)

// For errors.Is: what kind of failure it was, whatever its type.
var (
	// ErrBlocked: the action may not run. Halted, refused, expired and unanswered actions are blocked too.
	ErrBlocked = errors.New("aegis: blocked")
	// ErrHalted: the agent, session or tenant is halted.
	ErrHalted = errors.New("aegis: halted")
	// ErrUnavailable: Aegis did not answer.
	ErrUnavailable = errors.New("aegis: unavailable")
	// ErrLockLost: a lock is no longer held, and what it guards must stop.
	ErrLockLost = errors.New("aegis: the lock is lost")
)

// BlockedError says that the action may not run: denied, refused by a person, or expired while it waited.
type BlockedError struct {
	ToolName string
	// Reason is for a person and a model: the decision's text, else the message of its first reason.
	Reason string
	// Code of the first reason, e.g. TOOL_BLOCKED.
	Code      string
	RiskLevel Risk
	Decision  *Decision
}

// Error is the text an agent may be shown.
func (e *BlockedError) Error() string {
	if e.Decision != nil && e.Decision.Text != "" {
		return e.Decision.Text
	}
	return fmt.Sprintf("Aegis did not allow %s: %s", e.ToolName, e.Reason)
}

// Is makes errors.Is(err, ErrBlocked) true.
func (e *BlockedError) Is(target error) bool { return target == ErrBlocked }

// HaltedError says that the agent, session or tenant is halted: stop, do not retry. It is a BlockedError too, for errors.As.
type HaltedError struct{ *BlockedError }

// Is makes errors.Is(err, ErrHalted) true.
func (e *HaltedError) Is(target error) bool { return target == ErrHalted }

// Unwrap is the BlockedError.
func (e *HaltedError) Unwrap() error { return e.BlockedError }

// TimeoutError says that nobody decided in time: a person was asked, or a resource waited for. It is a BlockedError too, for errors.As.
type TimeoutError struct {
	*BlockedError
	// Approval a person was asked for; "" where a resource was waited for.
	Approval string
}

// Unwrap is the BlockedError.
func (e *TimeoutError) Unwrap() error { return e.BlockedError }

// Timeout is true, as net.Error has it.
func (e *TimeoutError) Timeout() bool { return true }

// UnavailableError says that Aegis could not be reached or did not answer in time, and the agent's setting does not allow the action without it.
type UnavailableError struct {
	URL   string
	Cause error
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("Aegis at %s did not answer, so nothing was allowed: %v. Is it running? (npm start)", e.URL, e.Cause)
}

// Unwrap is the cause.
func (e *UnavailableError) Unwrap() error { return e.Cause }

// Is makes errors.Is(err, ErrUnavailable) true.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// RefusedError says that Aegis answered with a coded refusal: a wrong key, a malformed request, a full rate limit. Never an allow.
type RefusedError struct {
	// Code as in docs/reference/errors.md, e.g. UNAUTHENTICATED.
	Code string
	// Status of HTTP.
	Status       int
	Detail, Hint string
	// RetryAfter is how long to wait before asking again; 0 where Aegis said nothing of it.
	RetryAfter time.Duration
}

func (e *RefusedError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("%s (%s) %s", e.Detail, e.Code, e.Hint))
}

// WithheldError says that the tool ran, and that its result holds instructions to the model which the policy keeps from it.
type WithheldError struct {
	ToolName string
	// Findings are the codes of what was found.
	Findings []string
}

func (e *WithheldError) Error() string {
	return fmt.Sprintf("Aegis withheld the result of %s: it holds instructions to the model (%s). Tell the user.", e.ToolName, strings.Join(e.Findings, ", "))
}

// SetupError says that the SDK was set up or called wrongly, and how to put that right.
type SetupError struct{ Message string }

func (e *SetupError) Error() string { return e.Message }

// public turns what the transport says into the errors of this package.
func public(err error) error {
	var setup *door.SetupError
	var refused *door.Refused
	var away *door.Unavailable
	switch {
	case errors.As(err, &setup):
		return &SetupError{setup.Message}
	case errors.As(err, &refused):
		return &RefusedError{refused.Code, refused.Status, refused.Detail, refused.Hint, refused.RetryAfter}
	case errors.As(err, &away):
		return &UnavailableError{away.URL, away.Cause}
	}
	return err
}

func blocked(tool string, decision *Decision) error {
	first := decision.Reasons[0]
	block := &BlockedError{tool, first.Message, first.Code, decision.Risk, decision}
	if decision.Text != "" {
		block.Reason = decision.Text
	}
	for _, reason := range decision.Reasons {
		if reason.Code == "HALTED" {
			return &HaltedError{block}
		}
	}
	switch decision.Effect {
	case Ask:
		return &TimeoutError{block, decision.Approval.ID}
	case Defer:
		return &TimeoutError{block, ""}
	}
	return block
}

// nameOf is the code of a tool's own failure in the log: its type.
func nameOf(err error) string {
	if errors.Is(err, context.Canceled) {
		return "context.Canceled"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", err), "*")
}
