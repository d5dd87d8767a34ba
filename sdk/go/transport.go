package aegis

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/dialect/anthropic"
	"aegis.dev/sdk/go/internal/dialect/chat"
	"aegis.dev/sdk/go/internal/dialect/gemini"
	"aegis.dev/sdk/go/internal/dialect/responses"
	"aegis.dev/sdk/go/internal/strictjson"
)

var dialects = []dialect.Dialect{chat.Dialect, responses.Dialect, anthropic.Dialect, gemini.Dialect}

// mostAnswer bounds an answer that is held, in bytes.
const mostAnswer = 64 << 20

// AnswerError says that a model's answer could not be read, so that nothing of it was handed on.
type AnswerError struct{ Detail string }

func (e *AnswerError) Error() string {
	return "Aegis could not read the model's answer, so nothing of it was handed on: " + e.Detail
}

// Transport guards the answers of models that come through base (nil: the default transport): OpenAI Chat Completions and Responses, Anthropic Messages
// and Gemini, whole and streamed, and the servers that speak these. Text flows at once; a tool call is held until it is decided, and a refused one is
// text in its place. Everything else passes as it came.
func (g *Guard) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &modelTransport{guard: g, base: base}
}

// Middleware is Transport in the shape that openai-go and anthropic-sdk-go take: `option.WithMiddleware(guard.Middleware)`.
func (g *Guard) Middleware(request *http.Request, next func(*http.Request) (*http.Response, error)) (*http.Response, error) {
	return g.Transport(roundTripper(next)).RoundTrip(request)
}

// roundTripper makes a RoundTripper of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

type modelTransport struct {
	guard *Guard
	base  http.RoundTripper
}

// dialectOf is the language of a request that asks a model for an answer, or fetches one that was stored or made in the background; nil for any other.
func dialectOf(request *http.Request) *dialect.Dialect {
	path := strings.TrimRight(request.URL.Path, "/")
	if request.Method == http.MethodGet {
		path = path[:max(0, strings.LastIndexByte(path, '/'))]
	} else if request.Method != http.MethodPost {
		return nil
	}
	for at := range dialects {
		one := &dialects[at]
		if one.Matches(path) && (request.Method == http.MethodPost || one.Fetches != "") {
			return one
		}
	}
	return nil
}

// CloseIdleConnections does so for the base, as http.Client asks of its transport.
func (m *modelTransport) CloseIdleConnections() {
	if base, can := m.base.(interface{ CloseIdleConnections() }); can {
		base.CloseIdleConnections()
	}
}

// RoundTrip sends the request and guards its answer.
func (m *modelTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	of := dialectOf(request)
	if of == nil {
		return m.base.RoundTrip(request)
	}
	body, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	asked, _ := strictjson.ParseObject(body, lenient)
	fetches := request.Method == http.MethodGet
	continues := ""
	if of.Continues != nil && asked != nil {
		continues = of.Continues(asked)
		if missing := m.guard.calls.missed(continues); len(missing) > 0 {
			body = []byte(strictjson.Write(of.AddMissing(asked, missing)))
		}
	}
	sent := again(request, body)
	if !fetches && !of.Asks(asked) {
		return m.base.RoundTrip(sent)
	}
	m.guard.observe(request.Context(), of.Incoming(asked))
	// What is compressed could not be read; what the sender below adds and takes off by itself can.
	sent.Header.Del("Accept-Encoding")
	response, err := m.base.RoundTrip(sent)
	if err != nil || response.StatusCode < 200 || response.StatusCode > 299 || response.Body == nil {
		return response, err
	}
	answer := &answering{guard: m.guard, dialect: of, model: textAt(asked, "model"), continues: continues, fetches: fetches}
	return answer.guarded(request.Context(), response)
}

// again is the request with its body to be read once more: a RoundTripper changes nothing of what it is given.
func again(request *http.Request, body []byte) *http.Request {
	sent := request.Clone(request.Context())
	if request.Body == nil || request.Body == http.NoBody {
		return sent
	}
	sent.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	sent.Body, _ = sent.GetBody()
	sent.ContentLength = int64(len(body))
	return sent
}

// lenient reads what the program sends: nothing is decided by it.
var lenient = strictjson.Limits{Bytes: 256 << 20, Depth: 1000, Keys: 1 << 24, Lossy: true}

// bodyOf is the whole body of a request, which RoundTrip must close.
func bodyOf(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(request.Body)
	request.Body.Close()
	return body, err
}

// observe reports what a request brings back from the world: the user's words once, and the results of calls that were let through.
func (g *Guard) observe(ctx context.Context, incoming dialect.Incoming) {
	for _, text := range incoming.Users {
		g.calls.user(ctx, text)
	}
	for _, one := range incoming.Results {
		if action, ours := g.calls.taken(one.CallID, ""); ours {
			status := Succeeded
			if one.Failed {
				status = Failed
			}
			g.Settle(ctx, action, Outcome{Status: status, Result: one.Value})
		}
	}
}

// answering guards one answer.
type answering struct {
	guard   *Guard
	dialect *dialect.Dialect
	model   string
	// continues is what the request went on from, where the provider holds the conversation.
	continues string
	// fetches: the answer was asked for before, and what stands at the path may be something else.
	fetches bool
}

func (a *answering) guarded(ctx context.Context, response *http.Response) (*http.Response, error) {
	if err := decompress(response); err != nil {
		response.Body.Close()
		return nil, err
	}
	if isStream(response) {
		response.Body = newStream(ctx, a, response.Body)
		response.ContentLength = -1
		response.Header.Del("Content-Length")
		return response, nil
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer+1))
	response.Body.Close()
	if err != nil {
		return nil, err
	}
	if len(text) > mostAnswer {
		return nil, &AnswerError{fmt.Sprintf("it is longer than %d bytes", mostAnswer)}
	}
	if text, err = a.whole(ctx, text); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(text))
	response.ContentLength = int64(len(text))
	response.Header.Set("Content-Length", fmt.Sprint(len(text)))
	return response, nil
}

// isStream tells an event stream, also from servers that do not say so: JSON never begins as an event does.
func isStream(response *http.Response) bool {
	kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if kind == "text/event-stream" || kind == "application/json" {
		return kind == "text/event-stream"
	}
	begun := bufio.NewReader(response.Body)
	response.Body = &struct {
		io.Reader
		io.Closer
	}{begun, response.Body}
	for _, start := range []string{"data:", "event:", ":"} {
		if text, _ := begun.Peek(len(start)); string(text) == start {
			return true
		}
	}
	return false
}

// decompress takes off the one coding that senders other than Go's own may leave on.
func decompress(response *http.Response) error {
	switch coding := strings.ToLower(response.Header.Get("Content-Encoding")); coding {
	case "", "identity":
		return nil
	case "gzip":
		plain, err := gzip.NewReader(response.Body)
		if err != nil {
			return &AnswerError{err.Error()}
		}
		response.Body = &struct {
			io.Reader
			io.Closer
		}{plain, response.Body}
		response.Header.Del("Content-Encoding")
		return nil
	default:
		return &AnswerError{"it is encoded as " + coding}
	}
}

// whole is an answer in one piece, or Gemini's stream as an array of pieces, with every call decided.
func (a *answering) whole(ctx context.Context, text []byte) ([]byte, error) {
	if len(bytes.TrimSpace(text)) == 0 {
		return text, nil
	}
	value, err := dialect.ReadLenient(text, strictjson.Limits{Bytes: mostAnswer, Keys: 200_000})
	if err != nil {
		return nil, &AnswerError{err.Error()}
	}
	if list, isList := value.([]strictjson.Value); isList {
		return a.array(ctx, text, list)
	}
	body, isObject := value.(*strictjson.Object)
	if !isObject {
		return nil, &AnswerError{"it is no JSON object"}
	}
	if a.fetches && body.At("object") != a.dialect.Fetches {
		return text, nil
	}
	answer, err := a.dialect.ReadAnswer(body)
	if err != nil {
		return nil, &AnswerError{err.Error()}
	}
	if len(answer.Calls) == 0 {
		return text, nil
	}
	set, err := a.guard.decideAnswer(ctx, answer.Calls)
	if err != nil {
		return nil, err
	}
	a.miss(answer, set)
	if dialect.AllPass(set.decisions) {
		set.deliver(ctx, a.guard)
		return text, nil
	}
	made, err := a.dialect.RewriteAnswer(body, set.decisions)
	if err != nil {
		set.withdraw(ctx, a.guard)
		return nil, &AnswerError{err.Error()}
	}
	set.deliver(ctx, a.guard)
	return []byte(strictjson.Write(made)), nil
}

// miss keeps what was refused of an answer, under its id and under the conversation it belongs to.
func (a *answering) miss(answer dialect.Answer, set *decidedSet) {
	if a.dialect.Continues != nil {
		a.guard.calls.miss([]string{answer.ID, a.continues}, set.missing(answer.Calls))
	}
}

// array is a stream that comes as one JSON array (Gemini without `alt=sse`); it is read whole.
func (a *answering) array(ctx context.Context, text []byte, list []strictjson.Value) ([]byte, error) {
	stream := &stream{answering: a, ctx: ctx, reader: a.dialect.NewReader(a.model)}
	var left []dialect.Frame
	for _, one := range list {
		object, isObject := one.(*strictjson.Object)
		if !isObject {
			return nil, &AnswerError{"a piece of it is no JSON object"}
		}
		passing, err := stream.reader.Take(dialect.Made(object, ""))
		if err != nil {
			return nil, &AnswerError{err.Error()}
		}
		left = append(left, passing...)
	}
	rest, err := stream.conclude()
	if err != nil {
		return nil, err
	}
	var pieces []string
	for _, frame := range append(left, rest...) {
		pieces = append(pieces, frame.Raw)
	}
	return []byte("[" + strings.Join(pieces, ",\n") + "]"), nil
}
