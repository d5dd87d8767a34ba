// Package dialect describes the languages of model providers: how an answer asks for tool calls, and what stands in the place of a refused one
// (docs/formats/model-answers.md, conformance/dialects).
package dialect

import "aegis.dev/sdk/go/internal/strictjson"

// Object and Value are JSON as it was written.
type (
	Object = strictjson.Object
	Value  = strictjson.Value
)

// Call is a call the model asks for, complete.
type Call struct {
	// ID as the dialect names it; unique within the answer.
	ID   string
	Name string
	// Args are nil when they are not one strict JSON object. Text of a free-form tool is {"input": "…"}.
	Args *Object
	// Done: the provider ran it already, so that it can only be recorded.
	Done bool
	// Kind is the type of its item, where a provider that holds the conversation waits for an output to fit.
	Kind string
}

// Missing is a call the provider remembers and the program never got: a provider that holds the conversation waits for its output.
type Missing struct {
	CallID, Kind string
	// Text is the refusal the program was shown.
	Text string
}

// Answer is what was read of an answer, streamed or not.
type Answer struct {
	// ID by which a later request goes on from it; "" where there is none.
	ID    string
	Text  string
	Calls []Call
	// Complete: the provider said so; false when the stream broke off.
	Complete bool
	// Failure is the provider's own code of an error that ended it; "" when none did.
	Failure string
	// Unknown counts events, members and parts that nobody here knows and that passed, because they can carry no call.
	Unknown int
}

// Decision is what becomes of one call.
type Decision struct {
	// Refusal stands in the call's place; "" lets it pass.
	Refusal string
	// Args stand in place of the model's; nil leaves them.
	Args *Object
}

// Passes: the call stays as it came.
func (d Decision) Passes() bool { return d.Refusal == "" && d.Args == nil }

// Refuses: the call is taken out.
func (d Decision) Refuses() bool { return d.Refusal != "" }

// Undecided is what becomes of a call that was handed no decision: nothing runs that was not decided.
var Undecided = Decision{Refusal: "Aegis did not decide this action, so it was not done."}

// AllPass: nothing of the answer changes.
func AllPass(decisions []Decision) bool {
	for _, one := range decisions {
		if !one.Passes() {
			return false
		}
	}
	return true
}

// Reader reads one streamed answer, frame by frame. The first frame that carries any byte of a tool call, and every frame after it, is held; frames
// before it pass at once.
type Reader interface {
	// Take gives the frames that may leave now. It fails with *Fault when the stream contradicts itself.
	Take(frame Frame) ([]Frame, error)
	// Answer is what was read so far; after the last frame everything.
	Answer() (Answer, error)
	// Failure is the code of the provider's own error, once one came; what was held then is given up.
	Failure() string
	// Told: the client has the end of the answer, and nothing of ours may follow it.
	Told() bool
	// Holding: something waits for decisions.
	Holding() bool
	// Release gives the held frames: as they came when all calls pass, else a well-formed ending in which refused calls are text.
	Release(decisions []Decision) ([]Frame, error)
	// Abandon is the rest of a well-formed stream that says text instead of whatever is held or missing.
	Abandon(text string) []Frame
}

// Incoming is what a request brings back from the world.
type Incoming struct {
	Users   []string
	Results []Result
}

// Result is what a tool answered to an earlier call.
type Result struct {
	CallID string
	Value  Value
	Failed bool
}

// Dialect is one provider's language.
type Dialect struct {
	Name string
	// Matches tells whether a POST to this path asks a model for an answer.
	Matches func(path string) bool
	// Asks tells whether the body is such a question: other interfaces have paths of the same name.
	Asks func(body *Object) bool
	// Fetches is what the `object` member of an answer says that is fetched with GET at its own path; "" where there is no such thing.
	Fetches string
	// Continues is what a request goes on from, where the provider holds the conversation; AddMissing is the request with an output for each call that
	// was refused there. nil where the program sends all of the conversation itself.
	Continues  func(body *Object) string
	AddMissing func(body *Object, missing []Missing) *Object
	// Incoming reads a request; what is not understood is left out.
	Incoming func(body *Object) Incoming
	// ReadAnswer and RewriteAnswer are for an answer that is one JSON body. They fail with *Fault.
	ReadAnswer    func(body *Object) (Answer, error)
	RewriteAnswer func(body *Object, decisions []Decision) (*Object, error)
	// NewReader is for one streamed answer; model is what the request asked for.
	NewReader func(model string) Reader
}
