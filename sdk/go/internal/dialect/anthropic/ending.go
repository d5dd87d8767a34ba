package anthropic

import (
	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

func event(kind string, rest ...any) dialect.Frame {
	return dialect.Made(strictjson.NewObject(append([]any{"type", kind}, rest...)...), kind)
}

// said is one block of text, whole.
func said(index int, text string) []dialect.Frame {
	return []dialect.Frame{
		event("content_block_start", "index", index, "content_block", strictjson.NewObject("type", "text", "text", "")),
		event("content_block_delta", "index", index, "delta", strictjson.NewObject("type", "text_delta", "text", text)),
		event("content_block_stop", "index", index),
	}
}

func (r *reading) release(decisions []dialect.Decision) []dialect.Frame {
	calls := r.calls()
	if r.whole != nil {
		return r.wholeEnding(decisions)
	}
	if len(calls) == len(decisions) && dialect.AllPass(decisions) {
		return r.held
	}
	decided := map[int]dialect.Decision{}
	for at, one := range calls {
		decided[one.index] = dialect.Undecided
		if at < len(decisions) {
			decided[one.index] = decisions[at]
		}
	}
	return r.ending(decided)
}

// ending are the held events written anew: each refused call is a block of text under the same index, the rest is as it came.
func (r *reading) ending(decided map[int]dialect.Decision) []dialect.Frame {
	refused := map[string]bool{}
	kept := 0
	for index, decision := range decided {
		if decision.Refuses() {
			refused[dialect.TextOf(r.blocks[index].start.At("id"))] = true
		} else if r.blocks[index].kind == isCall {
			kept++
		}
	}
	var frames []dialect.Frame
	for _, frame := range r.held {
		if frame.Data.At("type") == "message_delta" {
			frames = append(frames, withStop(frame.Data, kept))
			continue
		}
		index, ok := indexOf(frame.Data)
		at := r.blocks[index]
		if !ok || at == nil {
			frames = append(frames, frame)
			continue
		}
		frames = append(frames, at.left(frame, decided, refused)...)
	}
	return frames
}

// left is what a held event of a block becomes.
func (b *block) left(frame dialect.Frame, decided map[int]dialect.Decision, refused map[string]bool) []dialect.Frame {
	starts := frame.Data.At("type") == "content_block_start"
	if b.kind == isResult && refused[dialect.TextOf(b.start.At("tool_use_id"))] {
		if starts {
			return said(b.index, "What came of it is left out.")
		}
		return nil
	}
	decision, isDecided := decided[b.index]
	switch {
	case !isDecided || decision.Passes():
		return []dialect.Frame{frame}
	case !starts:
		return nil
	case decision.Refuses():
		return said(b.index, decision.Refusal)
	}
	return []dialect.Frame{
		event("content_block_start", "index", b.index, "content_block", b.start.With("input", strictjson.NewObject())),
		event("content_block_delta", "index", b.index, "delta",
			strictjson.NewObject("type", "input_json_delta", "partial_json", strictjson.Write(decision.Args))),
		event("content_block_stop", "index", b.index),
	}
}

// wholeEnding is the same for a message that came whole in its first event.
func (r *reading) wholeEnding(decisions []dialect.Decision) []dialect.Frame {
	calls := readAnswer(r.whole).Calls
	if len(calls) == len(decisions) && dialect.AllPass(decisions) {
		return r.held
	}
	kept := 0
	for at, call := range calls {
		if !call.Done && at < len(decisions) && !decisions[at].Refuses() {
			kept++
		}
	}
	var frames []dialect.Frame
	for _, frame := range r.held {
		switch frame.Data.At("type") {
		case "message_start":
			frame = dialect.Made(frame.Data.With("message", rewriteAnswer(r.whole, decisions)), frame.Event)
		case "message_delta":
			frame = withStop(frame.Data, kept)
		}
		frames = append(frames, frame)
	}
	return frames
}

func withStop(data *object, kept int) dialect.Frame {
	delta := dialect.ObjectOf(data.At("delta"))
	return dialect.Made(data.With("delta", delta.With("stop_reason", stopOf(delta.At("stop_reason"), kept))), "message_delta")
}

func (r *reading) Abandon(text string) []dialect.Frame {
	switch {
	case r.failed != nil:
		return []dialect.Frame{*r.failed}
	case r.failure != "" || r.passedStop:
		return nil
	case r.passedDelta:
		return []dialect.Frame{event("message_stop")}
	}
	var frames []dialect.Frame
	if r.message == nil {
		frames = append(frames, event("message_start", "message", emptyMessage()))
	}
	unstopped := map[int]bool{}
	for _, frame := range r.held {
		if index, ok := indexOf(frame.Data); ok && frame.Data.At("type") == "content_block_stop" {
			unstopped[index] = true
		}
	}
	next := 0
	for _, index := range r.order {
		one := r.blocks[index]
		if !one.passed {
			continue
		}
		next = max(next, index+1)
		// Its end is held: the client has not got it.
		if one.open || unstopped[index] {
			frames = append(frames, event("content_block_stop", "index", index))
		}
	}
	frames = append(frames, said(next, text)...)
	ended := strictjson.NewObject("stop_reason", "end_turn", "stop_sequence", nil)
	usage := strictjson.NewObject("output_tokens", r.output)
	return append(frames, event("message_delta", "delta", ended, "usage", usage), event("message_stop"))
}

func emptyMessage() *object {
	return strictjson.NewObject("id", "msg_aegis", "type", "message", "role", "assistant", "model", "", "content", []value{}, "stop_reason", nil,
		"stop_sequence", nil, "usage", strictjson.NewObject("input_tokens", 0, "output_tokens", 0))
}
