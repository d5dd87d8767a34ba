package gemini

import (
	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// rewriting is how far the rewriting of one answer has come.
type rewriting struct {
	decisions []dialect.Decision
	// signatures of thoughts by the call they stand with.
	signatures map[int]string
	// written are calls whose first part was written already.
	written map[int]bool
	// words stand before, so that a refusal begins a paragraph of its own.
	words bool
}

// newRewriting says where each signature stands when some calls are refused: with its call, or with the next that stays of the same step, which then is
// the first of it and must have one; with the words of the refusal when none stays.
func newRewriting(calls []*call, decisions []dialect.Decision, words bool) *rewriting {
	made := &rewriting{decisions, map[int]string{}, map[int]bool{}, words}
	for at, one := range calls {
		if one.signature != "" {
			made.signatures[at] = one.signature
		}
	}
	for at, one := range calls {
		if one.signature == "" || one.done || !decisions[at].Refuses() {
			continue
		}
		for later := at + 1; later < len(calls); later++ {
			heir := calls[later]
			if heir.candidate != one.candidate || heir.done || decisions[later].Refuses() {
				continue
			}
			if _, signed := made.signatures[later]; !signed {
				delete(made.signatures, at)
				made.signatures[later] = one.signature
			}
			break
		}
	}
	return made
}

// aboutCalls are reasons for stopping that speak of calls.
var aboutCalls = dialect.Set("MALFORMED_FUNCTION_CALL UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS")

// rewriteBody is one body with each call as its decision leaves it; nil when nothing is left that a client would miss.
func rewriteBody(body *object, places []place, on *rewriting) *object {
	left := false
	listed := dialect.ListOf(body.At("candidates"))
	made := []value{}
	for at, one := range listed {
		candidate := dialect.ObjectOf(one)
		parts := []value{}
		for index, part := range partsOf(candidate) {
			parts = append(parts, on.part(part, callAt(places, at, index))...)
		}
		finish, stops := candidate.At("finishReason").(string)
		left = left || len(parts) > 0 || stops
		if len(parts) == 0 {
			parts = append(parts, strictjson.NewObject("text", ""))
		}
		content := dialect.ObjectOf(candidate.At("content")).With("parts", parts)
		// Both may quote the call.
		rest := candidate.Without("logprobsResult", "finishMessage").With("content", content)
		if stops && aboutCalls[finish] {
			rest.Set("finishReason", "STOP")
		}
		made = append(made, rest)
	}
	if !left && len(listed) > 0 {
		return nil
	}
	return body.With("candidates", made)
}

func callAt(places []place, candidate, part int) int {
	for _, one := range places {
		if one.candidate == candidate && one.part == part {
			return one.call
		}
	}
	return none
}

func (w *rewriting) part(part *object, call int) []value {
	if call == none {
		if part.At("thought") != true && dialect.TextOf(part.At("text")) != "" {
			w.words = true
		}
		return []value{part}
	}
	decision := w.decisions[call]
	// Arguments of what the provider ran already cannot be replaced.
	if decision.Args != nil && !decision.Refuses() && !part.Has("functionCall") {
		return []value{part}
	}
	signed := strictjson.NewObject()
	if signature, found := w.signatures[call]; found {
		signed.Set("thoughtSignature", signature)
	}
	before := w.written[call]
	w.written[call] = true
	switch {
	case decision.Passes():
		if !before && part.Has("functionCall") && !part.Has("thoughtSignature") {
			return []value{part.Merge(signed)}
		}
		return []value{part}
	case before:
		return nil
	case decision.Refuses():
		text := decision.Refusal
		if w.words {
			text = "\n\n" + text
		}
		w.words = true
		return []value{strictjson.NewObject("text", text).Merge(signed)}
	}
	whole := dialect.ObjectOf(part.At("functionCall")).Without("partialArgs", "willContinue").With("args", decision.Args)
	return []value{part.Merge(signed).With("functionCall", whole)}
}
