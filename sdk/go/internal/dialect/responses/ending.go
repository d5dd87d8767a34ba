package responses

import (
	"aegis.dev/sdk/go/internal/dialect"
	"aegis.dev/sdk/go/internal/strictjson"
)

// rewriting numbers the frames of ours.
type rewriting struct {
	frames   []dialect.Frame
	next     int
	numbered bool
}

func (w *rewriting) emit(data *object, named bool) {
	if w.numbered {
		w.next++
		data = data.With("sequence_number", w.next)
	}
	event := ""
	if named {
		event = dialect.TextOf(data.At("type"))
	}
	w.frames = append(w.frames, dialect.Made(data, event))
}

// rewrite are the held frames after decisions of which some do not pass: what is left of each call once, everything numbered anew.
func (r *reader) rewrite(decided map[int]dialect.Decision) []dialect.Frame {
	to := &rewriting{next: r.sequence, numbered: r.numbered}
	if !to.numbered && len(r.held) > 0 {
		if first, ok := sequenceOf(r.held[0].Data); ok {
			to.next, to.numbered = first-1, true
		}
	}
	replaced := map[int]bool{}
	for _, frame := range r.held {
		if frame.Data == nil {
			to.frames = append(to.frames, frame)
			continue
		}
		named := frame.Event != ""
		var at *slot
		if place, ok := placeIn(frame.Data); ok {
			at = r.progress.slots[place]
		}
		if at == nil || !changes(at, decided) {
			to.emit(r.withLast(frame.Data, decided), named)
		} else if !replaced[at.place] {
			replaced[at.place] = true
			for _, event := range at.events(decided) {
				to.emit(event, named)
			}
		}
	}
	return to.frames
}

// changes: arguments of what the provider ran already cannot be replaced.
func changes(at *slot, decided map[int]dialect.Decision) bool {
	decision, found := decided[at.place]
	return found && (decision.Refuses() || (decision.Args != nil && at.kind == asked))
}

func (s *slot) events(decided map[int]dialect.Decision) []*object {
	item := rewritten(s.item, s.place, decided)
	if decided[s.place].Refuses() {
		return messageEvents(s.place, item)
	}
	begun := strictjson.NewObject("type", "response.output_item.added", "output_index", s.place, "item", emptied(item))
	ended := strictjson.NewObject("type", "response.output_item.done", "output_index", s.place, "item", item)
	switch item.At("type") {
	case "function_call":
		return append(append([]*object{begun}, s.textEvents(item, "response.function_call_arguments", "arguments")...), ended)
	case "custom_tool_call":
		return append(append([]*object{begun}, s.textEvents(item, "response.custom_tool_call_input", "input")...), ended)
	}
	return []*object{begun, ended}
}

func (s *slot) textEvents(item *object, stem, whole string) []*object {
	at := strictjson.NewObject("output_index", s.place)
	if dialect.IsText(item.At("id")) {
		at.Set("item_id", item.At("id"))
	}
	text := dialect.TextOf(item.At(whole))
	return []*object{
		strictjson.NewObject("type", stem+".delta").Merge(at).With("delta", text),
		strictjson.NewObject("type", stem+".done").Merge(at).With(whole, text),
	}
}

// emptied is a call as it is announced, before the text of its arguments is streamed.
func emptied(item *object) *object {
	made := item.Without()
	if item.Has("status") {
		made.Set("status", "in_progress")
	}
	switch item.At("type") {
	case "function_call":
		made.Set("arguments", "")
	case "custom_tool_call":
		made.Set("input", "")
	}
	return made
}

// withLast: the last frame repeats the whole output; there too each call is what its decision leaves.
func (r *reader) withLast(data *object, decided map[int]dialect.Decision) *object {
	response := dialect.ObjectOf(data.At("response"))
	if response == nil || len(r.progress.last) == 0 {
		return data
	}
	var output []value
	for position, one := range dialect.ListOf(response.At("output")) {
		item := dialect.ObjectOf(one)
		if item == nil {
			continue
		}
		if at := r.progress.last[position]; at != nil {
			item = rewritten(item, at.place, decided)
		}
		output = append(output, item)
	}
	return data.With("response", withOutput(response, output))
}

// messageEvents stream a message of one part from beginning to end, without their numbers.
func messageEvents(place int, message *object) []*object {
	text := wordsOf(message)
	at := strictjson.NewObject("output_index", place, "item_id", dialect.TextOf(message.At("id")), "content_index", 0)
	event := func(kind string, rest ...any) *object {
		return strictjson.NewObject("type", kind).Merge(at).With(rest...)
	}
	begun := message.With("status", "in_progress", "content", []value{})
	made := []*object{
		strictjson.NewObject("type", "response.output_item.added", "output_index", place, "item", begun),
		event("response.content_part.added", "part", partOf("")),
		event("response.output_text.delta", "delta", text, "logprobs", []value{}),
	}
	made = append(made, partEnd(at, text)...)
	return append(made, strictjson.NewObject("type", "response.output_item.done", "output_index", place, "item", message))
}

func partEnd(at *object, text string) []*object {
	return []*object{
		strictjson.NewObject("type", "response.output_text.done").Merge(at).With("text", text, "logprobs", []value{}),
		strictjson.NewObject("type", "response.content_part.done").Merge(at).With("part", partOf(text)),
	}
}

// refusalEnd is the same for words by which the model itself refused.
func refusalEnd(at *object, refusal string) []*object {
	return []*object{
		strictjson.NewObject("type", "response.refusal.done").Merge(at).With("refusal", refusal),
		strictjson.NewObject("type", "response.content_part.done").Merge(at).With("part", strictjson.NewObject("type", "refusal", "refusal", refusal)),
	}
}
