// Package gemini is Google's Gemini API. Source: Gemini API reference, models.generateContent and models.streamGenerateContent.
package gemini

import (
	"strings"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

type (
	object = dialect.Object
	value  = dialect.Value
)

// Dialect is Gemini's generateContent, whole and streamed.
var Dialect = dialect.Dialect{
	Name: "gemini",
	Matches: func(path string) bool {
		return strings.HasSuffix(path, ":generateContent") || strings.HasSuffix(path, ":streamGenerateContent")
	},
	Asks:     func(body *object) bool { return body.Has("contents") },
	Incoming: incoming,
	ReadAnswer: func(body *object) (answer dialect.Answer, err error) {
		err = dialect.Catch(func() {
			reading := newReading()
			reading.read(body)
			answer = reading.answer()
		})
		return answer, err
	},
	RewriteAnswer: func(body *object, decisions []dialect.Decision) (made *object, err error) {
		err = dialect.Catch(func() { made = rewriteAnswer(body, decisions) })
		return made, err
	},
	NewReader: func(model string) dialect.Reader { return &reader{model: model, reading: newReading()} },
}

func rewriteAnswer(body *object, decisions []dialect.Decision) *object {
	reading := newReading()
	places := reading.read(body)
	decisions = filled(decisions, len(reading.calls))
	if dialect.AllPass(decisions) {
		return body
	}
	made := rewriteBody(body, places, newRewriting(reading.calls, decisions, false))
	if made == nil {
		return body
	}
	return made
}

// filled are as many decisions as calls: one that is missing refuses.
func filled(decisions []dialect.Decision, count int) []dialect.Decision {
	made := append([]dialect.Decision(nil), decisions...)
	for len(made) < count {
		made = append(made, dialect.Undecided)
	}
	return made[:count]
}

func incoming(body *object) dialect.Incoming {
	var made dialect.Incoming
	for _, one := range dialect.ListOf(body.At("contents")) {
		content := dialect.ObjectOf(one)
		if role := content.At("role"); role != nil && role != "user" && role != "function" && role != "tool" {
			continue
		}
		var words []string
		for _, part := range dialect.ListOf(content.At("parts")) {
			piece := dialect.ObjectOf(part)
			if text := dialect.TextOf(piece.At("text")); text != "" {
				words = append(words, text)
			}
			if result, ok := resultIn(piece); ok {
				made.Results = append(made.Results, result)
			}
		}
		made.Users = append(made.Users, strings.Join(words, "\n"))
	}
	return made
}

// resultIn is the answer to a call; one without an id is known by the function's name.
func resultIn(part *object) (dialect.Result, bool) {
	response := dialect.ObjectOf(part.At("functionResponse"))
	if response == nil {
		response = dialect.ObjectOf(part.At("function_response"))
	}
	if response == nil {
		return dialect.Result{}, false
	}
	id := dialect.TextOf(response.At("id"))
	if id == "" {
		id = dialect.TextOf(response.At("name"))
	}
	given := response.At("response")
	failed := dialect.ObjectOf(given).At("error") != nil
	return dialect.Result{CallID: id, Value: given, Failed: failed}, true
}

// call was written at once or in pieces.
type call struct {
	candidate int
	id        string
	hasID     bool
	name      string
	args      *object
	// pieces is set while pieces of its arguments are still to come.
	pieces *partialArgs
	done   bool
	// signature is of the thoughts before it, as the provider wants it back with the step.
	signature string
}

// place is where in a body a part of a call stands, so that it can be written anew.
type place struct {
	candidate, part int
	// call is its position in reading.calls.
	call int
}

// none is the position of no call.
const none = -1

type reading struct {
	calls []*call
	text  strings.Builder
	// open: candidate → position of the call whose pieces are still to come.
	open map[int]int
	// ran are calls the provider ran: the last of a candidate, and each that has an id.
	ran     map[string]int
	id      string
	model   string
	blocked bool
	// finished: candidate → whether it said why it stopped.
	finished map[int]bool
	failure  string
	unknown  int
}

func newReading() *reading {
	return &reading{open: map[int]int{}, ran: map[string]int{}, finished: map[int]bool{}}
}

var (
	bodyMembers = dialect.Set("candidates promptFeedback usageMetadata modelVersion responseId createTime modelStatus error totalTokens promptTokensDetails")
	candidates  = dialect.Set("content finishReason finishMessage index safetyRatings citationMetadata tokenCount groundingMetadata groundingAttributions " +
		"avgLogprobs logprobsResult urlContextMetadata urlRetrievalMetadata")
	// beside are members a part may have besides what it holds.
	beside = dialect.Set("thought thoughtSignature videoMetadata partMetadata mediaResolution mediaProcessing speechMetadata")
	// inertParts hold words and media.
	inertParts = dialect.Set("text inlineData fileData audioTranscription")
	partKinds  = dialect.Set("text inlineData fileData audioTranscription executableCode toolCall codeExecutionResult toolResponse functionCall")
)

// read reads one body, whole or one frame of a stream; both have the same shape. The places are those of calls, and of results of those the provider ran.
func (r *reading) read(body *object) []place {
	if dialect.IsText(body.At("responseId")) {
		r.id = dialect.TextOf(body.At("responseId"))
	}
	if dialect.IsText(body.At("modelVersion")) {
		r.model = dialect.TextOf(body.At("modelVersion"))
	}
	r.blocked = r.blocked || dialect.IsText(dialect.ObjectOf(body.At("promptFeedback")).At("blockReason"))
	if !dialect.IsEmpty(body.At("candidates")) && !dialect.IsList(body.At("candidates")) {
		dialect.Fail("candidates is no array")
	}
	r.unknown += dialect.UnknownIn(body, bodyMembers)
	if r.failure == "" {
		r.failure = dialect.FailureOf(body.At("error"))
	}
	var places []place
	for at, one := range dialect.ListOf(body.At("candidates")) {
		if candidate := dialect.ObjectOf(one); candidate != nil {
			places = append(places, r.candidate(at, candidate)...)
		}
	}
	return places
}

func (r *reading) candidate(at int, candidate *object) []place {
	r.unknown += dialect.UnknownIn(candidate, candidates)
	index := 0
	if candidate.At("index") != nil {
		number, ok := dialect.NumberOf(candidate.At("index"))
		if !ok {
			dialect.Fail("a candidate has no index")
		}
		index = int(number)
	}
	over := r.finished[index]
	parts := partsOf(candidate)
	for _, part := range parts {
		if over && !dialect.IsEmpty(part.At("functionCall")) {
			dialect.Fail("a call follows the end of its candidate")
		}
	}
	r.finished[index] = over || dialect.IsText(candidate.At("finishReason"))
	var places []place
	for position, part := range parts {
		if found := r.part(index, part); found != none {
			places = append(places, place{at, position, found})
		}
	}
	return places
}

func partsOf(candidate *object) []*object {
	content := dialect.ObjectOf(candidate.At("content"))
	if content == nil && !dialect.IsEmpty(candidate.At("content")) {
		dialect.Fail("the content of a candidate is no object")
	}
	listed := content.At("parts")
	if !dialect.IsEmpty(listed) && !dialect.IsList(listed) {
		dialect.Fail("parts is no array")
	}
	var parts []*object
	for _, one := range dialect.ListOf(listed) {
		part := dialect.ObjectOf(one)
		if part == nil {
			// The places of calls are counted, so that nothing may be left out.
			part = strictjson.NewObject()
		}
		parts = append(parts, part)
	}
	return parts
}

// part is the position of the call a part belongs to; none when it belongs to none.
func (r *reading) part(candidate int, part *object) int {
	var kinds []string
	for _, name := range part.Keys() {
		if part.At(name) != nil && !beside[name] && (partKinds[name] || r.isCarrying(part, name)) {
			kinds = append(kinds, name)
		}
	}
	if len(kinds) > 1 {
		dialect.Fail("a part holds two things")
	}
	if len(kinds) == 0 || inertParts[kinds[0]] {
		if len(kinds) == 1 && kinds[0] == "text" && part.At("thought") != true {
			r.text.WriteString(dialect.TextOf(part.At("text")))
		}
		return none
	}
	at := r.callIn(candidate, part, kinds[0])
	isResult := kinds[0] == "codeExecutionResult" || kinds[0] == "toolResponse"
	if at != none && !isResult && r.calls[at].signature == "" {
		r.calls[at].signature = dialect.TextOf(part.At("thoughtSignature"))
	}
	return at
}

func (r *reading) callIn(candidate int, part *object, kind string) int {
	held := dialect.ObjectOf(part.At(kind))
	switch kind {
	case "executableCode":
		return r.recorded(&call{candidate: candidate, name: "code_execution", args: held})
	case "toolCall":
		id, hasID := held.At("id").(string)
		name := "tool"
		if dialect.IsText(held.At("toolType")) {
			name = dialect.TextOf(held.At("toolType"))
		}
		return r.recorded(&call{candidate: candidate, id: id, hasID: hasID, name: strings.ToLower(name), args: dialect.ObjectOf(held.At("args"))})
	case "codeExecutionResult":
		return r.resultOf(ranKey(candidate, ""))
	case "toolResponse":
		return r.resultOf(ranKey(candidate, dialect.TextOf(held.At("id"))))
	case "functionCall":
		return r.functionCall(candidate, held)
	}
	dialect.Fail("a part is of an unknown kind")
	return none
}

// isCarrying is for an unknown member: nothing to anybody, unless it can carry a call.
func (r *reading) isCarrying(part *object, name string) bool {
	held := part.At(name)
	carries := (dialect.SoundsLikeCall(name) && !dialect.IsEmpty(held)) || dialect.IsText(dialect.ObjectOf(held).At("name")) || dialect.CarriesCall(held)
	if !carries {
		r.unknown++
	}
	return carries
}

func ranKey(candidate int, id string) string { return itoa(candidate) + " " + id }

func (r *reading) recorded(made *call) int {
	made.done = true
	r.calls = append(r.calls, made)
	at := len(r.calls) - 1
	r.ran[ranKey(made.candidate, "")] = at
	if made.hasID {
		r.ran[ranKey(made.candidate, made.id)] = at
	}
	return at
}

// resultOf is the call a result belongs to: by its id, else the last one the provider ran.
func (r *reading) resultOf(key string) int {
	if at, found := r.ran[key]; found {
		return at
	}
	return none
}

func (r *reading) functionCall(candidate int, held *object) int {
	if held == nil {
		dialect.Fail("a function call is no object")
	}
	name := dialect.TextOf(held.At("name"))
	at, isOpen := r.open[candidate]
	if isOpen && name != "" {
		dialect.Fail("a call begins within another")
	}
	if isOpen && !dialect.IsEmpty(held.At("args")) {
		dialect.Fail("a call comes both whole and in pieces")
	}
	if !isOpen {
		at = r.begin(candidate, name, held)
	}
	begun := r.calls[at]
	if begun.pieces == nil {
		return at
	}
	begun.pieces.add(held.At("partialArgs"))
	if held.At("willContinue") == true {
		r.open[candidate] = at
		return at
	}
	delete(r.open, candidate)
	begun.args, begun.pieces = begun.pieces.arguments(), nil
	return at
}

func (r *reading) begin(candidate int, name string, held *object) int {
	if name == "" {
		dialect.Fail("a function call has no name")
	}
	inPieces := held.At("willContinue") == true || !dialect.IsEmpty(held.At("partialArgs"))
	if inPieces && !dialect.IsEmpty(held.At("args")) {
		dialect.Fail("a call comes both whole and in pieces")
	}
	id, hasID := held.At("id").(string)
	made := &call{candidate: candidate, id: id, hasID: hasID, name: name}
	switch {
	case inPieces:
		made.pieces = newPartialArgs()
	case held.At("args") == nil:
		made.args = strictjson.NewObject()
	default:
		made.args = dialect.ObjectOf(held.At("args"))
	}
	r.calls = append(r.calls, made)
	return len(r.calls) - 1
}

func (r *reading) answer() dialect.Answer {
	made := dialect.Answer{Text: r.text.String(), Failure: r.failure, Unknown: r.unknown, Calls: r.named(), Complete: len(r.finished) > 0}
	for _, ended := range r.finished {
		made.Complete = made.Complete && ended
	}
	made.Complete = made.Complete || r.blocked
	return made
}

// named gives each call an id: one without is known by its name, as its result will be; the second of a name by its number too.
func (r *reading) named() []dialect.Call {
	ids := map[string]bool{}
	for _, one := range r.calls {
		if one.hasID {
			if ids[one.id] {
				dialect.Fail("two calls share an id")
			}
			ids[one.id] = true
		}
	}
	counts := map[string]int{}
	var calls []dialect.Call
	for _, one := range r.calls {
		id := one.id
		for !one.hasID {
			counts[one.name]++
			id = one.name
			if counts[one.name] > 1 {
				id += "#" + itoa(counts[one.name])
			}
			if !ids[id] {
				ids[id] = true
				break
			}
		}
		calls = append(calls, dialect.Call{ID: id, Name: one.name, Args: one.args, Done: one.done})
	}
	return calls
}
