package chat

import (
	"sort"

	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

func (r *reading) chunk(index int, delta *object, finish value) dialect.Frame {
	choice := strictjson.NewObject("index", index, "delta", delta, "logprobs", nil, "finish_reason", finish)
	return dialect.Made(r.head.With("choices", []value{choice}), "")
}

func (r *reading) choices() []int {
	var made []int
	for index := range r.finished {
		made = append(made, index)
	}
	sort.Ints(made)
	return made
}

// ending are the held frames written anew: words as they came, then the calls that stay, then what stands for the others.
func (r *reading) ending(calls []chatCall, decisions []dialect.Decision) []dialect.Frame {
	var frames []dialect.Frame
	for _, frame := range r.held {
		frames = append(frames, r.wordsOf(frame)...)
	}
	for _, index := range r.choices() {
		var mine []decidedCall
		for at, call := range calls {
			if call.choice == index {
				mine = append(mine, decidedCall{call, decisionAt(decisions, at)})
			}
		}
		kept, said, extra := sorted(mine)
		if said != "" {
			frames = append(frames, r.chunk(index, extra.With("content", r.paragraph(said)), nil))
		}
		frames = append(frames, r.callFrames(index, kept)...)
		if r.finishedWhileHeld(index) {
			frames = append(frames, r.chunk(index, strictjson.NewObject(), finishOf(r.finished[index], len(kept))))
		}
	}
	for _, frame := range r.held {
		if len(dialect.ListOf(frame.Data.At("choices"))) == 0 {
			frames = append(frames, frame)
		}
	}
	return frames
}

func (r *reading) callFrames(index int, kept []chatCall) []dialect.Frame {
	var frames []dialect.Frame
	at := 0
	for _, call := range kept {
		if call.kind != legacy {
			written := strictjson.NewObject("index", at).Merge(call.written())
			frames = append(frames, r.chunk(index, strictjson.NewObject("tool_calls", []value{written}), nil))
			at++
		}
	}
	for _, call := range kept {
		if call.kind == legacy {
			written := strictjson.NewObject("name", call.name, "arguments", call.text)
			frames = append(frames, r.chunk(index, strictjson.NewObject("function_call", written), nil))
		}
	}
	return frames
}

// paragraph begins a paragraph of its own behind words.
func (r *reading) paragraph(text string) string {
	if r.text.Len() == 0 {
		return text
	}
	return "\n\n" + text
}

func (r *reading) finishedWhileHeld(index int) bool {
	for _, frame := range r.held {
		for _, one := range dialect.ListOf(frame.Data.At("choices")) {
			choice := dialect.ObjectOf(one)
			if indexOf(choice) == index && dialect.IsText(choice.At("finish_reason")) {
				return true
			}
		}
	}
	return false
}

// wordsOf is what a held chunk says besides its calls.
func (r *reading) wordsOf(frame dialect.Frame) []dialect.Frame {
	var frames []dialect.Frame
	for _, one := range dialect.ListOf(frame.Data.At("choices")) {
		choice := dialect.ObjectOf(one)
		delta := dialect.ObjectOf(choice.At("delta"))
		said := strictjson.NewObject()
		// Some servers say who speaks in the very chunk that calls, and clients want to know.
		if role := delta.At("role"); role != nil {
			said.Set("role", role)
		}
		said = said.Merge(besideCalls(delta))
		if said.Len() > 0 {
			frames = append(frames, r.chunk(indexOf(choice), said, nil))
		}
	}
	return frames
}

func (r *reading) Abandon(text string) []dialect.Frame {
	if r.failed != nil {
		return []dialect.Frame{*r.failed}
	}
	if r.failure != "" || (r.done && !r.holding) {
		return nil
	}
	open := []int{}
	if len(r.finished) == 0 {
		open = append(open, 0)
	}
	for _, index := range r.choices() {
		if r.isOpen(index) {
			open = append(open, index)
		}
	}
	var frames []dialect.Frame
	for _, index := range open {
		frames = append(frames, r.chunk(index, strictjson.NewObject("role", "assistant", "content", r.paragraph(text)), nil),
			r.chunk(index, strictjson.NewObject(), "stop"))
	}
	return append(frames, dialect.Frame{Raw: dialect.EndOfStream})
}

func (r *reading) Told() bool {
	if r.failure != "" {
		return true
	}
	for index := range r.finished {
		if r.isOpen(index) {
			return false
		}
	}
	return len(r.finished) > 0
}

func (r *reading) isOpen(index int) bool {
	return r.finished[index] == nil || r.finishedWhileHeld(index)
}
