package door

import (
	"context"
	"errors"
	"fmt"
	"time"

	"aegis.dev/sdk/go/internal/strictjson"
)

// Options say where Aegis is and who asks.
type Options struct {
	URL string
	Key string
	// Socket is where the local socket lies; `off` for none, "" to look for it by the port of a loopback URL.
	Socket string
	// AnswerKey of the daemon: over HTTP nothing else is an answer. "" for none.
	AnswerKey string
	// Timeout of one request that does not wait for a person.
	Timeout time.Duration
}

// Transport sends requests over the local socket where one listens, over HTTP where none does. What was asked over one is never asked over the other.
type Transport struct {
	url     string
	socket  *socketWay
	http    *httpWay
	timeout time.Duration
}

// New checks the options; it connects with the first request.
func New(options Options) (*Transport, error) {
	http, err := newHTTPWay(options.URL, options.Key, options.AnswerKey)
	if err != nil {
		return nil, err
	}
	socket := &socketWay{places: SocketPlaces(options.URL, options.Socket), key: options.Key}
	return &Transport{options.URL, socket, http, options.Timeout}, nil
}

// Close ends idle and shared connections. Requests on the socket fail.
func (t *Transport) Close() {
	t.socket.close()
	t.http.close()
}

// Unavailable says that Aegis did not answer: not there, not in time, or nothing one could act on.
type Unavailable struct {
	URL   string
	Cause error
}

func (e *Unavailable) Error() string {
	return fmt.Sprintf("Aegis at %s did not answer, so nothing was allowed: %v. Is it running? (npm start)", e.URL, e.Cause)
}

func (e *Unavailable) Unwrap() error { return e.Cause }

// Refused is a coded refusal of Aegis: a wrong key, a malformed request, a full rate limit.
type Refused struct {
	Code   string
	Status int
	Detail string
	Hint   string
	// RetryAfter is 0 where nothing was said of it.
	RetryAfter time.Duration
}

func (e *Refused) Error() string {
	text := fmt.Sprintf("%s (%s)", e.Detail, e.Code)
	if e.Hint != "" {
		text += " " + e.Hint
	}
	return text
}

// Send answers with the parsed body of a 2xx. It fails with *Refused for a coded refusal, *SetupError for what is set up wrongly, the caller's own
// error when ctx ended the waiting, and *Unavailable for anything else. hold is how long Aegis was asked to hold the request.
func (t *Transport) Send(ctx context.Context, request Request, hold time.Duration) (strictjson.Value, error) {
	limited, stop := context.WithTimeout(ctx, t.timeout+hold)
	defer stop()
	answer, err := t.ask(limited, request)
	if err == nil {
		return t.accepted(answer)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var setup *SetupError
	if errors.As(err, &setup) {
		return nil, setup
	}
	return nil, &Unavailable{t.url, err}
}

func (t *Transport) ask(ctx context.Context, request Request) (Answer, error) {
	local, err := t.socket.connected(ctx)
	if err != nil {
		return Answer{}, err
	}
	if local != nil {
		return local.ask(ctx, request)
	}
	return t.http.ask(ctx, request)
}

// accepted: anything but a 2xx is not an answer to act on.
func (t *Transport) accepted(answer Answer) (strictjson.Value, error) {
	if answer.Status >= 200 && answer.Status < 300 {
		return answer.Body, nil
	}
	problem, _ := answer.Body.(*strictjson.Object)
	code, coded := problem.At("code").(string)
	// A closed gate is Aegis saying it cannot decide: the same as not being there.
	if !coded || answer.Status == 503 {
		return nil, &Unavailable{t.url, fmt.Errorf("status %d", answer.Status)}
	}
	detail, _ := problem.At("detail").(string)
	if detail == "" {
		detail, _ = problem.At("title").(string)
	}
	if detail == "" {
		detail = "refused"
	}
	hint, _ := problem.At("hint").(string)
	return nil, &Refused{code, answer.Status, detail, hint, answer.RetryAfter}
}

// URL is the address of Aegis.
func (t *Transport) URL() string { return t.url }
