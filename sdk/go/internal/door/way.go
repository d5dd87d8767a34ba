// Package door is how the SDK reaches Aegis: over the local socket where one listens, over HTTP where none does.
package door

import (
	"errors"
	"time"

	"aegis.dev/sdk/go/internal/strictjson"
)

// Request is one question to Aegis.
type Request struct {
	Method string
	// Path with its query.
	Path string
	// Body is JSON; nil for none.
	Body []byte
}

// Answer is a whole answer in JSON, before anything is made of it.
type Answer struct {
	Status int
	Body   strictjson.Value
	// RetryAfter is what HTTP's header of this name says; 0 for nothing.
	RetryAfter time.Duration
}

// mostBytes bounds an answer: a longer one is none.
const mostBytes = 16 << 20

var errTooLong = errors.New("the answer is too long")

// answerLimits are wide: what Aegis says is bounded by its length alone.
var answerLimits = strictjson.Limits{Bytes: mostBytes, Depth: 256, Keys: 1 << 20, Lossy: true}

// SetupError is what the user of the SDK can put right.
type SetupError struct{ Message string }

func (e *SetupError) Error() string { return e.Message }
